/**
 * The ways of a route that has several (RTA_MULTIPATH): struct rtnexthop of eight
 * bytes each, the gateway and what else there is behind it as attributes.
 *
 *      length (2) | flags | weight - 1 | link (4)
 */

import { putU16, putU32, readU16, readU32 } from 'netlink/dist/structs.js'
import { Attributes, Body } from './attributes.ts'
import { RTA } from './numbers.ts'
import type { Nexthop } from './types.ts'

const HEADER_LENGTH = 8
const RTNH_F_ONLINK = 4

export function encodeNexthops(nexthops: readonly Nexthop[] | undefined): Uint8Array | undefined {
  return nexthops && Buffer.concat(nexthops.map(encodeNexthop))
}

function encodeNexthop({ gateway, linkIndex = 0, weight, onlink, realms }: Nexthop): Uint8Array {
  const header = Buffer.concat([
    Uint8Array.of(0, 0, onlink ? RTNH_F_ONLINK : 0, weight - 1),
    putU32(linkIndex),
  ])
  const bytes = Buffer.from(new Body(header).ip(RTA.gateway, gateway).u32(RTA.flow, realms).build())
  bytes.set(putU16(bytes.length))
  return bytes
}

/** Throws when the lengths do not add up, as all readers here do; decode.ts catches it. */
export function decodeNexthops(bytes: Buffer | undefined): readonly Nexthop[] | undefined {
  if (bytes === undefined) return undefined
  const nexthops: Nexthop[] = []
  for (let rest = bytes; rest.length >= HEADER_LENGTH;) {
    const length = readU16.call(rest, 0)
    if (length < HEADER_LENGTH || length > rest.length) throw new Error(`a nexthop of ${length} bytes`)
    nexthops.push(decodeNexthop(rest.subarray(0, length)))
    rest = rest.subarray((length + 3) & ~3)
  }
  return nexthops
}

function decodeNexthop(bytes: Buffer): Nexthop {
  const attributes = new Attributes(bytes.subarray(HEADER_LENGTH))
  const gateway = attributes.ip(RTA.gateway)
  const realms = attributes.u32(RTA.flow)
  return {
    linkIndex: readU32.call(bytes, 4),
    weight: (bytes[3] ?? 0) + 1,
    onlink: ((bytes[2] ?? 0) & RTNH_F_ONLINK) !== 0,
    ...(gateway !== undefined && { gateway }),
    ...(realms !== undefined && { realms }),
  }
}
