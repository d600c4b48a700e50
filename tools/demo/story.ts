/** The demo's scenes, in order. */

import { relative } from 'node:path'
import { type Duration, microseconds, milliseconds, plus, seconds, toSeconds } from '../../src/base/time.ts'
import type { Capture } from '../../test/support/lab/capture.ts'
import type { Daemon, DaemonKind } from '../../test/support/lab/daemon.ts'
import type { AddressMonitor } from '../../test/support/lab/monitor.ts'
import { pause, until, type WallTime, wallNow } from '../../test/support/lab/time.ts'
import { type Host, type Lab, promptly } from '../../test/support/lab.ts'
import type { Facts } from './facts.ts'
import type { Timeline } from './timeline.ts'

export interface Cast {
  /** What alpha and beta run. */
  readonly first: DaemonKind
  readonly second: DaemonKind
  readonly file: string
  readonly facts: Facts
}

type DemoLab = Lab<'alpha' | 'beta' | 'watcher'>

/** A host with what watches it. */
interface Actor {
  readonly host: Host
  readonly kind: DaemonKind
  readonly monitor: AddressMonitor
  daemon: Daemon
}

interface Stage {
  readonly cast: Cast
  readonly capture: Capture
  readonly timeline: Timeline
}

export async function play(lab: DemoLab, cast: Cast, timeline: Timeline): Promise<void> {
  const stage: Stage = { cast, timeline, capture: await lab.host('watcher').capture() }
  introduce(stage, lab)
  const alpha = await enter(stage, lab.host('alpha'), cast.first)
  await pause(milliseconds(500))
  const beta = await enter(stage, lab.host('beta'), cast.second)
  await elect(stage, alpha, beta)
  await crash(stage, alpha, beta)
  await comeBack(stage, alpha, beta)
  await leave(stage, beta, alpha)
}

function introduce({ cast, timeline }: Stage, lab: DemoLab): void {
  const { facts } = cast
  const [alpha, beta] = [lab.host('alpha'), lab.host('beta')]
  timeline.title(`${cast.first} and ${cast.second}: one address, two hosts`)
  timeline.text(
    `alpha (${alpha.address()}, ${cast.first}) and beta (${beta.address()}, ${cast.second}), joined by a switch.`,
  )
  timeline.text(`Both run ${relative(process.cwd(), cast.file)}`)
  timeline.text(
    `virtual router ${facts.vrid}, priority ${facts.priority}, address ${facts.cidr} on ${facts.link}, ` +
      `an advert every ${toSeconds(facts.advertInterval)} s`,
  )
  timeline.text(
    `Skew_Time (256-${facts.priority})/256 s = ${toSeconds(facts.skew).toFixed(3)} s, ` +
      `Master_Down_Interval 3 adverts + Skew_Time = ${toSeconds(facts.masterDown).toFixed(3)} s\n`,
  )
  timeline.heading()
}

async function enter(stage: Stage, host: Host, kind: DaemonKind): Promise<Actor> {
  const monitor = await host.watchAddresses()
  const daemon = await launch(stage, host, kind)
  stage.timeline.endScene()
  return { host, kind, monitor, daemon }
}

/** Starts the daemon and tells when it was listening: its IGMP report is the first thing others see of it. */
async function launch({ cast, capture, timeline }: Stage, host: Host, kind: DaemonKind): Promise<Daemon> {
  const daemon = await host.start({ kind, config: { file: cast.file } })
  const { startedAt } = daemon
  timeline.at(startedAt, host.name, `${kind} started, process ${daemon.pid}`)
  const joined = await eventually(`${kind} to join 224.0.0.18`, () => capture.joinOf('224.0.0.18', startedAt))
  timeline.at(joined, host.name, 'listens to 224.0.0.18, since its start', since(startedAt, joined))
  return daemon
}

async function elect(stage: Stage, winner: Actor, other: Actor): Promise<void> {
  const { startedAt } = winner.daemon
  await becomesMaster(stage, winner, 'since its start', startedAt, startedAt, stage.cast.facts.masterDown)
  await agree(stage, winner, other)
}

