/**
 * What the daemon and its child, which serves the virtual servers, say to each other: plain data over node's channel
 * of a child process (a socketpair). The child reads the configuration file itself, as keepalived's checker process
 * does; the daemon says when. None of these messages grows with the number of servers, so that none holds up an advert.
 */

export type ToChild =
  /** Read the configuration anew and say whether it can be served; what is served goes on. Answered by `prepared`. */
  | { readonly type: 'prepare'; readonly id: number }
  /** What was prepared last is served from now on. Answered by `applied`. */
  | { readonly type: 'apply'; readonly id: number }
  /** A vrrp_instance became Master, or is not any more; told of all of them after each `ready`. */
  | { readonly type: 'vrrp'; readonly instance: string; readonly master: boolean }
  /** The log files are opened anew (SIGHUP). */
  | { readonly type: 'reopen-logs' }
  /** keepalived_check.data is written (SIGUSR1). */
  | { readonly type: 'dump' }
  /** Answered by `beat`: whoever does not answer hangs. */
  | { readonly type: 'beat'; readonly id: number }
  /** The end: the table is emptied of what is ours, or kept as the keywords and `-I` say; then the child exits with 0. */
  | { readonly type: 'stop' }

export type ToParent =
  /** It serves. */
  | { readonly type: 'ready' }
  /** `refused`: one line for people; nothing has changed. */
  | { readonly type: 'prepared'; readonly id: number; readonly refused?: string }
  | { readonly type: 'applied'; readonly id: number }
  | { readonly type: 'beat'; readonly id: number }

/** The channel is the parent's own, but a defect of ours must not be believed. @returns undefined: none of these */
export function readToChild(value: unknown): ToChild | undefined {
  if (!isRecord(value)) return undefined
  const { type, id, instance, master } = value
  switch (type) {
    case 'prepare':
    case 'apply':
    case 'beat':
      return typeof id === 'number' ? { type, id } : undefined
    case 'vrrp':
      return typeof instance === 'string' && typeof master === 'boolean'
        ? { type, instance, master }
        : undefined
    case 'reopen-logs':
    case 'dump':
    case 'stop':
      return { type }
    default:
      return undefined
  }
}

export function readToParent(value: unknown): ToParent | undefined {
  if (!isRecord(value)) return undefined
  const { type, id, refused } = value
  switch (type) {
    case 'ready':
      return { type }
    case 'prepared':
      if (typeof id !== 'number') return undefined
      return { type, id, ...(typeof refused === 'string' && { refused }) }
    case 'applied':
    case 'beat':
      return typeof id === 'number' ? { type, id } : undefined
    default:
      return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
