/**
 * One story of `vrrpd simulate`, told twice: to the simulation, and to real daemons in a laboratory, where each line
 * is done to the hosts. Who had which address, one after the other, has to be the same.
 */

import { expect } from 'vitest'
import { parseIp } from '../../../src/base/address.ts'
import { between, instant, milliseconds, plus, toSeconds, type Duration } from '../../../src/base/time.ts'
import type { StoryEvent } from '../../../src/simulation/story/story.ts'
import { Semaphore } from '../../../src/scripts/tracking/semaphore.ts'
import { Lab } from '../../support/lab.ts'
import type { Capture } from '../../support/lab/capture.ts'
import type { SeenAdvert } from '../../support/lab/frames.ts'
import type { AddressMonitor } from '../../support/lab/monitor.ts'
import {
  eventually,
  masterDownInterval,
  patiently,
  pause,
  skewTime,
  type WallTime,
  wallNow,
} from '../../support/lab/time.ts'
import { Performer } from './performer.ts'
import { expectPredictedSpan, predict, type Prediction, type Surroundings } from './simulated.ts'
import type { Seen } from './takeovers.ts'
import { eventOf, tally, withoutPrefix, withoutRepetitions } from './tale.ts'
import type { ByAddress, Span, Tale, Told } from './tale.ts'

/** To wait costs nothing, to start does. */
const starts = new Semaphore(2)
const ATTEMPTS = 4

/** Packets that one host sends at once may reach another in another order: two processors work them off. */
const ONE_MOMENT = milliseconds(200)

export async function expectAgreement(tale: Tale): Promise<void> {
  for (let attempt = 1; await tell(tale, attempt === ATTEMPTS); attempt++);
}

/** @returns whether it is to be told anew; never the last time */
async function tell(tale: Tale, isLast: boolean): Promise<boolean> {
  const stage = await Stage.open(tale)
  try {
    const prediction = await stage.predict()
    for (const span of tale.spans ?? []) expectPredictedSpan(span, tale.story, prediction)
    const begun = await stage.tell(prediction, isLast)
    if (begun === 'late') return true
    for (const span of tale.spans ?? []) await stage.expectSpan(span, begun)
    if (tale.isPlain !== false) await stage.expectProtocol()
    return false
  } finally {
    await stage.end()
  }
}

/** What both worlds have seen of one tale, whose owners are the same. */
export async function seenTwice(tale: Tale): Promise<{ readonly predicted: Seen; readonly real: Seen }> {
  const stage = await Stage.open(tale)
  try {
    const prediction = await stage.predict()
    await stage.tell(prediction, true, true)
    return { predicted: prediction.seen, real: await stage.seen() }
  } finally {
    await stage.end()
  }
}

/** The laboratory, and who looks on. */
class Stage {
  private readonly tale: Tale
  private readonly lab: Lab
  private readonly performer: Performer
  private readonly captures: Capture[] = []
  private readonly monitors = new Map<string, AddressMonitor>()

  static async open(tale: Tale): Promise<Stage> {
    const { hosts, lans = [{ link: 'eth0', subnet: '10.9.0.0/24' }] } = tale
    const lab = await starts.pass(() => Lab.create({ hosts: [...hosts, 'probe'], lans }))
    const stage = new Stage(tale, lab)
    try {
      await stage.prepare()
    } catch (error) {
      await stage.end()
      throw error
    }
    return stage
  }

  private constructor(tale: Tale, lab: Lab) {
    this.tale = tale
    this.lab = lab
    this.performer = new Performer(tale, lab, starts)
  }

  private async prepare(): Promise<void> {
    const probe = this.lab.host('probe')
    for (const { link } of probe.attachments) this.captures.push(await probe.capture(link))
    for (const host of this.tale.hosts) this.monitors.set(host, await this.lab.host(host).watchAddresses())
    await this.performer.prepare()
  }

