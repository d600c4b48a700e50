/**
 * Gratuitous ARP: tells the LAN which link now answers for an address. Where a
 * pace is set the requests wait in a lane, one lane for links that share it:
 * every address once, then all again, as in a burst. What a router has waiting
 * is forgotten when it gives up its addresses, and a new burst for an address
 * that still waits does not add to it, so that no lane grows without a bound.
 * What a link is like is looked up when something is sent: its hardware
 * address, its flags and its name may have changed since.
 */

import type { Complaint } from '../../events/event.ts'
import { formatIp, isIpv4, type IpAddress } from '../../base/address.ts'
import { after, between, type Clock, type Instant } from '../../base/time.ts'
import type { Link } from '../../netlink/types.ts'
import type { Timers } from '../../scripts/types.ts'
import type { SystemError } from '../../system/system-error.ts'
import type { ArpSocket } from '../../vrrp/socket/arp-socket.ts'
import { encodeGratuitousArp } from '../../vrrp/wire/gratuitous-arp.ts'
import { encodeNeighborAdvertisement } from '../../vrrp/wire/neighbor-advertisement.ts'
import type { LinkSettings } from '../../world/world.ts'
import type { Pace, Pacing } from './garp-pacing.ts'

const ETHERNET_ADDRESS_BYTES = 6

export interface Announcement {
  readonly linkIndex: number
  readonly address: IpAddress
}

/** On its link as that is now. */
export interface Placed {
  readonly link: Link
  readonly address: IpAddress
}

export interface AnnouncerPorts {
  readonly arp: ArpSocket
  readonly linkSettings: LinkSettings
  readonly clock: Clock
  readonly timers: Timers
  /** As the kernel has it now; undefined: it has none such any more. */
  readonly linkByIndex: (index: number) => Link | undefined
  /** Reads what the kernel has told meanwhile. */
  readonly drain: () => void
  readonly complain: (complaint: Complaint) => void
  /** For `-D`. */
  readonly detail: (text: string) => void
}

interface Waiting extends Announcement {
  readonly router: string
  times: number
}

interface Lane {
  readonly waiting: Waiting[]
  nextAt: Instant
  cancel: (() => void) | undefined
}

export class Announcer {
  private readonly ports: AnnouncerPorts
  private readonly lanes = new Map<string, Lane>()
  /** What the kernel last said of each link on which it takes nothing: a line with every burst would be many. */
  private readonly refusals = new Map<string, string>()
  private readonly burst: BurstPorts
  private pacing: Pacing

  constructor(ports: AnnouncerPorts, pacing: Pacing) {
    this.ports = ports
    this.pacing = pacing
    this.burst = {
      arp: ports.arp,
      linkSettings: ports.linkSettings,
      outcome: (link, error) => {
        this.noteOutcome(link, error)
      },
    }
  }

  /** Of a new configuration. What waits already goes on waiting. */
  use(pacing: Pacing): void {
    this.pacing = pacing
  }

  /** @param repeat how often each address; all of them once, then again: keepalived's order of a burst */
  announce(router: string, announcements: readonly Announcement[], repeat: number): void {
    const placed = announcements.flatMap((each) => this.place(each) ?? [])
    const burst = placed.filter(({ link, address }) => this.pacing(link.name, address) === undefined)
    sendBurst(this.burst, burst, repeat)
    if (repeat === 0) return
    for (const text of announcementWords(router, placed)) this.ports.detail(text)
    for (const { link, address } of placed) {
      const pace = this.pacing(link.name, address)
      if (pace) this.enqueue(pace, { linkIndex: link.index, address, router, times: repeat })
    }
    for (const lane of this.lanes.values()) this.pump(lane)
  }

  /** These are the addresses that the router holds now. */
  keepOnly(router: string, held: readonly Announcement[]): void {
    const isHeld = (waiting: Waiting): boolean => held.some((each) => isSame(waiting, { ...each, router }))
    for (const { waiting } of this.lanes.values())
      retain(waiting, (each) => each.router !== router || isHeld(each))
  }

  close(): void {
    for (const { cancel } of this.lanes.values()) cancel?.()
    this.lanes.clear()
  }

  /** Undefined: there is nobody to tell. */
  private place({ linkIndex, address }: Announcement): Placed | undefined {
    const link = this.ports.linkByIndex(linkIndex)
    return link !== undefined && hasNeighbours(link) ? { link, address } : undefined
  }

  private noteOutcome({ name }: Link, error: SystemError | undefined): void {
    if (!error) this.refusals.delete(name)
    else if (this.refusals.get(name) !== error.code) {
      this.refusals.set(name, error.code)
      this.ports.complain({
        what: 'not-announced',
        text: `cannot send gratuitous ARP on ${name}: ${error.text} [${error.code}]`,
      })
    }
  }

