/**
 * ARP packets whose sender says that one of some addresses is its own. A
 * filter in the kernel keeps all other ARP from waking anybody up.
 */

import type { Ipv4Address } from '../../base/address.ts'
import type { Result } from '../../base/result.ts'
import * as linux from '../../system/constants.ts'
import { anyBit, atLeast, equal, load, loadWord, type Instruction } from '../../system/packet-filter.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { setReceiveBuffer, Socket, type Datagram, type SystemError } from '../../system/socket.ts'
import { SENDER_ADDRESS_AT } from '../wire/arp-sender.ts'

export interface ArpTap {
  /** ARP packets without the link's header, some of those that wait; none means that nothing does. */
  receive(): Result<readonly Datagram[], SystemError>
  /** As Socket.onReadable. */
  onReadable(callback: (() => void) | undefined): void
  close(): void
}

const LONGEST_PACKET = 64
/** What does not fit is lost: who claims an address does it again. */
const RECEIVE_BUFFER_BYTES = 1 << 16
const ETH_P_ARP = 0x0806
const PACKET_OTHERHOST = 3
const VLAN_ID = 0x0fff
/** A program has at most 250 instructions, and a jump reaches 255. */
const MOST_COMPARED = 200

/** @param namespace other than the process's: a name under /run/netns, or a path */
export function openArpTap(
  linkIndex: number,
  addresses: readonly Ipv4Address[],
  namespace?: string,
): Result<ArpTap, SystemError> {
  const opened = Socket.open({
    domain: linux.AF_PACKET,
    type: linux.SOCK_DGRAM,
    // Receives nothing before there is a filter and a link.
    protocol: 0,
    namespace,
    datagramBytes: LONGEST_PACKET,
  })
  if (!opened.ok) return opened
  const prepared = prepare(opened.value, linkIndex, addresses)
  if (prepared.ok) return opened
  opened.value.close()
  return prepared
}

function prepare(
  socket: Socket,
  linkIndex: number,
  addresses: readonly Ipv4Address[],
): Result<undefined, SystemError> {
  const filtered = socket.attachFilter([...arrivedHere, ...claimsOneOf(addresses)])
  if (!filtered.ok) return filtered
  setReceiveBuffer(socket, RECEIVE_BUFFER_BYTES)
  // Linux 4.20; before it, what is sent costs the filter's time as well.
  socket.setOption(linux.SOL_PACKET, linux.PACKET_IGNORE_OUTGOING, 1)
  return socket.bind(packetSocketAddress(linkIndex, ETH_P_ARP))
}

/** On this link and not a VLAN of it, and not sent by this host. */
const arrivedHere: readonly Instruction[] = [
  load('packetType'),
  atLeast(PACKET_OTHERHOST, { ifTrue: 'drop' }),
  load('vlanTag'),
  anyBit(VLAN_ID, { ifTrue: 'drop' }),
]

function claimsOneOf(addresses: readonly Ipv4Address[]): readonly Instruction[] {
  const sorted = [...addresses].sort((a, b) => a - b)
  const sender = loadWord(SENDER_ADDRESS_AT)
  if (sorted.length <= MOST_COMPARED) {
    return [sender, ...sorted.map((address) => equal(address, { ifTrue: 'accept' }))]
  }
  // Whoever listens looks again.
  return [
    sender,
    atLeast(sorted[0] ?? 0, { ifFalse: 'drop' }),
    atLeast((sorted.at(-1) ?? 0) + 1, { ifTrue: 'drop', ifFalse: 'accept' }),
  ]
}
