/** What an operator should know of a simulation, beyond what happened: where the protocol's promise was not kept. Pure. */

import { printable } from '../../base/printable.ts'
import { between, instant, plus, seconds, times, type Duration } from '../../base/time.ts'
import { foldAlike, type Alike } from './alike.ts'
import { joined, lengthOf, overlap, totalLength, type Interval } from './intervals.ts'
import { isChange, lanesOf, type Lane } from './lanes.ts'
import type { Observed } from './observed.ts'
import type { AddressReport } from './report.ts'
import { alikeWords, formatSpan, formatTime, listed } from './words.ts'

/**
 * - `never-held`: no host ever had the address, and it was wanted for longer than is patient.
 * - `unserved`: nobody had it for some time in which one host's instance was BACKUP or MASTER without a break for
 *   longer than is patient.
 * - `doubled`: two or more hosts had it at once for longer than a third of Master_Down_Interval. That is three
 *   advertisement intervals and Skew_Time (RFC 3768, 6.1), so a third is at least one interval: in that time, the
 *   one who is to yield has heard the other.
 * - `flapping`: within 60 s, more than three times somebody got it anew, not counting the first time, nor what
 *   something that befell the world or a host explains: that was no longer ago than is patient.
 *
 * Patient is Master_Down_Interval of the slowest host and one second more.
 */
export type FindingKind = 'never-held' | 'unserved' | 'doubled' | 'flapping'

export interface Finding {
  readonly kind: FindingKind
  readonly addresses: readonly string[]
  /** One sentence without a full stop; names are made printable. */
  readonly text: string
}

const PATIENCE = seconds(1)
const FLAPPING_WINDOW = seconds(60)
const MOST_CHANGES = 3

/** Of each kind at most one for an address: the worst. Addresses that behave alike share them. */
export function findingsOf(observed: Observed, reports: readonly AddressReport[]): readonly Finding[] {
  const lanes = lanesOf(observed)
  return foldAlike(observed, reports).flatMap((alike) => {
    const never = neverHeld(alike, lanes, observed)
    const kinds: Readonly<Record<FindingKind, string | undefined>> = {
      'never-held': never,
      unserved: never === undefined ? unserved(alike, lanes, observed) : undefined,
      doubled: doubled(alike, observed),
      flapping: flapping(alike, observed),
    }
    return (Object.keys(kinds) as FindingKind[]).flatMap((kind) => {
      const what = kinds[kind]
      return what === undefined
        ? []
        : [{ kind, addresses: alike.addresses, text: `${alikeWords(alike)}: ${what}` }]
    })
  })
}

/** After so long, a host that is there must have taken over. */
export const patienceFor = ({ masterDownInterval }: Alike): Duration =>
  plus(seconds(masterDownInterval), PATIENCE)

/** So long, two hosts may have one address. */
export const overlapFor = ({ masterDownInterval }: Alike): Duration =>
  times(seconds(masterDownInterval), 1 / 3)

function neverHeld(alike: Alike, lanes: readonly Lane[], { until }: Observed): string | undefined {
  const { held, unserved: gaps, addresses, instances } = alike
  if (held.length > 0 || totalLength(gaps, until) <= patienceFor(alike)) return undefined
  const ends = lanesFor(instances, lanes).map(({ host, instance, spans }) => {
    const last = spans.at(-1)
    const why = last === undefined || last.because === '' ? '' : ` (${last.because})`
    return `${instance} is ${last?.state ?? 'INIT'} on ${host}${why}`
  })
  const end = ends.length === 0 ? '' : `; at the end ${listed(ends)}`
  return `nobody ever had ${addresses.length === 1 ? 'it' : 'them'}${end}`
}

function unserved(alike: Alike, lanes: readonly Lane[], { until }: Observed): string | undefined {
  const found = alike.unserved.flatMap((gap) => {
    const well = lanesFor(alike.instances, lanes)
      .flatMap((lane) => stretchesWell(lane).map((stretch) => ({ lane, stretch: overlap(stretch, gap) })))
      .flatMap(({ lane, stretch }) => (stretch ? [{ lane, gap, length: lengthOf(stretch, until) }] : []))
      .filter(({ length }) => length > patienceFor(alike))
    return worst(well, ({ length }) => length)
  })
  const [one] = worst(found, ({ gap }) => lengthOf(gap, until))
  if (!one) return undefined
  const { lane, gap, length } = one
  const whole = length >= lengthOf(gap, until) ? 'all the while' : `for ${formatSpan(length)} of it`
  const rule = `Master_Down_Interval is ${formatSpan(seconds(alike.masterDownInterval))}`
  const host = printable(lane.host)
  const instance = printable(lane.instance)
  return `unserved for ${lasting(gap, until)}, though ${instance} on ${host} was well ${whole}; ${rule}${more(found)}`
}

function doubled(alike: Alike, { until }: Observed): string | undefined {
  const found = alike.doubled.filter((each) => lengthOf(each, until) > overlapFor(alike))
  const [longest] = worst(found, (each) => lengthOf(each, until))
  if (!longest) return undefined
  const during = alike.tenures.filter(
    ({ hosts, ...tenure }) => hosts.length > 1 && overlap(tenure, longest) !== undefined,
  )
  const hosts = [...new Set(during.flatMap((each) => each.hosts))]
  return `on ${listed(hosts)} at once for ${lasting(longest, until)}, longer than an advertisement interval${more(found)}`
}

function flapping(alike: Alike, { events }: Observed): string | undefined {
  const troubles = events.filter((event) => !isChange(event)).map(({ time }) => time)
  const explained = (time: number): boolean =>
    troubles.some((each) => each <= time && spanFrom(each, time) <= patienceFor(alike))
  const gained = alike.held.slice(1).filter(({ from }) => !explained(from))
  const bursts = gained.map((first, at) =>
    gained.slice(at).filter(({ from }) => spanFrom(first.from, from) <= FLAPPING_WINDOW),
  )
  const [busiest] = worst(bursts, ({ length }) => length)
  const [first] = busiest ?? []
  if (!busiest || !first || busiest.length <= MOST_CHANGES) return undefined
  const hosts = listed([...new Set(busiest.map(({ host }) => host))])
  const from = formatTime(first.from)
  return `flapping: ${hosts} got it ${busiest.length} times within 60 s from ${from} s on, and nothing in the story explains it`
}

/** Of any host; an instance without one of its states has no lane. */
const lanesFor = (instances: readonly string[], lanes: readonly Lane[]): readonly Lane[] =>
  lanes.filter(({ instance }) => instances.includes(instance))

/** When it could have been master. */
const stretchesWell = ({ spans }: Lane): readonly Interval[] =>
  joined(spans.filter(({ state }) => state === 'BACKUP' || state === 'MASTER'))

const spanFrom = (earlier: number, later: number): Duration =>
  between(instant(seconds(earlier)), instant(seconds(later)))

/** The first of the largest, or none. */
function worst<T>(all: readonly T[], size: (each: T) => number): readonly T[] {
  const largest = Math.max(...all.map(size))
  return all.filter((each) => size(each) === largest).slice(0, 1)
}

/** `8.2 s from 10.000 s on` */
const lasting = (interval: Interval, until: number): string =>
  `${formatSpan(lengthOf(interval, until))} from ${formatTime(interval.from)} s ${interval.to === null ? 'to the end' : 'on'}`

const more = ({ length }: readonly unknown[]): string =>
  length < 2 ? '' : `; and ${length - 1} more time${length === 2 ? '' : 's'}`
