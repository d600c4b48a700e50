/**
 * What is known of servers and what of the kernel's table is ours, for who goes on: a child that is started again, or a
 * daemon after a crash. Plain data (JSON), read back with suspicion: it may come from a file.
 */

import { parseIp, type IpAddress } from '../base/address.ts'
import { instant, type Instant } from '../base/time.ts'
import type { DestinationKey, ServiceKey, Timeouts } from '../netlink/ipvs/types.ts'
import { destinationText, serviceText } from './keys.ts'
import type { Ours } from './plan.ts'
import type { QuorumState } from './quorum.ts'
import type { Director } from './state.ts'
import type { VirtualServerState } from './virtual-server.ts'
import type { WeightSay } from './weights.ts'

export interface Snapshot {
  readonly version: 1
  readonly virtualServers: readonly RememberedVirtualServer[]
  readonly services: readonly RememberedService[]
  readonly formerTimeouts?: Timeouts
}

export interface RememberedVirtualServer {
  readonly identity: string
  readonly quorum: QuorumState
  readonly since: Instant
  readonly servers: readonly RememberedServer[]
}

export interface RememberedServer {
  readonly identity: string
  readonly up: boolean
  readonly since: Instant
  readonly reason?: string
  readonly checkers: readonly RememberedChecker[]
}

export interface RememberedChecker {
  readonly key: string
  readonly fingerprint: string
  readonly up: boolean
  readonly hasRun: boolean
  readonly say?: WeightSay
}

export interface RememberedService {
  readonly key: ServiceKey
  readonly destinations: readonly { readonly key: DestinationKey; readonly weight: number }[]
}

/** After a deliberate stop there is nothing to adopt. */
export function snapshotOf(director: Director): Snapshot {
  const { virtualServers, formerTimeouts } = director
  return {
    version: 1,
    virtualServers: virtualServers.map(remember),
    services: servicesOf(director),
    ...(formerTimeouts && { formerTimeouts }),
  }
}

/** What we have asked for; with a weight that no other is like where it is not known what the kernel made of it. */
function servicesOf({ setup, services }: Pick<Director, 'setup' | 'services'>): readonly RememberedService[] {
  return services.flatMap(({ service, destinations, lost }, position) => {
    const united = setup.services[position]
    if (service === undefined || lost || united === undefined) return []
    const asked = united.destinations.flatMap(({ key }, index) => {
      const held = destinations[index]
      return held === undefined ? [] : [{ key, weight: held === 'unknown' ? -1 : held.weight }]
    })
    return [{ key: united.key, destinations: asked }]
  })
}

export const oursOf = (director: Pick<Director, 'setup' | 'services'>): Ours => oursIn(servicesOf(director))

export const remember = ({ block, quorum, since, servers }: VirtualServerState): RememberedVirtualServer => ({
  identity: block.identity,
  quorum,
  since,
  servers: servers.map(({ server, up, since: changed, reason, checkers }) => ({
    identity: server.identity,
    up,
    since: changed,
    ...(reason !== undefined && { reason }),
    checkers: checkers.map(({ checker, up: passes, hasRun, say }) => ({
      key: checker.key,
      fingerprint: checker.fingerprint,
      up: passes,
      hasRun,
      ...(say && { say }),
    })),
  })),
})

export const oursIn = (services: readonly RememberedService[]): Ours =>
  new Map(
    services.map(({ key, destinations }) => [
      serviceText(key),
      new Map(destinations.map((each) => [destinationText(each.key), each.weight])),
    ]),
  )

/** @param value as JSON.parse gives it; undefined where it is no snapshot of this version */
export function readSnapshot(value: unknown): Snapshot | undefined {
  if (!isRecord(value) || value['version'] !== 1) return undefined
  const virtualServers = listOf(value['virtualServers'], readVirtualServer)
  const services = listOf(value['services'], readService)
  if (virtualServers === undefined || services === undefined) return undefined
  const formerTimeouts = readTimeouts(value['formerTimeouts'])
  return { version: 1, virtualServers, services, ...(formerTimeouts && { formerTimeouts }) }
}

type Fields = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined when any of them is none. */
function listOf<T>(value: unknown, read: (fields: Fields) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value.map((each: unknown) => (isRecord(each) ? read(each) : undefined))
  return items.every((each) => each !== undefined) ? items : undefined
}

function readVirtualServer({
  identity,
  quorum,
  since,
  servers,
}: Fields): RememberedVirtualServer | undefined {
  const read = listOf(servers, readServer)
  if (typeof identity !== 'string' || typeof since !== 'number' || read === undefined) return undefined
  if (quorum !== 'up' && quorum !== 'down') return undefined
  return { identity, quorum, since: instant(since), servers: read }
}

function readServer({ identity, up, since, reason, checkers }: Fields): RememberedServer | undefined {
  const read = listOf(checkers, readChecker)
  if (typeof identity !== 'string' || typeof up !== 'boolean' || typeof since !== 'number') return undefined
  if (read === undefined) return undefined
  const words = typeof reason === 'string' ? { reason } : {}
  return { identity, up, since: instant(since), ...words, checkers: read }
}

function readChecker({ key, fingerprint, up, hasRun, say }: Fields): RememberedChecker | undefined {
  if (typeof key !== 'string' || typeof fingerprint !== 'string') return undefined
  if (typeof up !== 'boolean' || typeof hasRun !== 'boolean') return undefined
  const weight = isRecord(say) ? readSay(say) : undefined
  return { key, fingerprint, up, hasRun, ...(weight && { say: weight }) }
}

function readSay({ kind, weight, by }: Fields): WeightSay | undefined {
  if (kind === 'absolute' && typeof weight === 'number') return { kind, weight }
  if (kind === 'relative' && typeof by === 'number') return { kind, by }
  return undefined
}

function readService({ key, destinations }: Fields): RememberedService | undefined {
  const service = isRecord(key) ? readServiceKey(key) : undefined
  const read = listOf(destinations, readDestination)
  return service && read && { key: service, destinations: read }
}

function readServiceKey({ kind, protocol, address, port, mark, family }: Fields): ServiceKey | undefined {
  if (kind === 'mark') {
    if (typeof mark !== 'number' || (family !== 'ipv4' && family !== 'ipv6')) return undefined
    return { kind, mark, family }
  }
  const ip = readAddress(address)
  if (kind !== 'address' || ip === undefined || typeof port !== 'number') return undefined
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return undefined
  return { kind, protocol, address: ip, port }
}

function readDestination({ key, weight }: Fields): RememberedService['destinations'][number] | undefined {
  if (!isRecord(key) || typeof weight !== 'number') return undefined
  const address = readAddress(key['address'])
  const port = key['port']
  return address === undefined || typeof port !== 'number' ? undefined : { key: { address, port }, weight }
}

/** IPv4 addresses are numbers here, IPv6 ones texts. */
function readAddress(value: unknown): IpAddress | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value <= 0xffffffff ? (value as IpAddress) : undefined
  return typeof value === 'string' ? parseIp(value) : undefined
}

function readTimeouts(value: unknown): Timeouts | undefined {
  if (!isRecord(value)) return undefined
  const { tcpSeconds, tcpFinSeconds, udpSeconds } = value
  if (typeof tcpSeconds !== 'number' || typeof tcpFinSeconds !== 'number' || typeof udpSeconds !== 'number')
    return undefined
  return { tcpSeconds, tcpFinSeconds, udpSeconds }
}
