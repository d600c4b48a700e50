/** `NAT`, `DR` or `TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]`. */

import type { Arguments } from '../keyword.ts'
import { errorAt } from '../report.ts'

const METHODS = ['NAT', 'DR', 'TUN']
const TUNNELS = ['ipip', 'gue', 'gre']

export const forwarding: Arguments<string> = {
  syntax: 'NAT|DR|TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]',
  needed: 1,
  read({ words }, report) {
    const [, method, type, tunnel] = words
    if (method === undefined) return undefined
    if (!METHODS.includes(method.text)) {
      report(errorAt(method, 'invalid-value', 'NAT, DR or TUN is expected here; the line is ignored'))
      return undefined
    }
    if (
      method.text === 'TUN' &&
      type?.text === 'type' &&
      tunnel !== undefined &&
      !TUNNELS.includes(tunnel.text)
    )
      report(errorAt(tunnel, 'invalid-value', 'ipip, gue or gre is expected here; the word is ignored'))
    return method.text
  },
}
