/**
 * Finds out that a firewall keeps adverts from us (see vrrp/dropped-adverts.ts) and
 * says so. One packet socket for each link, whatever the number of virtual
 * routers on it, and only while there is a reason to look.
 */

import type { Complaint } from '../../events/event.ts'
import { isMulticastIpv4, type IpAddress, type Ipv4Address } from '../../base/address.ts'
import { limitByKey, NOTHING_SAID, type Limits, type Said } from '../../base/repeat-limiter.ts'
import type { Result } from '../../base/result.ts'
import { before, between, seconds, type Clock, type Duration, type Instant } from '../../base/time.ts'
import type { Timers } from '../../scripts/types.ts'
import type { SystemError } from '../../system/system-error.ts'
import {
  describeDroppedAdverts,
  DroppedAdvertsDetector,
  type DroppedAdverts,
  type Listener,
} from '../../vrrp/dropped-adverts.ts'
import type { AdvertTap } from '../../vrrp/socket/advert-tap.ts'
import { internetChecksum, parseIpv4Header, PROTOCOL } from '../../vrrp/wire/ip.ts'
import { parsePacket, type Ipv4Packet } from '../../vrrp/wire/packet.ts'
import type { ReceivedPacket } from './advert-links.ts'

/** A link on which adverts are listened for now. */
export interface WatchedLink {
  readonly name: string
  readonly index: number
  /** Groups and own addresses. */
  readonly addresses: ReadonlySet<IpAddress>
  readonly listeners: readonly NamedListener[]
}

/** A virtual router. */
export interface NamedListener extends Listener {
  readonly name: string
}

export interface DroppedAdvertsPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly openTap: (linkIndex: number) => Result<AdvertTap, SystemError>
  readonly links: () => readonly WatchedLink[]
  /** Whether the address is this host's. */
  readonly isOwn: (address: Ipv4Address) => boolean
  /** Whether it is in one of the link's networks. */
  readonly isNeighbour: (linkIndex: number, address: Ipv4Address) => boolean
  readonly complain: (complaint: Complaint) => void
}

export interface DroppedAdvertsProblem {
  readonly code: 'firewall'
  /** The virtual routers here that miss those adverts. */
  readonly routers: readonly string[]
  readonly text: string
  readonly since: Instant
}

interface Watch {
  readonly detector: DroppedAdvertsDetector
  link: WatchedLink
  tap: AdvertTap | undefined
  dropped: readonly DroppedAdverts[]
  /** By protocol and sender. */
  said: Said
}

const LONGEST_WAIT: Duration = seconds(1)
const SHORTEST_WAIT: Duration = seconds(0.05)
/** A firewall that lets some adverts pass makes no line for each of the others, nor does every invented sender. */
const SAID: Limits = { intervals: [], most: 8, forgetAfter: seconds(300) }
const READS_PER_WAKEUP = 16

export class DroppedAdvertsWatch {
  private readonly ports: DroppedAdvertsPorts
  private readonly watches = new Map<string, Watch>()
  private cancel: (() => void) | undefined

  constructor(ports: DroppedAdvertsPorts) {
    this.ports = ports
  }

  /** What the advert sockets receive, good or bad. */
  heard({ link, bytes, arrivedAt }: Pick<ReceivedPacket, 'link' | 'bytes' | 'arrivedAt'>): void {
    const watch = this.watches.get(link)
    if (!watch) return
    const packet = parsePacket(bytes)
    if (packet.ok) watch.detector.heard(senderOf(packet.value), packet.value.vrid, arrivedAt)
  }

  /** Looks after all links now, and from then on whenever it is time. */
  review(): void {
    this.cancel?.()
    const { clock, timers } = this.ports
    const now = clock.now()
    const links = new Map(this.ports.links().map((link) => [link.name, link]))
    for (const [name, watch] of this.watches) {
      if (links.get(name)?.index === watch.link.index) continue
      watch.tap?.close()
      this.watches.delete(name)
    }
    const waits = [...links.values()].map((link) => this.reviewLink(link, now))
    const wait = Math.max(SHORTEST_WAIT, Math.min(LONGEST_WAIT, ...waits)) as Duration
    this.cancel = timers.after(wait, () => {
      this.review()
    })
  }

