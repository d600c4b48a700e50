/** virtual_server blocks: nothing is served, but what is wrong with them is said. */

import type { Report } from '../diagnostics.ts'
import * as checkers from '../keywords/checkers.ts'
import * as keywords from '../keywords/virtual-server.ts'
import { virtualServer, virtualServerGroup } from '../keywords/virtual-server.ts'
import type { Word } from '../lexer.ts'
import { errorAt, warningAt } from '../report.ts'
import type { Node } from '../tree.ts'
import { familyOf, portOf } from '../values/endpoint.ts'
import { readTree, readValues, type Values } from '../values/values.ts'

/** @param nodes what keepalived's checker process sees. */
export function resolveServers(nodes: readonly Node[], report: Report): void {
  for (const node of nodes) {
    if (node.keyword === virtualServer) resolveVirtualServer(node, report)
    else if (node.keyword.process === 'checker' && node.keyword !== virtualServerGroup)
      readTree([node], report)
  }
}

function resolveVirtualServer({ statement, nodes }: Node, report: Report): void {
  const [word, address, port] = statement.words
  const values = readValues(nodes, report)
  const servers = nodes.filter(({ keyword }) => keyword === keywords.realServer)
  for (const server of servers) checkRealServer(server, report)
  const sameFamily =
    address === undefined ? servers : servers.filter((server) => isReachable(address, server, report))
  if (sameFamily.length === 0 && !values.has(keywords.sorryServerKeyword)) {
    report(errorAt(word, 'no-real-servers', 'this virtual server has no usable real_server: it is ignored'))
    return
  }
  reportAssumptions(word, values, report)
  if (address !== undefined && familyOf(address) !== undefined)
    checkPorts(word, portOf(port), values, servers, report)
  checkQuorum(values, servers, report)
}

/** keepalived fills in what is missing, and says so. */
function reportAssumptions(word: Word, values: Values, report: Report): void {
  const isMark = word.line.text.slice(word.to).trimStart().startsWith('fwmark')
  const assume = (given: boolean, message: string): void => {
    if (!given) report(warningAt(word, 'assumed', message))
  }
  assume(isMark || values.has(keywords.protocol), 'no protocol is given: UDP is used')
  assume(values.has(keywords.lbAlgo) || values.has(keywords.lvsSched), 'no lb_algo is given: wlc is used')
  assume(values.has(keywords.lbKind) || values.has(keywords.lvsMethod), 'no lb_kind is given: NAT is used')
}

function isReachable(address: Word, { statement }: Node, report: Report): boolean {
  const own = familyOf(address)
  const server = statement.words[1]
  const other = server === undefined ? undefined : familyOf(server)
  if (own === undefined || other === undefined || own === other || server === undefined) return true
  report(errorAt(server, 'family-mismatch', `the virtual server has IPv${own}: this server is ignored`))
  return false
}

function checkPorts(
  word: Word,
  port: number,
  values: Values,
  servers: readonly Node[],
  report: Report,
): void {
  if (port === 0 && !values.has(keywords.persistenceTimeout))
    report(warningAt(word, 'assumed', 'without a port the service is persistent: persistence is switched on'))
  const method = values.last(keywords.lbKind) ?? values.last(keywords.lvsMethod) ?? 'NAT'
  if (method === 'NAT') return
  for (const { statement } of servers) {
    const written = statement.words[2]
    if (written === undefined || portOf(written) === port) continue
    report(warningAt(written, 'port-mismatch', `only NAT can change the port: ${port} is used`))
  }
}

function checkQuorum(values: Values, servers: readonly Node[], report: Report): void {
  const quorum = values.lastGiven(keywords.quorum)
  const silent: Report = () => undefined
  const total = servers
    .map(({ nodes }) => readValues(nodes, silent).last(keywords.weight) ?? 1)
    .reduce((sum, weight) => sum + weight, 0)
  const place = quorum?.node.statement.words[1] ?? servers[0]?.statement.words[0]
  const wanted = quorum?.value ?? 1
  if (place !== undefined && wanted > total)
    report(
      warningAt(place, 'assumed', `the servers weigh ${total} together: that is the quorum, not ${wanted}`),
    )
  const hysteresis = values.lastGiven(keywords.hysteresis)
  const reached = Math.min(wanted, total)
  const where = hysteresis?.node.statement.words[1]
  if (hysteresis !== undefined && where !== undefined && hysteresis.value >= reached)
    report(warningAt(where, 'assumed', `hysteresis must be below the quorum: ${reached - 1} is used`))
}

function checkRealServer({ nodes }: Node, report: Report): void {
  readTree(nodes, report)
  for (const check of nodes) {
    const { keyword, statement, nodes: inner } = check
    if (keyword === checkers.httpGet || keyword === checkers.sslGet) checkHttp(check, report)
    if (keyword === checkers.miscCheck && !inner.some((one) => one.keyword === checkers.miscPath))
      report(errorAt(statement.words[0], 'incomplete-check', 'no misc_path is given: the check is ignored'))
  }
}

function checkHttp({ statement, nodes }: Node, report: Report): void {
  const urls = nodes.filter(({ keyword }) => keyword === checkers.url)
  const usable = urls.filter((url) => {
    if (url.nodes.some(({ keyword }) => keyword === checkers.path)) return true
    report(errorAt(url.statement.words[0], 'incomplete-check', 'no path is given: the url is ignored'))
    return false
  })
  if (usable.length === 0)
    report(errorAt(statement.words[0], 'incomplete-check', 'no url is given: the check is ignored'))
}
