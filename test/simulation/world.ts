/** Runs a scenario: any number of daemons on virtual LANs under one virtual clock, watched by checks. */

import { clearSky, Lan } from '../../src/simulation/lan.ts'
import { setImmediate as turn } from 'node:timers/promises'
import { instant, milliseconds, type Duration, type Instant } from '../../src/base/time.ts'
import { isMulticastIp } from '../../src/base/address.ts'
import { ownCore } from '../../src/daemon/core.ts'
import { addressOn } from './build.ts'
import { Host } from './host.ts'
import { fate } from '../../src/simulation/random.ts'
import type { EventType, Scenario, ScenarioEvent } from './scenario.ts'
import { Schedule } from '../../src/simulation/schedule.ts'
import { Trespasser } from './trespasser.ts'
import type { Machinery, Observation, Packet } from './surroundings.ts'

/** Looks on and says what is wrong. One object per run: it may remember. */
export interface Check {
  readonly name: string
  /** A daemon has worked off an event. */
  observe?(observation: Observation): string | undefined
  /** Anything has happened anywhere. */
  look?(): string | undefined
}

export type CheckMaker = (world: World) => Check

export interface Violation {
  readonly check: string
  readonly at: Instant
  readonly text: string
}

export const realMachinery: Machinery = ownCore

export interface WorldOptions {
  readonly checks: readonly CheckMaker[]
  /** The machinery of each host. */
  readonly machineryOf?: (host: number) => Machinery
  readonly trace?: (now: Instant, observation: Observation) => void
}

type Handlers = { readonly [T in EventType]: (event: ScenarioEvent & { readonly type: T }) => void }

export class World {
  readonly scenario: Scenario
  /** How long a packet of any weather of this scenario may take, and its reader to read it. */
  readonly slack: Duration
  readonly hosts: readonly Host[]
  readonly lans: readonly Lan<Packet>[]
  now: Instant = instant(0)
  /** How much has happened: actions of the world and of its hosts. */
  events = 0
  /** When something befell the world last. */
  private disturbedAt: Instant = instant(0)
  private violation: Violation | undefined
  private lags = 0
  /** Whether there is anything new to look at. */
  private hasNews = false
  /** Thrown somewhere in a daemon. */
  private defect: Error | undefined
  private readonly schedule = new Schedule()
  private readonly checks: readonly Check[]
  private readonly trace: WorldOptions['trace']
  private readonly trespasser = new Trespasser()
  private readonly handlers: Handlers = {
    boot: ({ host }) => this.host(host).boot(),
    stop: ({ host }) => this.host(host).stop(),
    crash: ({ host }) => this.host(host).crash(),
    pause: ({ host }) => this.host(host).pause(),
    resume: ({ host }) => this.host(host).resume(),
    partition: ({ lan, sides }) => this.lan(lan).partition(sides),
    mute: ({ lan, from, to }) => this.lan(lan).mute(from, to),
    heal: ({ lan }) => this.lan(lan).heal(),
    weather: ({ lan, weather }) => {
      this.lan(lan).weather = weather
    },
    link: ({ host, lan, up }) => this.host(host).kernel.setUp(lan, up),
    address: ({ host, lan, present }) => this.host(host).kernel.setAddressed(lan, present),
    unplug: ({ host, lan }) => this.host(host).kernel.unplug(lan),
    rename: ({ host, lan }) => this.host(host).renameLink(lan),
    plug: ({ host, lan }) => this.host(host).kernel.plug(lan),
    flush: ({ host, lan }) => this.host(host).kernel.flush(lan),
    cleanup: ({ host }) => this.host(host).cleanUp(),
    configure: ({ host, routers, groups }) => this.host(host).configure({ routers, groups }),
    script: ({ host, type, name, verdict }) => this.host(host).setVerdict(type, name, verdict),
    process: ({ host, type, name, verdict }) => this.host(host).setVerdict(type, name, verdict),
    file: ({ host, name, number }) => this.host(host).setFile(name, number),
    drain: ({ host, vrids, force, for: duration }) => this.host(host).drain(vrids, duration, force),
    'let-in': ({ host, vrids }) => this.host(host).letIn(vrids),
    stranger: ({ host, vrid, priority }) => this.trespasser.forge(this.host(host), vrid, priority),
    replay: ({ host, vrid, ago }) => this.trespasser.replay(this.host(host), vrid, ago),
    steal: ({ host, vrid }) => this.host(host).steal(vrid),
    reload: ({ host, ...change }) => this.host(host).reload(change),
  }

