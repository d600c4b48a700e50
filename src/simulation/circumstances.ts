/** A story, and what the files make depend on what, as the circumstances by which a simulation's outcome is judged. Pure. */

import { plus, seconds, times, toSeconds, type Duration } from '../base/time.ts'
import { masterDownInterval } from '../base/intervals.ts'
import type { Model, SyncGroup, VrrpInstance } from '../config/model.ts'
import { assemble, type Assembled } from '../daemon/assemble.ts'
import type { Tracker } from '../vrrp/election/state.ts'
import type { HostSetup } from './host.ts'
import type { Ailment, Apart, Circumstances, InstanceCircumstances, Reason } from './report/circumstances.ts'
import type { Interval } from './report/intervals.ts'
import type { StoryEvent } from './story/story.ts'

/** systemd's RestartSec and what starting takes: host.ts has it start again 0.8 s after a crash. */
const CRASH_LASTS = 1
/** A program's run, a look at the processes, a timer: what no file says. */
const ALWAYS = 1

interface Told {
  readonly hosts: readonly HostSetup[]
  readonly lans: readonly string[]
  /** By time. */
  readonly story: readonly StoryEvent[]
}

/** @returns undefined for a story with a reload: which file held at a time is then not known here */
export function circumstancesOf(told: Told): Circumstances | undefined {
  if (told.story.some(({ type }) => type === 'reload')) return undefined
  const blips = blipsOf(told)
  return {
    instances: told.hosts.flatMap((host) => instancesOf(host, told.story)),
    apart: told.lans.flatMap((lan) => apartOn(lan, told)),
    troubles: [{ from: 0, to: 0 }, ...troublesOf(told, new Set(blips.flatMap(({ events }) => events)))],
    blips: blips.map(({ what, from }) => ({ what, from })),
  }
}

const at = (event: StoryEvent): number => event.at / 1_000_000

/**
 * When something was so.
 *
 * @param change what an event makes of it; undefined: nothing
 */
function during(
  story: readonly StoryEvent[],
  change: (event: StoryEvent) => boolean | undefined,
  initially = false,
): readonly Interval[] {
  const found: Interval[] = []
  let since = initially ? 0 : undefined
  for (const event of story) {
    const is = change(event)
    if (is === true) since ??= at(event)
    if (is !== false || since === undefined) continue
    if (at(event) > since) found.push({ from: since, to: at(event) })
    since = undefined
  }
  return since === undefined ? found : [...found, { from: since, to: null }]
}

function instancesOf(host: HostSetup, story: readonly StoryEvent[]): readonly InstanceCircumstances[] {
  const { name, model } = host
  const absent = absentTimes(host, story)
  const { routers } = assemble(model)
  const own = new Map(routers.map((router) => [router.instance.name, ownReasons(router, host, story)]))
  const finding = findingTime(model)
  return routers.map(({ instance, router }) => {
    const group = groupOf(model, instance)
    const members = group?.members ?? [instance.name]
    return {
      host: name,
      instance: instance.name,
      lan: instance.link,
      priority: instance.priority,
      masterDownInterval: toSeconds(masterDownInterval(instance, instance.priority)),
      preemptDelay: toSeconds(instance.preemptDelay),
      nopreempt: nopreemptOf(instance, host),
      findingTime: finding,
      absent,
      faults: members.flatMap((member) => own.get(member) ?? []),
      ailments: router.trackers.flatMap((tracker) => ailmentsOf(tracker, name, story)),
      trackedLinks: onlyTracked(model, instance, group).map((link) => ({
        link,
        down: linkDown(name, link, story),
      })),
    }
  })
}

function absentTimes({ name, model }: HostSetup, story: readonly StoryEvent[]): readonly Interval[] {
  const own = story.filter((event) => 'host' in event && event.host === name)
  const off = during(own, ({ type }) => (type === 'start' ? false : endsRun(type) || undefined), isLate(own))
  const crashed = own
    .filter(({ type }) => type === 'crash')
    .map((event) => ({ from: at(event), to: at(event) + CRASH_LASTS }))
  const stalled = own.flatMap((event) =>
    event.type === 'stall' ? [{ from: at(event), to: at(event) + toSeconds(event.duration) }] : [],
  )
  const startupDelay = toSeconds(model.global.startupDelay)
  const starts = [...(isLate(own) ? [] : [0]), ...own.filter(isBeginning).map(at)]
  const deaf =
    startupDelay === 0 ? [] : starts.map((from) => ({ from, to: from + CRASH_LASTS + startupDelay }))
  return [...off, ...crashed, ...stalled, ...deaf]
}

const endsRun = (type: StoryEvent['type']): boolean => type === 'kill' || type === 'stop'
const isBeginning = ({ type }: StoryEvent): boolean => type === 'start' || type === 'crash'
const isLate = ([first]: readonly StoryEvent[]): boolean => first?.type === 'start'

const linkDown = (host: string, link: string, story: readonly StoryEvent[]): readonly Interval[] =>
  during(story, (event) =>
    event.type === 'link' && event.host === host && event.link === link ? !event.up : undefined,
  )

