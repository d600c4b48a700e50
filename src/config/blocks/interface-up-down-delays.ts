/** `interface_up_down_delays`: how long a link that went down or came up has to stay so before that counts. */

import { type Duration, minus, seconds, times } from '../../base/time.ts'
import type { Report, Span } from '../diagnostics/diagnostics.ts'
import type { Model } from '../model.ts'
import { type Keyword, list } from '../syntax/keyword.ts'
import type { Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readSeconds } from '../values/number.ts'
import { asLineWord, block, inSeconds } from '../values/printing.ts'

export const interfaceUpDownDelays: Keyword = list(
  'interface_up_down_delays',
  3,
  'seconds until a link that went down or came up counts as that: INTERFACE DOWN [UP]',
  { process: 'vrrp' },
)

export interface LinkDelay {
  readonly link: string
  /** How long it must have been down before that counts. */
  readonly down: Duration
  readonly up: Duration
  readonly span: Span
}

/** A link's last line holds. */
export function resolveLinkDelays(nodes: readonly Node[], report: Report): readonly LinkDelay[] {
  const delays = entriesOf({ nodes }, interfaceUpDownDelays)
    .map((entry) => resolveDelay(entry, report))
    .filter((delay) => delay !== undefined)
  return [...new Map(delays.map((delay) => [delay.link, delay])).values()]
}

const RANGE = { minimum: 0, maximum: 255 }

function resolveDelay({ words, place }: Words, report: Report): LinkDelay | undefined {
  const [link, downWord, upWord] = words
  if (downWord === undefined) {
    const message = `a number of seconds is expected after ${link.text}; the line is ignored`
    report(warningAt(place, 'missing-value', message, { inKeepalived: 'no' }))
    return undefined
  }
  const down = readSeconds(downWord, RANGE, 'the line is ignored', report)
  if (down === undefined) return undefined
  const up = upWord === undefined ? down : readSeconds(upWord, RANGE, '0 is used', report)
  return { link: link.text, down, up: up ?? seconds(0), span: spanOf(link) }
}

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

export const linkDelayBlock = (delays: readonly LinkDelay[]): readonly string[] =>
  block(
    'interface_up_down_delays',
    delays.map(({ link, down, up }) => `${asLineWord(link)} ${inSeconds(down)} ${inSeconds(up)}`),
  )
