/** What the election says of itself while it goes on: to be read, and nothing hangs on it. See event.ts. */

import type { IpAddress } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'

/** What an operator may want to read; the log has keepalived's words for each, the journal plain ones. */
export type Note =
  | { readonly kind: 'removing-addresses' }
  /** Virtual addresses that were there before the router began (`IP 10.9.0.9/24 on eth0`). */
  | { readonly kind: 'removing-leftovers'; readonly items: readonly string[] }
  | { readonly kind: 'setting-addresses' }
  | { readonly kind: 'own-address-advert'; readonly source: IpAddress }
  | { readonly kind: 'two-owners'; readonly source: IpAddress; readonly yielding: boolean }
  | {
      readonly kind: 'priority-zero-received'
      readonly as: 'backup' | 'master'
      readonly source: IpAddress
    }
  | { readonly kind: 'priority-zero-sent' }
  | { readonly kind: 'preempt-delay-started'; readonly delay: Duration }
  | { readonly kind: 'preempt-delay-stopped' }
  /** Version 3: its checksums are not the RFC's, and accepted all the same. */
  | { readonly kind: 'other-checksum'; readonly source: IpAddress }
  /** Version 3: the master advertises at another interval than was known. */
  | { readonly kind: 'interval-learned'; readonly from: Duration; readonly to: Duration }
  /** Version 3: as Master it goes by its own interval again. */
  | { readonly kind: 'interval-restored'; readonly from: Duration; readonly to: Duration }
  | {
      readonly kind: 'address-list-differs'
      readonly source: IpAddress
      readonly addresses: readonly IpAddress[]
    }
  /** Adverts on that link carry the first `advertised` of `count` addresses now; all of them: again. */
  | {
      readonly kind: 'advertised-addresses'
      readonly advertised: number
      readonly count: number
      readonly link: string
    }
  /** An advert that failed validation; `text` is the wire's own description of why. */
  | {
      readonly kind: 'advert-rejected'
      readonly reason: string
      /** Undefined: one of more than are told apart. */
      readonly source: IpAddress | undefined
      readonly text: string
    }
  /** See rejections.ts: `more` since something was last said about them, `span` ago. */
  | {
      readonly kind: 'adverts-still-rejected'
      readonly reason: string
      readonly source: IpAddress | undefined
      readonly text: string
      readonly more: number
      readonly span: Duration
    }
  /** The last one came `span` ago. */
  | {
      readonly kind: 'adverts-no-longer-rejected'
      readonly reason: string
      readonly source: IpAddress | undefined
      readonly text: string
      readonly more: number
      readonly span: Duration
    }
  /** `count` were rejected. */
  | { readonly kind: 'adverts-accepted-again'; readonly source: IpAddress; readonly count: number }
