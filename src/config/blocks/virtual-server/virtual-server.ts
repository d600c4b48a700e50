/** `virtual_server … { … }` and `SSL { … }`: services of IPVS. */

import { type Report, warning } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, noEffect, section, table, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, noteAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { choice, flag } from '../../values/basic.ts'
import { type Command, notifyCommand } from '../../values/command.ts'
import { instead, integer, POSITIVE, UNSIGNED } from '../../values/number.ts'
import { type Given, readValues, type Values } from '../../values/values.ts'
import { type CheckSurrounding, miscPath } from './checkers.ts'
import {
  endpointOf,
  endpointWords,
  familyOf,
  markOf,
  sorryServer,
  type Sorry,
  virtualServerAddress,
} from './endpoint.ts'
import { forwarding, MASQUERADE } from './forwarding.ts'
import { familyOfGroup, type Group, membersOf, virtualServerGroup } from './group.ts'
import type {
  Family,
  Forwarding,
  Protocol,
  RealServer,
  SorryServer,
  Target,
  VirtualServer,
} from './load-balancing.ts'
import { granularityFamily, persistenceKeywords, persistenceOf } from './persistence.ts'
import { realServer, resolveRealServer, serverCommands, shared, sharedKeywords } from './real-server.ts'
import { sslSection } from './ssl.ts'
import { checkDefaultsOf } from './timing.ts'

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

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const anyCase = choice(PROTOCOLS, 'the line is ignored')
const PROTOCOL_OF: ReadonlyMap<string, Protocol> = new Map([
  ['tcp', 'tcp'],
  ['udp', 'udp'],
  ['sctp', 'sctp'],
])

/** In capitals or not. */
const protocol: Arguments<Protocol> = {
  ...anyCase,
  read(statement, report) {
    const known = PROTOCOL_OF.get(statement.words[1]?.text.toLowerCase() ?? '')
    if (known === undefined) anyCase.read(statement, report)
    return known
  },
}

const FAMILIES = { inet: 'ipv4', inet6: 'ipv6' } as const

const keywords = {
  lbAlgo: value('lb_algo', 1, scheduler, 'how connections are spread', { default: 'wlc' }),
  lvsSched: value('lvs_sched', 1, scheduler, 'the same'),
  lbKind: value('lb_kind', 1, forwarding, 'how packets are forwarded', { default: 'NAT' }),
  protocol: value('protocol', 1, protocol, 'of the service', { default: 'UDP' }),
  quorum: value('quorum', 3, integer(POSITIVE, instead(1, '1 is used')), 'weight that must be alive', {
    default: '1',
  }),
  hysteresis: value('hysteresis', 3, integer(UNSIGNED), 'dampens the quorum', { default: '0' }),
  weight: value(
    'weight',
    3,
    integer({ minimum: 1, maximum: 2_147_483_647 }),
    'of its servers that say none',
    { default: '1' },
  ),
  sorryServer: value('sorry_server', 2, sorryServer, 'when too few servers are left'),
  sorryServerInhibit: value('sorry_server_inhibit', 3, flag, 'weight 0 instead of removal'),
  sorryServerLvsMethod: value('sorry_server_lvs_method', 3, forwarding, 'how packets to it are forwarded', {
    default: 'of the virtual server',
  }),
  ops: value('ops', 3, flag, 'each UDP packet for itself'),
  haSuspend: value('ha_suspend', 3, flag, 'check only while the address is here'),
  alpha: value('alpha', 3, flag, 'down until checked'),
  omega: value('omega', 3, flag, 'notify at the end, too'),
  quorumUp: value('quorum_up', 3, notifyCommand, 'run when the quorum is reached', { once: true }),
  quorumDown: value('quorum_down', 3, notifyCommand, 'run when it is lost', { once: true }),
  ipFamily: value(
    'ip_family',
    3,
    choice<keyof typeof FAMILIES>(['inet', 'inet6'], 'the line is ignored'),
    'of a firewall mark',
  ),
  inhibitOnFailure: value('inhibit_on_failure', 2, flag, 'weight 0 instead of removal'),
}

