/**
 * /tmp/keepalived_check.data: keepalived's sections and lines about virtual servers and their checks (measured, 2.2.7,
 * with IPVS stubbed). What only keepalived has (globals of its processes, mails, what a line was inherited from) is not
 * in it, nor is the password of `SSL`. Pure.
 */

import { formatIp, formatIpv4, ipv4FromNumber, isIpv4, type IpAddress } from '../../../base/address.ts'
import { toMilliseconds, toSeconds, type Duration, type Instant } from '../../../base/time.ts'
import type { CheckerReport } from '../../../checkers/checkers.ts'
import type { CheckerState as Asked } from '../../../checkers/retry.ts'
import {
  weightDelta,
  type Check,
  type Connection,
  type HttpCheck,
  type MiscCheck,
  type TimedCheck,
  type UdpCheck,
  type UrlCheck,
} from '../../../checkers/types.ts'
import type { Forwarding, Program, VirtualServer } from '../../../director/configuration.ts'
import { familyOfService, serviceText } from '../../../director/keys.ts'
import type { RealServerState } from '../../../director/real-server.ts'
import type { Block } from '../../../director/setup.ts'
import type { Director } from '../../../director/state.ts'
import type { VirtualServerState } from '../../../director/virtual-server.ts'
import { checkName } from './check-words.ts'

export interface CheckDataSource {
  readonly director: Director
  readonly checker: (key: string) => CheckerReport | undefined
  /** Of the wall clock: milliseconds since the epoch. */
  readonly wallMs: (at: Instant) => number
}

type Lines = readonly (string | false)[]

export function checkData(source: CheckDataSource): string {
  const { virtualServers } = source.director
  const lines: Lines = [
    '------< LVS Topology >------',
    ...groupLines(virtualServers),
    ...virtualServers.flatMap((state, position) => virtualServerLines(source, state, position)),
    '------< Health checkers >------',
    ...virtualServers.flatMap((state) =>
      state.servers.flatMap((server) => serverCheckerLines(source, state, server)),
    ),
  ]
  return lines
    .filter((line) => typeof line === 'string')
    .map((line) => `${line}\n`)
    .join('')
}

const onOff = (value: boolean): string => (value ? 'ON' : 'OFF')
const enabled = (value: boolean): string => (value ? 'enabled' : 'disabled')
const yes = (value: boolean): string => (value ? 'yes' : 'no')
const bit = (value: boolean): number => (value ? 1 : 0)
const inSeconds = (span: Duration): string => toSeconds(span).toFixed(6)
const inMicroseconds = (span: Duration): string => `${String(span)} us`
const programWords = ({ argv }: Program): string => argv.map((word) => `'${word}'`).join(' ')

/** Each group once, with the servers that are up of all virtual servers that use it. */
function groupLines(virtualServers: readonly VirtualServerState[]): Lines {
  const users = new Map<string, VirtualServerState[]>()
  for (const each of virtualServers) {
    const { target } = each.block.definition
    if (target.kind === 'group') users.set(target.name, [...(users.get(target.name) ?? []), each])
  }
  return [...users].flatMap(([name, states]): Lines => {
    const services = states[0]?.block.services ?? []
    const upOf = (protocol: string): number =>
      states
        .filter(({ block: { definition } }) => protocolOf(definition) === protocol)
        .reduce((sum, { servers }) => sum + servers.filter(({ up }) => up).length, 0)
    const families = services.map(({ key }) => familyOfService(key))
    const all = upOf('tcp') + upOf('udp') + upOf('sctp')
    return [
      ' ------< Virtual server group >------',
      ` Virtual Server Group = ${name}, IPv4 = ${yes(families.includes('ipv4'))}, IPv6 = ${yes(families.includes('ipv6'))}`,
      ...services.flatMap(({ key }): Lines => {
        if (key.kind === 'address')
          return [
            `   VIP = ${formatIp(key.address)}, VPORT = ${key.port}`,
            `     Alive: ${upOf('tcp')} tcp, ${upOf('udp')} udp, ${upOf('sctp')} sctp`,
            '     reloaded = False',
          ]
        const [four, six] = key.family === 'ipv4' ? [all, 0] : [0, all]
        return [`   FWMARK = ${key.mark}`, `     Alive: ${four} IPv4, ${six} IPv6`, '     reloaded = False']
      }),
    ]
  })
}

