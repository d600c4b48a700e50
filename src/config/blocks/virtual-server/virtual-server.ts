/** `virtual_server … { … }`: nothing is served, but what is wrong with one is said. */

import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, section, table, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { choice, flag, lenient, text } from '../../values/basic.ts'
import { type Command, notifyCommand } from '../../values/command.ts'
import { instead, integer, optionalInteger, POSITIVE, UNSIGNED } from '../../values/number.ts'
import { readTree, readValues, type Values } from '../../values/values.ts'
import { miscPath, more } from './checkers.ts'
import { familyOf, granularity, portOf, sorryServer, virtualServerAddress } from './endpoint.ts'
import { forwarding } from './forwarding.ts'
import { checkGroup, virtualServerGroup } from './group.ts'
import {
  checkDefaults,
  checkRealServer,
  lvsMethod,
  notifyDown,
  notifyUp,
  realServer,
  weight,
} from './real-server.ts'

const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'sh',
  'mh',
  'dh',
  'fo',
  'ovf',
  'lblcr',
  'sed',
  'nq',
  'twos',
] as const
const scheduler = choice(SCHEDULERS, 'the line is ignored')

const keywords = {
  lbAlgo: value('lb_algo', 1, scheduler, 'how connections are spread', {
    ...more,
    default: 'wlc',
  }),
  lvsSched: value('lvs_sched', 1, scheduler, 'the same', more),
  lbKind: value('lb_kind', 1, forwarding, 'how packets are forwarded', {
    ...more,
    default: 'NAT',
  }),
  protocol: value('protocol', 1, choice(['TCP', 'UDP', 'SCTP'], 'the line is ignored'), 'of the service', {
    ...more,
    default: 'UDP',
  }),
  persistenceTimeout: value(
    'persistence_timeout',
    1,
    optionalInteger({ minimum: 1, maximum: 2_678_400 }),
    'seconds a client stays with a server',
    more,
  ),
  quorum: value('quorum', 3, integer(POSITIVE, instead(1, '1 is used')), 'weight that must be alive', {
    ...more,
    default: '1',
  }),
  hysteresis: value('hysteresis', 3, integer(UNSIGNED), 'dampens the quorum', more),
  sorryServerKeyword: value('sorry_server', 2, sorryServer, 'when too few servers are left', more),
  sorryServerInhibit: value('sorry_server_inhibit', 3, flag, 'weight 0 instead of removal', more),
  ops: value('ops', 3, flag, 'each UDP packet for itself', more),
}

const schedulerFlags: readonly Keyword<true>[] = [
  'flag-1',
  'flag-2',
  'flag-3',
  'sh-port',
  'sh-fallback',
  'mh-port',
  'mh-fallback',
].map((name) => value(name, 3, flag, 'a flag of the scheduler', more))

const quorumUp: Keyword<Command> = value(
  'quorum_up',
  3,
  notifyCommand,
  'run when the quorum is reached',
  more,
)

const quorumDown: Keyword<Command> = value('quorum_down', 3, notifyCommand, 'run when it is lost', more)

const virtualServerTable = table(
  keywords.lbAlgo,
  keywords.lvsSched,
  keywords.lbKind,
  lvsMethod,
  keywords.protocol,
  keywords.persistenceTimeout,
  keywords.quorum,
  keywords.hysteresis,
  keywords.sorryServerKeyword,
  checkDefaults,
  realServer,
  value('persistence_engine', 3, text('NAME'), 'how clients are told apart', more),
  value('persistence_granularity', 3, granularity, 'which clients count as one', more),
  value('ha_suspend', 3, flag, 'check only while the address is here', more),
  value('alpha', 3, flag, 'down until checked', more),
  value('omega', 3, flag, 'notify at the end, too', more),
  quorumUp,
  quorumDown,
  value('ip_family', 3, choice(['inet', 'inet6'], 'the line is ignored'), 'of a firewall mark', more),
  keywords.sorryServerInhibit,
  value('sorry_server_lvs_method', 3, forwarding, 'how packets to it are forwarded', more),
  value('inhibit_on_failure', 2, flag, 'weight 0 instead of removal', more),
  schedulerFlags,
  keywords.ops,
)

export const virtualServer: Keyword = section('virtual_server', 1, virtualServerTable, 'a service of IPVS', {
  ...more,
  syntax: 'ADDRESS [PORT] | fwmark N | group NAME',
  naming: 'needed',
  process: 'checker',
  admits: virtualServerAddress,
})

export const virtualServerKeywords: readonly Keyword[] = [
  virtualServer,
  virtualServerGroup,
  section(
    'SSL',
    3,
    table(
      ['password', 'ca', 'certificate', 'key'].map((name) =>
        value(name, 3, lenient(text(name === 'password' ? 'PASSWORD' : 'FILE')), 'of SSL_GET', more),
      ),
    ),
    'certificates of checks',
    { ...more, process: 'checker' },
  ),
]

/** Those whose value is a program. */
export const commandKeywords: readonly Keyword<Command>[] = [
  notifyUp,
  notifyDown,
  quorumUp,
  quorumDown,
  miscPath,
]

export interface NotServed {
  readonly keyword: 'virtual_server'
  /** The block's own words, e.g. `10.0.0.1 80`. */
  readonly name: string
  readonly span: Span
}