type Flag = keyof VirtualServer['schedulerFlags']

/** Which of IPVS's three flags each is. */
const schedulerFlags: ReadonlyMap<Keyword<true>, Flag> = new Map(
  (
    [
      ['flag-1', 'flag1'],
      ['flag-2', 'flag2'],
      ['flag-3', 'flag3'],
      ['sh-fallback', 'flag1'],
      ['sh-port', 'flag2'],
      ['mh-fallback', 'flag1'],
      ['mh-port', 'flag2'],
    ] as const
  ).map(([name, flagOf]) => [value(name, 3, flag, 'a flag of the scheduler'), flagOf]),
)

const hashed: Keyword<true> = value('hashed', 3, flag, 'nothing', {
  standing: noEffect('keepalived does nothing with it either'),
})

export const virtualServer: Keyword = section(
  'virtual_server',
  1,
  table(
    Object.values(keywords),
    persistenceKeywords,
    sharedKeywords,
    [...schedulerFlags.keys()],
    hashed,
    realServer,
  ),
  'a service of IPVS',
  {
    syntax: 'ADDRESS [PORT] | fwmark N | group NAME',
    naming: 'needed',
    process: 'checker',
    admits: virtualServerAddress,
  },
)

export const virtualServerKeywords: readonly Keyword[] = [virtualServer, virtualServerGroup, sslSection]

/** Those whose value is a program. */
export const commandKeywords: readonly Keyword<Command>[] = [
  ...serverCommands,
  keywords.quorumUp,
  keywords.quorumDown,
  miscPath,
]

/** What virtual servers have from the rest of the file. */
export interface ServerSurrounding extends CheckSurrounding {
  readonly groups: ReadonlyMap<string, Group>
  /** smtp_alert_checker, or smtp_alert. */
  readonly smtpAlert: boolean | undefined
}

/** Undefined for one that cannot be served, which is reported. */
export function resolveVirtualServer(
  block: Node,
  surrounding: ServerSurrounding,
  report: Report,
): VirtualServer | undefined {
  const { statement, nodes } = block
  const [word, first, second] = statement.words
  const values = readValues(nodes, report)
  const methods = [...values.all(keywords.lbKind), ...values.all(shared.lvsMethod)].sort(
    (a, b) => a.order - b.order,
  )
  const servers = nodes.filter(({ keyword }) => keyword === realServer)
  const read = nodes.flatMap((node, order): readonly ReadServer[] => {
    if (node.keyword !== realServer) return []
    const own = readValues(node.nodes, report)
    const method = own.last(shared.lvsMethod) ?? methodAt(order, methods)
    return [{ node, values: own, method, order }]
  })
  const family = familyOfTarget(first, values, read, report)
  const address = isNamed(first) ? undefined : endpointOf(first, second)
  const port = address?.port ?? 0
  const inherited = {
    weight: values.last(keywords.weight) ?? 1,
    inhibitOnFailure: values.has(keywords.inhibitOnFailure),
    defaults: checkDefaultsOf(values, values.has(keywords.alpha)),
    virtualhost: values.last(shared.virtualhost),
    port,
    family,
    smtpAlert: surrounding.smtpAlert ?? true,
  }
  const resolved = read.map(({ node, values: own, method }) => ({
    node,
    server: resolveRealServer(node, own, { ...inherited, forwarding: method }, surrounding, report),
  }))
  const realServers = withoutDuplicates(resolved, report)
  const sorry = sorryOf(values, methods, family, block, report)
  if (realServers.length === 0) {
    report(errorAt(word, 'no-real-servers', 'this virtual server has no usable real_server: it is ignored'))
    return undefined
  }
  const flags = flagsOf(values, report)
  const isMark = first?.text === 'fwmark'
  reportAssumptions(word, isMark, values, report)
  if (isMark) checkMark(values, servers, report)
  else if (address !== undefined) checkPorts(word, port, values, read, report)
  checkOthers(values, report)
  const quorum = values.last(keywords.quorum) ?? 1
  const hysteresis = values.last(keywords.hysteresis) ?? 0
  checkQuorum(values, realServers, report)
  const transport = values.last(keywords.protocol) ?? 'udp'
  const group = first?.text === 'group' ? surrounding.groups.get(second?.text ?? '') : undefined
  const own = family ?? (group && familyOfGroup(group)) ?? 'ipv4'
  const target = targetOf(statement.words, transport, own, realServers, surrounding, report)
  if (target === undefined) return undefined
  const persistence = persistenceOf(values, own)
  const quorumUp = values.last(keywords.quorumUp)
  const quorumDown = values.last(keywords.quorumDown)
  return {
    span: spanOf(word),
    target,
    scheduler: later(values.lastGiven(keywords.lbAlgo), values.lastGiven(keywords.lvsSched)) ?? 'wlc',
    schedulerFlags: flags,
    onePacket: values.has(keywords.ops),
    ...(persistence !== undefined && { persistence }),
    omega: values.has(keywords.omega),
    haSuspend: values.has(keywords.haSuspend),
    quorum,
    hysteresis,
    ...(quorumUp !== undefined && { quorumUp }),
    ...(quorumDown !== undefined && { quorumDown }),
    ...(sorry !== undefined && { sorryServer: sorry }),
    realServers,
    smtpAlert: values.last(shared.smtpAlert) ?? surrounding.smtpAlert ?? false,
  }
}

