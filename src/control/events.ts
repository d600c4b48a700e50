/** The daemon's journal as clients see it: what happened, when, and which earlier event brought it about. Pure. */

export type EventKind =
  /** The daemon's own life. */
  | 'started'
  | 'stopping'
  | 'reloaded'
  | 'reload-refused'
  | 'drain'
  | 'resume'
  /** Around the routers. */
  | 'link'
  | 'tracker'
  /** An instance or a sync group changes state. */
  | 'transition'
  | 'group'
  | 'priority'
  | 'fault'
  | 'preempt-delay'
  | 'interval'
  | 'timeout'
  /** Virtual addresses in the kernel. */
  | 'addresses-set'
  | 'addresses-removed'
  | 'address-lost'
  | 'refused'
  /** Other routers. */
  | 'master-heard'
  | 'master-left'
  | 'rival'
  | 'advert-rejected'
  /** Virtual servers. */
  | 'server-up'
  | 'server-down'
  | 'quorum-gained'
  | 'quorum-lost'
  | 'sorry-in'
  | 'sorry-out'
  | 'weight-changed'
  | 'server-added'
  | 'server-removed'
  | 'virtual-server-added'
  | 'virtual-server-removed'
  | 'ipvs-refused'

export interface EventReport {
  /** Counts from 1 since the daemon's start; a gap in a list means that it was filtered. */
  readonly id: number
  /** ISO 8601 in UTC, with milliseconds. */
  readonly at: string
  readonly kind: EventKind
  /** The vrrp_instance it happened to; null where it concerns several or none. */
  readonly instance: string | null
  /** Whom it happened to: the instance, a sync group, an interface, a tracker, or `vrrpd`. */
  readonly subject: string
  /** In plain words, without the time. */
  readonly text: string
  /** The id of the event that caused it; null when that is not known, or lies outside this host. */
  readonly cause: number | null
  /** What is alike is told once: how often it happened, and when last. */
  readonly count: number
  readonly until: string
  /** Of load balancing, which has a journal and numbers of its own: whom it happened to; null: to no single one. */
  readonly virtualServer?: string | null
  readonly realServer?: string | null
}

export interface EventsReport {
  /** The oldest first. */
  readonly events: readonly EventReport[]
  /** How many there were before these that the journal no longer has. */
  readonly forgotten: number
}