  problems(): readonly DroppedAdvertsProblem[] {
    return [...this.watches.values()].flatMap(({ dropped, link }) =>
      dropped.map((each) => ({
        code: 'firewall',
        routers: link.listeners.filter(({ vrid }) => each.priorities.has(vrid)).map(({ name }) => name),
        text: this.describe(each, link),
        since: each.since,
      })),
    )
  }

  close(): void {
    this.cancel?.()
    this.cancel = undefined
    for (const { tap } of this.watches.values()) tap?.close()
    this.watches.clear()
  }

  /** @returns how long this link can be left alone */
  private reviewLink(link: WatchedLink, now: Instant): Duration {
    const watch = this.watchOf(link)
    watch.link = link
    const { look, next, dropped } = watch.detector.review(link.listeners, now)
    if (look && !watch.tap) watch.tap = this.openTap(watch)
    if (!look && watch.tap) {
      watch.tap.close()
      watch.tap = undefined
    }
    watch.dropped = dropped
    for (const each of dropped) this.say(watch, each, now)
    return next === undefined ? LONGEST_WAIT : between(now, next)
  }

  private watchOf(link: WatchedLink): Watch {
    const existing = this.watches.get(link.name)
    if (existing) return existing
    const made = {
      detector: new DroppedAdvertsDetector(),
      link,
      tap: undefined,
      dropped: [],
      said: NOTHING_SAID,
    }
    this.watches.set(link.name, made)
    return made
  }

  /** Undefined: the link has gone meanwhile, and netlink tells of that; the next review tries again. */
  private openTap(watch: Watch): AdvertTap | undefined {
    const opened = this.ports.openTap(watch.link.index)
    if (!opened.ok) return undefined
    const tap = opened.value
    tap.onReadable(() => {
      this.read(watch, tap)
    })
    return tap
  }

  private read(watch: Watch, tap: AdvertTap): void {
    for (let turn = 0; turn < READS_PER_WAKEUP; turn++) {
      const received = tap.receive()
      if (!received.ok || received.value.length === 0) return
      const now = this.ports.clock.now()
      for (const { bytes, age } of received.value) this.see(watch, bytes, before(now, age), now)
    }
  }

  private see({ detector, link }: Watch, bytes: Uint8Array, arrivedAt: Instant, now: Instant): void {
    const parsed = parsePacket(bytes)
    if (!parsed.ok || !this.shouldBeHeard(parsed.value, link)) return
    const { vrid, fixed, destination } = parsed.value
    const sender = senderOf(parsed.value)
    detector.seen({ ...sender, destination, vrid, priority: fixed.priority, arrivedAt }, now)
  }

  /** What comes back from our own, or is broken, no socket hears: the kernel drops it whatever the firewall says. */
  private shouldBeHeard({ source, destination, bytes }: Ipv4Packet, link: WatchedLink): boolean {
    const { headerLength = 0 } = parseIpv4Header(bytes) ?? {}
    const intact = internetChecksum(bytes.subarray(0, headerLength)) === 0
    return intact && link.addresses.has(destination) && !this.ports.isOwn(source)
  }

  private say(watch: Watch, dropped: DroppedAdverts, now: Instant): void {
    const { said, say } = limitByKey(watch.said, `${dropped.protocol} ${dropped.source}`, now, SAID)
    watch.said = said
    if (say) this.ports.complain({ what: 'firewall', text: this.describe(dropped, watch.link) })
  }

  private describe(dropped: DroppedAdverts, { name, index }: WatchedLink): string {
    // A unicast peer may well live elsewhere.
    const offLink = isMulticastIpv4(dropped.destination) && !this.ports.isNeighbour(index, dropped.source)
    return describeDroppedAdverts(dropped, name, offLink)
  }
}

const senderOf = ({
  source,
  authenticationHeader,
}: Ipv4Packet): { source: Ipv4Address; protocol: number } => ({
  source,
  protocol: authenticationHeader ? PROTOCOL.ah : PROTOCOL.vrrp,
})