const isNamed = (word: Word | undefined): boolean => word?.text === 'fwmark' || word?.text === 'group'

/** What is chosen above a server; where nothing is, what is chosen below (measured, 2.2.7). */
const methodAt = (order: number, methods: readonly Given<Forwarding>[]): Forwarding =>
  (methods.findLast((given) => given.order < order) ?? methods.at(-1))?.value ?? MASQUERADE

/** Of a keyword and its other name. */
function later<T>(a: Given<T> | undefined, b: Given<T> | undefined): T | undefined {
  if (a === undefined || b === undefined) return (a ?? b)?.value
  return a.order > b.order ? a.value : b.value
}

/** A firewall mark has the family of its first server, if ip_family says nothing; a group has it anyhow. */
function familyOfTarget(
  first: Word | undefined,
  values: Values,
  servers: readonly ReadServer[],
  report: Report,
): Family | undefined {
  const said = values.lastGiven(keywords.ipFamily)
  if (first?.text === 'group') return familyOfFirst(servers, values)
  if (first?.text === 'fwmark')
    return said === undefined ? familyOfFirst(servers, values) : FAMILIES[said.value]
  const endpoint = endpointOf(first, undefined)
  const own = endpoint && familyOf(endpoint.address)
  if (said !== undefined && own !== undefined && FAMILIES[said.value] !== own)
    report(
      errorAt(
        said.node.statement.place,
        'family-mismatch',
        `the virtual server’s address is of the other family: the line is ignored`,
      ),
    )
  return own
}

interface ReadServer {
  readonly node: Node
  readonly values: Values
  readonly method: Forwarding
  /** Position in its block. */
  readonly order: number
}

/** Of the first that no tunnel leads to: with tunnels both families go together. */
function familyOfFirst(servers: readonly ReadServer[], values: Values): Family | undefined {
  const masked = granularityFamily(values)
  for (const { node, method, order } of servers) {
    if (masked !== undefined && masked.order < order) return masked.family
    if (node.refused === true || method.method === 'tunnel') continue
    const endpoint = endpointOf(node.statement.words[1], undefined)
    if (endpoint !== undefined) return familyOf(endpoint.address)
  }
  return masked?.family
}

interface ResolvedServer {
  readonly node: Node
  readonly server: RealServer | undefined
}

