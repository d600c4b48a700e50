/** ipvsadm's lists of services and destinations, byte by byte. Pure. Measured, ipvsadm 1.31. */

import { formatIpv4, ipv4FromNumber, isIpv4, type Ipv4Address } from '../../base/address.ts'
import type {
  Destination,
  ForwardingMethod,
  IpvsInfo,
  IpvsProtocol,
  ObservedDestination,
  ObservedService,
  Service,
  ServiceKey,
  Statistics,
  SyncDaemon,
  Timeouts,
  Tunnel,
} from '../../netlink/ipvs/types.ts'
import type { View } from './command.ts'
import { counter } from './counters.ts'
import { formatAddress, formatEndpoint, type PrintNames } from './endpoint.ts'
import { familyOf, sortDestinations, sortServices } from './order.ts'
import { flagNames, hasFlags } from './scheduler-flags.ts'

/** A service with its destinations. */
export interface Entry {
  readonly service: ObservedService
  readonly destinations: readonly ObservedDestination[]
}

export interface ListOptions {
  readonly view: View
  readonly exact: boolean
  readonly names: PrintNames
}

export const sortEntries = (entries: readonly Entry[]): readonly Entry[] =>
  sortServices(entries, ({ service }) => service.key).map(({ service, destinations }) => ({
    service,
    destinations: sortDestinations(destinations, ({ key }) => key),
  }))

/** Addresses that a list may show by name. */
export const addressesIn = (entries: readonly Entry[]): readonly Ipv4Address[] => [
  ...new Set(
    entries
      .flatMap(({ service: { key }, destinations }) => [
        ...(key.kind === 'address' ? [key.address] : []),
        ...destinations.map((destination) => destination.key.address),
      ])
      .filter(isIpv4),
  ),
]

const PROTOCOLS: Readonly<Record<IpvsProtocol, string>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' }

/** Bypass is made by the kernel only; ipvsadm has no word for it. */
const METHODS: Readonly<Record<ForwardingMethod, string>> = {
  masquerade: 'Masq',
  local: 'Local',
  tunnel: 'Tunnel',
  route: 'Route',
  bypass: 'Bypass',
}

const REMOTE = '  -> RemoteAddress:Port'

const TITLES: Readonly<Record<View, readonly [string, string]>> = {
  plain: [
    'Prot LocalAddress:Port Scheduler Flags',
    `${REMOTE}           Forward Weight ActiveConn InActConn`,
  ],
  'tun-info': [
    'Prot LocalAddress:Port Scheduler Flags',
    `${REMOTE}           Forward TunnelInfo    Weight ActiveConn InActConn`,
  ],
  stats: ['Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes', REMOTE],
  rate: ['Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS', REMOTE],
  thresholds: ['Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ', REMOTE],
  'persistent-conn': [
    'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ',
    REMOTE,
  ],
}

/** @param info of a whole table; a single service's list has no such line */
export function listText(
  info: IpvsInfo | undefined,
  entries: readonly Entry[],
  options: ListOptions,
): string {
  const lines = [
    ...(info === undefined
      ? []
      : [`IP Virtual Server version ${info.version} (size=${info.connectionTableSize})`]),
    ...TITLES[options.view],
  ]
  for (const { service, destinations } of entries) {
    lines.push(serviceLine(service, options))
    const protocol = service.key.kind === 'address' ? service.key.protocol : undefined
    for (const destination of destinations) lines.push(destinationLine(destination, protocol, options))
  }
  return `${lines.join('\n')}\n`
}

function serviceLine(service: ObservedService, { view, exact, names }: ListOptions): string {
  const name = serviceName(service.key, names)
  const counters = countersOf(service.statistics, view, exact)
  if (counters !== undefined) return `${name.padEnd(33)}${counters}`
  const { scheduler, schedulerFlags, persistence, onePacket } = service
  const mask = persistence && maskOf(service)
  return [
    name,
    scheduler,
    ...(hasFlags(schedulerFlags) ? [`(${shownFlags(service)})`] : []),
    ...(persistence === undefined ? [] : [`persistent ${persistence.timeoutSeconds}`]),
    ...(mask === undefined ? [] : [`mask ${mask}`]),
    ...(persistence?.engine === undefined ? [] : [`pe ${persistence.engine}`]),
    ...(onePacket ? ['ops'] : []),
  ].join(' ')
}

