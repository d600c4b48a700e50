/** What the simulation makes of a tale. */

import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Cidr } from '../../../src/base/address.ts'
import { milliseconds, plus, toSeconds, type Duration, type Instant } from '../../../src/base/time.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import type { Model } from '../../../src/config/model.ts'
import { summaryLine } from '../../../src/config/diagnostics/render.ts'
import { endAfter, Network, type Reload } from '../../../src/simulation/network.ts'
import type { Packet } from '../../../src/simulation/process.ts'
import { makeReport, type SimulationReport } from '../../../src/simulation/report/report.ts'
import {
  lastEventAt,
  parseStory,
  settlingTime,
  type StoryEvent,
} from '../../../src/simulation/story/story.ts'
import { asAdvert } from '../../support/lab/frames.ts'
import { memoryIo } from '../../support/memory-io.ts'
import { eventOf, tally, withoutPrefix, withoutRepetitions } from './tale.ts'
import type { ByAddress, Place, Span, Tale, Told } from './tale.ts'
import type { Seen, Voice } from './takeovers.ts'

/** Of the hosts that the story is told to later, so that both have the same. */
export interface Surroundings {
  readonly lans: readonly string[]
  place(host: string): Place
  linksOf(host: string): readonly { readonly name: string; readonly addresses: readonly Cidr[] }[]
}

export interface Prediction {
  readonly events: readonly StoryEvent[]
  readonly until: Duration
  readonly report: SimulationReport
  /** @param time in seconds */
  ownersBefore(time: number): ByAddress<readonly string[]>
  readonly told: Told
  /** Times are microseconds from the beginning. */
  readonly seen: Seen
}

export async function predict(tale: Tale, { lans, place, linksOf }: Surroundings): Promise<Prediction> {
  const { hosts, story, files = {} } = tale
  const models = new Map<string, Model>()
  const reloads: Reload[] = []
  for (const host of hosts) {
    models.set(host, await load(host, tale.config(place(host))))
    for (const [file, config] of Object.entries(files))
      reloads.push({ host, file, model: await load(host, config(place(host))) })
  }
  const setups = hosts.map((name) => ({ name, model: models.get(name)!, links: linksOf(name) }))
  const { events, diagnostics } = parseStory(tale.name, story, {
    hosts: setups.map(({ name, model }) => ({ name, model })),
    lans,
  })
  expect(diagnostics).toEqual([])
  const settling = settlingTime([...models.values(), ...reloads.map(({ model }) => model)])
  const until = endAfter(lastEventAt(events), settling)
  const voices: Voice[] = []
  const overhear = (at: Instant, by: string, { bytes }: Packet): void => {
    const advert = asAdvert({ at, bytes: Buffer.concat([ETHERNET_HEADER, bytes]) })
    if (advert !== undefined) voices.push({ ...advert, by })
  }
  const network = new Network({ hosts: setups, lans, seed: 1, until, reloads, turn: () => turn(), overhear })
  const report = makeReport(await network.run(events))
  const ownersBefore: Prediction['ownersBefore'] = (time) =>
    byAddress(report, ({ held }) =>
      withoutRepetitions(held.filter(({ from }) => from < time).map(({ host }) => host)),
    )
  const told = {
    owners: ownersBefore(Infinity),
    gains: byAddress(report, ({ held }) => tally(held.map(({ host }) => host))),
    atEnd: byAddress(report, ({ held }) =>
      held.flatMap(({ host, to }) => (to === null ? [host] : [])).toSorted(),
    ),
  }
  const listening = report.events.flatMap(({ time, host, from, to }) =>
    host !== null && to === 'BACKUP' && from !== 'MASTER' ? [{ at: microsecondsOf(time), by: host }] : [],
  )
  const takes = byAddress(report, ({ held }) =>
    held.map(({ host, from }) => ({ at: microsecondsOf(from), by: host })),
  )
  return { events, until, report, ownersBefore, told, seen: { voices, listening, takes } }
}

async function load(host: string, text: string): Promise<Model> {
  const path = '/keepalived.conf'
  const loaded = await loadConfiguration(path, { io: memoryIo({ [path]: text }), configId: host })
  expect(loaded.diagnostics.map((each) => summaryLine(each, loaded.sources))).toEqual([])
  return loaded.model
}

/** How late anything is in the simulation: a LAN's delay, an alarm, an answer of the file system. */
const lateness: Duration = milliseconds(40)

export function expectPredictedSpan(
  { after: line, host, atLeast, atMost }: Span,
  story: string,
  { events, report }: Prediction,
): void {
  const begun = toSeconds(eventOf(story, events, line).at as number as Duration)
  const take = report.addresses[0]?.held.find((each) => each.host === host && each.from >= begun)
  expect(take, `${host} takes it after ${line}`).toBeDefined()
  const span = take!.from - begun
  expect(span, `${host} after ${line}`).toBeGreaterThanOrEqual(toSeconds(atLeast) - toSeconds(lateness))
  expect(span, `${host} after ${line}`).toBeLessThanOrEqual(toSeconds(plus(atMost, lateness)))
}

const microsecondsOf = (time: number): number => Math.round(time * 1_000_000)

/** For packets that have none: of nobody, and IPv4. */
const ETHERNET_HEADER = Buffer.from([...new Uint8Array(12), 0x08, 0x00])

const byAddress = <T>(
  { addresses }: SimulationReport,
  of: (address: SimulationReport['addresses'][number]) => T,
): ByAddress<T> => Object.fromEntries(addresses.map((each) => [withoutPrefix(each.address), of(each)]))
