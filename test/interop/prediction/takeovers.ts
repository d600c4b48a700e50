/** How long the protocol took for each change of owner, by what anybody can see of it. Pure. */

import { seconds, type Duration } from '../../../src/base/time.ts'
import type { SeenAdvert } from '../../support/lab/frames.ts'
import { masterDownInterval } from '../../support/lab/time.ts'
import type { ByAddress } from './tale.ts'

/** An advert, and which host it is from. */
export interface Voice extends Pick<SeenAdvert, 'at' | 'priority' | 'addresses'> {
  readonly by: string
}

interface Moment {
  /** Microseconds. */
  readonly at: number
  readonly by: string
}

/** One world's, by one clock. */
export interface Seen {
  /** In order of time; all others, too. */
  readonly voices: readonly Voice[]
  /** When a host has become Backup, and not from Master. */
  readonly listening: readonly Moment[]
  /** Who took an address; more than once in a row, where it did. */
  readonly takes: ByAddress<readonly Moment[]>
}

export interface Takeover {
  readonly address: string
  readonly by: string
  /** What the time counts from: the last advert that the new owner heeds, a farewell, or when it began to listen. */
  readonly cause: 'advert' | 'farewell' | 'listening'
  /** Up to its first advert. */
  readonly span: Duration
}

/** Undefined where the adverts have not been seen. */
export function takeoversOf(address: string, seen: Seen): readonly (Takeover | undefined)[] {
  const takes = seen.takes[address] ?? []
  return takes
    .filter(({ by }, index) => by !== takes[index - 1]?.by)
    .map((take) => takeoverOf(address, take, seen))
}

function takeoverOf(address: string, { at, by }: Moment, { voices, listening }: Seen): Takeover | undefined {
  const heard = voices.filter(({ addresses }) => addresses.includes(address))
  const own = heard.findLast((voice) => voice.by === by && voice.at <= at)
  if (own === undefined) return undefined
  const heeded = heard.findLast(
    (voice) =>
      voice.by !== by && voice.at < own.at && (voice.priority === 0 || voice.priority >= own.priority),
  )
  const listened = listening.findLast((each) => each.by === by && each.at < own.at)
  if (heeded !== undefined && heeded.at > (listened?.at ?? 0)) {
    const cause = heeded.priority === 0 ? 'farewell' : 'advert'
    return { address, by, cause, span: (own.at - heeded.at) as Duration }
  }
  if (listened === undefined) return undefined
  // It was Backup to a lower one all the same, until its priority rose: by then it had heeded an advert.
  const expected = own.at - masterDownInterval(own.priority)
  const lower = heard.filter((voice) => voice.by !== by && voice.at > listened.at)
  const nearest = lower.toSorted(
    (one, other) => Math.abs(one.at - expected) - Math.abs(other.at - expected),
  )[0]
  if (nearest !== undefined && expected - listened.at > seconds(1))
    return { address, by, cause: 'advert', span: (own.at - nearest.at) as Duration }
  return { address, by, cause: 'listening', span: (own.at - listened.at) as Duration }
}
