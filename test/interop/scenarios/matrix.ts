/**
 * The same story told with keepalived everywhere and with vrrpd on one side or
 * on both. A scenario drives its hosts and marks phases; what could be seen from
 * outside in each phase is written down; and every story must equal keepalived's
 * own, told in the same run.
 */

import { expect, test } from 'vitest'
import type { Duration } from '../../../src/base/time.ts'
import { Semaphore } from '../../../src/scripts/tracking/semaphore.ts'
import { Lab, type Host } from '../../support/lab.ts'
import type { DaemonKind } from '../../support/lab/daemon.ts'
import type { LanOptions } from '../../support/lab/network.ts'
import { untilStill } from '../../support/lab/stillness.ts'
import { pause, wallNow } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'
import { settle } from './figures.ts'
import { observe, pick, type Observed, type Phase } from './phase.ts'
import { storyHost, type DaemonHost, type StoryHost } from './story-host.ts'

export type { DaemonHost, StoryHost } from './story-host.ts'

export type HostName = 'a' | 'b' | 'c'

/** What runs on a and b; c runs what a does. */
export interface Pairing {
  readonly a: DaemonKind
  readonly b: DaemonKind
}

const reference: Pairing = { a: 'keepalived', b: 'keepalived' }

/** For what is one router's own doing, whoever the other is. */
export const onlyOnA: readonly Pairing[] = [{ a: 'vrrpd', b: 'keepalived' }]
export const onlyOnB: readonly Pairing[] = [{ a: 'keepalived', b: 'vrrpd' }]

/** Either side of a pair during a migration: what a story is told with unless it says otherwise. */
const mixed: readonly Pairing[] = [...onlyOnA, ...onlyOnB]

/** For the stories that everything else builds on. */
export const everyPairing: readonly Pairing[] = [{ a: 'vrrpd', b: 'vrrpd' }, ...mixed]

export interface Story {
  readonly a: StoryHost
  readonly b: StoryHost
  readonly c: StoryHost
  /** One more host on every LAN, which runs no daemon. */
  readonly router: Host
  /**
   * Ends a phase: what happened since the previous one is written down. It ends when all of its parts
   * have come to rest, so that a story has to wait for no more than one of them.
   * @param after the least that it lasts from now on
   */
  phase(name: string, after?: Duration): Promise<void>
  wait(span: Duration): Promise<void>
}

export interface Scenario {
  readonly name: string
  /** a and b unless told. */
  readonly hosts?: readonly HostName[]
  readonly lans?: readonly LanOptions[]
  readonly pairings?: readonly Pairing[]
  /** keepalived.conf for a host. */
  config(host: HostName, parts: DaemonHost): string
  run(story: Story): Promise<void>
  /** Which part of the phases counts; all of it by default. */
  readonly compare?: readonly (keyof Phase)[]
  /** Two hosts speak in one phase by the story's own nature. */
  readonly mayCross?: boolean
  readonly routeTables?: readonly string[]
}

export { settle, takeover, VIP } from './figures.ts'

/** Each becomes a test; they run side by side and mostly wait. */
export function tellAlike(scenarios: readonly Scenario[]): void {
  needs(
    'netns',
    'built',
    'keepalived',
  )('keepalived’s story, told by vrrpd', () => {
    const starts = new Semaphore(STARTS_AT_ONCE)
    for (const scenario of scenarios) {
      test.concurrent(scenario.name, { timeout: 480_000 }, () => expectSameStory(scenario, starts))
    }
  })
}

/**
 * To wait costs nothing, to start does. Fifty daemons that start together would
 * keep those waiting that run already, and time is what stories are about.
 */
const STARTS_AT_ONCE = 2

async function expectSameStory(scenario: Scenario, starts: Semaphore): Promise<void> {
  const pairings = scenario.pairings ?? mixed
  const [expected, ...told] = await Promise.all(
    [reference, ...pairings].map((pairing) => tell(scenario, pairing, starts)),
  )
  for (const [index, story] of told.entries()) {
    const { a, b } = pairings[index]!
    expect(story, `${scenario.name} with ${a} on a, ${b} on b`).toEqual(expected)
  }
}

const ATTEMPTS = 4

/**
 * Adverts of two hosts can cross, on the wire or in a socket's queue; what follows then (an answer, more ARP) is
 * the protocol's own race and no daemon's doing. Such a story is told anew.
 */
async function tell(
  scenario: Scenario,
  pairing: Pairing,
  starts: Semaphore,
): Promise<readonly Partial<Phase>[]> {
  const { compare, mayCross = false } = scenario
  for (let attempt = 1; ; attempt++) {
    const observed = await tellOnce(scenario, pairing, starts)
    const crossed = !mayCross && observed.some(({ hasRaced }) => hasRaced)
    if (crossed && attempt < ATTEMPTS) continue
    const phases = observed.map(({ phase }) => phase)
    return compare === undefined ? phases : phases.map((phase) => pick(phase, ['name', ...compare]))
  }
}

async function tellOnce(
  scenario: Scenario,
  pairing: Pairing,
  starts: Semaphore,
): Promise<readonly Observed[]> {
  const { hosts: names = ['a', 'b'], lans = [{ link: 'eth0', subnet: '10.9.0.0/24' }] } = scenario
  const lab = await starts.pass(() => Lab.create({ hosts: [...names, 'probe'], lans }))
  try {
    const probe = lab.host('probe')
    const links = lans.map(({ link }) => link)
    const captures = await Promise.all(links.map((link) => probe.capture(link)))
    const cast = await Promise.all(
      names.map(async (name) => {
        const kind = name === 'b' ? pairing.b : pairing.a
        const config = (parts: DaemonHost): string => scenario.config(name, parts)
        return [name, await storyHost(lab.host(name), kind, config, starts)] as const
      }),
    )
    const hosts = Object.fromEntries(cast)
    // What does not count need not come to rest: two Masters answer each other for ever.
    const counts = (...parts: readonly (keyof Phase)[]): boolean =>
      scenario.compare === undefined || parts.some((part) => scenario.compare!.includes(part))
    const watched = {
      kernels: cast.map(([, { host }]) => host.news),
      captures: counts('adverts', 'arps') ? captures : [],
      recorders: counts('notifies') ? cast.map(([, { recorder }]) => recorder) : [],
    }
    const watch = { hosts, links, captures, routeTables: scenario.routeTables ?? ['main'] }
    const observed: Observed[] = []
    let since = wallNow()
    await scenario.run({
      ...(hosts as Record<HostName, StoryHost>),
      router: probe,
      wait: pause,
      phase: async (name, after = settle) => {
        await pause(after)
        await untilStill(watched, settle)
        const until = wallNow()
        observed.push(await observe(watch, name, observed.at(-1)?.phase, since, until))
        since = until
      },
    })
    return observed
  } finally {
    await lab.destroy()
  }
}