/** By address and port as written; what has the same port only once the virtual server's is put in is none of ours. */
function withoutDuplicates(resolved: readonly ResolvedServer[], report: Report): readonly RealServer[] {
  const seen = new Map<string, RealServer>()
  for (const { node, server } of resolved) {
    if (server === undefined) continue
    const name = endpointWords(server)
    const earlier = seen.get(name)
    if (earlier === undefined) {
      seen.set(name, server)
      continue
    }
    const message = `real_server ${name} is already in this virtual server: this one is ignored`
    const related = [{ span: earlier.span, message: 'this one is used' }]
    report(errorAt(node.statement.place, 'duplicate-name', message, { related }))
  }
  return [...seen.values()]
}

function sorryOf(
  values: Values,
  methods: readonly Given<Forwarding>[],
  family: Family | undefined,
  block: Node,
  report: Report,
): SorryServer | undefined {
  const sorry = values.lastGiven(keywords.sorryServer)
  const first = values.all(keywords.sorryServer)[0]?.order ?? Infinity
  for (const keyword of [keywords.sorryServerInhibit, keywords.sorryServerLvsMethod])
    for (const { order, node } of values.all<unknown>(keyword))
      if (order < first) {
        const message = 'there is no sorry_server above: this line is ignored'
        report(errorAt(node.statement.place, 'cleared', message))
      }
  if (sorry === undefined) return undefined
  const { value, order } = sorry
  const own = values.all(keywords.sorryServerLvsMethod).filter((given) => given.order > order)
  const forwarding = own.at(-1)?.value ?? methodAt(order, methods)
  const isTunnel = (own.at(-1) ?? methods.findLast((given) => given.order < order))?.value.method === 'tunnel'
  if (family !== undefined && familyOf(value.address) !== family && !isTunnel) {
    reportForeignSorry(value, family, block, report)
    return undefined
  }
  const inhibit = values.all(keywords.sorryServerInhibit).some((given) => given.order > order)
  return { address: value.address, port: value.port, forwarding, inhibit }
}

function reportForeignSorry({ word }: Sorry, family: Family, block: Node, report: Report): void {
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6'
  const message = `the virtual server has ${name}: this sorry_server is ignored`
  report(errorAt(word, 'family-mismatch', message, { related: endsHere(block) }))
}

/** Undefined for what cannot be served. Of groups keepalived says so only at start. */
function targetOf(
  words: Node['statement']['words'],
  protocol: Protocol,
  family: Family,
  servers: readonly RealServer[],
  { groups }: ServerSurrounding,
  report: Report,
): Target | undefined {
  const [, first, second] = words
  if (first?.text === 'fwmark') {
    const mark = markOf(second) ?? 0
    if (mark !== 0) return { kind: 'mark', mark, family }
    const message = '0 marks no packets: this virtual server is ignored'
    report(errorAt(second ?? first, 'invalid-value', message, { inKeepalived: 'no' }))
    return undefined
  }
  if (first?.text === 'group') {
    const target = groupTarget(second?.text ?? '', protocol, family, servers, groups)
    if (typeof target !== 'string') return target
    report(noteAt(second ?? first, 'no-such-group', `${target}: this virtual server is ignored`))
    return undefined
  }
  const endpoint = endpointOf(first, second)
  return endpoint && { kind: 'address', protocol, ...endpoint }
}

/** A string is what is wrong. */
function groupTarget(
  name: string,
  protocol: Protocol,
  family: Family,
  servers: readonly RealServer[],
  groups: ServerSurrounding['groups'],
): Target | string {
  const group = groups.get(name)
  if (group === undefined) return `there is no usable virtual_server_group ${name}`
  const members = membersOf(group, family)
  const isForeign = members.some(
    (member) => (member.kind === 'mark' ? member.family : familyOf(member.address)) !== family,
  )
  if (isForeign && servers.some(({ forwarding: { method } }) => method !== 'tunnel'))
    return `virtual_server_group ${name} has addresses of another family than the servers`
  return { kind: 'group', name, protocol, members }
}

