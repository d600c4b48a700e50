/** `virtual_server_group NAME { … }`: addresses of one service. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list } from '../../syntax/keyword.ts'
import type { Words } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { hostOf } from '../../values/address.ts'
import { parseInteger } from '../../values/number.ts'
import { more } from './checkers.ts'

export const virtualServerGroup: Keyword = list('virtual_server_group', 3, 'addresses of one service', {
  ...more,
  process: 'checker',
  syntax: 'NAME',
  naming: 'needed',
})

/** Lines of `ADDRESS[-LAST] [PORT]` and `fwmark N`. */
export function checkGroup(node: Node, report: Report): void {
  const { statement, entries } = node
  const usable = entries.filter((entry) => isGroupEntry(entry, report))
  if (usable.length === 0)
    report(
      errorAt(statement.words[0], 'empty-group', 'this group has no usable address: it is ignored', {
        related: endsHere(node),
      }),
    )
}

function isGroupEntry({ words }: Words, report: Report): boolean {
  const [address, port] = words
  if (address.text === 'fwmark') {
    if (port !== undefined && parseInteger(port.text) !== undefined) return true
    report(errorAt(port ?? address, 'invalid-number', 'a firewall mark is a number; the line is ignored'))
    return false
  }
  const isRange = hostOf(address.text.split('-')[0] ?? '') !== undefined
  if (!isRange)
    report(errorAt(address, 'invalid-address', `'${address.text}' is no IP address; the line is ignored`))
  const number = port === undefined ? 0 : parseInteger(port.text)
  const isPort = number !== undefined && number >= 0 && number <= 65_535
  if (port !== undefined && !isPort)
    report(errorAt(port, 'invalid-address', `'${port.text}' is no port, 1..65535; the line is ignored`))
  return isRange && isPort
}