async function crash(stage: Stage, master: Actor, backup: Actor): Promise<void> {
  await pause(seconds(1.3))
  const killed = await master.daemon.kill()
  stage.timeline.at(killed, master.host.name, 'kill -9')
  const adverts = await stage.capture.adverts()
  const last = adverts.findLast((advert) => advert.source === master.host.address())
  if (last === undefined) throw new Error(`${master.host.name} never advertised`)
  const base = "since the dead master's last advert"
  await becomesMaster(stage, backup, base, last.at, killed, stage.cast.facts.masterDown)
  stage.timeline.endScene()
}

async function comeBack(stage: Stage, returning: Actor, master: Actor): Promise<void> {
  const { cast, timeline } = stage
  await pause(seconds(1))
  returning.daemon = await launch(stage, returning.host, returning.kind)
  const gone = await returning.monitor.sees('removed', cast.facts.address, returning.daemon.startedAt)
  timeline.at(gone.toldAt, returning.host.name, `${cast.facts.cidr}, left over from the crash, is removed`)
  await pause(seconds(1.2))
  await agree(stage, master, returning)
}

async function leave(stage: Stage, leaving: Actor, next: Actor): Promise<void> {
  const { cast, timeline, capture } = stage
  const stopped = wallNow()
  timeline.at(stopped, leaving.host.name, 'is told to stop (SIGTERM)')
  await leaving.daemon.stop()
  const zero = (await capture.adverts(stopped)).find((advert) => advert.priority === 0)
  if (zero === undefined) throw new Error(`${leaving.kind} left without a word`)
  timeline.at(zero.at, leaving.host.name, 'says so: an advert with priority 0', since(stopped, zero.at))
  await becomesMaster(stage, next, 'since priority 0', zero.at, stopped, cast.facts.skew)
  await next.daemon.stop()
  timeline.endScene()
}

/** First its advert, then the address, then gratuitous ARP. */
async function becomesMaster(
  { cast, timeline, capture }: Stage,
  { host, monitor }: Actor,
  base: string,
  baseAt: WallTime,
  notBefore: WallTime,
  protocol: Duration,
): Promise<void> {
  const { address, cidr, link } = cast.facts
  const advert = await eventually(`${host.name}'s first advert`, async () =>
    (await capture.adverts(notBefore)).find((seen) => seen.source === host.address()),
  )
  timeline.at(advert.at, host.name, `first advert, ${base}`, since(baseAt, advert.at), protocol)
  const held = await monitor.sees('added', address, notBefore)
  timeline.at(held.toldAt, host.name, `holds ${cidr} on ${link}`, since(baseAt, held.toldAt), protocol)
  await pause(milliseconds(100))
  const arps = (await capture.gratuitousArps(notBefore)).filter((arp) => arp.address === address)
  const [first] = arps
  if (first === undefined) throw new Error(`no gratuitous ARP for ${address}`)
  timeline.at(first.at, host.name, `tells the LAN: ${arps.length} gratuitous ARP`, since(baseAt, first.at))
}

/** Both daemons' own words about their state. */
async function agree({ timeline }: Stage, master: Actor, backup: Actor): Promise<void> {
  const stateOf = async (actor: Actor): Promise<string> =>
    [...(await actor.daemon.log()).matchAll(/Entering (\w+) STATE/g)].at(-1)?.[1] ?? 'no state'
  await until(
    'both to agree',
    async () => (await stateOf(master)) === 'MASTER' && (await stateOf(backup)) === 'BACKUP',
    promptly,
  )
  timeline.at(wallNow(), 'both', `agree: ${master.host.name} is MASTER, ${backup.host.name} is BACKUP`)
  timeline.endScene()
}

/** Long enough for anything the protocol does here. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined
  await until(what, async () => (found = await look()) !== undefined, plus(seconds(5), promptly))
  if (found === undefined) throw new Error(`no ${what}`)
  return found
}

const since = (earlier: WallTime, later: WallTime): Duration => microseconds(later - earlier)
