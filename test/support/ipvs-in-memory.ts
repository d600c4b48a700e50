/**
 * IPVS in memory: what Linux 6.1 keeps, accepts and refuses (measured with a raw netlink client), for those who talk to
 * an IpvsTable. It forwards nothing; connections and counters are what a test says they are.
 */

import { ipv4FromNumber, isIpv4, isMulticastIpv4, parseIpv4, type IpAddress } from '../../src/base/address.ts'
import { accepted, assertNever, rejected, type Result } from '../../src/base/result.ts'
import { ERRNO } from '../../src/netlink/errno.ts'
import type {
  Destination,
  DestinationKey,
  IpFamily,
  IpvsChange,
  IpvsInfo,
  IpvsTable,
  ObservedDestination,
  ObservedService,
  Service,
  ServiceKey,
  Statistics,
  SyncDaemon,
  SyncDaemonWish,
  Timeouts,
} from '../../src/netlink/ipvs/types.ts'
import { refusal } from '../../src/netlink/refusal.ts'
import type { Outcome, Refusal } from '../../src/netlink/types.ts'

export interface IpvsInMemoryOptions {
  /** Of whom the kernel has a module. */
  readonly schedulers?: readonly string[]
  readonly engines?: readonly string[]
  /** The links that a sync daemon may use. */
  readonly interfaces?: readonly string[]
  /** Besides what the kernel refuses; it is asked first. */
  readonly refuses?: (change: IpvsChange) => Refusal | undefined
}

/** What of a destination traffic changes. */
export type Traffic = Pick<
  ObservedDestination,
  'activeConnections' | 'inactiveConnections' | 'persistentConnections'
> & { readonly statistics: Statistics }

export const NO_STATISTICS: Statistics = {
  connections: 0n,
  inPackets: 0n,
  outPackets: 0n,
  inBytes: 0n,
  outBytes: 0n,
  connectionsPerSecond: 0n,
  inPacketsPerSecond: 0n,
  outPacketsPerSecond: 0n,
  inBytesPerSecond: 0n,
  outBytesPerSecond: 0n,
}

const NO_TRAFFIC: Traffic = {
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  statistics: NO_STATISTICS,
}

interface Entry {
  service: Service
  statistics: Statistics
  readonly destinations: Map<string, { destination: Destination; traffic: Traffic }>
}

const SCHEDULERS = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos'],
  // No module: a service that serves nobody.
  'none',
]
/** INT_MAX jiffies; with the 250 a second that most kernels have. */
const LONGEST_TIMEOUT_SECONDS = Math.floor(0x7fffffff / 250)
const EBADF = 9
const ERANGE = 34

