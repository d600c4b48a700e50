/**
 * A story of bounded trouble: some mishaps, which may overlap, each of which is over again by itself. What is the
 * matter at the end is nothing at all. Pure.
 */

import { instant, seconds, toSeconds, type Duration } from '../../base/time.ts'
import type { Span } from '../../config/diagnostics/diagnostics.ts'
import type { Random } from '../random.ts'
import type { Happening } from '../story/event.ts'
import type { StoryEvent } from '../story/story.ts'
import type { Stage } from './stage.ts'

/** It stands in no file. */
const NOWHERE: Span = { file: 'a random story', start: 0, end: 0 }

interface Mishap {
  /** What it is about: two mishaps with a subject in common do not overlap. */
  readonly subjects: readonly string[]
  /** Seconds from its beginning. */
  readonly happenings: readonly { readonly after: number; readonly what: Happening }[]
  readonly length: number
}

type Make = (stage: Stage, random: Random, length: number) => Mishap | undefined

/** Each kind is as frequent as any other, whatever the files have most of. */
const KINDS: Readonly<Record<string, Make>> = {
  kill: (stage, random, length) => ended(random.pick(stage.hosts), 'kill', length),
  stop: (stage, random, length) => ended(random.pick(stage.hosts), 'stop', length),
  crash: (stage, random) => {
    const host = random.pick(stage.hosts)
    return {
      subjects: [`host ${host}`],
      happenings: [{ after: 0, what: { type: 'crash', host } }],
      length: 2,
    }
  },
  stall: (stage, random, length) => {
    const host = random.pick(stage.hosts)
    const what: Happening = { type: 'stall', host, duration: seconds(length) }
    return { subjects: [`host ${host}`], happenings: [{ after: 0, what }], length }
  },
  link: ({ links }, random, length) => {
    if (links.length === 0) return undefined
    const { host, link } = random.pick(links)
    return lasting(
      [`link ${host} ${link}`],
      linkChange([host], link, false),
      linkChange([host], link, true),
      length,
    )
  },
  'lan gone': ({ lans, links }, random, length) => {
    if (lans.length === 0) return undefined
    const lan = random.pick(lans)
    const hosts = links.filter(({ link }) => link === lan).map(({ host }) => host)
    const subjects = hosts.map((host) => `link ${host} ${lan}`)
    return lasting(subjects, linkChange(hosts, lan, false), linkChange(hosts, lan, true), length)
  },
  check: ({ checks }, random, length) => {
    if (checks.length === 0) return undefined
    const { host, name } = random.pick(checks)
    const outcome = random.chance(0.2) ? 'time out' : 'fail'
    const change = (now: typeof outcome | 'pass'): readonly Happening[] => [
      { type: 'script', host, name, outcome: now },
    ]
    return lasting([`check ${host} ${name}`], change(outcome), change('pass'), length)
  },
  'failed runs': ({ checks }, random) => {
    if (checks.length === 0) return undefined
    const { host, name, interval, recovery } = random.pick(checks)
    // Programs end an interval apart, give or take how long they run: in this time one does, or none.
    const failing = Math.max(0.2, toSeconds(interval) - 0.2)
    const well = Math.ceil(toSeconds(recovery) + 2)
    const times = Math.min(8, Math.max(3, Math.ceil(60 / (failing + well))))
    const happenings = Array.from({ length: times }, (_, index) => index * (failing + well)).flatMap(
      (after) => [
        { after, what: { type: 'script', host, name, outcome: 'fail' } as const },
        { after: after + failing, what: { type: 'script', host, name, outcome: 'pass' } as const },
      ],
    )
    return { subjects: [`check ${host} ${name}`], happenings, length: times * (failing + well) }
  },
  process: ({ processes }, random, length) => {
    if (processes.length === 0) return undefined
    const { host, name } = random.pick(processes)
    const change = (runs: boolean): readonly Happening[] => [{ type: 'process', host, name, runs }]
    return lasting([`process ${host} ${name}`], change(false), change(true), length)
  },
  file: ({ files }, random, length) => {
    if (files.length === 0) return undefined
    const { host, file } = random.pick(files)
    const change = (number: number): readonly Happening[] => [{ type: 'file', host, path: file.path, number }]
    return lasting(
      [`file ${host} ${file.path}`],
      change(random.pick(file.others)),
      change(file.initial),
      length,
    )
  },
  partition: ({ hosts, lans, links }, random, length) => {
    const lan = random.chance(0.5) || lans.length < 2 ? undefined : random.pick(lans)
    const concerned = hosts.filter(
      (host) => lan === undefined || links.some((each) => each.host === host && each.link === lan),
    )
    const sides = sidesOf(concerned, random)
    if (sides === undefined) return undefined
    const where = lan === undefined ? {} : { lan }
    const subjects = (lan === undefined ? lans : [lan]).map((each) => `lan ${each}`)
    return lasting(subjects, [{ type: 'partition', sides, ...where }], [{ type: 'heal', ...where }], length)
  },
  lose: ({ hosts, lans }, random, length) => {
    if (lans.length === 0 || hosts.length < 2) return undefined
    const lan = random.pick(lans)
    const change = (percent: number): readonly Happening[] => [{ type: 'lose', percent, lan }]
    return lasting([`lan ${lan}`], change(random.pick([10, 30, 60, 90])), change(0), length)
  },
  drain: ({ drains }, random, length) => {
    if (drains.length === 0) return undefined
    const { host, names } = random.pick(drains)
    const subjects = [`drain ${host}`]
    if (random.chance(0.5)) {
      const what: Happening = { type: 'drain', host, names, duration: seconds(length) }
      return { subjects, happenings: [{ after: 0, what }], length }
    }
    return lasting(subjects, [{ type: 'drain', host, names }], [{ type: 'resume', host, names }], length)
  },
  remove: ({ addresses }, random) => {
    if (addresses.length === 0) return undefined
    const { host, address } = random.pick(addresses)
    return { subjects: [], happenings: [{ after: 0, what: { type: 'remove', host, address } }], length: 1 }
  },
}