/** @param nodes what keepalived's checker process sees. */
export function resolveServers(nodes: readonly Node[], report: Report): void {
  for (const node of nodes) {
    if (node.refused === true) readTree([node], report)
    else if (node.keyword === virtualServer) resolveVirtualServer(node, report)
    else if (node.keyword === virtualServerGroup) checkGroup(node, report)
    else if (node.keyword.process === 'checker') readTree([node], report)
  }
}

function resolveVirtualServer(block: Node, report: Report): void {
  const { statement, nodes } = block
  const [word, address, port] = statement.words
  const values = readValues(nodes, report)
  const servers = nodes.filter(({ keyword }) => keyword === realServer)
  for (const server of servers) checkRealServer(server, report)
  const usable = servers.filter((server) => isOfOneFamily(address, server, report))
  if (usable.length === 0 && !values.has(keywords.sorryServerKeyword)) {
    report(errorAt(word, 'no-real-servers', 'this virtual server has no usable real_server: it is ignored'))
    return
  }
  checkSorryServer(values, address, usable, block, report)
  const isMark = address?.text === 'fwmark'
  reportAssumptions(word, isMark, values, report)
  if (isMark) checkMark(values, servers, report)
  else if (address?.text !== 'group') checkPorts(word, portOf(port), values, servers, report)
  checkFlags(values, report)
  checkQuorum(values, servers, report)
}

/** A firewall mark or a group has the family of its servers. */
function checkSorryServer(
  values: Values,
  address: Word | undefined,
  servers: readonly Node[],
  block: Node,
  report: Report,
): void {
  const sorry = values.last(keywords.sorryServerKeyword)
  const family = address && (familyOf(address) ?? familyOfFirst(servers))
  if (sorry === undefined || family === undefined || familyOf(sorry) === family) return
  const message = `the virtual server has IPv${family}: this sorry_server is ignored`
  report(errorAt(sorry, 'family-mismatch', message, { related: endsHere(block) }))
}

function familyOfFirst([server]: readonly Node[]): ReturnType<typeof familyOf> {
  const word = server?.statement.words[1]
  return word && familyOf(word)
}

function isOfOneFamily(address: Word | undefined, { statement }: Node, report: Report): boolean {
  const server = statement.words[1]
  if (address === undefined || server === undefined) return true
  const own = familyOf(address)
  if (own === undefined || familyOf(server) === own) return true
  report(errorAt(server, 'family-mismatch', `the virtual server has IPv${own}: this server is ignored`))
  return false
}

/** keepalived fills in what is missing, and says so. */
function reportAssumptions(word: Word, isMark: boolean, values: Values, report: Report): void {
  const assume = (given: boolean, message: string): void => {
    if (!given) report(warningAt(word, 'assumed', message))
  }
  assume(isMark || values.has(keywords.protocol), 'no protocol is given: UDP is used')
  assume(values.has(keywords.lbAlgo) || values.has(keywords.lvsSched), 'no lb_algo is given: wlc is used')
  assume(values.has(keywords.lbKind) || values.has(lvsMethod), 'no lb_kind is given: NAT is used')
}

/** A firewall mark stands for packets of any protocol and port. */
function checkMark(values: Values, servers: readonly Node[], report: Report): void {
  const protocol = values.lastGiven(keywords.protocol)
  if (protocol !== undefined)
    report(
      warningAt(protocol.node.statement.place, 'cleared', 'a firewall mark has no protocol: it is ignored'),
    )
  for (const { statement } of servers) {
    const port = statement.words[2]
    if (port !== undefined && portOf(port) !== 0)
      report(warningAt(port, 'port-mismatch', 'a firewall mark has no port: it is ignored'))
  }
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
  const method = values.last(keywords.lbKind) ?? values.last(lvsMethod) ?? 'NAT'
  if (method === 'NAT') return
  for (const { statement } of servers) {
    const written = statement.words[2]
    if (written === undefined || portOf(written) === port) continue
    report(warningAt(written, 'port-mismatch', `only NAT can change the port: ${port} is used`))
  }
}

/** Flags of one scheduler mean nothing to another. */
function checkFlags(values: Values, report: Report): void {
  const scheduler = values.last(keywords.lbAlgo) ?? values.last(keywords.lvsSched)
  for (const flag of schedulerFlags) {
    const given = values.lastGiven(flag)
    const [needed = ''] = flag.name.split('-')
    if (given !== undefined && needed !== 'flag' && needed !== scheduler)
      report(
        warningAt(given.node.statement.place, 'cleared', `${flag.name} goes with lb_algo ${needed}: ignored`),
      )
  }
  const ops = values.lastGiven(keywords.ops)
  if (ops !== undefined && values.last(keywords.protocol) === 'TCP')
    report(warningAt(ops.node.statement.place, 'cleared', 'ops goes with UDP: it is ignored'))
  const inhibit = values.lastGiven(keywords.sorryServerInhibit)
  if (inhibit !== undefined && !values.has(keywords.sorryServerKeyword))
    report(errorAt(inhibit.node.statement.place, 'cleared', 'there is no sorry_server: this line is ignored'))
}

function checkQuorum(values: Values, servers: readonly Node[], report: Report): void {
  const quorum = values.lastGiven(keywords.quorum)
  const total = servers
    .map(({ nodes }) => readValues(nodes, () => undefined).last(weight) ?? 1)
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
