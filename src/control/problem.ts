/** Something an operator has to look at. Pure. */

export type ProblemCode =
  /** An instance cannot take part. */
  | 'fault'
  | 'group-fault'
  | 'drained'
  | 'group-held-back'
  /** Who is master. */
  | 'unserved'
  | 'rival-master'
  | 'adverts-rejected'
  | 'firewall'
  /** Virtual addresses. */
  | 'address-missing'
  | 'address-duplicate'
  | 'address-stray'
  | 'address-conflict'
  | 'route-missing'
  | 'rule-missing'
  | 'no-address'
  | 'not-advertised'
  /** What is tracked. */
  | 'tracker-failed'
  | 'tracker-disabled'
  /** The daemon as a whole. */
  | 'reload-refused'
  | 'loop-lag'
  | 'log-lines-lost'
  | 'not-served'
  /** The process that serves the virtual servers: it does not run, or keepalived's serves them, too. */
  | 'director-ended'
  | 'director-rival'
  /** Load balancing. */
  | 'director-silent'
  | 'table-unreadable'
  | 'servers-down'
  | 'quorum-lost'
  | 'kernel-refused'
  | 'service-missing'
  | 'sync-daemon'
  | 'check-left-out'
  | 'virtual-address-absent'
  | 'drift'

/** Worst first. A `notice` alone is no reason for an exit code other than 0. */
export const SEVERITIES = ['critical', 'warning', 'notice'] as const

export type Severity = (typeof SEVERITIES)[number]

export interface Problem {
  readonly code: ProblemCode
  readonly severity: Severity
  /** A whole sentence. */
  readonly text: string
  /** What to do about it; null where that goes without saying. */
  readonly advice: string | null
  /** ISO 8601 in UTC: since when, or where nothing tells, when it was first seen. */
  readonly since: string
  /** The vrrp_instance; null where it concerns several or the daemon. */
  readonly instance: string | null
  /** All that it concerns; none where it concerns the daemon. */
  readonly instances: readonly string[]
  /** The virtual server that it concerns, as keepalived calls it; absent where it concerns several, or none. */
  readonly virtualServer?: string
}

/** A problem whose beginning may not be known. Without `instances` it concerns the one that is named, if any. */
export type Found = Omit<Problem, 'since' | 'instances'> & {
  readonly since?: string
  /**
   * What it is about, where one instance (or the daemon) may have several of its code at a time: an address, a route,
   * a tracker. Together with them it tells whether it is the same problem still, whatever its text has become.
   */
  readonly subject?: string
  readonly instances?: readonly string[]
}

/** Whether a script that asks has to act. */
export const isAlarming = ({ severity }: Problem): boolean => severity !== 'notice'
