/** Gratuitous ARP: tells the LAN which link now answers for an address. */

import type { Ipv4Address } from '../base/address.ts'
import type { Link } from '../netlink/types.ts'
import type { ArpSocket } from '../vrrp/socket/arp-socket.ts'
import { encodeGratuitousArp } from '../vrrp/wire/gratuitous-arp.ts'

const ETHERNET_ADDRESS_BYTES = 6

export interface Announcement {
  readonly link: Link
  readonly address: Ipv4Address
}

/** All addresses once, then all again: keepalived's order of a burst. */
export function announce(
  socket: ArpSocket,
  announcements: readonly Announcement[],
  repeat: number,
  complain: (text: string) => void,
): void {
  const byLink = new Map<number, { link: Link; frames: Uint8Array[] }>()
  for (const { link, address } of announcements) {
    if (link.mac.length !== ETHERNET_ADDRESS_BYTES) continue
    const entry = byLink.get(link.index) ?? { link, frames: [] }
    entry.frames.push(encodeGratuitousArp(link.mac, address))
    byLink.set(link.index, entry)
  }
  for (const { link, frames } of byLink.values()) {
    const burst = Array.from({ length: repeat }, () => frames).flat()
    const sent = socket.send(link.index, burst)
    if (!sent.ok)
      complain(`cannot send gratuitous ARP on ${link.name}: ${sent.error.text} [${sent.error.code}]`)
  }
}
