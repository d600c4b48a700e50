/**
 * The same story told by every pairing of daemons. A scenario drives two hosts
 * and marks phases; what could be seen from outside in each phase is written
 * down in a form that does not depend on the speed of the machine; and the
 * stories of vrrpd, alone and beside keepalived, must equal keepalived's own,
 * told in the same run.
 */

import { expect } from 'vitest'
import { plus, seconds, type Duration } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import type { LanOptions } from '../support/lab/network.ts'
import { notifyLines, type Check, type Recorder } from '../support/lab/recorder.ts'
import { masterDownInterval, pause, wallNow, type WallTime } from '../support/lab/time.ts'

export type HostName = 'a' | 'b'

export interface Pairing {
  readonly a: DaemonKind
  readonly b: DaemonKind
}

export const pairings: readonly Pairing[] = [
  { a: 'vrrpd', b: 'vrrpd' },
  { a: 'vrrpd', b: 'keepalived' },
  { a: 'keepalived', b: 'vrrpd' },
]

const reference: Pairing = { a: 'keepalived', b: 'keepalived' }

/** What one phase looked like. */
interface Phase {
  readonly name: string
  /** At the end of the phase, as `address/prefix scope label broadcast`. */
  readonly addresses: Readonly<Record<HostName, readonly string[]>>
  readonly routes: Readonly<Record<HostName, readonly string[]>>
  /** Who spoke, for which VRID, with what priority; repetitions of the same are one entry, priority 0 counts them. */
  readonly adverts: readonly string[]
  /** Gratuitous ARP requests by host and address. */
  readonly arps: readonly string[]
  readonly notifies: Readonly<Record<HostName, readonly string[]>>
}

export interface StoryHost {
  readonly host: Host
  readonly recorder: Recorder
  readonly check: Check
  /** Starts this host's daemon with the scenario's configuration for it. */
  start(): Promise<Daemon>
  daemon(): Daemon
}

export interface Story {
  readonly a: StoryHost
  readonly b: StoryHost
  /** A third host on every LAN, which runs no daemon. */
  readonly router: Host
  /** Ends a phase: what happened since the previous one is written down. */
  phase(name: string): Promise<void>
  wait(span: Duration): Promise<void>
}

export interface Scenario {
  readonly name: string
  readonly lans?: readonly LanOptions[]
  /** keepalived.conf for a host; `notify` are the lines that record every call. */
  config(host: HostName, parts: { readonly notify: string; readonly check: string }): string
  run(story: Story): Promise<void>
  /** Which part of the phases counts; all of it by default. */
  readonly compare?: readonly (keyof Phase)[]
  /** Both hosts speak in one phase by the story's own nature. */
  readonly mayCross?: boolean
  readonly routeTables?: readonly string[]
}

/** Runs a scenario with keepalived on both hosts and with every pairing of `pairings`, side by side. */
export async function expectSameStory(scenario: Scenario): Promise<void> {
  const [expected, ...told] = await Promise.all(
    [reference, ...pairings].map((pairing) => tell(scenario, pairing)),
  )
  for (const [index, story] of told.entries()) {
    const pairing = pairings[index]
    expect(story, `${scenario.name} with ${pairing?.a ?? ''} on a, ${pairing?.b ?? ''} on b`).toEqual(
      expected,
    )
  }
}

const ATTEMPTS = 4

/**
 * Adverts of two hosts can cross on the wire; what follows then (an answer, more ARP) is the protocol's own
 * race and no daemon's doing. Such a story is told anew.
 */
export async function tell(scenario: Scenario, pairing: Pairing): Promise<readonly Partial<Phase>[]> {
  for (let attempt = 1; ; attempt++) {
    const phases = await tellOnce(scenario, pairing)
    if (
      attempt < ATTEMPTS &&
      scenario.mayCross !== true &&
      phases.some(({ adverts }) => haveCrossed(adverts))
    )
      continue
    const { compare } = scenario
    return compare === undefined ? phases : phases.map((phase) => pick(phase, ['name', ...compare]))
  }
}

/** One host speaks again after the other has, for one VRID in one phase. */
function haveCrossed(adverts: readonly string[]): boolean {
  const speakers = adverts.map((text) => text.split(' ').slice(0, 3).join(' '))
  const turns = speakers.filter((speaker, index) => speaker !== speakers[index - 1])
  return new Set(turns).size < turns.length
}

async function tellOnce(scenario: Scenario, pairing: Pairing): Promise<readonly Phase[]> {
  const lab = await Lab.create({ hosts: ['a', 'b', 'probe'], ...(scenario.lans && { lans: scenario.lans }) })
  try {
    const probe = lab.host('probe')
    const links = scenario.lans?.map(({ link }) => link) ?? ['eth0']
    const captures = await Promise.all(links.map((link) => probe.capture(link)))
    const [a, b] = await Promise.all([
      storyHost(lab.host('a'), 'a', pairing.a, scenario),
      storyHost(lab.host('b'), 'b', pairing.b, scenario),
    ])
    const phases: Phase[] = []
    let since = wallNow()
    await scenario.run({
      a,
      b,
      router: probe,
      wait: pause,
      phase: async (name) => {
        const until = wallNow()
        const tables = scenario.routeTables ?? ['main']
        const seen = await observe(name, { a, b }, links, captures, since, until, tables)
        phases.push({ ...seen, adverts: withoutContinuation(seen.adverts, phases.at(-1)?.adverts ?? []) })
        since = until
      },
    })
    return phases
  } finally {
    await lab.destroy()
  }
}

