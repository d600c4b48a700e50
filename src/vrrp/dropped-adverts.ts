/**
 * Whether one link's advert sockets hear what reaches the link. Where a
 * firewall drops VRRP they are deaf, both neighbours become Master, and
 * nothing that the protocol knows can tell this from a dead neighbour. A tap
 * before the firewall can (socket/advert-tap.ts); it is looked through only
 * while some virtual router hears nothing, and then and now while it goes on
 * hearing nothing, as a Master does in the ordinary course.
 *
 * It tells; it alters no election.
 */

import { formatIpv4, isMulticastIpv4, type Ipv4Address } from '../base/address.ts'
import { after, before, earliest, seconds, times, type Duration, type Instant } from '../base/time.ts'

/** Firewalls tell packets apart by these, not by VRID. */
export interface Sender {
  readonly source: Ipv4Address
  /** The IP protocol: 112, or 51 for authentication headers. */
  readonly protocol: number
}

/** An advert seen through the tap. */
export interface SeenAdvert extends Sender {
  readonly destination: Ipv4Address
  readonly vrid: number
  readonly priority: number
  readonly arrivedAt: Instant
}

/** A virtual router of ours that is Backup or Master. */
export interface Listener {
  readonly vrid: number
  readonly advertInterval: Duration
  readonly downTimerAdverts: number
}

/** Somebody's adverts reach the link and are not heard. */
export interface DroppedAdverts extends Sender {
  readonly destination: Ipv4Address
  /** Those of our virtual routers, each with the priority last seen, in the order of the VRIDs. */
  readonly priorities: ReadonlyMap<number, number>
  readonly since: Instant
}

export interface Review {
  /** Whether the tap is needed now. */
  readonly look: boolean
  /** When to review again at the latest; undefined: when something has changed. */
  readonly next: Instant | undefined
  readonly dropped: readonly DroppedAdverts[]
}

/** Adverts come about a millisecond apart from their due time; half an interval is no jitter any more. */
const SILENCE_INTERVALS = 1.5
/** From the Master_Down_Timer's expiry on: the time in which a rival Master would be seen. */
const LOOK_AFTER_TAKEOVER = 5
/** For whoever stays silent: so many intervals of every sixty. */
const REGULAR_LOOK = 2.5
const REGULAR_PERIOD = 60
/** The time in which an advert that was seen must also have been heard. */
const SETTLE: Duration = seconds(0.1)
/** Anybody on the LAN may invent senders. */
const MOST_SENDERS = 64

interface Unheard extends DroppedAdverts {
  /** When this process saw the first one, which may be well after it arrived. */
  readonly noticedAt: Instant
  readonly seenAt: Instant
}

export class DroppedAdvertsDetector {
  /** By VRID, since when each listener has been one. */
  private readonly listeningSince = new Map<number, Instant>()
  /** By VRID. */
  private readonly vridHeardAt = new Map<number, Instant>()
  private readonly senderHeardAt = new Map<number, Instant>()
  private readonly unheard = new Map<number, Unheard>()

  /** The advert sockets have received it; whether it is any good does not matter here. */
  heard(sender: Sender, vrid: number, arrivedAt: Instant): void {
    const key = keyOf(sender)
    this.vridHeardAt.set(vrid, arrivedAt)
    this.unheard.delete(key)
    // The one heard longest ago is first.
    this.senderHeardAt.delete(key)
    this.senderHeardAt.set(key, arrivedAt)
    dropFirst(this.senderHeardAt)
  }

  /** The tap has received it, from another host and to where our sockets listen. */
  seen(advert: SeenAdvert, now: Instant): void {
    if (!this.listeningSince.has(advert.vrid)) return
    const key = keyOf(advert)
    const heardAt = this.senderHeardAt.get(key)
    if (heardAt !== undefined && heardAt >= before(advert.arrivedAt, SETTLE)) return
    const { source, protocol, destination, vrid, priority } = advert
    const earlier = this.unheard.get(key)
    const priorities = [...(earlier?.priorities ?? []), [vrid, priority] as const]
    this.unheard.set(key, {
      ...{ source, protocol, destination },
      priorities: new Map(priorities.sort(([a], [b]) => a - b)),
      since: earlier?.since ?? advert.arrivedAt,
      noticedAt: earlier?.noticedAt ?? now,
      seenAt: advert.arrivedAt,
    })
    dropFirst(this.unheard)
  }

