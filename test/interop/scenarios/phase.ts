/**
 * What could be seen from outside in one phase of a story, in a form that does
 * not depend on the speed of the machine.
 */

import { milliseconds } from '../../../src/base/time.ts'
import type { Host } from '../../support/lab.ts'
import type { Capture } from '../../support/lab/capture.ts'
import type { SeenAdvert, SeenArp } from '../../support/lab/frames.ts'
import type { AddressInfo } from '../../support/lab/host.ts'
import type { Recorder } from '../../support/lab/recorder.ts'
import type { WallTime } from '../../support/lab/time.ts'

type ByHost<T> = Readonly<Record<string, T>>
type Properties = Readonly<Record<string, unknown>>

export interface Phase {
  readonly name: string
  /** At the end of the phase, as `address/prefix scope label broadcast`. */
  readonly addresses: ByHost<readonly string[]>
  readonly routes: ByHost<readonly string[]>
  /** Routing rules but the kernel's own. */
  readonly rules: ByHost<readonly string[]>
  /** Who spoke, for which VRID (and how, unless to 224.0.0.18), with what priority; repetitions of the same are one entry, priority 0 counts them. */
  readonly adverts: readonly string[]
  /** Gratuitous ARP requests by host and address. */
  readonly arps: readonly string[]
  readonly notifies: ByHost<readonly string[]>
}

/** What is watched in the course of a story. */
export interface Watch {
  readonly hosts: ByHost<{ readonly host: Host; readonly recorder: Recorder }>
  readonly links: readonly string[]
  /** One for each link. */
  readonly captures: readonly Capture[]
  readonly routeTables: readonly string[]
}

export interface Observed {
  readonly phase: Phase
  /** Adverts of two hosts have met, or may have: what follows then is the protocol's own race, and no daemon's doing. */
  readonly hasRaced: boolean
}

/** @param before the phase before this one */
export async function observe(
  watch: Watch,
  name: string,
  before: Phase | undefined,
  since: WallTime,
  until: WallTime,
): Promise<Observed> {
  const { captures } = watch
  const [adverts, arps] = await Promise.all([
    Promise.all(captures.map((capture) => capture.adverts(since))),
    Promise.all(captures.map((capture) => capture.gratuitousArps(since))),
  ])
  const states = await ofEach(watch, (host) => stateOf(host, watch))
  const inTime = ({ at }: { readonly at: WallTime }): boolean => at < until
  const heard = adverts
    .flat()
    .filter(inTime)
    .sort((x, y) => compareText(electionOf(x), electionOf(y)) || x.at - y.at)
  const phase = {
    name,
    addresses: mapValues(states, ({ addresses }) => addresses),
    routes: mapValues(states, ({ routes }) => routes),
    rules: mapValues(states, ({ rules }) => rules),
    adverts: withoutContinuation(spokenBy(watch, heard), before?.adverts ?? []),
    arps: announcedBy(watch, arps.flat().filter(inTime)),
    notifies: await ofEach(watch, async (_host, recorder) =>
      (await recorder.calls())
        .filter(({ at }) => at >= since && at < until)
        .map(({ args }) => args.join(' '))
        .sort(),
    ),
  }
  return { phase, hasRaced: haveCrossed(phase.adverts) || mayHaveMet(heard) }
}

interface HostState {
  readonly addresses: readonly string[]
  readonly routes: readonly string[]
  readonly rules: readonly string[]
}

const mapValues = <T, U>(values: ByHost<T>, of: (value: T) => U): ByHost<U> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, of(value)]))

export const pick = (phase: Phase, keys: readonly (keyof Phase)[]): Partial<Phase> =>
  Object.fromEntries(keys.map((key) => [key, phase[key]]))

/** Whose turn it is among whom: one VRID may be elected by multicast, by another group and by unicast on one link. */
function electionOf({ vrid, destination }: SeenAdvert): string {
  if (destination === '224.0.0.18') return `vrid ${vrid}`
  if (destination === 'ff02::12') return `vrid ${vrid} over IPv6`
  return `vrid ${vrid} by ${destination.startsWith('224.') ? destination : 'unicast'}`
}

const compareText = (x: string, y: string): number => (x < y ? -1 : Number(x > y))

/** A daemon on a busy machine may send before it has read what came that long ago. */
const unread = milliseconds(60)

/**
 * One host speaks so soon after another that it may not have heard that one yet, and then answers it.
 * @param adverts by election, in the order of the wire
 */