const pick = (phase: Phase, keys: readonly (keyof Phase)[]): Partial<Phase> =>
  Object.fromEntries(keys.map((key) => [key, phase[key]]))

async function storyHost(
  host: Host,
  name: HostName,
  kind: DaemonKind,
  scenario: Scenario,
): Promise<StoryHost> {
  const [recorder, check] = await Promise.all([host.recorder(), host.check()])
  const config = scenario.config(name, { notify: notifyLines(recorder), check: check.command })
  let running: Daemon | undefined
  return {
    host,
    recorder,
    check,
    start: async () => (running = await host.start({ kind, config })),
    daemon: () => {
      if (running === undefined) throw new Error(`${name}'s daemon has not been started`)
      return running
    },
  }
}

async function observe(
  name: string,
  hosts: Readonly<Record<HostName, StoryHost>>,
  links: readonly string[],
  captures: readonly Capture[],
  since: WallTime,
  until: WallTime,
  tables: readonly string[],
): Promise<Phase> {
  const both = async <T>(of: (host: StoryHost) => Promise<T>): Promise<Record<HostName, T>> => {
    const [a, b] = await Promise.all([of(hosts.a), of(hosts.b)])
    return { a, b }
  }
  const owner = new Map(
    (['a', 'b'] as const).flatMap((key) =>
      links.map((link) => [hosts[key].host.address(link), key] as const),
    ),
  )
  const owners = new Map(
    (['a', 'b'] as const).flatMap((key) => links.map((link) => [hosts[key].host.mac(link), key] as const)),
  )
  const [adverts, arps] = [
    (await Promise.all(captures.map((capture) => capture.adverts(since)))).flat(),
    (await Promise.all(captures.map((capture) => capture.gratuitousArps(since)))).flat(),
  ]
  return {
    name,
    addresses: await both(async ({ host }) => {
      const infos = (await Promise.all(links.map((link) => host.addresses(link)))).flat()
      return infos
        .map((each) =>
          [`${each.local}/${String(each.prefixlen)}`, each.scope, each.label, each.broadcast].join(' '),
        )
        .sort()
    }),
    routes: await both(async ({ host }) => {
      const routes = (await Promise.all(tables.map((table) => host.routes(table)))).flat()
      return routes.map((route) => JSON.stringify(sorted(route))).sort()
    }),
    adverts: runs(
      adverts
        .filter((seen) => seen.at < until)
        .sort((x, y) => x.vrid - y.vrid || x.at - y.at)
        .map((seen) => ({
          text: `vrid ${String(seen.vrid)}: ${owner.get(seen.source) ?? seen.source} ${String(seen.priority)}`,
          counted: seen.priority === 0,
        })),
    ),
    arps: tally(
      arps
        .filter((seen) => seen.at < until)
        .map((seen) => `${owners.get(seen.mac) ?? seen.mac} ${seen.address}`),
    ),
    notifies: await both(async ({ recorder }) => {
      const calls = (await recorder.calls()).filter(({ at }) => at >= since && at < until)
      return calls.map(({ args }) => args.join(' ')).sort()
    }),
  }
}

/** Neither the order of an object's keys nor what differs from host to host by nature counts. */
const sorted = (route: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(route).sort(([x], [y]) => (x < y ? -1 : 1)))

function runs(entries: readonly { readonly text: string; readonly counted: boolean }[]): readonly string[] {
  const lines: { text: string; counted: boolean; count: number }[] = []
  for (const entry of entries) {
    const last = lines.at(-1)
    if (last?.text === entry.text) last.count += 1
    else lines.push({ ...entry, count: 1 })
  }
  return lines.map(({ text, counted, count }) => (counted ? `${text} x${String(count)}` : text))
}

/**
 * A phase may begin with the last words of the one before, or too late for them: whichever, they tell nothing
 * new. When nothing else was said either, the voice goes on and is kept.
 */
function withoutContinuation(adverts: readonly string[], before: readonly string[]): readonly string[] {
  return adverts.filter((text, index) => {
    const vrid = text.slice(0, text.indexOf(':'))
    const ofVrid = adverts.filter((other) => other.startsWith(vrid))
    const isFirst = adverts.findIndex((other) => other.startsWith(vrid)) === index
    const last = before.findLast((other) => other.startsWith(vrid))
    return !(isFirst && ofVrid.length > 1 && text === last)
  })
}

function tally(entries: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const entry of entries) counts.set(entry, (counts.get(entry) ?? 0) + 1)
  return [...counts].map(([entry, count]) => `${entry} x${String(count)}`).sort()
}

/** Long enough for a router of this priority to take over from a silent master, or to find itself alone. */
export const takeover = (priority: number, advertInterval?: Duration): Duration =>
  plus(masterDownInterval(priority, advertInterval), promptly)

export const settle: Duration = seconds(1.5)