const ended = (host: string, type: 'kill' | 'stop', length: number): Mishap =>
  lasting([`host ${host}`], [{ type, host }], [{ type: 'start', host }], length)

const linkChange = (hosts: readonly string[], link: string, up: boolean): readonly Happening[] =>
  hosts.map((host) => ({ type: 'link', host, link, up }))

const lasting = (
  subjects: readonly string[],
  begins: readonly Happening[],
  ends: readonly Happening[],
  length: number,
): Mishap => ({
  subjects,
  happenings: [
    ...begins.map((what) => ({ after: 0, what })),
    ...ends.map((what) => ({ after: length, what })),
  ],
  length,
})

/** Two sides, each of at least one host. */
function sidesOf(hosts: readonly string[], random: Random): readonly (readonly string[])[] | undefined {
  if (hosts.length < 2) return undefined
  const alone = random.pick(hosts)
  const left = hosts.filter((host) => host === alone || random.chance(0.3))
  const right = hosts.filter((host) => !left.includes(host))
  return right.length === 0 ? [[alone], hosts.filter((host) => host !== alone)] : [left, right]
}

export interface RandomStory {
  /** By time. */
  readonly events: readonly StoryEvent[]
  /** When all is well again. */
  readonly wellAt: Duration
}

const MOST_OTHERS = 4
/** Beyond this nobody waits. */
const LONGEST = 600

/** @param number of the story: one mishap after the other has its turn as the first, and so has whom it befalls */
export function randomStory(stage: Stage, random: Random, number: number): RandomStory {
  const { times } = stage
  const down = toSeconds(times.masterDownInterval)
  const finding = toSeconds(times.finding)
  const settling = toSeconds(times.settling)
  const begin = settling + 1
  const longest = 2 * (finding + settling) + 5
  const lengths = [down / 3, down + 2, finding + down + 3, longest]
  const lengthFrom = (some: readonly number[]): number =>
    round(Math.min(LONGEST, random.pick(some) * (0.8 + 0.4 * random.next())))
  const late = latecomer(stage, random, settling)
  const placed: { readonly mishap: Mishap; readonly from: number }[] = []
  let at = begin
  const place = (mishap: Mishap): void => {
    const busy = placed.filter((each) => each.mishap.subjects.some((one) => mishap.subjects.includes(one)))
    const free = Math.max(at, ...busy.map(({ from, mishap: other }) => from + other.length + 0.5))
    placed.push({ mishap, from: round(free) })
    at = free + random.next() * (random.chance(0.5) ? down : mishap.length + down)
  }
  const first = firstMishap(stage, random, number, lengthFrom([longest, longest, ...lengths]))
  if (first !== undefined) place(first)
  const kinds = Object.keys(KINDS).filter(() => random.chance(0.4))
  const makers = (kinds.length === 0 ? Object.keys(KINDS) : kinds).flatMap((kind) => KINDS[kind] ?? [])
  for (let left = random.integer(0, MOST_OTHERS); left > 0; left -= 1) {
    const mishap = random.pick(makers)(stage, random, lengthFrom(lengths))
    if (mishap !== undefined) place(mishap)
  }
  const events = placed.flatMap(({ mishap, from }) =>
    mishap.happenings.map(({ after, what }) => eventAt(round(from + after), what)),
  )
  const all = [...late, ...events].sort((one, other) => one.at - other.at)
  const wellAt = Math.max(begin, ...placed.map(({ mishap, from }) => from + mishap.length))
  return { events: all, wellAt: seconds(Math.ceil(wellAt)) }
}

/** Of the kinds that these files have something for. */
function firstMishap(stage: Stage, random: Random, number: number, length: number): Mishap | undefined {
  const able = Object.values(KINDS).filter((make) => make(stage, random, length) !== undefined)
  const turn = Math.floor(number / able.length)
  const inTurn: Random = {
    ...random,
    pick: (from) => from[turn % from.length] ?? random.pick(from),
  }
  return able[number % able.length]?.(stage, inTurn, length)
}

/** Now and then one host begins later than the others. */
function latecomer({ hosts }: Stage, random: Random, settling: number): readonly StoryEvent[] {
  if (!random.chance(0.15)) return []
  return [eventAt(round(random.next() * settling), { type: 'start', host: random.pick(hosts) })]
}

const eventAt = (at: number, what: Happening): StoryEvent => ({
  at: instant(seconds(at)),
  span: NOWHERE,
  ...what,
})

/** To a tenth of a second, so that a story can be read. */
const round = (time: number): number => Math.max(0.1, Math.round(time * 10) / 10)
