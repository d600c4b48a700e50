/**
 * What the process that serves virtual servers tells about itself. `vrrpd status --json` joins it with the daemon's
 * report; docs/status.schema.json says the same for programs. Pure.
 */

import type { Problem } from './problem.ts'
import type { DaemonReport } from './report.ts'

/** Version 1. Fields may be added; none is taken away or given another meaning under the same version. */
export interface LvsReport extends LvsSections {
  readonly version: 1
  /** What an operator has to look at, worst first; empty when all is well. */
  readonly problems: readonly Problem[]
}

/** What of it stands in the joined report. */
export interface LvsSections {
  /** In the configuration's order. */
  readonly virtualServers: readonly VirtualServerReport[]
  readonly syncDaemon: readonly SyncDaemonReport[]
  /** The process itself. */
  readonly director: DaemonReport
}

export interface VirtualServerReport {
  /** keepalived's: `[10.8.0.100]:tcp:80`, `FWM 3`, `[G]:0`. */
  readonly name: string
  /** Null of a firewall mark and of a group. */
  readonly address: string | null
  /** 0: every port. */
  readonly port: number | null
  /** Null of a firewall mark. */
  readonly protocol: 'tcp' | 'udp' | 'sctp' | null
  readonly fwmark: number | null
  /** The virtual_server_group's name. */
  readonly group: string | null
  /** What IPVS has for it, a group several: `10.8.0.100:tcp:80`, `Fwm 3`. */
  readonly services: readonly string[]
  readonly scheduler: string
  readonly persistence: PersistenceReport | null
  readonly quorum: QuorumReport
  readonly sorry: SorryReport | null
  /** ha_suspend, and the address is not on this host: nobody is checked. */
  readonly suspended: boolean
  readonly kernel: KernelReport
  /** Real servers by their state. */
  readonly counts: ServerCounts
  /** In the configuration's order. Where a client asked for a short report, and there are many, those that are down. */
  readonly realServers: readonly RealServerReport[]
}

export interface PersistenceReport {
  readonly timeoutSeconds: number
  /** A persistence engine's name. */
  readonly engine: string | null
}

/** In units of weight. */
export interface QuorumReport {
  readonly need: number
  readonly hysteresis: number
  /** What those that are up weigh together. */
  readonly sum: number
  readonly state: 'up' | 'down'
  /** ISO 8601 in UTC, as all times. */
  readonly since: string
}

export interface SorryReport {
  readonly server: string
  /** It serves instead of the others. */
  readonly active: boolean
}

export interface KernelReport {
  /** Whether IPVS has it, with all its addresses; null: the table cannot be read. */
  readonly present: boolean | null
  /** What IPVS has otherwise than it was asked for. */
  readonly drift: readonly DriftReport[]
}

export type DriftKind =
  | 'service-missing'
  | 'service-differs'
  | 'destination-missing'
  | 'destination-foreign'
  | 'destination-differs'
  | 'weight-differs'

export interface DriftReport {
  readonly kind: DriftKind
  /** `10.8.0.100:tcp:80` */
  readonly service: string
  /** `10.9.0.21:80`; null: the service itself. */
  readonly destination: string | null
  /** Weights, where these differ. */
  readonly asked: number | null
  readonly actual: number | null
}

export type ServerState = 'unchecked' | 'up' | 'down' | 'suspended'

export type ServerCounts = Readonly<Record<ServerState, number>>

export interface RealServerReport {
  /** `[10.9.0.21]:tcp:80` */
  readonly name: string
  readonly address: string
  /** 0: none was written, as behind a firewall mark. */
  readonly port: number
  /** unchecked: none of its checks has come to an end; suspended: none is made. */
  readonly state: ServerState
  /** Whether it counts as up, whatever its state. */
  readonly up: boolean
  readonly since: string
  /** Why it went down, or came back: `HTTP 503, expected 200-299`; null where nothing was said. */
  readonly reason: string | null
  readonly weight: WeightReport
  /** Of all addresses of the virtual server; null where it is not in the table, or that cannot be read. */
  readonly connections: ConnectionsReport | null
  readonly checkers: readonly CheckerReport[]
}

export interface WeightReport {
  readonly configured: number
  /** With what checks say to it. */
  readonly effective: number
  /** Null: it is not in the table, or that cannot be read. Of a group: at its first address. */
  readonly kernel: number | null
}

export interface ConnectionsReport {
  readonly active: number
  readonly inactive: number
  readonly persistent: number
}

export interface CheckerReport {
  /** keepalived.conf's word: TCP_CHECK, HTTP_GET, … */
  readonly kind: string
  /** Whom or what it asks: `10.9.0.21:80`, `http://10.9.0.21:80/health`, a program, a file. */
  readonly target: string
  readonly state: ServerState
  readonly retry: {
    /** Failed attempts of the series that is going on. */
    readonly failures: number
    /** So many may follow the first one. */
    readonly of: number
  }
  /** It is being made. */
  readonly running: boolean
  readonly last: AttemptReport | null
  /** Null while it runs, rests, or is told (FILE_CHECK). */
  readonly nextAt: string | null
  readonly counts: {
    readonly successes: number
    readonly failures: number
    /** Attempts that said nothing about the server. */
    readonly noResults: number
  }
  /** How many checkers have their answer from the same attempts, this one included. */
  readonly sharedBy: number
}

export interface AttemptReport {
  /** When it ended. */
  readonly at: string
  readonly tookMs: number
  /** Null: it said nothing about the server. */
  readonly ok: boolean | null
  readonly reason: string | null
}

/** A thread of the kernel that tells another director of connections, or hears of them. */
export interface SyncDaemonReport {
  readonly role: 'master' | 'backup'
  readonly interface: string
  readonly syncId: number
  /** The configuration wants it now. */
  readonly wanted: boolean
  /** Null: the kernel cannot be asked. */
  readonly running: boolean | null
  /** The vrrp_instance that it follows. */
  readonly instance: string | null
}
