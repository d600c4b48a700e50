/**
 * Hosts on LANs under one virtual clock: a story happens to them, and what comes of it is observed. Everything in
 * here is decided by the setup and the seed, so that the same story ends the same way each time.
 */

import { formatCidr, isMulticastIp, type Cidr } from '../base/address.ts'
import { STATE_WORDS } from '../base/state-names.ts'
import { after, instant, seconds, toSeconds, type Duration, type Instant } from '../base/time.ts'
import type { Model } from '../config/model.ts'
import { masterDownInterval } from '../base/intervals.ts'
import { circumstancesOf } from './circumstances.ts'
import { SimulatedHost, type HostSetup, type Transition } from './host.ts'
import { clearSky, Lan } from './lan.ts'
import type { Packet } from './process.ts'
import { fate } from './random.ts'
import type { Observed, ObservedAddress, ObservedEvent, State } from './report/observed.ts'
import { Schedule } from './schedule.ts'
import { printEvent } from './story/print-story.ts'
import type { StoryEvent } from './story/story.ts'

export interface NetworkSetup {
  readonly hosts: readonly HostSetup[]
  readonly lans: readonly string[]
  readonly seed: number
  /** It lasts from 0 up to this moment. */
  readonly until: Duration
  readonly reloads: readonly Reload[]
  /** After each action, so that what promises lead to belongs to that moment: the next turn of the event loop. */
  readonly turn: () => Promise<void>
  /** Hears every packet that leaves a host for a LAN, whoever else does. */
  readonly overhear?: (at: Instant, host: string, packet: Packet) => void
}

/** A file that a host reads anew, called as the story has it. */
export interface Reload {
  readonly host: string
  readonly file: string
  readonly model: Model
}

export const reloadOf = (
  reloads: readonly Reload[],
  { host, file }: Pick<Reload, 'host' | 'file'>,
): Reload | undefined => reloads.find((each) => each.host === host && each.file === file)

interface Term {
  readonly host: string
  readonly from: number
  to: number | null
}

interface Watched {
  readonly cidr: Cidr
  readonly instances: readonly string[]
  readonly holders: readonly string[]
  readonly masterDownInterval: Duration
  readonly terms: Term[]
}

export class Network {
  private now: Instant = instant(0)
  private lags = 0
  /** Thrown by a daemon: a defect of ours, and no outcome of a simulation. */
  private defect: unknown
  private isDirty = true
  private readonly setup: NetworkSetup
  private readonly schedule = new Schedule()
  private readonly hosts: readonly SimulatedHost[]
  private readonly lans: ReadonlyMap<string, Lan<Packet>>
  private readonly events: ObservedEvent[] = []
  private readonly watched: readonly Watched[]
  /** By host, then by instance. */
  private readonly states: ReadonlyMap<string, Map<string, State>>
  private readonly startedAt = new Map<string, Instant>()

  constructor(setup: NetworkSetup) {
    this.setup = setup
    this.hosts = setup.hosts.map((each, number) => this.makeHost(each, number))
    this.lans = new Map(setup.lans.map((name, number) => [name, this.makeLan(name, number)]))
    this.watched = watchedAddresses(setup)
    this.states = new Map(setup.hosts.map(({ name }) => [name, new Map<string, State>()]))
  }

  /** @param story by time; a host whose first event is a start runs from then on, all others from the beginning */
  async run(story: readonly StoryEvent[]): Promise<Observed> {
    for (const host of this.hosts) {
      const first = story.find((event) => 'host' in event && event.host === host.name)
      if (first?.type !== 'start') this.schedule.plan(this.now, () => this.start(host))
    }
    for (const event of story) this.schedule.plan(event.at, () => this.happen(event))
    const until = instant(this.setup.until - 1)
    for (let next = this.schedule.takeUntil(until); next; next = this.schedule.takeUntil(until)) {
      this.now = next.at
      next.action()
      await this.setup.turn()
      if (this.defect !== undefined) throw this.defect as Error
      if (this.isDirty) this.look()
    }
    return this.observed(story)
  }