/** What means FAULT for this instance by itself. */
function ownReasons(
  { instance, router }: Assembled,
  host: HostSetup,
  story: readonly StoryEvent[],
): readonly Reason[] {
  const always = { from: 0, to: null }
  const links = router.requiredLinks.filter((link) => host.links.some(({ name }) => name === link))
  return [
    ...(router.unsupported === undefined ? [] : [{ ...always, what: `no ${router.unsupported}` }]),
    ...(router.lacksPeers === true ? [{ ...always, what: 'no unicast_peer' }] : []),
    ...links.flatMap((link) =>
      linkDown(host.name, link, story).map((each) => ({ ...each, what: `${link} is down`, link })),
    ),
    ...router.trackers.flatMap((tracker) => fatalTimes(tracker, host, story)),
    ...strippedTimes(host, story).map((each) => ({ ...each, what: 'an address of its own is gone' })),
    ...drainedTimes(host, instance, story).map((each) => ({ ...each, what: 'drained' })),
  ]
}

/** When a thing is down: a script fails, a process does not run, a link is down. */
function downTimes({ kind, name }: Tracker, host: string, story: readonly StoryEvent[]): readonly Interval[] {
  switch (kind) {
    case 'script':
      return during(story, (event) =>
        event.type === 'script' && event.host === host && event.name === name
          ? event.outcome !== 'pass'
          : undefined,
      )
    case 'process':
      return during(story, (event) =>
        event.type === 'process' && event.host === host && event.name === name ? !event.runs : undefined,
      )
    case 'interface':
      return linkDown(host, name, story)
    case 'file':
      return []
  }
}

const WORDS: Readonly<Record<Tracker['kind'], readonly [down: string, up: string]>> = {
  script: ['fails', 'succeeds'],
  process: ['does not run', 'runs'],
  interface: ['is down', 'is up'],
  file: ['means FAULT', 'means FAULT'],
}

/** When it is not as it should be, for a tracker with `reverse` when it is up. */
function illTimes(tracker: Tracker, host: string, story: readonly StoryEvent[]): readonly Interval[] {
  const down = downTimes(tracker, host, story)
  return tracker.reverse ? complement(down) : down
}

function complement(intervals: readonly Interval[]): readonly Interval[] {
  const edges = intervals.flatMap(({ from, to }) => (to === null ? [from] : [from, to]))
  const found = [0, ...edges]
  return found.flatMap((from, index): Interval[] => {
    const to = found[index + 1] ?? null
    return index % 2 === 0 && to !== from ? [{ from, to }] : []
  })
}

const wordsOf = ({ kind, name, reverse }: Tracker): string => `${name} ${WORDS[kind][reverse ? 1 : 0]}`

function fatalTimes(
  tracker: Tracker,
  { name, model }: HostSetup,
  story: readonly StoryEvent[],
): readonly Reason[] {
  const { kind, weight } = tracker
  if (kind !== 'file') {
    if (weight !== 0) return []
    return illTimes(tracker, name, story).map((each) => ({ ...each, what: wordsOf(tracker) }))
  }
  const file = model.trackFiles.find((each) => each.name === tracker.name)
  const isFatal = (number: number): boolean =>
    weight === 0 ? (number !== 0) !== tracker.reverse : number * weight * (tracker.reverse ? -1 : 1) < -253
  const times = during(
    story,
    (event) =>
      event.type === 'file' && event.host === name && event.path === file?.path
        ? isFatal(event.number)
        : undefined,
    isFatal(file?.initial?.value ?? 0),
  )
  return times.map((each) => ({ ...each, what: wordsOf(tracker) }))
}

function ailmentsOf(tracker: Tracker, host: string, story: readonly StoryEvent[]): readonly Ailment[] {
  if (tracker.kind === 'file' || tracker.weight === 0) return []
  const less = Math.abs(tracker.weight)
  return illTimes(tracker, host, story).map((each) => ({ ...each, what: wordsOf(tracker), less }))
}

/** An address of the host's own that somebody removes is there again when the host is switched on anew. */
function strippedTimes({ name, links }: HostSetup, story: readonly StoryEvent[]): readonly Interval[] {
  const own = links.flatMap(({ addresses }) => addresses.map(({ address }) => address))
  return during(story, (event) => {
    if (!('host' in event) || event.host !== name) return undefined
    if (event.type === 'kill') return false
    return event.type === 'remove' && own.includes(event.address) ? true : undefined
  })
}

/** A drain that ends by itself may be ended sooner. */
function drainedTimes(
  { name, model }: HostSetup,
  instance: VrrpInstance,
  story: readonly StoryEvent[],
): readonly Interval[] {
  const names = [instance.name, groupOf(model, instance)?.name]
  const concerns = (event: StoryEvent): boolean =>
    (event.type === 'drain' || event.type === 'resume') &&
    event.host === name &&
    (event.names.length === 0 || event.names.some((each) => names.includes(each)))
  return story.flatMap((event, index): Interval[] => {
    if (event.type !== 'drain' || !concerns(event)) return []
    const resumed = story.slice(index).find((each) => each.type === 'resume' && concerns(each))
    const ends = [
      ...(resumed === undefined ? [] : [at(resumed)]),
      ...(event.duration === undefined ? [] : [at(event) + toSeconds(event.duration)]),
    ]
    const to = ends.length === 0 ? null : Math.min(...ends)
    return to === at(event) ? [] : [{ from: at(event), to }]
  })
}