const mayHaveMet = (adverts: readonly SeenAdvert[]): boolean =>
  adverts.some((advert, index) => {
    const before = adverts[index - 1]
    return (
      before !== undefined &&
      electionOf(before) === electionOf(advert) &&
      before.source !== advert.source &&
      before.priority !== 0 &&
      advert.at - before.at < unread
    )
  })

/** One host speaks again after another has, in one election and phase. */
function haveCrossed(adverts: readonly string[]): boolean {
  const speakers = adverts.map((text) => text.slice(0, text.indexOf(' ', text.indexOf(': ') + 2)))
  const turns = speakers.filter((speaker, index) => speaker !== speakers[index - 1])
  return new Set(turns).size < turns.length
}

async function ofEach<T>(
  { hosts }: Watch,
  of: (host: Host, recorder: Recorder) => Promise<T>,
): Promise<ByHost<T>> {
  const entries = Object.entries(hosts).map(
    async ([name, { host, recorder }]) => [name, await of(host, recorder)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

/** What one host's kernel has, by one run of ip(8). */
async function stateOf(host: Host, { links, routeTables }: Watch): Promise<HostState> {
  const text = await host.ipBatch(['addr show', 'route show table all', 'rule show'])
  const [shown = [], routes = [], rules = []] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as readonly Properties[])
  return {
    addresses: shown
      .filter(({ ifname }) => links.includes(String(ifname)))
      .flatMap(({ addr_info }) => (addr_info ?? []) as readonly AddressInfo[])
      .map((each) => [`${each.local}/${each.prefixlen}`, each.scope, each.label, each.broadcast].join(' '))
      .sort(),
    routes: routes
      .filter(({ table }) => routeTables.includes(typeof table === 'string' ? table : 'main'))
      .map((route) => JSON.stringify(sorted(route)))
      .sort(),
    rules: rules
      .filter(({ priority }) => ![0, 32766, 32767].includes(Number(priority)))
      .map((rule) => JSON.stringify(sorted(rule))),
  }
}

/** The order of an object's keys does not count. */
const sorted = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).sort(([x], [y]) => (x < y ? -1 : 1)))

/** Of every link the property that tells whose a frame is. */
const owners = ({ hosts, links }: Watch, of: (host: Host, link: string) => string): Map<string, string> =>
  new Map(
    Object.entries(hosts).flatMap(([name, { host }]) => links.map((link) => [of(host, link), name] as const)),
  )

function spokenBy(watch: Watch, adverts: readonly SeenAdvert[]): readonly string[] {
  const owner = new Map([
    ...owners(watch, (host, link) => host.address(link)),
    ...owners(watch, (host, link) => host.linkLocal(link) ?? ''),
  ])
  const said = adverts.map((advert) => ({
    text: `${electionOf(advert)}: ${owner.get(advert.source) ?? advert.source} ${advert.priority}`,
    counted: advert.priority === 0,
  }))
  return runs(said)
}

function announcedBy(watch: Watch, arps: readonly SeenArp[]): readonly string[] {
  const owner = owners(watch, (host, link) => host.mac(link))
  return tally(arps.map(({ mac, address }) => `${owner.get(mac) ?? mac} ${address}`))
}

function runs(entries: readonly { readonly text: string; readonly counted: boolean }[]): readonly string[] {
  const lines: { text: string; counted: boolean; count: number }[] = []
  for (const entry of entries) {
    const last = lines.at(-1)
    if (last?.text === entry.text) last.count += 1
    else lines.push({ ...entry, count: 1 })
  }
  return lines.map(({ text, counted, count }) => (counted ? `${text} x${count}` : text))
}

/**
 * A phase may begin with the last words of the one before, or too late for them: whichever, they tell nothing
 * new. When nothing else was said either, the voice goes on and is kept.
 */
function withoutContinuation(adverts: readonly string[], before: readonly string[]): readonly string[] {
  return adverts.filter((text, index) => {
    const election = text.slice(0, text.indexOf(':') + 1)
    const ofIt = adverts.filter((other) => other.startsWith(election))
    const isFirst = adverts.findIndex((other) => other.startsWith(election)) === index
    const last = before.findLast((other) => other.startsWith(election))
    return !(isFirst && ofIt.length > 1 && text === last)
  })
}

function tally(entries: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const entry of entries) counts.set(entry, (counts.get(entry) ?? 0) + 1)
  return [...counts].map(([entry, count]) => `${entry} x${count}`).sort()
}