/** Of sh and mh ipvsadm does not show the third flag. */
function shownFlags({ scheduler, schedulerFlags }: Service): string {
  const third = scheduler === 'sh' || scheduler === 'mh' ? false : schedulerFlags.flag3
  return flagNames(scheduler, { ...schedulerFlags, flag3: third }).join(',')
}

/** Marks are signed here, as ipvsadm has them. */
function serviceName(key: ServiceKey, names: PrintNames): string {
  if (key.kind === 'mark') return `FWM  ${key.mark | 0}${key.family === 'ipv6' ? ' IPv6' : ''}`
  const endpoint = formatEndpoint(key.address, key.port, key.protocol, names)
  return `${PROTOCOLS[key.protocol].padEnd(4)} ${endpoint}`
}

/** Undefined: each client for itself. */
export function maskOf({ key, netmask }: Service): string | undefined {
  if (familyOf(key) === 'ipv6') return netmask === 128 ? undefined : String(netmask)
  return netmask === 0xffffffff ? undefined : formatIpv4(ipv4FromNumber(netmask))
}

function destinationLine(
  destination: ObservedDestination,
  protocol: IpvsProtocol | undefined,
  { view, exact, names }: ListOptions,
): string {
  const { key, statistics, weight } = destination
  const name = `  -> ${formatEndpoint(key.address, key.port, protocol, names).padEnd(28)}`
  const counters = countersOf(statistics, view, exact)
  if (counters !== undefined) return `${name}${counters}`
  const connections = `${column(destination.activeConnections, 10)} ${column(destination.inactiveConnections, 10)}`
  switch (view) {
    case 'thresholds':
      return `${name} ${column(destination.upperThreshold, 10)} ${column(destination.lowerThreshold, 10)} ${connections}`
    case 'persistent-conn':
      return `${name} ${column(weight, 9)} ${column(destination.persistentConnections, 11)} ${connections}`
    case 'tun-info':
      return `${name} ${method(destination)} ${column(tunnelInfo(destination), 13)} ${column(weight, 6)} ${connections}`
    default:
      return `${name} ${method(destination)} ${column(weight, 6)} ${connections}`
  }
}

const column = (value: number | string, width: number): string => String(value).padEnd(width)
const method = ({ forwarding }: Destination): string => METHODS[forwarding].padEnd(7)

const CHECKSUMS: Readonly<Record<Tunnel['checksum'], string>> = {
  none: '-c',
  checksum: '+c',
  remote: 'r+c',
}

function tunnelInfo({ forwarding, tunnel: { type, port, checksum } }: Destination): string {
  if (forwarding !== 'tunnel') return 'n/a'
  if (type === 'ipip') return type
  return type === 'gue' ? `gue:${port}:${CHECKSUMS[checksum]}` : `gre:${CHECKSUMS[checksum]}`
}

const COUNTERS = {
  stats: ['connections', 'inPackets', 'outPackets', 'inBytes', 'outBytes'],
  rate: [
    'connectionsPerSecond',
    'inPacketsPerSecond',
    'outPacketsPerSecond',
    'inBytesPerSecond',
    'outBytesPerSecond',
  ],
} as const

function countersOf(statistics: Statistics, view: View, exact: boolean): string | undefined {
  if (view !== 'stats' && view !== 'rate') return undefined
  return COUNTERS[view].map((name) => counter(statistics[name], exact)).join('')
}

export const timeoutsText = ({ tcpSeconds, tcpFinSeconds, udpSeconds }: Timeouts): string =>
  `Timeout (tcp tcpfin udp): ${tcpSeconds} ${tcpFinSeconds} ${udpSeconds}\n`

export const syncDaemonsText = (daemons: readonly SyncDaemon[]): string =>
  daemons
    .map(
      ({ role, interface: link, syncId, maxLength, group, port, ttl }) =>
        `${role} sync daemon (mcast=${link}, syncid=${syncId}, maxlen=${maxLength}, group=${formatAddress(group)}, port=${port}, ttl=${ttl})\n`,
    )
    .join('')
