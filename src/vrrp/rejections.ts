/**
 * Whose adverts a router refuses, and what is said about it. A misconfigured
 * neighbour sends one a second for months, a hostile one thousands a second,
 * each from another address. The first of each sender and reason is said at
 * once, later only how many more came, at growing intervals; and when the
 * sender's adverts are accepted again, or no more come. A change of the
 * router's state begins anew: who becomes Master has to say on the next line
 * whom it does not believe.
 */

import type { IpAddress } from '../base/address.ts'
import { limit, type Repeats, type Say } from '../base/repeat-limiter.ts'
import { between, seconds, type Duration, type Instant } from '../base/time.ts'
import type { Note } from './election/state.ts'

/** One sender and one reason; kept until nothing has come for ten minutes. */
export interface RejectedSender {
  /** Undefined: all beyond the first thirty-two together. */
  readonly source: IpAddress | undefined
  /** The wire's name for it, also its counter's; `various` where they are counted together. */
  readonly reason: string
  /** The last one in words, its sender included. */
  readonly text: string
  readonly count: number
  readonly firstAt: Instant
  readonly lastAt: Instant
  /** What was said last is that they are accepted again. */
  readonly endSaid: boolean
  /** Undefined: the next one is news. */
  readonly said: Repeats | undefined
}

export type RejectedSenders = readonly RejectedSender[]

/** Senders afterwards, and what is to be said. */
export interface Rejections {
  readonly senders: RejectedSenders
  readonly notes: readonly Note[]
}

export interface RejectedAdvert {
  readonly source: IpAddress
  readonly reason: string
  readonly text: string
}

/** More are not worth a line each, nor the memory to know them by. */
const MOST_SENDERS = 32

/** Between what is said about one sender; the last one repeats. */
const INTERVALS: readonly Duration[] = [60, 300, 1_800, 3_600].map(seconds)

/** After being accepted for so long, a sender's next rejection is news. */
const SETTLED: Duration = seconds(60)

/** More than two of the longest Advertisement_Intervals: it has gone. */
const GONE: Duration = seconds(600)

export function reject(senders: RejectedSenders, advert: RejectedAdvert, now: Instant): Rejections {
  const known = find(senders, advert)
  if (known) return replace(senders, known, again(known, advert.text, now), now)
  if (senders.length < MOST_SENDERS) return replace(senders, undefined, first(advert, now), now)
  const others = { source: undefined, reason: 'various', text: 'rejecting adverts of many more senders' }
  const crowd = find(senders, others)
  return replace(senders, crowd, crowd ? again(crowd, crowd.text, now) : first(others, now), now)
}

/** An advert of theirs was believed. Where somebody forges their address both alternate: that is not said each time. */
export function accept(senders: RejectedSenders, source: IpAddress): Rejections {
  if (senders.length === 0) return { senders, notes: [] }
  const ended = senders.filter((each) => each.source === source && !each.endSaid)
  if (ended.length === 0) return { senders, notes: [] }
  const count = ended.reduce((sum, each) => sum + each.count, 0)
  return {
    senders: senders.map((each) => (ended.includes(each) ? withEndSaid(each) : each)),
    notes: [{ kind: 'adverts-accepted-again', source, count }],
  }
}

/** With the end all of them have been told of. */
const withEndSaid = (sender: RejectedSender): RejectedSender => ({
  ...sender,
  endSaid: true,
  said: sender.said && { ...sender.said, unsaid: 0 },
})

/** Forgets whoever has gone. */
export function forgetGone(senders: RejectedSenders, now: Instant): Rejections {
  const gone = senders.filter(({ lastAt }) => between(lastAt, now) >= GONE)
  if (gone.length === 0) return { senders, notes: [] }
  return {
    senders: senders.filter((each) => !gone.includes(each)),
    notes: gone.flatMap((each) => farewell(each, now)),
  }
}

/** The router's state has changed: what goes on is news. */
export const renew = (senders: RejectedSenders): RejectedSenders =>
  senders.map((each) => ({ ...each, said: undefined }))

type Key = Pick<RejectedSender, 'source' | 'reason'>

const find = (senders: RejectedSenders, { source, reason }: Key): RejectedSender | undefined =>
  senders.find((each) => each.source === source && each.reason === reason)

const first = (advert: Key & { readonly text: string }, now: Instant): RejectedSender => ({
  ...advert,
  count: 1,
  firstAt: now,
  lastAt: now,
  endSaid: false,
  said: undefined,
})

function again(sender: RejectedSender, text: string, now: Instant): RejectedSender {
  const more = { ...sender, text, count: sender.count + 1, lastAt: now }
  const isAnew = sender.endSaid && between(sender.lastAt, now) >= SETTLED
  if (!isAnew) return more
  // A few that came meanwhile were not worth a line each, but none is left uncounted.
  const { said } = sender
  return said && said.unsaid > 0 ? { ...more, said: { ...said, times: 0 } } : first(more, now)
}

/** Puts the sender in its place, and says what there is to say about it. */
function replace(
  senders: RejectedSenders,
  old: RejectedSender | undefined,
  sender: RejectedSender,
  now: Instant,
): Rejections {
  const { repeats, say } = limit(sender.said, now, INTERVALS)
  const next = { ...sender, endSaid: sender.endSaid && say === undefined, said: repeats }
  return {
    senders: old ? senders.map((each) => (each === old ? next : each)) : [...senders, next],
    notes: say ? [told(sender, say)] : [],
  }
}

const told = ({ source, reason, text }: RejectedSender, { unsaid, span }: Say): Note =>
  span === undefined
    ? { kind: 'advert-rejected', reason, source, text }
    : { kind: 'adverts-still-rejected', reason, source, text, more: unsaid + 1, span }

/** Nothing about a single one: its own line was all. */
function farewell(
  { source, reason, text, count, endSaid, said, lastAt }: RejectedSender,
  now: Instant,
): Note[] {
  const more = said?.unsaid ?? count
  if (more === 0 && (endSaid || count === 1)) return []
  return [{ kind: 'adverts-no-longer-rejected', reason, source, text, more, span: between(lastAt, now) }]
}