const protocolOf = ({ target }: VirtualServer): string => (target.kind === 'mark' ? 'none' : target.protocol)

function virtualServerLines(source: CheckDataSource, state: VirtualServerState, position: number): Lines {
  const { block, servers, quorum } = state
  const { definition, rule, services, sorry } = block
  const [service] = services
  const delayLoop = timedChecks(source, servers)[0]?.timing.delayLoop
  const forwarding = servers[0]?.server.definition.forwarding
  const held = source.director.services[source.director.setup.servicePositions.get(serviceOf(block)) ?? -1]
  return [
    ' ------< Virtual server >------',
    ` VS ${titleOf(block)}`,
    `   Address family = ${service && familyOfService(service.key) === 'ipv6' ? 'inet6' : 'inet'}`,
    delayLoop !== undefined && `   delay_loop = ${inSeconds(delayLoop)}`,
    `   lvs_sched = ${definition.scheduler}`,
    '   Hashed = disabled',
    ...flagLines(definition),
    `   One packet scheduling = ${enabled(service?.onePacket ?? false)}`,
    service?.persistence !== undefined && `   persistence timeout = ${service.persistence.timeoutSeconds}`,
    definition.persistence?.netmask !== undefined &&
      `   persistence granularity = ${granularity(definition.persistence.netmask)}`,
    `   protocol = ${definition.target.kind === 'mark' ? 'none' : definition.target.protocol.toUpperCase()}`,
    `   alpha is ${onOff(servers.length > 0 && servers.every(isAlpha))}`,
    `   omega is ${onOff(definition.omega)}`,
    `   quorum = ${rule.quorum}, hysteresis = ${rule.hysteresis}`,
    definition.quorumUp !== undefined && `   Quorum up notify script = ${programWords(definition.quorumUp)}`,
    definition.quorumDown !== undefined &&
      `   Quorum down notify script = ${programWords(definition.quorumDown)}`,
    forwarding !== undefined && `   default forwarding method = ${forwardingWords(forwarding)}`,
    ...(sorry
      ? [
          `   sorry server = ${sorry.name}`,
          `     forwarding method = ${forwardingWords(sorry.definition.forwarding)}`,
          `     Inhibit on failure is ${onOff(sorry.definition.inhibit)}`,
        ]
      : []),
    `   alive = ${bit(held?.service !== undefined)}`,
    `   quorum_state_up = ${bit(quorum === 'up')}`,
    '   reloaded = 0',
    ...servers.flatMap((server, member) => realServerLines(source, server, { block: position, member })),
  ]
}

/** What the kernel calls it, a group's first one. */
const serviceOf = ({ services: [first] }: Block): string => (first ? serviceText(first.key) : '')

function titleOf({ definition: { target }, name }: Block): string {
  switch (target.kind) {
    case 'address':
      return `VIP = ${formatIp(target.address)}, VPORT = ${target.port}`
    case 'mark':
      return `FWMARK = ${target.mark}`
    case 'group':
      return `GROUP = ${name}`
  }
}

/** sh and mh have names for the first two: fallback and port. */
function flagLines({ scheduler, schedulerFlags }: VirtualServer): Lines {
  const { flag1, flag2, flag3 } = schedulerFlags
  if (scheduler === 'sh' || scheduler === 'mh')
    return [`   ${scheduler}-port = ${enabled(flag2)}`, `   ${scheduler}-fallback = ${enabled(flag1)}`]
  return [flag1, flag2, flag3].map((flag, index) => `   flag-${index + 1} = ${enabled(flag)}`)
}

/** A mask of IPv4, or a prefix length, which is at most 128. */
const granularity = (netmask: number): string =>
  netmask <= 128 ? String(netmask) : formatIpv4(ipv4FromNumber(netmask))

function forwardingWords(forwarding: Forwarding): string {
  switch (forwarding.method) {
    case 'masquerade':
      return 'NAT'
    case 'route':
      return 'DR'
    case 'tunnel':
      return `TUN, type = ${forwarding.tunnel.type.toUpperCase()}`
  }
}

