/** IPVS_STATS_ATTR_*: what the kernel counts, of services and destinations alike. */

import { readU32, readU64 } from 'netlink/dist/structs.js'
import { eachAttribute, type Attributes } from '../../attributes.ts'
import type { Statistics } from '../types.ts'

/** In the order of their numbers, from 1 on. After them comes IPVS_STATS_ATTR_PAD, 11, which fills up to where eight bytes may begin. */
const COUNTERS = 10

/**
 * @param wide the attribute with 64 bits for all, which kernels before 4.1 lack
 * @param narrow the older one, in which all but the bytes have 32 bits, and wrap around
 */
export function readStatistics(attributes: Attributes, wide: number, narrow: number): Statistics {
  const nest = attributes.bytes(wide) ?? attributes.bytes(narrow)
  const [
    connections = 0n,
    inPackets = 0n,
    outPackets = 0n,
    inBytes = 0n,
    outBytes = 0n,
    connectionsPerSecond = 0n,
    inPacketsPerSecond = 0n,
    outPacketsPerSecond = 0n,
    inBytesPerSecond = 0n,
    outBytesPerSecond = 0n,
  ] = nest === undefined ? [] : readCounters(nest)
  return {
    connections,
    inPackets,
    outPackets,
    inBytes,
    outBytes,
    connectionsPerSecond,
    inPacketsPerSecond,
    outPacketsPerSecond,
    inBytesPerSecond,
    outBytesPerSecond,
  }
}

/** Most of what a dump consists of: read where they are. */
function readCounters(nest: Buffer): readonly bigint[] {
  const counters = new Array<bigint>(COUNTERS).fill(0n)
  eachAttribute(nest, (number, begin, end) => {
    if (number < 1 || number > COUNTERS) return
    if (end - begin !== 4 && end - begin !== 8) throw new Error(`a counter of ${end - begin} bytes`)
    counters[number - 1] = end - begin === 8 ? readWide(nest, begin) : BigInt(readU32.call(nest, begin))
  })
  return counters
}

/** Most are 0, which is to be had for less. */
const readWide = (nest: Buffer, at: number): bigint =>
  readU32.call(nest, at) === 0 && readU32.call(nest, at + 4) === 0 ? 0n : readU64.call(nest, at)