function nopreemptOf(
  { name, preempt }: VrrpInstance,
  { clearedNopreempt }: HostSetup,
): 'kept' | 'cleared' | undefined {
  if (!preempt) return 'kept'
  return clearedNopreempt?.includes(name) === true ? 'cleared' : undefined
}

const groupOf = (model: Model, instance: VrrpInstance): SyncGroup | undefined =>
  model.syncGroups.find(({ members }) => members.includes(instance.name))

/** Without a weight, and no member of the group lives on it. */
function onlyTracked(model: Model, instance: VrrpInstance, group: SyncGroup | undefined): readonly string[] {
  const members = model.instances.filter(
    ({ name }) => name === instance.name || group?.members.includes(name) === true,
  )
  const needed = members.flatMap((each) => [each.link, ...each.addresses.map(({ link }) => link)])
  const tracked = [...instance.trackInterfaces, ...(group?.trackInterfaces ?? [])]
  const links = tracked.filter(({ weight, reverse }) => weight === 0 && !reverse).map(({ link }) => link)
  return [...new Set(links)].filter((link) => !needed.includes(link))
}

/** How long it takes at most until a change of what this host tracks counts; seconds. */
function findingTime({ scripts, trackProcesses, linkDelays }: Model): number {
  const checks = scripts.map(({ interval, timeout, rise, fall }) =>
    plus(times(interval, Math.max(rise, fall)), timeout),
  )
  const processes = trackProcesses.flatMap(({ terminateDelay, forkDelay }) => [terminateDelay, forkDelay])
  const links = linkDelays.flatMap(({ down, up }) => [down, up])
  return toSeconds(Math.max(0, ...checks, ...processes, ...links) as Duration) + ALWAYS
}

function apartOn(lan: string, { hosts, story }: Told): readonly Apart[] {
  const here = hosts.filter(({ links }) => links.some(({ name }) => name === lan)).map(({ name }) => name)
  const pairs = here.flatMap((one, index) => here.slice(index + 1).map((other) => [one, other] as const))
  const lossy = lossTimes(lan, story)
  return pairs.flatMap((pair) => {
    const times = [
      ...lossy,
      ...pair.flatMap((host) => linkDown(host, lan, story)),
      ...partedTimes(lan, pair, story),
    ]
    return times.map((each) => ({ ...each, lan, hosts: pair }))
  })
}

const isOn = (lan: string, event: { readonly lan?: string }): boolean =>
  event.lan === undefined || event.lan === lan

const lossTimes = (lan: string, story: readonly StoryEvent[]): readonly Interval[] =>
  during(story, (event) => {
    if (event.type === 'heal') return isOn(lan, event) ? false : undefined
    return event.type === 'lose' && event.lan === lan ? event.percent > 0 : undefined
  })

const partedTimes = (
  lan: string,
  [one, other]: readonly [string, string],
  story: readonly StoryEvent[],
): readonly Interval[] =>
  during(story, (event) => {
    if (event.type === 'heal') return isOn(lan, event) ? false : undefined
    if (event.type !== 'partition' || !isOn(lan, event)) return undefined
    return !event.sides.some((side) => side.includes(one) && side.includes(other))
  })

function troublesOf({ lans, hosts, story }: Told, blips: ReadonlySet<StoryEvent>): Circumstances['troubles'] {
  const lasting = [
    ...lans.flatMap((lan) => [
      ...lossTimes(lan, story),
      ...hosts.flatMap(({ name }, index) =>
        hosts.slice(index + 1).flatMap((other) => partedTimes(lan, [name, other.name], story)),
      ),
    ]),
  ]
  const moments = story
    .filter((event) => !blips.has(event))
    .map((event) => ({
      from: at(event),
      to: at(event) + ('duration' in event ? toSeconds(event.duration) : 0),
    }))
  return [...lasting, ...moments]
}

interface Blip {
  readonly what: string
  readonly from: number
  readonly events: readonly StoryEvent[]
}

/** A script that fails, and succeeds again within two of its intervals. */
function blipsOf({ hosts, story }: Told): readonly Blip[] {
  return hosts.flatMap(({ name, model }) =>
    model.scripts.flatMap((script) => {
      const own = story.filter(
        (event) => event.type === 'script' && event.host === name && event.name === script.name,
      )
      return own.flatMap((event, index): Blip[] => {
        const next = own[index + 1]
        if (event.type !== 'script' || event.outcome === 'pass' || next?.type !== 'script') return []
        if (next.outcome !== 'pass' || seconds(at(next) - at(event)) >= times(script.interval, 2)) return []
        return [{ what: `${script.name} on ${name}`, from: at(event), events: [event, next] }]
      })
    }),
  )
}