  private happen(event: StoryEvent): void {
    this.tell('host' in event ? event.host : null, printEvent(event))
    switch (event.type) {
      case 'start':
        this.start(this.host(event.host))
        break
      case 'stop':
        this.host(event.host).stop()
        this.ended(event.host, 'the daemon was stopped')
        break
      case 'kill':
        this.host(event.host).kill()
        this.ended(event.host, 'the host is gone')
        break
      case 'crash':
        this.host(event.host).crash()
        this.ended(event.host, 'the daemon crashed')
        break
      case 'stall':
        this.host(event.host).stall(event.duration)
        break
      case 'link':
        this.host(event.host).setLink(event.link, event.up)
        break
      case 'script':
        this.host(event.host).setScript(event.name, event.outcome)
        break
      case 'file':
        this.host(event.host).setFile(event.path, event.number)
        break
      case 'process':
        this.host(event.host).setProcess(event.name, event.runs)
        break
      case 'drain':
        this.host(event.host).drain(event.names, event.duration)
        break
      case 'resume':
        this.host(event.host).resume(event.names)
        break
      case 'remove':
        this.host(event.host).remove(event.address)
        break
      case 'reload': {
        const reload = reloadOf(this.setup.reloads, event)
        if (reload !== undefined) this.host(event.host).reload(reload.model)
        break
      }
      case 'partition': {
        const sides = event.sides.map((side) => side.map((name) => this.numberOf(name)))
        for (const lan of this.lansOf(event.lan)) lan.partition(sides)
        break
      }
      case 'heal':
        for (const lan of this.lansOf(event.lan)) {
          lan.heal()
          lan.weather = clearSky
        }
        break
      case 'lose':
        for (const lan of this.lansOf(event.lan)) lan.weather = { ...clearSky, loss: event.percent / 100 }
    }
  }

  private start(host: SimulatedHost): void {
    if (!this.startedAt.has(host.name)) this.startedAt.set(host.name, this.now)
    host.start()
    // An owner's address comes with its host.
    this.isDirty = true
  }

  /** Its instances are not there any more, as far as anybody can tell. */
  private ended(host: string, because: string): void {
    for (const [instance, state] of this.states.get(host) ?? [])
      if (state !== 'STOP') this.move(host, instance, 'STOP', because)
    this.isDirty = true
  }

  private moved(host: string, { instance, from, to, because }: Transition): void {
    const states = this.states.get(host)
    const before = states?.get(instance)
    if (before === undefined || before === 'STOP') states?.set(instance, STATE_WORDS[from])
    // What an instance does on its way out is part of its end.
    if (to !== 'initialize') this.move(host, instance, STATE_WORDS[to], because)
  }

  private move(host: string, instance: string, to: State, because: string): void {
    const states = this.states.get(host)
    const from = states?.get(instance) ?? 'STOP'
    states?.set(instance, to)
    this.events.push({ time: this.time, host, instance, from, to, because })
  }

  private tell(host: string | null, because: string): void {
    this.events.push({ time: this.time, host, instance: null, from: null, to: null, because })
  }

  private look(): void {
    this.isDirty = false
    for (const { cidr, holders, terms } of this.watched) {
      for (const name of holders) {
        const current = terms.find(({ host, to }) => host === name && to === null)
        const holds = this.host(name).holds(cidr.address)
        if (holds && current === undefined) terms.push({ host: name, from: this.time, to: null })
        if (!holds && current !== undefined) current.to = this.time
      }
    }
  }

