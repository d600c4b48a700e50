/** Asks a link who answers for addresses, and hears the answers: nothing else of its ARP. */

import type { Result } from '../../base/result.ts'
import { AF_PACKET, SOCK_RAW } from '../../system/constants.ts'
import { equal, loadHalf } from '../../system/packet-filter.ts'
import { packetSocketAddress } from '../../system/socket-address.ts'
import { Socket, type SystemError } from '../../system/socket.ts'

const ETH_P_ARP = 0x0806
const OPERATION_AT = 20
const OPERATION_REPLY = 2

/** EPERM: CAP_NET_RAW is missing; ENODEV: the link is gone. The caller closes it. */
export function openArpProbeSocket(linkIndex: number): Result<Socket, SystemError> {
  const opened = Socket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0 })
  if (!opened.ok) return opened
  const filtered = opened.value.attachFilter([
    loadHalf(OPERATION_AT),
    equal(OPERATION_REPLY, { ifTrue: 'accept', ifFalse: 'drop' }),
  ])
  const bound = filtered.ok ? opened.value.bind(packetSocketAddress(linkIndex, ETH_P_ARP)) : filtered
  if (bound.ok) return opened
  opened.value.close()
  return bound
}