  constructor(scenario: Scenario, { checks, machineryOf, trace }: WorldOptions) {
    this.scenario = scenario
    this.slack = slackOf(scenario)
    this.trace = trace
    this.lans = Array.from({ length: scenario.lans }, (_, lan) => this.makeLan(lan))
    this.hosts = scenario.hosts.map(
      (spec, number) =>
        new Host(number, scenario.lans, spec, {
          machinery: machineryOf?.(number) ?? realMachinery,
          hosts: scenario.hosts.length,
          now: () => this.now,
          plan: (at, action) => this.schedule.plan(at, action),
          send: (from, packet) => this.send(from, packet),
          observe: (observation) => this.observe(observation),
          lag: () => fate(scenario.seed, number, this.lags++),
          fail: (error) => {
            this.defect ??= error instanceof Error ? error : new Error(String(error))
          },
        }),
    )
    this.checks = checks.map((make) => make(this))
    for (const event of scenario.events) this.schedule.plan(second(event.at), () => this.happen(event))
    // Where nothing happens any more, somebody has to look.
    for (let at = 0; at <= scenario.until; at += 0.5) this.schedule.plan(second(at), () => this.touch())
  }

  /** The first thing that went wrong. */
  async run(): Promise<Violation | undefined> {
    const until = second(this.scenario.until)
    for (let next = this.schedule.takeUntil(until); next; next = this.schedule.takeUntil(until)) {
      this.now = next.at
      this.events += 1
      next.action()
      // Promises that have been kept: what follows from them belongs to this moment.
      await turn()
      if (this.defect !== undefined) throw this.defect
      if (!this.takeNews()) continue
      for (const check of this.checks) this.report(check, check.look?.())
      if (this.violation) return this.violation
    }
    return undefined
  }

  /** Since when nothing has befallen the world and every packet has passed; undefined while some are lost or late. */
  get calmSince(): Instant | undefined {
    return this.lans.every((lan) => lan.isCalm) ? this.disturbedAt : undefined
  }

  /** Something of consequence that is not in the list of events, such as a script's first result. */
  disturb(): void {
    this.disturbedAt = this.now
  }

  private takeNews(): boolean {
    const { hasNews } = this
    this.hasNews = false
    return hasNews
  }

  private touch(): void {
    this.hasNews = true
  }

  private happen(event: ScenarioEvent): void {
    this.touch()
    this.disturb()
    const handle = this.handlers[event.type] as (event: ScenarioEvent) => void
    handle(event)
  }

  private observe(observation: Observation): void {
    this.touch()
    this.trace?.(this.now, observation)
    if (DISTURBING.includes(observation.event.type)) this.disturb()
    for (const check of this.checks) this.report(check, check.observe?.(observation))
  }

  private report(check: Check, text: string | undefined): void {
    if (text !== undefined) this.violation ??= { check: check.name, at: this.now, text }
  }

  private makeLan(lan: number): Lan<Packet> {
    const seed = this.scenario.seed + lan
    return new Lan<Packet>(seed, this.schedule, (to, packet) => this.host(to).receive(packet))
  }

  private send(from: Host, packet: Packet): void {
    this.trespasser.overhear(packet)
    const others = this.hosts.filter((host) => host !== from)
    const addressed = isMulticastIp(packet.to)
      ? others
      : others.filter(({ number }) => addressOn(packet.lan, number) === packet.to)
    const to = addressed.map(({ number }) => number)
    this.lan(packet.lan).send(from.number, to, packet, this.now)
  }

  private host(number: number): Host {
    const host = this.hosts[number]
    if (!host) throw new Error(`no host ${number}`)
    return host
  }

  private lan(number: number): Lan<Packet> {
    const lan = this.lans[number]
    if (!lan) throw new Error(`no LAN ${number}`)
    return lan
  }
}

/** What a host finds out, or decides, by itself. */
const DISTURBING: readonly string[] = ['script', 'file', 'process', 'drain', 'resume', 'reconfigure']

const second = (at: number): Instant => instant(Math.round(at * 1_000_000))

function slackOf({ events }: Scenario): Duration {
  const longest = events.map((event) => (event.type === 'weather' ? event.weather.delay[1] : 0))
  return milliseconds(Math.max(clearSky.delay[1], ...longest) + 4)
}