const isAlpha = ({ checkers }: RealServerState): boolean => checkers.some(({ checker }) => checker.alpha)

function realServerLines(
  source: CheckDataSource,
  state: RealServerState,
  place: { readonly block: number; readonly member: number },
): Lines {
  const { server, weight, up, checkers } = state
  const { definition, identity } = server
  const { notifyUp, notifyDown } = definition
  const delayLoop = timedChecks(source, [state])[0]?.timing.delayLoop
  const port = /\d+$/.exec(identity)?.[0] ?? '0'
  return [
    '   ------< Real server >------',
    `   RIP = ${formatIp(definition.address)}, RPORT = ${port}, WEIGHT = ${weight} EFF WEIGHT = ${weight}`,
    `   forwarding method = ${forwardingWords(definition.forwarding)}`,
    `   Alpha is ${onOff(isAlpha(state))}`,
    `   connection limit range = ${definition.lowerThreshold} -> ${definition.upperThreshold}`,
    delayLoop !== undefined && `   Delay loop = ${inSeconds(delayLoop)}`,
    `   Inhibit on failure is ${onOff(definition.inhibitOnFailure)}`,
    notifyUp !== undefined && `     RS up notify script = ${programWords(notifyUp)}`,
    notifyDown !== undefined && `     RS down notify script = ${programWords(notifyDown)}`,
    `   initial weight = ${definition.weight}`,
    `   effective weight = ${weight}`,
    `   alive = ${bit(up)}`,
    `   num failed checkers = ${checkers.filter((checker) => !checker.up).length}`,
    `   RS set = ${bit(isHeld(source.director, place))}`,
    '   reloaded = 0',
  ]
}

/** Whether the kernel has been given it. */
function isHeld(
  { setup, services }: Director,
  { block, member }: { readonly block: number; readonly member: number },
): boolean {
  const places = setup.places[block]?.[member] ?? []
  return places.some(({ service, destination }) => services[service]?.destinations[destination] !== undefined)
}

const timedChecks = (
  { checker: reportOf }: CheckDataSource,
  servers: readonly RealServerState[],
): readonly TimedCheck[] =>
  servers
    .flatMap(({ checkers }) => checkers)
    .map(({ checker }) => reportOf(checker.key)?.check)
    .filter((check) => check !== undefined && check.kind !== 'file')

function serverCheckerLines(
  source: CheckDataSource,
  { block, active }: VirtualServerState,
  { server, checkers }: RealServerState,
): Lines {
  return checkers.flatMap(({ checker, up, hasRun }): Lines => {
    const report = source.checker(checker.key)
    if (report === undefined) return []
    const { check, weight, state } = report
    return [
      ` ${block.name} -> ${server.name}`,
      `   Enabled = ${yes(active)}`,
      `   Up = ${yes(up)}`,
      `   Has run = ${yes(hasRun)}`,
      `   Current weight = ${weightDelta(weight, server.definition.weight)}`,
      ...(check.kind === 'file' ? ['   Log all failures = no'] : timingLines(check, state, checker.alpha)),
      ...methodLines(check, state, source),
    ]
  })
}

function timingLines(check: TimedCheck, state: Asked | undefined, alpha: boolean): Lines {
  const { delayLoop, warmup, retry, delayBeforeRetry } = check.timing
  return [
    `   Alpha = ${yes(alpha)}`,
    `   Delay loop = ${inMicroseconds(delayLoop)}`,
    `   Warmup = ${inMicroseconds(warmup)}`,
    `   Retries = ${retry}`,
    retry > 0 && `   Delay before retry = ${inMicroseconds(delayBeforeRetry)}`,
    retry > 0 && `   Retries iterations = ${state?.failures ?? 0}`,
    `   Log all failures = ${yes(check.logAllFailures)}`,
    ...('connection' in check ? connectionLines(check.connection) : []),
  ]
}

