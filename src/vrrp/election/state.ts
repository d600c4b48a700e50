/**
 * The three unions of the election: what a virtual router is in (State), what
 * can happen to it (RouterEvent) and what is to be done about it (Effect).
 * All are plain data. A State carries only what is true in that state, and its
 * deadlines live inside it: leave the state and they are gone.
 */

import type { IpAddress } from '../../base/address.ts'
import type { NotifyWord } from '../../base/state-names.ts'
import type { Duration, Instant } from '../../base/time.ts'
import type { ElectionEvent } from './event.ts'
import type { FaultReason } from './fault.ts'
import type { Note } from './note.ts'

export type { TransitionCause } from './cause.ts'
export type * from './event.ts'
export type { FaultReason } from './fault.ts'
export type * from './note.ts'
export type * from './router.ts'

/** What is known of a tracked thing: a file's number, or how it fares. */
export type Finding = Verdict | number

/** `pending`: no result yet. `disabled`: can never have one; it has no influence (keepalived fails open). */
export type Verdict = 'pending' | 'up' | 'down' | 'disabled'

/** What is true around a router at one moment; derived by the engine, never stored by hand. */
export interface Conditions {
  /** Effective priority: 1..254, or 255 for an owner. */
  readonly priority: number
  readonly faults: readonly FaultReason[]
  /** Weight-0 scripts that have not returned yet (`script chk_nginx`): the router waits for them. */
  readonly pending: readonly string[]
  /** A tracked file of its own has not been read yet: its first word would carry the wrong priority. Absent: no. */
  readonly unread?: true
  /** The address our adverts carry; undefined only while it is missing (then a fault says so). */
  readonly source: IpAddress | undefined
  /** How many of the router's addresses, from the last one on, an advert has no room for. Absent: none. */
  readonly unadvertised?: number
}

export interface MasterSeen {
  readonly address: IpAddress
  readonly priority: number
  readonly heardAt: Instant
}

export type State =
  | {
      readonly kind: 'initialize'
      /** What it becomes once every weight-0 script has returned; undefined before start and after stop. */
      readonly next: 'backup' | 'master' | undefined
    }
  | {
      readonly kind: 'backup'
      /** Master_Down_Timer */
      readonly masterDownAt: Instant
      readonly master: MasterSeen | undefined
      /** Set by the first lower-priority advert with preempt_delay; afterwards such adverts are discarded. */
      readonly preemptAt: Instant | undefined
      /** The timer has fired, but the sync group is not ready: see vrrp/sync-group.ts. */
      readonly wantsMaster: boolean
      /**
       * Version 3: how often its master advertises, which need not be our own interval (Active_Adver_Interval,
       * RFC 9568 section 6.1). Absent: no other one has been heard.
       */
      readonly learnedInterval?: Duration
    }
  | {
      readonly kind: 'master'
      /** Adver_Timer */
      readonly nextAdvertAt: Instant
      /** When gratuitous ARP is due again: after becoming Master, after a lower-priority advert, and for ever. */
      readonly secondBurstAt: Instant | undefined
      readonly lowerPrioBurstAt: Instant | undefined
      readonly refreshAt: Instant | undefined
      /** When addresses on other links are due. */
      readonly elsewhereAt?: Instant | undefined
    }
  | {
      readonly kind: 'fault'
      readonly reasons: readonly FaultReason[]
      /**
       * The priority in force before, where what brought the fault has altered it as well; until it changes again
       * this is what scripts are told.
       */
      readonly lastPriority?: number
    }

export type StateKind = State['kind']
export type Initialize = State & { readonly kind: 'initialize' }
export type Backup = State & { readonly kind: 'backup' }
export type Master = State & { readonly kind: 'master' }
export type Fault = State & { readonly kind: 'fault' }

export interface Advert {
  readonly source: IpAddress
  readonly priority: number
  readonly addresses: readonly IpAddress[]
  /** Version 3's: how often its sender advertises. */
  readonly interval?: Duration
  /** Its checksum is made as keepalived did before 1.3.7, or as version 2 has it. Absent: as the RFC has it. */
  readonly hasOtherChecksum?: true
  /** When the kernel received it, which may be well before it was read. */
  readonly arrivedAt: Instant
}

export type RouterEvent =
  /**
   * `asOwner`: RFC 3768 section 6.4.1, an address owner goes straight to Master (in a group: all are owners).
   * `resumed`: it was Master a moment ago and goes on, unless something keeps it.
   */
  | { readonly type: 'start'; readonly asOwner: boolean; readonly resumed?: boolean }
  | { readonly type: 'advert'; readonly advert: Advert }
  /** One of the state's deadlines has been reached; `heldBack`: the sync group may not go to Master yet. */
  | { readonly type: 'timeout'; readonly heldBack: boolean }
  /**
   * Conditions differ from those of the previous step; `following`: another member of the group has just gone first.
   * `unserved`: it was Master, has listened since, and heard nobody for a Master_Down_Interval.
   */
  | {
      readonly type: 'conditions'
      readonly before: Conditions
      readonly following: boolean
      readonly unserved?: true
    }
  /** Somebody else removed a virtual address or route of ours. */
  | { readonly type: 'address-lost'; readonly address: string }
  /** The sync group says so; `because` names the member that started it. */
  | { readonly type: 'follow'; readonly to: FollowTo; readonly because: string }
  /** Another member of the group has heard a lower-priority master: the LAN may have been told wrong of ours too. */
  | { readonly type: 'sibling-disturbed' }
  | { readonly type: 'stop' }

/** `aside`: to Backup as for a lost address, with priority 0 and only Skew_Time to wait. */
export type FollowTo = 'master' | 'backup' | 'aside'

export type NotifyState = NotifyWord | 'STOP'

/** What the daemon has to do, in this order, in the router's lane. */
export type Effect =
  | {
      readonly type: 'send-advert'
      readonly priority: number
      readonly copies: number
      /**
       * The address it comes from: the last one known, so that a Master whose
       * source address has just gone can still say goodbye (measured).
       */
      readonly source: IpAddress | undefined
      /** See Conditions. */
      readonly unadvertised?: number
    }
  | { readonly type: 'install' }
  | { readonly type: 'withdraw' }
  /** `elsewhere`: only addresses that are not on the router's own link. */
  | { readonly type: 'announce'; readonly repeat: number; readonly elsewhere?: true }
  | {
      readonly type: 'notify'
      readonly state: NotifyState
      readonly priority: number
      /** The router is in no configuration any more: of its scripts only `notify` hears of that (measured). */
      readonly deleted?: true
    }
  /** Others act on it. */
  | { readonly type: 'event'; readonly event: ElectionEvent }
  /** People may read it. */
  | { readonly type: 'note'; readonly note: Note }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}
