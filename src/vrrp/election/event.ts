/**
 * What the election brings about and others act on: sync groups, the journal's causes, notify scripts, the service
 * manager. Its subject is the router whose effect it is. What is only worth reading is a Note.
 */

import type { IpAddress } from '../../base/address.ts'
import type { TransitionCause } from './cause.ts'
import type { FaultReason } from './fault.ts'
import type { StateKind } from './state.ts'

export type ElectionEvent =
  | {
      readonly kind: 'transition'
      readonly from: StateKind
      readonly to: StateKind
      readonly cause: TransitionCause
    }
  /** The effective one. */
  | { readonly kind: 'priority-changed'; readonly from: number; readonly to: number }
  /** What keeps it in Fault has one reason more, or less; it stays there. */
  | { readonly kind: 'fault-reason'; readonly reason: FaultReason }
  | { readonly kind: 'fault-cleared'; readonly reason: FaultReason }
  /** Also where its sync group holds it back. */
  | { readonly kind: 'master-down-timer-expired' }
  /** A Backup hears a master that it is about to take over from. */
  | { readonly kind: 'lower-priority-discarded'; readonly source: IpAddress; readonly priority: number }
  /** A Master hears one that it has to tell who is master. */
  | {
      readonly kind: 'forcing-election'
      readonly source: IpAddress
      readonly priority: number
      readonly ours: number
    }
  /** A Master hears its better. */
  | {
      readonly kind: 'yielding'
      readonly source: IpAddress
      readonly priority: number
      readonly ours: number
    }
  /** Somebody else removed it; in words: `IP 10.0.0.9/24 on eth0`. */
  | { readonly kind: 'address-lost'; readonly address: string }
