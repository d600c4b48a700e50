/**
 * What a running daemon tells about itself: `vrrpd status --json` prints it as
 * it is. docs/status.schema.json says the same for programs. Pure.
 */

import type { StateWord } from '../base/state-names.ts'
import type { LvsSections } from './lvs-report.ts'
import type { Problem } from './problem.ts'

/** Version 1. Fields may be added; none is taken away or given another meaning under the same version. */
/** With virtual servers also what the process tells that serves them. */
export interface StatusReport extends Partial<LvsSections> {
  readonly version: 1
  /** What an operator has to look at, worst first; empty when all is well. */
  readonly problems: readonly Problem[]
  readonly instances: readonly InstanceReport[]
  readonly groups: readonly GroupReport[]
  /** Whole sentences that concern the daemon, e.g. virtual_server blocks that are not served. */
  readonly notices: readonly string[]
  readonly daemon: DaemonReport
  /** Where there are virtual servers: of the process that serves them. */
  readonly lvsProcess?: LvsProcessReport
}

export type InstanceState = StateWord

export interface InstanceReport {
  readonly name: string
  readonly state: InstanceState
  /** When the state was entered, by the wall clock: ISO 8601 in UTC. */
  readonly since: string
  /** Why the state was entered; in FAULT what keeps it there. */
  readonly because: string
  readonly interface: string
  readonly vrid: number
  /** Of VRRP. Absent: 2, of a daemon that knew no other. */
  readonly version?: 2 | 3
  /** The sync group it is in. */
  readonly group: string | null
  readonly priority: PriorityReport
  readonly preempt: PreemptReport
  readonly timers: TimersReport
  /** The master that is heard; null when none is, and while this is the master itself. */
  readonly master: MasterReport | null
  /** Others that are heard as masters besides that one, or besides this host. */
  readonly rivals: readonly MasterReport[]
  /** In the configuration's order, excluded ones last. */
  readonly addresses: readonly AddressReport[]
  /** virtual_routes and virtual_rules in ip(8)'s words, in the configuration's order. */
  readonly routes: readonly RouteReport[]
  readonly rules: readonly RuleReport[]
  readonly trackers: readonly TrackerReport[]
  readonly counters: CountersReport
  /** The operator has taken it out; null when not. */
  readonly drained: { readonly since: string; readonly until: string | null } | null
  /** The last changes of state, the oldest first. */
  readonly history: readonly TransitionReport[]
}

export interface PriorityReport {
  readonly base: number
  /** base plus all contributions, within 1..254; 255 stays as it is. */
  readonly effective: number
  readonly contributions: readonly { readonly tracker: string; readonly weight: number }[]
}

export interface PreemptReport {
  readonly enabled: boolean
  readonly delaySeconds: number
  /** In words: what it means now. */
  readonly because: string
}

export interface TimersReport {
  /** Our own, as Master. */
  readonly advertIntervalMs: number
  /** The one that the master has, which the other times follow from: in version 3 it may be another one. */
  readonly masterIntervalMs?: number
  /** How long a silent master is waited for: the time a failover takes when it dies. */
  readonly masterDownIntervalMs: number
  /** The same when it leaves with priority 0. */
  readonly skewTimeMs: number
}

export interface MasterReport {
  readonly address: string
  readonly priority: number
  /** Since when it has been heard without a pause. */
  readonly since: string
  readonly lastHeard: string
}

export interface AddressReport {
  /** `10.65.33.139/23` */
  readonly address: string
  /** Whether the kernel has it on the interface where it belongs. */
  readonly present: boolean
  /** It is there, and has failed duplicate address detection: another host answers for it (IPv6). */
  readonly duplicate?: true
}

export interface RouteReport {
  /** `198.51.100.0/24 via 10.0.0.254` */
  readonly route: string
  readonly present: boolean
}

export interface RuleReport {
  /** `from 10.0.0.9/32 table 100 preference 16384` */
  readonly rule: string
  readonly present: boolean
}

export interface TrackerReport {
  /** `script`, `interface`, `file`, `process`. */
  readonly kind: string
  readonly name: string
  /** 0: its failure is a FAULT. */
  readonly weight: number
  readonly reverse: boolean
  /** `pending`: no result yet; `disabled`: can never have one, and has no influence. */
  readonly verdict: 'pending' | 'up' | 'down' | 'disabled'
  /** The number in a file; null for everything else. */
  readonly value: number | null
  /** Of scripts; null for everything else. */
  readonly run: RunReport | null
}

export interface RunReport {
  readonly running: boolean
  /** In words; null before the first run has ended. */
  readonly result: string | null
  readonly startedAt: string | null
  readonly durationMs: number | null
  readonly nextAt: string | null
  /** The last of what it printed. */
  readonly output: string
  /** Runs that were due while the one before was still running. */
  readonly skipped: number
}

/** As keepalived's statistics. */
export interface CountersReport {
  readonly advertsReceived: number
  readonly advertsSent: number
  readonly becameMaster: number
  readonly releasedMaster: number
  readonly priorityZeroReceived: number
  readonly priorityZeroSent: number
  readonly addressListDiffers: number
  /** By the reason's name. */
  readonly rejected: Readonly<Record<string, number>>
}

export interface TransitionReport {
  readonly at: string
  readonly from: InstanceState
  readonly to: InstanceState
  readonly because: string
}

export interface GroupReport {
  readonly name: string
  readonly members: readonly string[]
  /** The one all members are in; null while they differ. */
  readonly state: InstanceState | null
}

export interface LvsProcessReport {
  /** Null while none runs. */
  readonly pid: number | null
  /** How often it was started again after it had ended by itself. */
  readonly restarts: number
  /**
   * `starting`: it does not serve yet. `restarting`: it has ended, and is started again after a while. `ended`: it is
   * not started again (-R). `left-to-keepalived`: keepalived's checkers serve this network namespace.
   */
  readonly state: 'starting' | 'serving' | 'restarting' | 'stopping' | 'ended' | 'left-to-keepalived'
}

export interface DaemonReport {
  readonly pid: number
  readonly version: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly configFile: string
  /** How late the event loop ran at worst within the last minute or so, in milliseconds. */
  readonly loopLagMs: number
  /** When the configuration was last read with success. */
  readonly loadedAt: string
}
