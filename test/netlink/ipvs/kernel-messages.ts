/** What the kernel tells of IPVS, as it writes it (measured, Linux 6.1). */

import { putU32, putU64 } from 'netlink/dist/structs.js'
import { ipToBytes, isIpv4 } from '../../../src/base/address.ts'
import { Body } from '../../../src/netlink/attributes.ts'
import type {
  IpvsInfo,
  ObservedDestination,
  ObservedService,
  Statistics,
  SyncDaemon,
  Timeouts,
} from '../../../src/netlink/ipvs/types.ts'
import { destinationNest } from '../../../src/netlink/ipvs/wire/destination.ts'
import { commandBody } from '../../../src/netlink/ipvs/wire/generic-netlink.ts'
import { serviceNest } from '../../../src/netlink/ipvs/wire/service.ts'

const body = (command: number): Body => commandBody(command, 1)
/** NLA_F_NESTED, which the kernel sets in dumps. */
const NESTED = 0x8000
const none = (): Body => new Body(new Uint8Array())

const inOrder = (statistics: Statistics): readonly bigint[] => [
  statistics.connections,
  statistics.inPackets,
  statistics.outPackets,
  statistics.inBytes,
  statistics.outBytes,
  statistics.connectionsPerSecond,
  statistics.inPacketsPerSecond,
  statistics.outPacketsPerSecond,
  statistics.inBytesPerSecond,
  statistics.outBytesPerSecond,
]

/** With IPVS_STATS_ATTR_PAD before each counter. */
function wide(statistics: Statistics): Body {
  const nest = none()
  for (const [index, value] of inOrder(statistics).entries())
    nest.bytes(11, new Uint8Array()).bytes(index + 1, putU64(value))
  return nest
}

/** 32 bits of all but the bytes. */
function narrow(statistics: Statistics): Body {
  const nest = none()
  for (const [index, value] of inOrder(statistics).entries())
    if (index === 3 || index === 4) nest.bytes(11, new Uint8Array()).bytes(index + 1, putU64(value))
    else nest.bytes(index + 1, putU32(Number(value & 0xffffffffn)))
  return nest
}

/** Which of the counters a kernel tells: both; only the older ones; none. */
export type Counters = 'both' | 'narrow' | 'none'

const withCounters = (nest: Body, statistics: Statistics, wideNumber: number, counters: Counters): Body => {
  if (counters !== 'none') nest.nested(NESTED | 10, narrow(statistics))
  if (counters === 'both') nest.nested(NESTED | wideNumber, wide(statistics))
  return nest
}

export const serviceMessage = (service: ObservedService, counters: Counters = 'both'): Uint8Array =>
  body(1)
    .nested(NESTED | 1, withCounters(serviceNest(service), service.statistics, 12, counters))
    .build()

export const destinationMessage = (
  destination: ObservedDestination,
  counters: Counters = 'both',
): Uint8Array =>
  body(5)
    .nested(
      NESTED | 2,
      withCounters(
        destinationNest(destination)
          .u32(7, destination.activeConnections)
          .u32(8, destination.inactiveConnections)
          .u32(9, destination.persistentConnections),
        destination.statistics,
        12,
        counters,
      ),
    )
    .build()

export const syncDaemonMessage = (daemon: SyncDaemon): Uint8Array =>
  body(9)
    .nested(
      NESTED | 3,
      none()
        .u32(1, daemon.role === 'master' ? 1 : 2)
        .text(2, daemon.interface)
        .u32(3, daemon.syncId)
        .u16(4, daemon.maxLength)
        .bytes(isIpv4(daemon.group) ? 5 : 6, ipToBytes(daemon.group))
        .u16(7, daemon.port)
        .u8(8, daemon.ttl),
    )
    .build()

export const timeoutsMessage = ({ tcpSeconds, tcpFinSeconds, udpSeconds }: Timeouts): Uint8Array =>
  body(12).u32(4, tcpSeconds).u32(5, tcpFinSeconds).u32(6, udpSeconds).build()

export const infoMessage = ({ version, connectionTableSize }: IpvsInfo): Uint8Array =>
  body(14)
    .u32(
      1,
      version.split('.').reduce((number, part) => number * 256 + Number(part), 0),
    )
    .u32(2, connectionTableSize)
    .build()

/** CTRL_CMD_NEWFAMILY. */
export const familyMessage = (id: number): Uint8Array =>
  body(1).text(2, 'IPVS').u16(1, id).u32(3, 1).u32(4, 0).u32(5, 6).build()