export class IpvsInMemory implements IpvsTable {
  /** Everything that was asked for, refused or not. */
  readonly asked: IpvsChange[] = []
  private readonly entries = new Map<string, Entry>()
  /** Of destinations that went while they had connections: they get them back. */
  private readonly parked = new Map<string, Traffic>()
  private readonly daemons = new Map<SyncDaemon['role'], SyncDaemon>()
  private currentTimeouts: Timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 }
  private open = true
  private readonly options: Required<IpvsInMemoryOptions>

  constructor(options: IpvsInMemoryOptions = {}) {
    this.options = {
      schedulers: SCHEDULERS,
      engines: ['sip'],
      interfaces: ['lo', 'eth0', 'eth1'],
      refuses: () => undefined,
      ...options,
    }
  }

  /** As if clients had come: replaces what the destination has; it has to be there. */
  traffic(key: ServiceKey, destination: DestinationKey, traffic: Partial<Traffic>): void {
    const found = this.entries.get(nameOf(key))?.destinations.get(destinationName(destination))
    if (found === undefined) throw new Error('there is no such destination')
    found.traffic = { ...found.traffic, ...traffic }
  }

  /** The counters of a service; it has to be there. */
  count(key: ServiceKey, statistics: Partial<Statistics>): void {
    const entry = this.entries.get(nameOf(key))
    if (entry === undefined) throw new Error('there is no such service')
    entry.statistics = { ...entry.statistics, ...statistics }
  }

  info(): Result<IpvsInfo, Refusal> {
    return this.told(() => ({ version: '1.2.1', connectionTableSize: 4096 }))
  }

  /** The last one first: nobody may rely on an order. */
  services(): Result<readonly ObservedService[], Refusal> {
    return this.told(() => [...this.entries.values()].reverse().map(observed))
  }

  service(key: ServiceKey): Result<ObservedService | undefined, Refusal> {
    return this.told(() => {
      const entry = this.entries.get(nameOf(key))
      return entry && observed(entry)
    })
  }

  destinations(key: ServiceKey): Result<readonly ObservedDestination[], Refusal> {
    return this.told(() =>
      [...(this.entries.get(nameOf(key))?.destinations.values() ?? [])]
        .reverse()
        .map(({ destination, traffic }) => ({ ...destination, ...traffic })),
    )
  }

  timeouts(): Result<Timeouts, Refusal> {
    return this.told(() => this.currentTimeouts)
  }

  syncDaemons(): Result<readonly SyncDaemon[], Refusal> {
    return this.told(() => [...this.daemons.values()])
  }

  change(changes: readonly IpvsChange[]): readonly Outcome[] {
    return changes.map((change) => {
      if (!this.open) return refusal(EBADF)
      this.asked.push(change)
      const refused = this.options.refuses(change)
      if (refused !== undefined) return refused
      const errno = this.perform(change)
      return errno === undefined ? undefined : refusal(errno)
    })
  }

  close(): void {
    this.open = false
  }

  private told<T>(tell: () => T): Result<T, Refusal> {
    return this.open ? accepted(tell()) : rejected(refusal(EBADF))
  }

  /** An errno when it is refused. */
  private perform(change: IpvsChange): number | undefined {
    switch (change.type) {
      case 'add-service':
        return this.addService(change.service)
      case 'edit-service':
        return this.editService(change.service)
      case 'delete-service':
        return this.deleteService(change.key)
      case 'zero-service':
        return this.zeroService(change.key)
      case 'add-destination':
      case 'edit-destination':
        return this.setDestination(change.key, change.destination, change.type === 'add-destination')
      case 'delete-destination':
        return this.deleteDestination(change.key, change.destination)
      case 'flush':
        for (const { service } of [...this.entries.values()]) this.deleteService(service.key)
        return undefined
      case 'zero':
        for (const { service } of this.entries.values()) this.zeroService(service.key)
        return undefined
      case 'set-timeouts':
        return this.setTimeouts(change.timeouts)
      case 'start-sync-daemon':
        return this.startSyncDaemon(change.daemon)
      case 'stop-sync-daemon':
        return this.daemons.delete(change.role) ? undefined : ERRNO.ESRCH
      default:
        return assertNever(change)
    }
  }

  private addService(service: Service): number | undefined {
    const name = nameOf(service.key)
    if (this.entries.has(name)) return ERRNO.EEXIST
    const errno = this.objection(service)
    if (errno === undefined)
      this.entries.set(name, { service, statistics: NO_STATISTICS, destinations: new Map() })
    return errno
  }

  private editService(service: Service): number | undefined {
    const entry = this.entries.get(nameOf(service.key))
    if (entry === undefined) return ERRNO.ESRCH
    const errno = this.objection(service)
    if (errno === undefined) entry.service = service
    return errno
  }

  /** To a mask of IPv4, a timeout, a port or a mark of 0 the kernel has none. */
  private objection({ key, scheduler, persistence, netmask }: Service): number | undefined {
    if (!this.options.schedulers.includes(scheduler)) return ERRNO.ENOENT
    const engine = persistence?.engine
    if (engine !== undefined && !this.options.engines.includes(engine)) return ERRNO.ENOENT
    if (familyOf(key) === 'ipv6' && (netmask < 1 || netmask > 128)) return ERRNO.EINVAL
    return undefined
  }

  private deleteService(key: ServiceKey): number | undefined {
    const entry = this.entries.get(nameOf(key))
    if (entry === undefined) return ERRNO.ESRCH
    for (const { destination } of [...entry.destinations.values()])
      this.deleteDestination(key, destination.key)
    this.entries.delete(nameOf(key))
    return undefined
  }

  private zeroService(key: ServiceKey): number | undefined {
    const entry = this.entries.get(nameOf(key))
    if (entry === undefined) return ERRNO.ESRCH
    entry.statistics = NO_STATISTICS
    for (const each of entry.destinations.values())
      each.traffic = { ...each.traffic, statistics: NO_STATISTICS }
    return undefined
  }

  private setDestination(key: ServiceKey, destination: Destination, isNew: boolean): number | undefined {
    const entry = this.entries.get(nameOf(key))
    if (entry === undefined) return ERRNO.ESRCH
    const { weight, upperThreshold, lowerThreshold, tunnel, forwarding } = destination
    if (familyOfAddress(destination.key.address) !== familyOf(key) && forwarding !== 'tunnel')
      return ERRNO.EINVAL
    if (weight < 0 || lowerThreshold > upperThreshold) return ERANGE
    if (tunnel.type === 'gue' && tunnel.port === 0) return ERRNO.EINVAL
    const name = destinationName(destination.key)
    const there = entry.destinations.get(name)
    if (!isNew) {
      if (there === undefined) return ERRNO.ENOENT
      there.destination = destination
      return undefined
    }
    if (there !== undefined) return ERRNO.EEXIST
    if (!isUnicast(destination.key.address)) return ERRNO.EINVAL
    const parking = `${nameOf(key)} ${name}`
    entry.destinations.set(name, { destination, traffic: this.parked.get(parking) ?? NO_TRAFFIC })
    this.parked.delete(parking)
    return undefined
  }

  private deleteDestination(key: ServiceKey, destination: DestinationKey): number | undefined {
    const entry = this.entries.get(nameOf(key))
    if (entry === undefined) return ERRNO.ESRCH
    const name = destinationName(destination)
    const there = entry.destinations.get(name)
    if (there === undefined) return ERRNO.ENOENT
    entry.destinations.delete(name)
    const { activeConnections, inactiveConnections } = there.traffic
    if (activeConnections + inactiveConnections > 0)
      this.parked.set(`${nameOf(key)} ${name}`, { ...there.traffic, statistics: NO_STATISTICS })
    return undefined
  }

  private setTimeouts(wanted: Partial<Timeouts>): number | undefined {
    const said = Object.entries(wanted).filter(([, seconds]) => seconds !== 0)
    if (said.some(([, seconds]) => seconds > LONGEST_TIMEOUT_SECONDS)) return ERRNO.EINVAL
    this.currentTimeouts = { ...this.currentTimeouts, ...Object.fromEntries(said) }
    return undefined
  }

  private startSyncDaemon(wish: SyncDaemonWish): number | undefined {
    if (this.daemons.has(wish.role)) return ERRNO.EEXIST
    if (!this.options.interfaces.includes(wish.interface)) return ERRNO.ENODEV
    const defaults = { maxLength: 1472, group: ipv4FromNumber(0xe0000051), port: 8848, ttl: 1 }
    this.daemons.set(wish.role, { ...defaults, ...wish })
    return undefined
  }
}

const observed = ({ service, statistics }: Entry): ObservedService => ({ ...service, statistics })

const nameOf = (key: ServiceKey): string =>
  key.kind === 'mark' ? `mark ${key.family} ${key.mark}` : `${key.protocol} ${key.address} ${key.port}`

const destinationName = ({ address, port }: DestinationKey): string => `${address} ${port}`

const familyOfAddress = (address: IpAddress): IpFamily => (isIpv4(address) ? 'ipv4' : 'ipv6')

const familyOf = (key: ServiceKey): IpFamily =>
  key.kind === 'mark' ? key.family : familyOfAddress(key.address)

/** Neither multicast nor broadcast, nor no address at all. */
function isUnicast(address: IpAddress): boolean {
  if (!isIpv4(address)) return address !== '::' && !address.startsWith('ff')
  return !isMulticastIpv4(address) && address >>> 24 !== 0 && address !== parseIpv4('255.255.255.255')
}