  /** @param listeners all of this link's */
  review(listeners: readonly Listener[], now: Instant): Review {
    this.follow(listeners, now)
    this.forget(listeners, now)
    const windows = listeners.map((listener) => this.windowOf(listener, now))
    const unheard = [...this.unheard.values()]
    const settling = unheard.map(({ noticedAt }) => after(noticedAt, SETTLE)).filter((at) => at > now)
    return {
      look: windows.some(({ look }) => look),
      next: [...windows.map(({ until }) => until), ...settling].reduce<Instant | undefined>(
        earliest,
        undefined,
      ),
      dropped: unheard.filter(({ noticedAt }) => now >= after(noticedAt, SETTLE)),
    }
  }

  private follow(listeners: readonly Listener[], now: Instant): void {
    const vrids = new Set(listeners.map(({ vrid }) => vrid))
    for (const vrid of this.listeningSince.keys()) if (!vrids.has(vrid)) this.listeningSince.delete(vrid)
    for (const vrid of this.vridHeardAt.keys()) if (!vrids.has(vrid)) this.vridHeardAt.delete(vrid)
    for (const vrid of vrids) if (!this.listeningSince.has(vrid)) this.listeningSince.set(vrid, now)
  }

  /** What no regular look has seen again is over: the sender is a Master no more. */
  private forget(listeners: readonly Listener[], now: Instant): void {
    const longest = Math.max(0, ...listeners.map(({ advertInterval }) => advertInterval)) as Duration
    const limit = before(now, times(longest, REGULAR_PERIOD + 2 * REGULAR_LOOK))
    for (const [key, { seenAt }] of this.unheard) if (seenAt < limit) this.unheard.delete(key)
  }

  private windowOf(listener: Listener, now: Instant): { readonly look: boolean; readonly until: Instant } {
    const { vrid, advertInterval, downTimerAdverts } = listener
    const heardAt = this.vridHeardAt.get(vrid)
    const since = this.listeningSince.get(vrid) ?? now
    const silentFrom =
      heardAt === undefined ? since : after(heardAt, times(advertInterval, SILENCE_INTERVALS))
    if (now < silentFrom) return { look: false, until: silentFrom }
    const firstLookEnds = after(silentFrom, times(advertInterval, downTimerAdverts + LOOK_AFTER_TAKEOVER))
    return now < firstLookEnds ? { look: true, until: firstLookEnds } : regularWindow(advertInterval, now)
  }
}

/** The same for all listeners with that interval, so that hundreds of them look together. */
function regularWindow(
  advertInterval: Duration,
  now: Instant,
): { readonly look: boolean; readonly until: Instant } {
  const period = times(advertInterval, REGULAR_PERIOD)
  const begun = before(now, (now % period) as Duration)
  const ends = after(begun, times(advertInterval, REGULAR_LOOK))
  return now < ends ? { look: true, until: ends } : { look: false, until: after(begun, period) }
}

const keyOf = ({ source, protocol }: Sender): number => protocol * 2 ** 32 + source

function dropFirst(bounded: Map<number, unknown>): void {
  if (bounded.size <= MOST_SENDERS) return
  for (const key of bounded.keys()) {
    bounded.delete(key)
    return
  }
}

/** A neighbour may be Master for hundreds; the first ones say which it is. */
const MOST_NAMED = 4

/**
 * Dropped adverts in words: for the log, the status and the doctor alike. A sentence without its full stop.
 *
 * @param offLink the sender's address is in none of the link's networks: then the reverse path filter drops it as well
 */
export function describeDroppedAdverts(dropped: DroppedAdverts, link: string, offLink: boolean): string {
  const { source, protocol, destination } = dropped
  const from = formatIpv4(source)
  const adverts = `adverts from ${from} (${routers(dropped.priorities)}) reach ${link}`
  const allow = `allow protocol ${protocol} ${isMulticastIpv4(destination) ? `to ${formatIpv4(destination)}` : `from ${from}`}`
  if (!offLink) return `${adverts} but a firewall drops them: ${allow}`
  const filter = `${from} is in no network of ${link}: the reverse path filter (net.ipv4.conf.${link}.rp_filter)`
  return `${adverts} but are dropped; ${filter} or a firewall does that: ${allow}`
}

function routers(priorities: ReadonlyMap<number, number>): string {
  const [first, ...others] = [...priorities]
  if (first === undefined) return 'no VRID of ours'
  if (others.length === 0) return `VRID ${first[0]}, priority ${first[1]}`
  const vrids = [...priorities.keys()]
  const named = vrids.slice(0, MOST_NAMED).join(', ')
  return `VRIDs ${named}${vrids.length > MOST_NAMED ? ` and ${vrids.length - MOST_NAMED} more` : ''}`
}
