/** real_server blocks with their health checks, and groups of addresses. */

import type { Report } from '../diagnostics/diagnostics.ts'
import * as checkers from '../keywords/checkers.ts'
import type { Words } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'
import { hostOf } from '../values/address.ts'
import { parseInteger } from '../values/number.ts'
import { readTree, readValues, type Values } from '../values/values.ts'

/** What has been read, and reported on, before. */
const silentValues = (nodes: readonly Node[]): Values => readValues(nodes, () => undefined)

export function checkRealServer({ nodes }: Node, report: Report): void {
  readTree(nodes, report)
  for (const check of nodes) {
    const { keyword, statement, nodes: inner } = check
    if (keyword === checkers.httpGet || keyword === checkers.sslGet) checkHttp(check, report)
    if (keyword === checkers.miscCheck && !silentValues(inner).has(checkers.miscPath))
      report(
        errorAt(statement.words[0], 'incomplete-check', 'no misc_path is given: the check is ignored', {
          related: endsHere(check),
        }),
      )
    if (keyword === checkers.bfdCheck && !silentValues(inner).has(checkers.bfdName))
      report(
        errorAt(statement.words[0], 'incomplete-check', 'no name is given: the check is ignored', {
          related: endsHere(check),
        }),
      )
  }
}

function checkHttp(check: Node, report: Report): void {
  const { statement, nodes } = check
  const urls = nodes.filter(({ keyword }) => keyword === checkers.url)
  const usable = urls.filter((url) => {
    if (silentValues(url.nodes).has(checkers.path)) return true
    const message = 'no path is given: the url is ignored'
    report(errorAt(url.statement.words[0], 'incomplete-check', message, { related: endsHere(url) }))
    return false
  })
  if (usable.length === 0)
    report(
      errorAt(statement.words[0], 'incomplete-check', 'no url is given: the check is ignored', {
        related: endsHere(check),
      }),
    )
}

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
