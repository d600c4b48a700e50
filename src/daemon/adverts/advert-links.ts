/**
 * Adverts on the wire: one sender for each link in use and one receiver for
 * each multicast group or own address, whatever the number of virtual routers.
 * Opened when the link and the address exist, closed when they go; a link that
 * came back under another index gets new ones.
 */

import type { Complaint } from '../../events/event.ts'
import { formatIp, ipFamily, isMulticastIp, type IpAddress, type IpFamily } from '../../base/address.ts'
import { before, seconds, type Clock, type Instant } from '../../base/time.ts'
import type { Link } from '../../netlink/types.ts'
import type { Timers } from '../../scripts/types.ts'
import type { SystemError } from '../../system/system-error.ts'
import type { AdvertReceiver, AdvertSender } from '../../vrrp/socket/advert-socket.ts'
import { PROTOCOL } from '../../vrrp/wire/ip.ts'
import type { Ipv6Arrival } from '../../vrrp/wire/packet.ts'
import type { AdvertSockets } from '../../world/world.ts'

export interface ReceivedPacket {
  readonly link: string
  /** The group or own address in whose socket it was. */
  readonly address: IpAddress
  /** From the IP header on; over IPv6 from behind it. */
  readonly bytes: Uint8Array
  readonly ipv6?: Ipv6Arrival
  readonly arrivedAt: Instant
}

/** A finished IP packet and where it goes. */
export interface OutgoingPacket {
  readonly bytes: Uint8Array
  readonly to: IpAddress
}

export interface AdvertLinksOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly adverts: AdvertSockets
  readonly onPacket: (packet: ReceivedPacket) => void
  readonly complain: (complaint: Complaint) => void
}

interface OpenLink {
  readonly index: number
  /** By the families in use. */
  readonly senders: Map<IpFamily, AdvertSender>
  readonly receivers: Map<IpAddress, AdvertReceiver>
  /** What the kernel last said of each host that it refuses to send to. */
  readonly refusals: Map<IpAddress, string>
  up: boolean
}

/** Enough for a burst of 250 routers; what is left over is read in the next turn of the loop. */
const READS_PER_WAKEUP = 16

/**
 * Both with and without authentication headers, whatever the instances of a
 * link expect: two neighbours that differ in this are both Master, and only
 * who hears the other can say why.
 */
const PROTOCOLS = [PROTOCOL.vrrp, PROTOCOL.ah]

/** No descriptor is to be had, say: whoever goes on without would be deaf, and Master beside another one. */
const AGAIN_AFTER = seconds(1)

interface Wanted {
  readonly link: Link
  readonly addresses: ReadonlySet<IpAddress>
}

/** The link's doing: the election hears of that from netlink, a line a second would say nothing new. */
const LINK_REFUSES = ['ENETDOWN', 'ENODEV', 'ENXIO']

export class AdvertLinks {
  private readonly options: AdvertLinksOptions
  private readonly open = new Map<string, OpenLink>()
  /** Links that lack a socket, and what was last said about each. */
  private readonly lacking = new Map<string, Wanted>()
  private readonly told = new Map<string, string>()
  private cancelRetry: (() => void) | undefined

  constructor(options: AdvertLinksOptions) {
    this.options = options
  }

  /** The groups and own addresses at which adverts are heard on that link now. */
  listeningAt(name: string): ReadonlySet<IpAddress> {
    return new Set(this.open.get(name)?.receivers.keys())
  }

  /** A new configuration: links that are none of ours any more are left. */
  retain(links: ReadonlySet<string>): void {
    for (const [name, entry] of this.open) if (!links.has(name)) this.close(name, entry)
    for (const name of this.lacking.keys()) if (!links.has(name)) this.forget(name)
  }

  /**
   * Brings the sockets of one link in step with the kernel's view of it.
   *
   * @param addresses where adverts arrive; undefined: no virtual router is on this link
   */
  follow(name: string, link: Link | undefined, addresses: ReadonlySet<IpAddress> | undefined): void {
    const current = this.open.get(name)
    const same = addresses !== undefined && current?.index === link?.index
    if (current && !same) this.close(name, current)
    if (!link || !addresses) {
      this.forget(name)
      return
    }
    if (this.openAll({ link, addresses })) this.isWhole(name)
    else this.retryLater({ link, addresses })
  }

  /** False: some are missing. */
  private openAll({ link, addresses }: Wanted): boolean {
    const entry = this.open.get(link.name) ?? this.openLink(link)
    entry.up = link.up
    for (const address of addresses) this.openSender(link, entry, ipFamily(address))
    for (const [address, receiver] of entry.receivers) {
      if (addresses.has(address)) continue
      receiver.close()
      entry.receivers.delete(address)
    }
    for (const address of addresses) {
      if (!entry.receivers.has(address)) this.openReceiver(link, entry, address)
    }
    const families = new Set([...addresses].map(ipFamily))
    return entry.receivers.size === addresses.size && entry.senders.size >= families.size
  }