  async predict(): Promise<Prediction> {
    const prediction = await predict(this.tale, this.surroundings)
    expect(prediction.told.owners, `${this.tale.name}: simulated`).toEqual(this.tale.owners)
    return prediction
  }

  private get surroundings(): Surroundings {
    return {
      lans: this.lab.host('probe').attachments.map(({ link }) => link),
      place: (host) => this.performer.place(host),
      linksOf: (host) =>
        this.lab.host(host).attachments.map(({ link, cidr }) => {
          const [address = '', prefix = ''] = cidr.split('/')
          return { name: link, addresses: [{ address: parseIp(address)!, prefixLength: Number(prefix) }] }
        }),
    }
  }

  /**
   * @param asked whether daemons are asked for their past before anything befalls them; see seen()
   * @returns when each line was begun with; late: this was another story
   */
  async tell(
    prediction: Prediction,
    isLast: boolean,
    asked = false,
  ): Promise<ReadonlyMap<StoryEvent, WallTime> | 'late'> {
    const { events } = prediction
    const begun = new Map<StoryEvent, WallTime>()
    const early = this.tale.hosts.filter(
      (host) => events.find((each) => 'host' in each && each.host === host)?.type !== 'start',
    )
    await Promise.all(early.map((host) => this.performer.start(host)))
    let at = instant(0)
    for (const event of events) {
      const gap = between(at, event.at)
      at = event.at
      // A busy machine is behind; never so far that the story becomes another one.
      await Promise.all([
        pause(gap),
        this.reached(prediction.ownersBefore(toSeconds(at as number as Duration)), gap),
      ])
      if ('host' in event && asked) await this.performer.askFor(event.host)
      begun.set(event, wallNow())
      await this.performer.perform(event)
      if (this.performer.wasLate && !isLast) return 'late'
    }
    const rest = between(at, instant(prediction.until))
    await Promise.all([pause(rest), this.reached(prediction.told.owners, rest)])
    await this.performer.settled()
    await eventually(async () => {
      expect(await this.told(prediction), `${this.tale.name}: really`).toEqual(prediction.told)
    })
    return begun
  }

  async expectSpan(
    { after: line, host, atLeastReally, atMost }: Span,
    begun: ReadonlyMap<StoryEvent, WallTime>,
  ): Promise<void> {
    const event = eventOf(this.tale.story, [...begun.keys()], line)
    const since = begun.get(event)!
    const wanted = Object.keys(this.tale.owners)[0]!
    const take = (await this.announcements(wanted)).find(({ at, by }) => by === host && at >= since)
    expect(take, `${host} takes ${wanted} after ${line}`).toBeDefined()
    const span = (take!.at - since) as Duration
    if (atLeastReally !== undefined)
      expect(toSeconds(span), `${host} after ${line}`).toBeGreaterThanOrEqual(toSeconds(atLeastReally))
    // A busy machine may be late.
    expect(toSeconds(span), `${host} after ${line}`).toBeLessThanOrEqual(toSeconds(plus(atMost, patiently)))
  }

  /**
   * Nobody takes an address before its time: Master_Down_Interval after an advert that it heeds, or after its start;
   * Skew_Time after a farewell. By the wire, as one host sees it.
   */
  async expectProtocol(): Promise<void> {
    for (const address of Object.keys(this.tale.owners)) {
      const announcements = await this.announcements(address)
      const adverts = await this.adverts(address)
      for (const [index, { at, by }] of announcements.entries()) {
        if (announcements[index - 1]?.by === by) continue
        const own = adverts.findLast((each) => each.by === by && each.at <= at + ONE_MOMENT)
        expect(own, `${by} says that it is Master when it announces ${address}`).toBeDefined()
        const heeded = adverts.findLast(
          (each) =>
            each.by !== by && each.at < own!.at && (each.priority === 0 || each.priority >= own!.priority),
        )
        const startedAt = this.startsOf(by).findLast((start) => start < own!.at) ?? 0
        const down = masterDownInterval(own!.priority)
        if (heeded === undefined || heeded.at < startedAt || heeded.priority > 0)
          expect(own!.at - startedAt, `${by} takes ${address} after its start`).toBeGreaterThanOrEqual(down)
        if (heeded === undefined) continue
        const least = heeded.priority === 0 ? skewTime(own!.priority) : down
        expect(own!.at - heeded.at, `${by} takes ${address} in its time`).toBeGreaterThanOrEqual(
          least - COPYING,
        )
      }
    }
  }

