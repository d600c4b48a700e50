/** `NAT`, `DR` or `TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]`. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Arguments } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'

const METHODS: readonly string[] = ['NAT', 'DR', 'TUN']
const TUNNELS: readonly string[] = ['ipip', 'gue', 'gre']
const CHECKSUMS: readonly string[] = ['nocsum', 'csum', 'remcsum']

export const forwarding: Arguments<string> = {
  syntax: 'NAT|DR|TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]',
  needed: 1,
  read({ words }, report) {
    const [, method] = words
    if (method === undefined) return undefined
    if (!METHODS.includes(method.text)) {
      report(errorAt(method, 'invalid-value', 'NAT, DR or TUN is expected here; the line is ignored'))
      return undefined
    }
    if (method.text === 'TUN') checkTunnel(words.slice(2), report)
    return method.text
  },
}

function checkTunnel(words: readonly Word[], report: Report): void {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === undefined || CHECKSUMS.includes(word.text)) continue
    if (word.text !== 'type' && word.text !== 'port') {
      report(errorAt(word, 'unknown-option', `'${word.text}' is no option of TUN: it is ignored`))
      continue
    }
    const value = words[++index]
    if (word.text === 'type' && value !== undefined && !TUNNELS.includes(value.text))
      report(errorAt(value, 'invalid-value', 'ipip, gue or gre is expected here; the word is ignored'))
  }
}