  private observed(story: readonly StoryEvent[]): Observed {
    const { hosts, lans } = this.setup
    const circumstances = circumstancesOf({ hosts, lans, story })
    return {
      hosts: this.hosts.map(({ name }) => name),
      until: toSeconds(this.setup.until),
      events: this.events,
      addresses: this.watched.map((each): ObservedAddress => ({
        address: formatCidr(each.cidr),
        instances: each.instances,
        held: each.terms.filter(({ from, to }) => from !== to),
        wantedFrom: Math.min(...each.holders.map((name) => this.startOf(name))),
        masterDownInterval: toSeconds(each.masterDownInterval),
      })),
      ...(circumstances !== undefined && { circumstances }),
    }
  }

  /** A host that never ran misses nothing. */
  private startOf(host: string): number {
    const at = this.startedAt.get(host)
    return at === undefined ? toSeconds(this.setup.until) : secondsOf(at)
  }

  private get time(): number {
    return secondsOf(this.now)
  }

  private makeHost(setup: HostSetup, number: number): SimulatedHost {
    return new SimulatedHost(setup, {
      now: () => this.now,
      plan: (at, action) => {
        this.schedule.plan(at, action)
      },
      lag: () => fate(this.setup.seed, number, this.lags++),
      send: (link, packet) => {
        this.send(number, link, packet)
      },
      moved: (transition) => {
        this.moved(setup.name, transition)
      },
      happened: (text) => {
        this.tell(setup.name, text)
      },
      addressesChanged: () => {
        this.isDirty = true
      },
      fail: (error) => {
        this.defect ??= error
      },
    })
  }

  private makeLan(name: string, number: number): Lan<Packet> {
    return new Lan<Packet>(this.setup.seed + number, this.schedule, (to, packet) => {
      this.hosts[to]?.receive(name, packet)
    })
  }

  /** Multicast reaches all others on the LAN, unicast the one that has the address there. */
  private send(from: number, link: string, packet: Packet): void {
    this.setup.overhear?.(this.now, this.setup.hosts[from]?.name ?? '', packet)
    const others = this.hosts.flatMap((host, number) => (number === from ? [] : [{ host, number }]))
    const { to } = packet
    const receivers = isMulticastIp(to) ? others : others.filter(({ host }) => host.linkOf(to) === link)
    this.lans.get(link)?.send(
      from,
      receivers.map(({ number }) => number),
      packet,
      this.now,
    )
  }

  private lansOf(name: string | undefined): readonly Lan<Packet>[] {
    return [...this.lans].flatMap(([each, lan]) => (name === undefined || name === each ? [lan] : []))
  }

  private host(name: string): SimulatedHost {
    const host = this.hosts[this.numberOf(name)]
    if (host === undefined) throw new Error(`no host ${name}`)
    return host
  }

  private numberOf(name: string): number {
    return this.setup.hosts.findIndex((each) => each.name === name)
  }
}

const secondsOf = (at: Instant): number => toSeconds(at as number as Duration)

/** Each once, however many instances have it, in the files' order. */
function watchedAddresses({ hosts, reloads }: NetworkSetup): readonly Watched[] {
  const byAddress = new Map<string, Watched>()
  const note = (host: string, model: Model): void => {
    for (const instance of model.instances)
      for (const { cidr } of [...instance.addresses, ...instance.excludedAddresses]) {
        const key = formatCidr(cidr)
        const known = byAddress.get(key)
        const interval = masterDownInterval(instance, instance.priority)
        byAddress.set(key, {
          cidr,
          instances: [...new Set([...(known?.instances ?? []), instance.name])],
          holders: [...new Set([...(known?.holders ?? []), host])],
          masterDownInterval: Math.max(known?.masterDownInterval ?? 0, interval) as Duration,
          terms: [],
        })
      }
  }
  for (const { name, model } of hosts) note(name, model)
  for (const { host, model } of reloads) note(host, model)
  return [...byAddress.values()]
}

/** Long enough for what the last event leads to. */
export const endAfter = (lastEvent: Instant, settling: Duration): Duration =>
  (Math.ceil((after(lastEvent, settling) + seconds(2)) / 1_000_000) * 1_000_000) as Duration