  private retryLater(wanted: Wanted): void {
    this.lacking.set(wanted.link.name, wanted)
    this.cancelRetry ??= this.options.timers.after(AGAIN_AFTER, () => {
      this.cancelRetry = undefined
      for (const [name, each] of [...this.lacking]) {
        if (this.openAll(each)) this.isWhole(name)
        else this.retryLater(each)
      }
    })
  }

  private isWhole(name: string): void {
    if (this.lacking.delete(name) && this.told.delete(name))
      this.options.complain({ what: 'works-again', text: `the VRRP sockets on ${name} are open now` })
  }

  private forget(name: string): void {
    this.lacking.delete(name)
    this.told.delete(name)
  }

  /**
   * One after the other: a host that cannot be reached keeps no other from hearing us.
   *
   * @returns whether the kernel took all of them
   */
  send(name: string, packets: readonly OutgoingPacket[]): boolean {
    const entry = this.open.get(name)
    if (!entry) return false
    let all = true
    for (const { bytes, to } of packets) {
      const sender = entry.senders.get(ipFamily(to))
      if (sender === undefined) return false
      const sent = sender.send([bytes], to)
      if (sent.ok) this.tookAgain(name, entry, to)
      else {
        all = false
        this.refused(name, entry, to, sent.error)
      }
    }
    return all
  }

  /** Reads what has arrived on every link; deadlines are considered only after this. */
  drain(): void {
    for (const [name, { receivers }] of this.open) {
      for (const [address, receiver] of receivers) this.read(name, address, receiver)
    }
  }

  closeAll(): void {
    this.cancelRetry?.()
    this.lacking.clear()
    for (const [name, entry] of this.open) this.close(name, entry)
  }

  private openLink({ name, index, up }: Link): OpenLink {
    const entry = { index, senders: new Map(), receivers: new Map(), refusals: new Map(), up }
    this.open.set(name, entry)
    return entry
  }

  private openSender({ name, index }: Link, { senders }: OpenLink, family: IpFamily): void {
    if (senders.has(family)) return
    const sender = this.options.adverts.openSender({ link: { index, name }, family })
    if (sender.ok) senders.set(family, sender.value)
    else this.cannotOpen(name, sender.error)
  }

  private openReceiver({ name, index }: Link, entry: OpenLink, address: IpAddress): void {
    const link = { index, name }
    const opened = this.options.adverts.openReceiver({ link, address, protocols: PROTOCOLS })
    if (!opened.ok) {
      this.cannotOpen(name, opened.error)
      return
    }
    const receiver = opened.value
    entry.receivers.set(address, receiver)
    receiver.onReadable(() => {
      this.read(name, address, receiver)
    })
  }

  /** Once for each reason. */
  private cannotOpen(link: string, { call, text, code }: SystemError): void {
    if (this.told.get(link) === code) return
    this.told.set(link, code)
    this.options.complain({
      what: 'no-sockets',
      text: `cannot open the VRRP sockets on ${link}: ${call}: ${text} [${code}]`,
    })
  }

  private close(name: string, { senders, receivers }: OpenLink): void {
    this.open.delete(name)
    for (const sender of senders.values()) sender.close()
    for (const receiver of receivers.values()) receiver.close()
  }

  /** Once for each host and reason: with every advert it would be a line a second. */
  private refused(name: string, entry: OpenLink, to: IpAddress, { code, text }: SystemError): void {
    if (LINK_REFUSES.includes(code) || (code === 'ENETUNREACH' && !entry.up)) return
    if (entry.refusals.get(to) === code) return
    entry.refusals.set(to, code)
    this.options.complain({
      what: 'not-sent',
      text: `cannot send adverts${toward(to)} on ${name}: ${text} [${code}]`,
    })
  }

  private tookAgain(name: string, { refusals }: OpenLink, to: IpAddress): void {
    if (!refusals.delete(to)) return
    this.options.complain({
      what: 'works-again',
      text: `adverts${toward(to)} on ${name} can be sent again`,
    })
  }

  private read(link: string, address: IpAddress, receiver: AdvertReceiver): void {
    for (let turn = 0; turn < READS_PER_WAKEUP; turn++) {
      const received = receiver.receive()
      if (!received.ok || received.value.length === 0) return
      const now = this.options.clock.now()
      for (const { bytes, ipv6, age } of received.value) {
        const arrivedAt = before(now, age)
        this.options.onPacket({ link, address, bytes, arrivedAt, ...(ipv6 && { ipv6 }) })
      }
    }
  }
}

const toward = (to: IpAddress): string => (isMulticastIp(to) ? '' : ` to ${formatIp(to)}`)
