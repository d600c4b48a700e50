/** Asks the LAN who answers for the virtual addresses. */

import { setTimeout as sleep } from 'node:timers/promises'
import { formatMac, type Ipv4Address } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { openArpProbeSocket } from '../../vrrp/socket/arp-socket.ts'
import { decodeArpReply, encodeArpProbe } from '../../vrrp/wire/arp-probe.ts'
import type { Holder, Known } from '../facts.ts'

export interface Question {
  readonly link: string
  readonly index: number
  readonly mac: Uint8Array
  readonly addresses: readonly Ipv4Address[]
}

/** RFC 5227 asks three times; an answer takes far less than a second on any LAN. */
const ASKS = 3
const BETWEEN_MS = 300
const ETH_P_ARP = 0x0806

/** All links at once; takes a second. */
export async function askForHolders(questions: readonly Question[]): Promise<Known<readonly Holder[]>> {
  const answers = await Promise.all(questions.map(askLink))
  const holders: Holder[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    holders.push(...answer.value)
  }
  return accepted(holders)
}

async function askLink({ link, index, mac, addresses }: Question): Promise<Known<readonly Holder[]>> {
  const opened = openArpProbeSocket(index)
  if (!opened.ok) return rejected(`cannot ask on ${link}: ${opened.error.text}`)
  const socket = opened.value
  const macs = new Map<Ipv4Address, Set<string>>(addresses.map((address) => [address, new Set()]))
  const own = formatMac(mac)
  socket.onReadable(() => {
    const received = socket.receive()
    for (const { bytes } of received.ok ? received.value : []) {
      const reply = decodeArpReply(bytes)
      if (reply && reply.mac !== own) macs.get(reply.address)?.add(reply.mac)
    }
  })
  const to = packetSocketAddress(index, ETH_P_ARP)
  const probes = addresses.map((address) => ({ bytes: encodeArpProbe(mac, address), to }))
  for (let asked = 0; asked < ASKS; asked++) {
    socket.send(probes)
    await sleep(BETWEEN_MS)
  }
  socket.close()
  return accepted([...macs].map(([address, found]) => ({ link, address, macs: [...found] })))
}
