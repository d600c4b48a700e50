/**
 * Listens for adverts on the instances' links, behind the firewall as the
 * daemon does, and before it. Needs CAP_NET_RAW and the addon.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { isIpv4, type Ipv4Address } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import type { Datagram } from '../../system/socket.ts'
import { openAdvertReceiver } from '../../vrrp/socket/advert-socket.ts'
import { openAdvertTap } from '../../vrrp/socket/advert-tap.ts'
import { readAddresses } from '../../vrrp/wire/advertisement.ts'
import { PROTOCOL } from '../../vrrp/wire/ip.ts'
import { parsePacket, type Ipv4Packet } from '../../vrrp/wire/packet.ts'
import type { HeardAdvert, Known, LanFacts } from '../facts.ts'

export interface Listening {
  readonly links: readonly ListeningLink[]
  readonly seconds: number
  /** This host's own: what comes back of ours is nobody else's. */
  readonly own: ReadonlySet<Ipv4Address>
}

export interface ListeningLink {
  readonly name: string
  readonly index: number
  /** Groups, and own addresses where unicast adverts arrive. */
  readonly addresses: ReadonlySet<Ipv4Address>
}

interface Ears {
  readonly link: ListeningLink
  readonly sockets: readonly Ear[]
}

interface Ear {
  /** Behind the firewall. */
  readonly behind: boolean
  receive(): { readonly ok: boolean; readonly value?: readonly Pick<Datagram, 'bytes'>[] }
  onReadable(callback: () => void): void
  close(): void
}

export async function listenToLan(listening: Listening): Promise<Known<LanFacts>> {
  const ears: Ears[] = []
  for (const link of listening.links) {
    const opened = open(link)
    if (!opened.ok) {
      for (const { sockets } of ears) for (const socket of sockets) socket.close()
      return opened
    }
    ears.push(opened.value)
  }
  const found = new Map<string, HeardAdvert>()
  for (const { link, sockets } of ears) {
    for (const socket of sockets) {
      socket.onReadable(() => {
        read(link, socket, listening, found)
      })
    }
  }
  await sleep(listening.seconds * 1000)
  for (const { sockets } of ears) for (const socket of sockets) socket.close()
  const { seconds, links } = listening
  return accepted({ seconds, links: links.map(({ name }) => name), adverts: [...found.values()] })
}

function open(link: ListeningLink): Known<Ears> {
  const sockets: Ear[] = []
  const refused = (text: string): Known<Ears> => {
    for (const socket of sockets) socket.close()
    return rejected(`cannot listen on ${link.name}: ${text}`)
  }
  for (const address of link.addresses) {
    const behind = openAdvertReceiver({ link, address, protocols: [PROTOCOL.vrrp, PROTOCOL.ah] })
    if (!behind.ok) return refused(behind.error.text)
    sockets.push(earOf(behind.value, true))
  }
  const before = openAdvertTap(link.index)
  if (!before.ok) return refused(before.error.text)
  return accepted({ link, sockets: [...sockets, earOf(before.value, false)] })
}

const earOf = (socket: Omit<Ear, 'behind'>, behind: boolean): Ear => ({
  behind,
  receive: () => socket.receive(),
  onReadable: (callback) => {
    socket.onReadable(callback)
  },
  close: () => {
    socket.close()
  },
})

/** Anybody on the LAN may invent senders. */
const MOST_SENDERS = 1000
const READS_PER_WAKEUP = 16

function read(link: ListeningLink, socket: Ear, { own }: Listening, found: Map<string, HeardAdvert>): void {
  for (let turn = 0; turn < READS_PER_WAKEUP; turn++) {
    const received = socket.receive()
    if (!received.ok || received.value === undefined || received.value.length === 0) return
    for (const { bytes } of received.value) {
      const packet = parsePacket(bytes)
      if (!packet.ok || own.has(packet.value.source)) continue
      if (!link.addresses.has(packet.value.destination)) continue
      const advert = advertOf(link.name, packet.value)
      const key = `${link.name} ${advert.source} ${advert.vrid} ${advert.protocol}`
      const heard = socket.behind || (found.get(key)?.heard ?? false)
      if (found.size < MOST_SENDERS || found.has(key)) found.set(key, { ...advert, heard })
    }
  }
}

function advertOf(link: string, packet: Ipv4Packet): Omit<HeardAdvert, 'heard'> {
  const { source, destination, vrid, fixed, pdu, ttl, authenticationHeader } = packet
  const { version, priority, authCode, intervalSeconds, count } = fixed
  const addresses = pdu.length >= 8 + 4 * count ? readAddresses(pdu, 4, count) : []
  const protocol = authenticationHeader ? PROTOCOL.ah : PROTOCOL.vrrp
  return {
    link,
    source,
    destination,
    protocol,
    vrid,
    version,
    priority,
    authCode,
    intervalSeconds,
    ttl,
    addresses: addresses.filter(isIpv4),
  }
}