  /** After it has been told to daemons that were asked. */
  async seen(): Promise<Seen> {
    const addresses = Object.keys(this.tale.owners)
    for (const host of this.tale.hosts) await this.performer.askFor(host)
    const takes = await Promise.all(
      addresses.map(async (address) => [address, await this.announcements(address)] as const),
    )
    return {
      voices: (await Promise.all(addresses.map((address) => this.adverts(address)))).flat(),
      listening: this.performer.listening,
      takes: Object.fromEntries(takes),
    }
  }

  async end(): Promise<void> {
    this.performer.end()
    await this.lab.destroy()
  }

  private async told(prediction: Prediction): Promise<Told> {
    const owners: Record<string, readonly string[]> = {}
    const gains: Record<string, Readonly<Record<string, number>>> = {}
    const atEnd: Record<string, readonly string[]> = {}
    for (const address of Object.keys(prediction.told.owners)) {
      owners[address] = await this.owners(address)
      gains[address] = tally(
        [...this.monitors].flatMap(([host, { changes }]) =>
          changes.flatMap(({ change, cidr }) =>
            change === 'added' && withoutPrefix(cidr) === address ? [host] : [],
          ),
        ),
      )
      const having = this.tale.hosts.map(async (host) => {
        if (this.performer.gone.has(host)) return []
        const links = this.lab
          .host(host)
          .attachments.map(({ link }) => this.lab.host(host).holds(address, link))
        return (await Promise.all(links)).includes(true) ? [host] : []
      })
      atEnd[address] = (await Promise.all(having)).flat().toSorted()
    }
    return { owners, gains, atEnd }
  }

  private async owners(address: string): Promise<readonly string[]> {
    return withoutRepetitions((await this.announcements(address)).map(({ by }) => by))
  }

  private async announcements(
    address: string,
  ): Promise<readonly { readonly at: WallTime; readonly by: string }[]> {
    const seen = await Promise.all(this.captures.map((capture) => capture.gratuitousArps()))
    return seen.flatMap((arps) =>
      arps.flatMap((arp) => (arp.address === address ? [{ at: arp.at, by: this.hostOf(arp.mac) }] : [])),
    )
  }

  private async adverts(address: string): Promise<readonly (SeenAdvert & { readonly by: string })[]> {
    const seen = await Promise.all(this.captures.map((capture) => capture.adverts()))
    return seen.flatMap((adverts) =>
      adverts.flatMap((advert) =>
        advert.addresses.includes(address) ? [{ ...advert, by: this.hostOf(advert.mac) }] : [],
      ),
    )
  }

  private startsOf(host: string): readonly WallTime[] {
    return this.lab.host(host).daemons.map(({ startedAt }) => startedAt)
  }

  private hostOf(mac: string): string {
    const found = this.tale.hosts.find((host) =>
      this.lab.host(host).attachments.some((attachment) => attachment.mac === mac),
    )
    return found ?? mac
  }

  /** Waits until the wire has seen these takes, which are due by then; more of them are judged at the end. */
  private async reached(wanted: ByAddress<readonly string[]>, due: Duration): Promise<void> {
    await eventually(
      async () => {
        for (const [address, hosts] of Object.entries(wanted))
          expect((await this.owners(address)).slice(0, hosts.length), `${address} on the wire`).toEqual(hosts)
      },
      plus(due, plus(patiently, patiently)),
    )
  }
}

/** A packet reaches one host a little earlier than another: the bridge copies it. */
const COPYING = milliseconds(1)
