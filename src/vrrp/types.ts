/** The engine's own vocabulary: what it consists of, what goes in, what comes out. */

import type { IpAddress } from '../base/address.ts'
import type { NotifyWord } from '../base/state-names.ts'
import type { Said } from '../base/repeat-limiter.ts'
import type { Instant } from '../base/time.ts'
import type { Facts, LinkFact } from './conditions.ts'
import type { Counters } from './counters.ts'
import type {
  Advert,
  Conditions,
  Effect,
  NotifyState,
  State,
  Verdict,
  VirtualRouter,
} from './election/state.ts'
import type { RejectedSenders } from './rejections.ts'
import type { Table } from './table.ts'

export interface RouterRecord {
  readonly router: VirtualRouter
  readonly group: string | undefined
  readonly state: State
  /** What is true of this router by itself. */
  readonly own: Conditions
  /** The same together with its sync group: what the election goes by. */
  readonly conditions: Conditions
  /** When the state was entered, and why in words. */
  readonly since: Instant
  readonly because: string
  readonly counters: Counters
  /** Notes given already that could come with every advert: see stepping.ts. */
  readonly said: Said
  /** Whose adverts are refused, for what, and since when. */
  readonly rejectedSenders: RejectedSenders
  /** Who sent the last advert: skip_check_adv_addr trusts its address list. */
  readonly lastSender: IpAddress | undefined
}

export interface GroupRecord {
  readonly name: string
  readonly members: readonly string[]
  /** What was last announced for the group. */
  readonly announced: NotifyState | undefined
}

export interface Engine {
  readonly routers: Table<RouterRecord>
  readonly groups: Table<GroupRecord>
  readonly facts: Facts
}

export interface EngineSetup {
  readonly routers: readonly VirtualRouter[]
  /** Members are names of `routers`; none is in two groups. */
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly facts: Facts
}

export type EngineEvent =
  /**
   * `resumed`: routers that were Master until a moment ago, when the daemon ended without a goodbye;
   * nobody can have taken their place yet.
   */
  | { readonly type: 'start'; readonly resumed?: ReadonlySet<string> }
  | { readonly type: 'stop' }
  /** Deadlines up to now are due. */
  | { readonly type: 'alarm' }
  | { readonly type: 'advert'; readonly router: string; readonly advert: Advert }
  | {
      readonly type: 'rejected'
      readonly router: string
      readonly reason: string
      readonly source: IpAddress
      readonly text: string
    }
  /** `fact` undefined: the link does not exist any more. */
  | { readonly type: 'link'; readonly name: string; readonly fact: LinkFact | undefined }
  | { readonly type: 'script'; readonly name: string; readonly verdict: Verdict }
  /** The operator takes routers out, or lets them in again; both alter nothing for those it is true of already. */
  | { readonly type: 'drain'; readonly routers: readonly string[] }
  /** `unserved`: of these, and of those in their sync groups, nobody has been master for a Master_Down_Interval. */
  | { readonly type: 'resume'; readonly routers: readonly string[]; readonly unserved?: ReadonlySet<string> }
  | { readonly type: 'file'; readonly name: string; readonly number: number }
  | { readonly type: 'process'; readonly name: string; readonly verdict: Verdict }
  | { readonly type: 'address-lost'; readonly router: string; readonly address: string }
  /** Routers that a new configuration no longer has; before `reconfigure`. */
  | { readonly type: 'dismiss'; readonly routers: readonly string[] }
  | { readonly type: 'reconfigure'; readonly setup: EngineSetup }

export type EngineEffect =
  | { readonly type: 'router'; readonly router: string; readonly effect: Effect }
  | { readonly type: 'group-syncing'; readonly group: string; readonly to: NotifyWord }
  | { readonly type: 'group-notify'; readonly group: string; readonly state: NotifyState }

export interface EngineStep {
  readonly engine: Engine
  readonly effects: readonly EngineEffect[]
}
