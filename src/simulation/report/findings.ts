/** What an operator should know of a simulation, beyond what happened: where the protocol's promise was not kept. Pure. */

import { printable } from '../../base/printable.ts'
import { between, instant, plus, seconds, toSeconds, type Duration } from '../../base/time.ts'
import { foldAlike, type Alike } from './alike.ts'
import { overlapFor, patienceFor } from './bounds.ts'
import { apartTimes, common, without, type InstanceCircumstances } from './circumstances.ts'
import { keptWhileFailing, lostTogether } from './findings-of-trackers.ts'
import { instanceFindings } from './findings-of-instances.ts'
import { joined, lengthOf, overlap, totalLength, type Interval } from './intervals.ts'
import { isChange, lanesOf, type Lane } from './lanes.ts'
import type { Observed } from './observed.ts'
import type { AddressReport } from './report.ts'
import { alikeWords, formatSpan, formatTime, lasting, listed, worst } from './words.ts'

/**
 * - `never-held`: no host ever had the address, and it was wanted for longer than is patient.
 * - `unserved`: nobody had it for some time in which one host's instance was BACKUP or MASTER, and its daemon ran and
 *   was past its vrrp_startup_delay, without a break for longer than is patient.
 * - `doubled`: two or more hosts had it at once for longer than a third of Master_Down_Interval. That is three
 *   advertisement intervals and Skew_Time (RFC 3768, 6.1), so a third is at least one interval: in that time, the
 *   one who is to yield has heard the other. It is to be expected, but worth knowing, while they cannot hear all that
 *   the other says: parted, with a link down, with packets lost, or with one of the daemons held up.
 * - `flapping`: within 60 s, more than three times somebody got it anew, not counting the first time, nor what
 *   something that befell the world or a host explains: that lasts, or was over no longer ago than is patient and the
 *   files' own delays. A script that fails for less than two of its intervals explains nothing.
 *
 * Where it is known what befell, and what the files make depend on what (`Observed.circumstances`), also:
 *
 * - `kept-while-failing`: a host had the address all alone although something that it tracks with a weight was not as
 *   it should be, while another host was in BACKUP, in reach, and without any such thing or a reason for FAULT, for
 *   longer than is patient, what it tracks takes to be found, and preempt_delay.
 * - `lost-together`: nobody had it for longer than is patient, because one link was down that every host needs up only
 *   for a track_interface without a weight; nothing else was wrong with any of them.
 * - `stuck`: an instance was in FAULT or INIT without a break for longer than is patient, in which nothing that means
 *   FAULT was the case with it or a member of its sync group, nor had been until a check could have found out.
 * - `nopreempt`: an instance with `nopreempt` went from BACKUP to MASTER although another host was MASTER and in
 *   reach during the whole Master_Down_Interval before, and no other one gave up meanwhile (priority 0).
 *
 * Patient is Master_Down_Interval of the slowest host and one second more.
 */
export type FindingKind =
  | 'never-held'
  | 'unserved'
  | 'doubled'
  | 'flapping'
  | 'kept-while-failing'
  | 'lost-together'
  | 'stuck'
  | 'nopreempt'

export interface Finding {
  readonly kind: FindingKind
  /** Empty where it is about instances. */
  readonly addresses: readonly string[]
  readonly instances: readonly string[]
  /** One sentence without a full stop; names are made printable. */
  readonly text: string
  /** What the story does to the hosts leads to this with any configuration. */
  readonly isExpected?: true
}

/** What is said of an address, without its name. */
type Said = Pick<Finding, 'text' | 'isExpected'>

const FLAPPING_WINDOW = seconds(60)
const MOST_CHANGES = 3

/** Of each kind at most one for an address or instance: the worst. Those that behave alike share them. */
export function findingsOf(observed: Observed, reports: readonly AddressReport[]): readonly Finding[] {
  const lanes = lanesOf(observed)
  const ofAddresses = foldAlike(observed, reports).flatMap((alike) => {
    const cases = casesFor(alike, observed)
    const never = neverHeld(alike, lanes, observed)
    const kinds: Readonly<Partial<Record<FindingKind, Said | undefined>>> = {
      'never-held': never,
      unserved: never === undefined ? unserved(alike, lanes, observed) : undefined,
      doubled: doubled(alike, cases, lanes, observed),
      flapping: flapping(alike, cases, observed),
      'kept-while-failing': keptWhileFailing(alike, cases, lanes, observed),
      'lost-together': lostTogether(alike, cases, observed),
    }
    const { addresses, instances } = alike
    return (Object.keys(kinds) as FindingKind[]).flatMap((kind): Finding[] => {
      const said = kinds[kind]
      if (said === undefined) return []
      return [{ ...said, kind, addresses, instances, text: `${alikeWords(alike)}: ${said.text}` }]
    })
  })
  return [...ofAddresses, ...instanceFindings(observed, lanes)]
}

const casesFor = ({ instances }: Alike, { circumstances }: Observed): readonly InstanceCircumstances[] =>
  circumstances?.instances.filter(({ instance }) => instances.includes(instance)) ?? []

function neverHeld(alike: Alike, lanes: readonly Lane[], { until }: Observed): Said | undefined {
  const { held, unserved: gaps, addresses, instances } = alike
  if (held.length > 0 || totalLength(gaps, until) <= patienceFor(alike)) return undefined
  const ends = lanesFor(instances, lanes).map(({ host, instance, spans }) => {
    const last = spans.at(-1)
    const why = last === undefined || last.because === '' ? '' : ` (${last.because})`
    return `${instance} is ${last?.state ?? 'INIT'} on ${host}${why}`
  })
  const end = ends.length === 0 ? '' : `; at the end ${listed(ends)}`
  return { text: `nobody ever had ${addresses.length === 1 ? 'it' : 'them'}${end}` }
}

