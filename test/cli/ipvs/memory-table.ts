/** A kernel's IPVS table in memory, with the refusals that Linux 6.1 gives. */

import { accepted, type Result } from '../../../src/base/result.ts'
import type {
  DestinationKey,
  IpvsChange,
  IpvsInfo,
  IpvsTable,
  ObservedDestination,
  ObservedService,
  ServiceKey,
  Statistics,
  SyncDaemon,
  Timeouts,
} from '../../../src/netlink/ipvs/types.ts'
import type { Refusal } from '../../../src/netlink/types.ts'
import { parseIpv4 } from '../../../src/base/address.ts'

const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh']

const errors = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  ESRCH: [3, 'No such process'],
  EEXIST: [17, 'File exists'],
  ENODEV: [19, 'No such device'],
  ERANGE: [34, 'Numerical result out of range'],
} as const

export const refuse = (code: keyof typeof errors): Refusal => ({
  errno: errors[code][0],
  code,
  text: errors[code][1],
})

export const noStatistics: Statistics = {
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

interface Kept {
  service: ObservedService
  readonly destinations: Map<string, ObservedDestination>
}

const nameOf = (key: ServiceKey): string =>
  key.kind === 'mark'
    ? `${key.mark} ${key.family}`
    : `${key.protocol} ${typeof key.address} ${key.address} ${key.port}`
const nameOfDestination = ({ address, port }: DestinationKey): string =>
  `${typeof address} ${address} ${port}`

export class MemoryTable implements IpvsTable {
  readonly kept = new Map<string, Kept>()
  readonly daemons: SyncDaemon[] = []
  readonly changes: IpvsChange[] = []
  /** How many were sent at once, each time. */
  readonly batches: number[] = []
  timeoutsNow: Timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 }
  /** Says no to everything, or to these. */
  refusing:
    { readonly refusal: Refusal; readonly what: 'all' | 'changes' | 'services' | 'destinations' } | undefined
  isClosed = false

  #answer<T>(value: T, what: 'info' | 'services' | 'destinations'): Result<T, Refusal> {
    const { refusing } = this
    return refusing && (refusing.what === 'all' || refusing.what === what)
      ? { ok: false, error: refusing.refusal }
      : accepted(value)
  }

  info(): Result<IpvsInfo, Refusal> {
    return this.#answer({ version: '1.2.1', connectionTableSize: 4096 }, 'info')
  }

  services(): Result<readonly ObservedService[], Refusal> {
    return this.#answer(
      [...this.kept.values()].map(({ service }) => service),
      'services',
    )
  }

  service(key: ServiceKey): Result<ObservedService | undefined, Refusal> {
    return this.#answer(this.kept.get(nameOf(key))?.service, 'services')
  }

  destinations(key: ServiceKey): Result<readonly ObservedDestination[], Refusal> {
    return this.#answer([...(this.kept.get(nameOf(key))?.destinations.values() ?? [])], 'destinations')
  }

  timeouts(): Result<Timeouts, Refusal> {
    return this.#answer(this.timeoutsNow, 'info')
  }

  syncDaemons(): Result<readonly SyncDaemon[], Refusal> {
    return this.#answer(this.daemons, 'info')
  }

  change(changes: readonly IpvsChange[]): readonly (Refusal | undefined)[] {
    this.batches.push(changes.length)
    return changes.map((change) => {
      this.changes.push(change)
      if (this.refusing?.what === 'all' || this.refusing?.what === 'changes') return this.refusing.refusal
      return this.#one(change)
    })
  }

  close(): void {
    this.isClosed = true
  }

  #one(change: IpvsChange): Refusal | undefined {
    switch (change.type) {
      case 'add-service':
      case 'edit-service': {
        const name = nameOf(change.service.key)
        const before = this.kept.get(name)
        if (change.type === 'add-service' && before) return refuse('EEXIST')
        if (change.type === 'edit-service' && !before) return refuse('ESRCH')
        if (!SCHEDULERS.includes(change.service.scheduler)) return refuse('ENOENT')
        const service = { ...change.service, statistics: noStatistics }
        if (before) before.service = service
        else this.kept.set(name, { service, destinations: new Map() })
        return undefined
      }
      case 'delete-service':
        return this.kept.delete(nameOf(change.key)) ? undefined : refuse('ESRCH')
      case 'zero-service':
        return this.kept.has(nameOf(change.key)) ? undefined : refuse('ESRCH')
      case 'add-destination':
      case 'edit-destination':
      case 'delete-destination': {
        const kept = this.kept.get(nameOf(change.key))
        return kept === undefined ? refuse('ESRCH') : this.#destination(change, kept)
      }
      case 'flush':
        this.kept.clear()
        return undefined
      case 'zero':
        return undefined
      case 'set-timeouts': {
        const said = Object.entries(change.timeouts).filter(([, seconds]) => seconds !== 0)
        this.timeoutsNow = { ...this.timeoutsNow, ...Object.fromEntries(said) }
        return undefined
      }
      case 'start-sync-daemon': {
        if (this.daemons.some(({ role }) => role === change.daemon.role)) return refuse('EEXIST')
        if (change.daemon.interface.startsWith('nosuch')) return refuse('ENODEV')
        const defaults = { maxLength: 1472, group: parseIpv4('224.0.0.81')!, port: 8848, ttl: 1 }
        this.daemons.push({ ...defaults, ...change.daemon })
        return undefined
      }
      case 'stop-sync-daemon': {
        const index = this.daemons.findIndex(({ role }) => role === change.role)
        if (index === -1) return refuse('ESRCH')
        this.daemons.splice(index, 1)
        return undefined
      }
    }
  }

  #destination(
    change: IpvsChange & { readonly type: `${string}-destination` },
    { destinations }: Kept,
  ): Refusal | undefined {
    const key = change.type === 'delete-destination' ? change.destination : change.destination.key
    const name = nameOfDestination(key)
    const isThere = destinations.has(name)
    if (change.type === 'add-destination' ? isThere : !isThere) return refuse(isThere ? 'EEXIST' : 'ENOENT')
    if (change.type === 'delete-destination') {
      destinations.delete(name)
      return undefined
    }
    const { destination } = change
    if (destination.lowerThreshold > destination.upperThreshold) return refuse('ERANGE')
    destinations.set(name, {
      ...destination,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      statistics: noStatistics,
    })
    return undefined
  }
}
