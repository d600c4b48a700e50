/** IPVS_STATS_ATTR_*: what the kernel counts, of services and destinations alike. */

import { getU32, getU64 } from 'netlink/dist/structs.js'
import type { Attributes } from '../../attributes.ts'
import type { Statistics } from '../types.ts'

/**
 * The same numbers in both forms. IPVS_STATS_ATTR_PAD, 11, fills up to where eight bytes may begin and says nothing.
 * In the older form all but the bytes have 32 bits.
 */
const STATS = {
  connections: 1,
  inPackets: 2,
  outPackets: 3,
  inBytes: 4,
  outBytes: 5,
  connectionsPerSecond: 6,
  inPacketsPerSecond: 7,
  outPacketsPerSecond: 8,
  inBytesPerSecond: 9,
  outBytesPerSecond: 10,
} as const satisfies Record<keyof Statistics, number>

/**
 * @param wide the attribute with 64 bits for all, which kernels before 4.1 lack
 * @param narrow the one that wraps around
 */
export function readStatistics(attributes: Attributes, wide: number, narrow: number): Statistics {
  const nest = attributes.nested(wide) ?? attributes.nested(narrow)
  const counter = (name: keyof typeof STATS): bigint => readCounter(nest?.bytes(STATS[name]))
  return {
    connections: counter('connections'),
    inPackets: counter('inPackets'),
    outPackets: counter('outPackets'),
    inBytes: counter('inBytes'),
    outBytes: counter('outBytes'),
    connectionsPerSecond: counter('connectionsPerSecond'),
    inPacketsPerSecond: counter('inPacketsPerSecond'),
    outPacketsPerSecond: counter('outPacketsPerSecond'),
    inBytesPerSecond: counter('inBytesPerSecond'),
    outBytesPerSecond: counter('outBytesPerSecond'),
  }
}

function readCounter(bytes: Buffer | undefined): bigint {
  if (bytes === undefined) return 0n
  return bytes.length === 4 ? BigInt(getU32(bytes)) : getU64(bytes)
}
