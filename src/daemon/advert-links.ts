/**
 * Adverts on the wire: one set of sockets for each link in use, whatever the
 * number of virtual routers on it. Opened when the link exists, closed when it
 * goes; a link that came back under another index gets new ones.
 */

import type { Ipv4Address } from '../base/address.ts'
import { before, type Clock, type Instant } from '../base/time.ts'
import type { Link } from '../netlink/types.ts'
import { openAdvertSocket, type AdvertSocket } from '../vrrp/socket/advert-socket.ts'
import { PROTOCOL } from '../vrrp/wire/ip.ts'

export interface ReceivedPacket {
  readonly link: string
  /** From the IP header on. */
  readonly bytes: Uint8Array
  readonly arrivedAt: Instant
}

export interface AdvertLinksOptions {
  readonly clock: Clock
  readonly onPacket: (packet: ReceivedPacket) => void
  readonly complain: (text: string) => void
}

interface OpenLink {
  readonly index: number
  readonly socket: AdvertSocket
}

/** Enough for a burst of 250 routers; what is left over is read in the next turn of the loop. */
const READS_PER_WAKEUP = 16

/**
 * Both with and without authentication headers, whatever the instances of a
 * link expect: two neighbours that differ in this are both Master, and only
 * who hears the other can say why.
 */
const PROTOCOLS = [PROTOCOL.vrrp, PROTOCOL.ah]

export class AdvertLinks {
  private readonly options: AdvertLinksOptions
  private readonly open = new Map<string, OpenLink>()
  private joined: Ipv4Address

  constructor(options: AdvertLinksOptions, group: Ipv4Address) {
    this.options = options
    this.joined = group
  }

  /** The multicast group in which adverts are heard. */
  get group(): Ipv4Address {
    return this.joined
  }

  /** Whether adverts on that link can be heard. */
  isOpen(name: string): boolean {
    return this.open.has(name)
  }

  /** A new configuration: links that are none of ours any more are left, and all of them when the group changes. */
  retain(links: ReadonlySet<string>, group: Ipv4Address): void {
    for (const [name, entry] of this.open) {
      if (group !== this.joined || !links.has(name)) this.close(name, entry)
    }
    this.joined = group
  }

  /** Brings the sockets of one link in step with the kernel's view of it. */
  follow(name: string, link: Link | undefined): void {
    const current = this.open.get(name)
    if (current?.index === link?.index) return
    if (current) this.close(name, current)
    if (link) this.openLink(link)
  }

  /** @returns whether the kernel took all of them */
  send(name: string, packets: readonly Uint8Array[]): boolean {
    const entry = this.open.get(name)
    if (!entry) return false
    const sent = entry.socket.send(packets)
    // A link that is down refuses: the election hears of that from netlink, a line a second would say nothing new.
    if (!sent.ok && !['ENETDOWN', 'ENETUNREACH', 'ENODEV', 'ENXIO'].includes(sent.error.code)) {
      this.options.complain(`cannot send an advert on ${name}: ${sent.error.text} [${sent.error.code}]`)
    }
    return sent.ok
  }

  /** Reads what has arrived on every link; deadlines are considered only after this. */
  drain(): void {
    for (const [name, { socket }] of this.open) this.read(name, socket)
  }

  closeAll(): void {
    for (const [name, entry] of this.open) this.close(name, entry)
  }

  private openLink(link: Link): void {
    const opened = openAdvertSocket({
      link: { index: link.index, name: link.name },
      group: this.joined,
      protocols: PROTOCOLS,
    })
    if (!opened.ok) {
      const { call, text, code } = opened.error
      this.options.complain(`cannot open the VRRP sockets on ${link.name}: ${call}: ${text} [${code}]`)
      return
    }
    const socket = opened.value
    this.open.set(link.name, { index: link.index, socket })
    socket.onReadable(() => {
      this.read(link.name, socket)
    })
  }

  private close(name: string, entry: OpenLink): void {
    this.open.delete(name)
    entry.socket.close()
  }

  private read(link: string, socket: AdvertSocket): void {
    for (let turn = 0; turn < READS_PER_WAKEUP; turn++) {
      const received = socket.receive()
      if (!received.ok || received.value.length === 0) return
      const now = this.options.clock.now()
      for (const { bytes, age } of received.value) {
        this.options.onPacket({ link, bytes, arrivedAt: before(now, age) })
      }
    }
  }
}