/** keepalived fills in what is missing, and says so. */
function reportAssumptions(word: Word, isMark: boolean, values: Values, report: Report): void {
  const assume = (given: boolean, message: string): void => {
    if (!given) report(warningAt(word, 'assumed', message))
  }
  assume(isMark || values.has(keywords.protocol), 'no protocol is given: UDP is used')
  assume(values.has(keywords.lbAlgo) || values.has(keywords.lvsSched), 'no lb_algo is given: wlc is used')
  assume(values.has(keywords.lbKind) || values.has(shared.lvsMethod), 'no lb_kind is given: NAT is used')
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
    if (port !== undefined && (endpointOf(statement.words[1], port)?.port ?? 0) !== 0)
      report(warningAt(port, 'port-mismatch', 'a firewall mark has no port: it is ignored'))
  }
}

function checkPorts(
  word: Word,
  port: number,
  values: Values,
  servers: readonly ReadServer[],
  report: Report,
): void {
  if (port === 0 && persistenceOf(values, 'ipv4') === undefined)
    report(warningAt(word, 'assumed', 'without a port the service is persistent: persistence is switched on'))
  for (const { node, method } of servers) {
    if (method.method === 'masquerade') continue
    const { statement } = node
    const written = statement.words[2]
    if (written === undefined || (endpointOf(statement.words[1], written)?.port ?? 0) === port) continue
    report(warningAt(written, 'port-mismatch', `only NAT can change the port: ${port} is used`))
  }
}

/**
 * Flags of a scheduler count only below the line that chooses it. What belongs to the other of sh and mh has no effect
 * and is said by nobody but us (measured, 2.2.7).
 */
function flagsOf(values: Values, report: Report): VirtualServer['schedulerFlags'] {
  const flags = { flag1: false, flag2: false, flag3: false }
  const chosen = [...values.all(keywords.lbAlgo), ...values.all(keywords.lvsSched)].sort(
    (a, b) => a.order - b.order,
  )
  for (const keyword of [...schedulerFlags.keys(), hashed])
    for (const { node, order } of values.all(keyword)) {
      const scheduler = chosen.findLast((given) => given.order < order)?.value
      const needed = keyword === hashed ? 'sh' : keyword.name.split('-')[0]
      if (needed === 'flag' || needed === scheduler) {
        const flag = schedulerFlags.get(keyword)
        if (flag !== undefined) flags[flag] = true
        continue
      }
      const isHashing = scheduler === 'sh' || scheduler === 'mh'
      const message = `${keyword.name} goes below lb_algo ${needed}: ignored`
      const inKeepalived = isHashing ? 'no' : 'config'
      report(warningAt(node.statement.place, 'cleared', message, { inKeepalived }))
    }
  return flags
}

function checkOthers(values: Values, report: Report): void {
  const ops = values.lastGiven(keywords.ops)
  const protocol = values.last(keywords.protocol)
  if (ops !== undefined && protocol !== undefined && protocol !== 'udp')
    report(warningAt(ops.node.statement.place, 'cleared', 'ops goes with UDP: it is ignored'))
}

function checkQuorum(values: Values, servers: readonly RealServer[], report: Report): void {
  const quorum = values.lastGiven(keywords.quorum)
  const total = servers.reduce((sum, { weight }) => sum + weight, 0)
  const place = quorum?.node.statement.words[1]
  const span = place === undefined ? servers[0]?.span : spanOf(place)
  const wanted = quorum?.value ?? 1
  if (wanted > total && span !== undefined) {
    const message = `the servers weigh ${total} together: that is the quorum, not ${wanted}`
    report(warning('assumed', span, message))
  }
  const hysteresis = values.lastGiven(keywords.hysteresis)
  const reached = Math.min(wanted, total)
  const where = hysteresis?.node.statement.words[1]
  if (hysteresis !== undefined && where !== undefined && hysteresis.value >= reached)
    report(warningAt(where, 'assumed', `hysteresis must be below the quorum: ${reached - 1} is used`))
}
