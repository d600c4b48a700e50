/**
 * What happens in the daemon, for whoever hears of it: see event-list.ts. Each event says what it is about (router,
 * group, link) and what it comes from; nobody finds that out by reading a text. Texts are for people. Pure.
 */

import type { IpAddress } from '../base/address.ts'
import type { NotifyWord } from '../base/state-names.ts'
import type { Link } from '../netlink/types.ts'
import type { ElectionEvent, Note, NotifyState } from '../vrrp/election/state.ts'
import type { EngineEvent } from '../vrrp/types.ts'

export type DomainEvent =
  | ElectionHappened
  | NoteTaken
  /** This is about to reach the engine: whatever it brings about comes next, and comes from it. */
  | { readonly type: 'input'; readonly event: EngineEvent }
  /** A sync group takes its other members along. */
  | { readonly type: 'group-syncing'; readonly group: string; readonly to: NotifyWord }
  | NotifyDue
  /** That counts now, for whoever uses the link. */
  | { readonly type: 'link'; readonly link: string; readonly state: 'up' | 'down' | 'gone' }
  /** The link is not what it was: the virtual addresses on it are announced again. */
  | { readonly type: 'link-renewed'; readonly link: Link; readonly former: Link }
  /** Any address of this host, ours or not. `link`: its name. */
  | {
      readonly type: 'address'
      readonly change: 'added' | 'removed'
      readonly link: string
      readonly address: IpAddress
    }
  | ({ readonly type: 'complaint' } & Complaint)
  /** Something worth a line that is no reason to worry; `detail`: for those who asked for more with `-D`. */
  | { readonly type: 'remark'; readonly level: 'info' | 'detail'; readonly text: string }
  /** The daemon's own life. */
  | { readonly type: 'started'; readonly version: string }
  /** `reason`: a signal's name. */
  | { readonly type: 'stopping'; readonly reason: string }
  /** A configuration is in force from now on. */
  | { readonly type: 'reloaded'; readonly configFile: string }
  | { readonly type: 'reload-refused'; readonly reason: string }
  /** The operator takes instances out. */
  | { readonly type: 'drain'; readonly routers: readonly string[] }
  /** They are let in again: by the operator, or by the daemon when a time is over or nobody has taken over. */
  | { readonly type: 'resume'; readonly routers: readonly string[]; readonly by: 'operator' | 'daemon' }

/** One router's election has brought this about. */
export interface ElectionHappened {
  readonly type: 'election'
  /** The vrrp_instance. */
  readonly router: string
  readonly event: ElectionEvent
}

/** Words about one router, for the log and the journal; nobody else reads them. */
export interface NoteTaken {
  readonly type: 'note'
  readonly router: string
  readonly note: Note
}

/** The state that the operator's programs are to hear of: notify scripts and FIFOs. */
export interface NotifyDue {
  readonly type: 'notify'
  readonly subject: { readonly type: 'INSTANCE' | 'GROUP'; readonly name: string }
  readonly state: NotifyState
  /** 0 for a group. */
  readonly priority: number
  /** A reload has removed it. */
  readonly deleted: boolean
}

/** What the kernel refused, the daemon could not do, or somebody else does to us. */
export interface Complaint {
  readonly what: ComplaintKind
  /** The vrrp_instance it is about; absent: several, or the daemon. */
  readonly router?: string
  /** One line for the operator, without the router's name, with the kernel's own reason. */
  readonly text: string
}

export type ComplaintKind =
  /** Addresses, routes and rules. */
  | 'not-set'
  | 'not-removed'
  | 'not-announced'
  /** A setting of a link (promote_secondaries, rp_filter), or a virtual MAC interface. */
  | 'link-setting'
  | 'virtual-mac'
  /** Adverts: sockets that cannot be opened or sent with; and that they work again. */
  | 'no-sockets'
  | 'not-sent'
  | 'works-again'
  /** Others: a firewall drops adverts; a host has our address. */
  | 'firewall'
  | 'address-conflict'

/** As the log and the journal have it. */
export const complaintLine = ({ router, text }: Pick<Complaint, 'router' | 'text'>): string =>
  router === undefined ? text : `(${router}) ${text}`

/** For those who hear of complaints where there is no list of events yet. @param warn is told each as one line */
export const complainInWords =
  (warn: (line: string) => void) =>
  (complaint: Complaint): void => {
    warn(complaintLine(complaint))
  }
