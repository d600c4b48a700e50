/** Why a router has changed its state: for code by `kind`, for people by describeCause. Pure. */

import type { IpAddress } from '../../base/address.ts'
import { assertNever } from '../../base/result.ts'
import { describeFault } from './fault.ts'
import type { FaultReason } from './state.ts'

export type TransitionCause =
  /** The start: RFC 3768 section 6.4.1. */
  | { readonly kind: 'started' }
  | { readonly kind: 'address-owner' }
  /** It was Master when the daemon ended without a goodbye, a moment ago. */
  | { readonly kind: 'resumed' }
  | { readonly kind: 'fault'; readonly reasons: readonly FaultReason[] }
  | { readonly kind: 'fault-cleared' }
  /** Master_Down_Timer: nobody was ever heard, the Master said goodbye, or it fell silent. */
  | { readonly kind: 'no-master-heard' }
  | { readonly kind: 'master-left' }
  | { readonly kind: 'master-down' }
  /** A Master has heard its better, by priority or, where that is the same, by address. */
  | {
      readonly kind: 'higher-priority' | 'higher-address'
      readonly source: IpAddress
      readonly priority: number
    }
  /** Another member of its sync group went first. */
  | { readonly kind: 'group'; readonly member: string }
  /** What somebody else removed, in words: `IP 10.0.0.9/24 on eth0`. */
  | { readonly kind: 'address-lost'; readonly address: string }
  /** --pause-guard */
  | { readonly kind: 'paused' }

export function describeCause(cause: TransitionCause): string {
  switch (cause.kind) {
    case 'started':
      return 'init'
    case 'address-owner':
      return 'address owner'
    case 'resumed':
      return 'was Master until this restart'
    case 'fault':
      return cause.reasons.map(describeFault).join(', ')
    case 'fault-cleared':
      return 'fault cleared'
    case 'no-master-heard':
      return 'no master heard'
    case 'master-left':
      return 'the master left'
    case 'master-down':
      return 'master down timer expired'
    case 'higher-priority':
      return 'advert from a master of higher priority'
    case 'higher-address':
      return 'advert from a master of the same priority and a higher address'
    case 'group':
      return `sync group follows ${cause.member}`
    case 'address-lost':
      return `${cause.address} was removed by somebody else`
    case 'paused':
      return 'did not run for a whole Master_Down_Interval (--pause-guard)'
    default:
      return assertNever(cause)
  }
}
