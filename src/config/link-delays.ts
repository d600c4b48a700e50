/**
 * `interface_up_down_delays` as it holds: how long a link that went down or came
 * up has to stay so before that counts. Pure.
 */

import { minus, seconds, times, type Duration } from '../base/time.ts'
import type { LinkDelay, Model } from './model.ts'

export interface HeldDelay {
  /** Zero: it counts at once. */
  readonly down: Duration
  readonly up: Duration
  /** The instance that allows no more than this, where more is written. */
  readonly shortenedFor?: string
}

/** keepalived stays this much below the time in which a Backup misses its adverts (measured with 2.2.7). */
const MARGIN = seconds(1 / 256)

/**
 * By link. A Backup whose link is down must not take itself for the Master before that counts: no delay reaches
 * `down_timer_adverts` - 1 advert intervals of an instance on the link. Links that are only tracked may have any.
 */
export function heldDelays({
  linkDelays,
  instances,
}: Pick<Model, 'linkDelays' | 'instances'>): ReadonlyMap<string, HeldDelay> {
  return new Map(
    linkDelays.map((written) => {
      const own = instances.filter(({ link }) => link === written.link)
      const held = own.reduce<HeldDelay>(
        (delay, instance) =>
          shortened(delay, instance.name, times(instance.advertInterval, instance.downTimerAdverts - 1)),
        withoutSpan(written),
      )
      return [written.link, held]
    }),
  )
}

const withoutSpan = ({ down, up }: LinkDelay): HeldDelay => ({ down, up })

function shortened(delay: HeldDelay, instance: string, limit: Duration): HeldDelay {
  const longest = Math.max(delay.down, delay.up)
  if (longest === 0 || longest < limit) return delay
  const most = limit > MARGIN ? minus(limit, MARGIN) : seconds(0)
  const within = (time: Duration): Duration => (time < limit ? time : most)
  return { down: within(delay.down), up: within(delay.up), shortenedFor: instance }
}
