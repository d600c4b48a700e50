/**
 * RTM_NEWROUTE, RTM_DELROUTE (rtnetlink(7), <linux/rtnetlink.h>). The fixed part is
 * struct rtmsg, eight bytes and a word of flags:
 *
 *      family | dst_len | src_len | tos | table | protocol | scope | type | flags (4)
 */

import { putU32, readU32 } from 'netlink/dist/structs.js'
import { ipv4FromNumber, ipv6FromBytes, isIpv4, type IpAddress } from '../base/address.ts'
import type { RouteType } from '../base/routing.ts'
import { Attributes, Body, FAMILY } from './attributes.ts'
import { decodeEncapsulation, encapsulationType, encodeEncapsulation } from './encapsulation.ts'
import { decodeNexthops, encodeNexthops } from './nexthops.ts'
import { RTA } from './numbers.ts'
import { decodeMetrics, encodeMetrics } from './route-metrics.ts'
import { KEEPALIVED_PROTOCOL, type RouteSpec } from './types.ts'

const HEADER_LENGTH = 12
const PROTOCOL_AT = 5
const FLAGS_AT = 8
const RTNH_F_ONLINK = 4
const RTN: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
}

/** rtm_protocol, without reading the rest. */
export const routeProtocol = (body: Buffer): number => body[PROTOCOL_AT] ?? 0

/** Undefined for families and types that a RouteSpec does not know. */
export function decodeRoute(body: Buffer): RouteSpec | undefined {
  if (body.length < HEADER_LENGTH) return undefined
  const [family, prefixLength = 0, , tos = 0, table = 0, protocol = 0, scope = 0, typeNumber] = body
  const type = (Object.keys(RTN) as RouteType[]).find((name) => RTN[name] === typeNumber)
  if (type === undefined || (family !== FAMILY.ipv4 && family !== FAMILY.ipv6)) return undefined
  const attributes = new Attributes(body.subarray(HEADER_LENGTH))
  const destination = { address: attributes.ip(RTA.dst) ?? anyAddress(family), prefixLength }
  const gateway = attributes.ip(RTA.gateway)
  const linkIndex = attributes.u32(RTA.oif)
  const source = attributes.ip(RTA.prefsrc)
  const metric = attributes.u32(RTA.priority)
  const metrics = decodeMetrics(attributes.nested(RTA.metrics))
  const nexthops = decodeNexthops(attributes.bytes(RTA.multipath))
  const realms = attributes.u32(RTA.flow)
  const preference = attributes.u8(RTA.pref)
  const encapsulation = decodeEncapsulation(attributes.u16(RTA.encapType), attributes.nested(RTA.encap))
  return {
    type,
    destination,
    table: attributes.u32(RTA.table) ?? table,
    scope,
    protocol,
    tos,
    onlink: (readU32.call(body, FLAGS_AT) & RTNH_F_ONLINK) !== 0,
    ...(gateway !== undefined && { gateway }),
    ...(linkIndex !== undefined && { linkIndex }),
    ...(source !== undefined && { source }),
    ...(metric !== undefined && { metric }),
    ...(metrics.length > 0 && { metrics }),
    ...(nexthops !== undefined && { nexthops }),
    ...(realms !== undefined && { realms }),
    ...(preference !== undefined && { preference }),
    ...(encapsulation !== undefined && { encapsulation }),
  }
}

const anyAddress = (family: number): IpAddress =>
  family === FAMILY.ipv4 ? ipv4FromNumber(0) : ipv6FromBytes(new Uint8Array(16))

/**
 * The body of RTM_NEWROUTE and of RTM_DELROUTE, which deletes the route that agrees
 * in all of this. An absent scope is global, also without a gateway: so
 * keepalived installs it (measured, 2.2.7), unlike ip-route(8).
 */
export function encodeRoute(route: RouteSpec): Uint8Array {
  const { destination, encapsulation, table, ttlPropagate } = route
  return new Body(header(route))
    .ip(RTA.dst, destination.address)
    .ip(RTA.prefsrc, route.source)
    .ip(RTA.gateway, route.gateway)
    .u32(RTA.oif, route.linkIndex)
    .u32(RTA.priority, route.metric)
    .bytes(RTA.metrics, encodeMetrics(route.metrics))
    .u32(RTA.table, table < 256 ? undefined : table)
    .bytes(RTA.multipath, encodeNexthops(route.nexthops))
    .u32(RTA.flow, route.realms)
    .u8(RTA.pref, route.preference)
    .u32(RTA.expires, route.expiresSeconds)
    .u8(RTA.ttlPropagate, ttlPropagate === undefined ? undefined : Number(ttlPropagate))
    .u16(RTA.encapType, encapsulationType(encapsulation))
    .bytes(RTA.encap, encodeEncapsulation(encapsulation))
    .build()
}

function header({ type, destination, tos = 0, table, scope = 0, protocol, onlink }: RouteSpec): Uint8Array {
  const family = isIpv4(destination.address) ? FAMILY.ipv4 : FAMILY.ipv6
  const shortTable = table < 256 ? table : 0
  const from = protocol ?? KEEPALIVED_PROTOCOL
  const bytes = [family, destination.prefixLength, 0, tos, shortTable, from, scope, RTN[type]]
  return Buffer.concat([Uint8Array.from(bytes), putU32(onlink ? RTNH_F_ONLINK : 0)])
}

/** The body of RTM_GETROUTE for the routes of one protocol; kernels before 4.20 answer with those of all. */
export const encodeRouteQuery = (protocol: number): Uint8Array =>
  Uint8Array.of(FAMILY.unspecified, 0, 0, 0, 0, protocol, 0, 0, 0, 0, 0, 0)