  private enqueue(pace: Pace, announcement: Waiting): void {
    const lane = this.laneOf(pace)
    const known = lane.waiting.find((each) => isSame(each, announcement))
    if (known) known.times = Math.max(known.times, announcement.times)
    else lane.waiting.push(announcement)
  }

  private laneOf({ lane: name }: Pace): Lane {
    const known = this.lanes.get(name)
    if (known) return known
    const lane: Lane = { waiting: [], nextAt: this.ports.clock.now(), cancel: undefined }
    this.lanes.set(name, lane)
    return lane
  }

  /** Sends one if it is time, and comes back for the next. */
  private pump(lane: Lane): void {
    if (lane.cancel !== undefined || lane.waiting.length === 0) return
    const now = this.ports.clock.now()
    if (now < lane.nextAt) {
      lane.cancel = this.ports.timers.after(between(now, lane.nextAt), () => {
        lane.cancel = undefined
        this.ports.drain()
        this.pump(lane)
      })
      return
    }
    const next = lane.waiting.shift()
    if (!next) return
    if (!this.sendOne(lane, next)) retain(lane.waiting, ({ linkIndex }) => linkIndex !== next.linkIndex)
    else if (next.times > 1) lane.waiting.push({ ...next, times: next.times - 1 })
    this.pump(lane)
  }

  /** @returns whether its link took it, and may take others */
  private sendOne(lane: Lane, next: Waiting): boolean {
    const placed = this.place(next)
    if (!placed) return false
    const pace = this.pacing(placed.link.name, next.address)
    if (pace) lane.nextAt = after(this.ports.clock.now(), pace.interval)
    return sendBurst(this.burst, [placed], 1)
  }
}

const isSame = (a: Waiting, b: Omit<Waiting, 'times'>): boolean =>
  a.router === b.router && a.address === b.address && a.linkIndex === b.linkIndex

/** Whether there is anybody to hear whose addresses are on this link, and to be told in Ethernet frames. */
export const hasNeighbours = ({ noArp, loopback, mac }: Link): boolean =>
  !noArp && !loopback && mac.length === ETHERNET_ADDRESS_BYTES

function retain<T>(list: T[], keep: (each: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(keep))
}

const frameFor = ({ mac, name }: Link, address: IpAddress, settings: LinkSettings): Uint8Array =>
  isIpv4(address)
    ? encodeGratuitousArp(mac, address)
    : encodeNeighborAdvertisement(mac, address, settings.read(name, 'ipv6/forwarding') === '1')

export interface BurstPorts {
  readonly arp: ArpSocket
  readonly linkSettings: LinkSettings
  /** Of each link; undefined: the kernel took all of them. */
  readonly outcome: (link: Link, error: SystemError | undefined) => void
}

/**
 * Frames of one burst on one link: some 20 ms. `garp_master_repeat` has no limit, and adverts must go out
 * meanwhile (keepalived 2.2.7 sends none until it has sent all).
 */
const MOST_FRAMES = 10_000

/** In as few system calls as possible. @returns whether the kernel took all of them */
export function sendBurst(
  { arp, linkSettings, outcome }: BurstPorts,
  placed: readonly Placed[],
  repeat: number,
): boolean {
  const byLink = new Map<number, { link: Link; frames: Uint8Array[] }>()
  for (const { link, address } of placed) {
    const entry = byLink.get(link.index) ?? { link, frames: [] }
    entry.frames.push(frameFor(link, address, linkSettings))
    byLink.set(link.index, entry)
  }
  let all = true
  for (const { link, frames } of byLink.values()) {
    const rounds = Math.min(repeat, Math.max(1, Math.floor(MOST_FRAMES / frames.length)))
    const burst = Array.from({ length: rounds }, () => frames).flat()
    const sent = arp.send(link.index, burst)
    outcome(link, sent.ok ? undefined : sent.error)
    all &&= sent.ok
  }
  return all
}

/** Of hundreds of addresses the first ones tell which list it is. */
const NAMED = 10

/**
 * What `-D` says of gratuitous ARP, in keepalived's words; a line for a link instead of one for every address.
 *
 * @returns lines, none for no announcement
 */
function announcementWords(router: string, announcements: readonly Placed[]): readonly string[] {
  const families = [
    ['gratuitous ARPs', announcements.filter(({ address }) => isIpv4(address))],
    ['Unsolicited Neighbour Adverts', announcements.filter(({ address }) => !isIpv4(address))],
  ] as const
  return families.flatMap(([what, some]) =>
    [...new Set(some.map(({ link }) => link.name))].map((name) => {
      const own = some.filter(({ link }) => link.name === name)
      return `(${router}) Sending/queueing ${what} on ${name} for ${inWords(own)}`
    }),
  )
}

function inWords(announcements: readonly Placed[]): string {
  const named = announcements.slice(0, NAMED).map(({ address }) => formatIp(address))
  const rest = announcements.length - named.length
  return rest === 0 ? named.join(', ') : `${named.join(', ')} and ${rest} more`
}