function connectionLines({
  target,
  bindAddress,
  bindPort,
  bindInterface,
  mark,
  connectTimeout,
}: Connection): Lines {
  return [
    '   Connection',
    `     Dest = ${endpoint(target.address, target.port)}`,
    bindAddress !== undefined && `     Bind to = ${endpoint(bindAddress, bindPort ?? 0)}`,
    bindInterface !== undefined && `     Bind i/f = ${bindInterface}`,
    mark !== 0 && `     Mark = ${mark}`,
    `     Timeout = ${inSeconds(connectTimeout)}`,
  ]
}

const endpoint = (address: IpAddress, port: number): string =>
  `[${isIpv4(address) ? formatIpv4(address) : formatIp(address)}]:${port}`

function methodLines(check: Check, state: Asked | undefined, source: CheckDataSource): Lines {
  const method = `   Keepalive method = ${checkName(check)}`
  switch (check.kind) {
    case 'tcp':
    case 'ping':
      return [method]
    case 'http':
      return [`${method}, http protocol ${check.protocol}`, ...httpLines(check, state)]
    case 'smtp':
      return [method, `   helo = ${check.heloName}`]
    case 'dns':
      return [method, `   Type = ${check.type}`, `   Name = ${check.name}`]
    case 'udp':
      return [method, ...udpLines(check)]
    case 'misc':
      return [method, ...miscLines(check, state, source)]
    case 'file':
      return [method, `     Tracked file = ${check.trackFile}`, '     Reloaded = No']
  }
}

function httpLines({ urls, fastRecovery }: HttpCheck, state: Asked | undefined): Lines {
  const failing = state?.stage === 'failed-url' ? urls[state.url] : undefined
  return [
    `   Enable SNI ${urls.some(({ serverName }) => serverName !== undefined) ? 'set' : 'unset'}`,
    `   Fast recovery ${fastRecovery ? 'set' : 'unset'}`,
    ...urls.flatMap(urlLines),
    failing !== undefined && `   Failed URL = ${failing.path}`,
  ]
}

const urlLines = ({ path, digest, statuses, host, regex }: UrlCheck): Lines => [
  `   Checked url = ${path}`,
  digest !== undefined && `     digest = ${digest}`,
  '     HTTP Status Code(s)',
  ...statuses.map(({ first, last }) => `       ${first === last ? String(first) : `${first}-${last}`}`),
  host !== undefined && `     Virtual host = ${host}`,
  ...(regex
    ? [
        `     Regex = "${regex.pattern}"`,
        `     Regex options:${regex.options.map((each) => ` ${each}`).join('')}`,
      ]
    : []),
]

const udpLines = ({ payload, reply }: UdpCheck): Lines => [
  payload === undefined ? '   Payload specified = no' : `   Payload len = ${payload.length / 2}`,
  `   Require reply = ${yes(reply !== undefined)}`,
  ...(reply
    ? [
        `     Min reply length = ${reply.minLength}`,
        `     Max reply length = ${reply.maxLength}`,
        `     Reply data len = ${Math.ceil(reply.pattern.length / 2)}`,
        `     Reply data mask = ${yes(reply.pattern.includes('x'))}`,
      ]
    : []),
]

function miscLines(
  { command, timeout, dynamic, identity }: MiscCheck,
  state: Asked | undefined,
  { wallMs }: CheckDataSource,
): Lines {
  const last = state?.last
  const ranMs = last ? wallMs(last.at) - toMilliseconds(last.took) : 0
  return [
    `   script = ${command.map((word) => `'${word}'`).join(' ')}`,
    `   timeout = ${Math.round(toSeconds(timeout))}`,
    `   dynamic = ${dynamic ? 'YES' : 'NO'}`,
    identity !== undefined && `   uid:gid = ${identity.uid}:${identity.gid}`,
    `   Last ran = ${(ranMs / 1000).toFixed(6)}`,
    `   Last status = ${last ? exitCodeOf(last.outcome) : 0}`,
  ]
}

function exitCodeOf(outcome: NonNullable<Asked['last']>['outcome']): number {
  if (outcome.kind === 'failure') return outcome.reason.kind === 'exit-code' ? outcome.reason.code : 1
  // misc_dynamic: a weight is the exit code less two.
  return outcome.kind === 'success' && outcome.weight?.kind === 'replace' ? outcome.weight.weight + 2 : 0
}