function unserved(alike: Alike, lanes: readonly Lane[], observed: Observed): Said | undefined {
  const { until } = observed
  const found = alike.unserved.flatMap((gap) => {
    const well = lanesFor(alike.instances, lanes)
      .flatMap((lane) =>
        stretchesWell(lane, observed).map((stretch) => ({ lane, stretch: overlap(stretch, gap) })),
      )
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
  return {
    text: `unserved for ${lasting(gap, until)}, though ${instance} on ${host} was well ${whole}; ${rule}${more(found)}`,
  }
}

const OWNER = 255

function doubled(
  alike: Alike,
  cases: readonly InstanceCircumstances[],
  lanes: readonly Lane[],
  { until, circumstances }: Observed,
): Said | undefined {
  const isLong = (each: Interval): boolean => lengthOf(each, until) > overlapFor(alike)
  const found = alike.doubled.filter(isLong)
  if (found.length === 0) return undefined
  const longest = (all: readonly Interval[]): readonly Interval[] =>
    worst(all, (each) => lengthOf(each, until))
  const tell = (times: readonly Interval[], one: Interval): string => {
    const during = alike.tenures.filter(
      ({ hosts, ...tenure }) => hosts.length > 1 && overlap(tenure, one) !== undefined,
    )
    const hosts = [...new Set(during.flatMap((each) => each.hosts))]
    return `on ${listed(hosts)} at once for ${lasting(one, until)}, longer than an advertisement interval${more(times)}`
  }
  const [all] = longest(found)
  if (!all) return undefined
  if (circumstances === undefined) return { text: tell(found, all) }
  const inReach = pairsOf(cases).flatMap(([one, other]) => {
    const both = common(heldBy(one.host, alike), heldBy(other.host, alike))
    return without(both, [...apartTimes(circumstances, one, other), ...one.absent, ...other.absent])
  })
  const isMaster = (host: string, time: Interval): boolean =>
    lanesFor(alike.instances, lanes).some(
      (lane) =>
        lane.host === host &&
        lane.spans.some(
          (span) =>
            span.state === 'MASTER' && overlap(span, { ...time, to: time.from + 0.001 }) !== undefined,
        ),
    )
  const [unexpected] = longest(inReach.filter(isLong))
  if (!unexpected) return { text: tell(found, all), isExpected: true }
  const whole = found.filter((each) => overlap(each, unexpected) !== undefined)
  const [one] = longest(whole)
  const length = lengthOf(unexpected, until)
  const part = !one || length >= lengthOf(one, until) ? 'all the while' : `for ${formatSpan(length)} of it`
  const owners = cases.filter(({ host, priority }) => priority === OWNER && !isMaster(host, unexpected))
  const own =
    owners.length === 0
      ? ''
      : `; ${listed(owners.map(({ host }) => host))} keeps it as its own, as priority ${OWNER} says`
  return { text: `${tell(whole, one ?? unexpected)}, though each was in reach of the other ${part}${own}` }
}

const pairsOf = <T>(all: readonly T[]): readonly (readonly [T, T])[] =>
  all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const))

const heldBy = (host: string, { held }: Alike): readonly Interval[] =>
  held.filter((each) => each.host === host)

function flapping(
  alike: Alike,
  cases: readonly InstanceCircumstances[],
  { events, circumstances }: Observed,
): Said | undefined {
  const troubles =
    circumstances?.troubles ??
    events.filter((event) => !isChange(event)).map(({ time }) => ({ from: time, to: time }))
  const slow = Math.max(0, ...cases.map(({ findingTime, preemptDelay }) => findingTime + preemptDelay))
  const patience = plus(patienceFor(alike), seconds(slow))
  const explained = (time: number): boolean =>
    troubles.some(({ from, to }) => from <= time && (to === null || spanFrom(to, time) <= patience))
  const gained = alike.held.slice(1).filter(({ from }) => !explained(from))
  const bursts = gained.map((first, at) =>
    gained.slice(at).filter(({ from }) => spanFrom(first.from, from) <= FLAPPING_WINDOW),
  )
  const [busiest] = worst(bursts, ({ length }) => length)
  const first = busiest?.[0]
  const last = busiest?.at(-1)
  if (!busiest || !first || !last || busiest.length <= MOST_CHANGES) return undefined
  const hosts = listed([...new Set(busiest.map(({ host }) => host))])
  const blips = circumstances?.blips.filter(
    ({ from }) => from >= first.from - toSeconds(patience) && from <= last.from,
  )
  const names = [...new Set(blips?.map(({ what }) => what))]
  const why =
    names.length === 0
      ? 'nothing in the story explains it'
      : `all that happened is that single runs of ${listed(names)} failed (fall and rise would ask for more)`
  return {
    text: `flapping: ${hosts} got it ${busiest.length} times within 60 s from ${formatTime(first.from)} s on, and ${why}`,
  }
}

/** Of any host; an instance without one of its states has no lane. */
const lanesFor = (instances: readonly string[], lanes: readonly Lane[]): readonly Lane[] =>
  lanes.filter(({ instance }) => instances.includes(instance))

/** When it could have been master. */
function stretchesWell({ host, instance, spans }: Lane, { circumstances }: Observed): readonly Interval[] {
  const own = circumstances?.instances.find((each) => each.host === host && each.instance === instance)
  return without(
    joined(spans.filter(({ state }) => state === 'BACKUP' || state === 'MASTER')),
    own?.absent ?? [],
  )
}

const spanFrom = (earlier: number, later: number): Duration =>
  between(instant(seconds(earlier)), instant(seconds(later)))

const more = ({ length }: readonly unknown[]): string =>
  length < 2 ? '' : `; and ${length - 1} more time${length === 2 ? '' : 's'}`
