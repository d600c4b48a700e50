/** What a simulation's engine hands to the report. Pure. */

import type { StateWord } from '../../base/state-names.ts'
import type { Circumstances } from './circumstances.ts'

/** An instance's state in the words of `vrrpd status`; STOP: its host or its daemon is not there. */
export type State = StateWord | 'STOP'

/** Times are seconds since the beginning of the simulation, with at most microseconds. */
export interface Observed {
  /** In the order of the command line. */
  readonly hosts: readonly string[]
  /** The simulation's end. It lasts from 0 up to this moment, which is not part of it. */
  readonly until: number
  readonly events: readonly ObservedEvent[]
  /** Each virtual address, in the files' order. */
  readonly addresses: readonly ObservedAddress[]
  /** Absent: not known. What depends on it is then not judged, or as if nothing had befallen anybody. */
  readonly circumstances?: Circumstances
}

/**
 * In order of time: an instance's change of state, with `from` and `to`; or what befell the world or a host (an
 * event of the story, a drain, a lost address), where `instance`, `from` and `to` are null.
 * The instances of a host or daemon that ends go to STOP. A state lasts until the instance's next change;
 * `from` of its first change is what it was from 0 on.
 */
export interface ObservedEvent {
  readonly time: number
  /** Null: no single host's, as a partition. */
  readonly host: string | null
  readonly instance: string | null
  readonly from: State | null
  readonly to: State | null
  /** Says neither the host nor the change again: they stand beside it. */
  readonly because: string
}

export interface ObservedAddress {
  /** With its prefix, `10.0.0.9/24`. */
  readonly address: string
  /** Of which vrrp_instances, on whatever host. */
  readonly instances: readonly string[]
  /** Who had it when, by the hosts' kernels; those of one host do not overlap. `to` is null while it lasts. */
  readonly held: readonly { readonly host: string; readonly from: number; readonly to: number | null }[]
  /** When some host that could have it was there: from then on it is missed. */
  readonly wantedFrom: number
  /** Master_Down_Interval of the slowest host (RFC 3768, 6.1), in seconds. */
  readonly masterDownInterval: number
}
