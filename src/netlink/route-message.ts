/**
 * RTM_NEWROUTE, RTM_DELROUTE (rtnetlink(7), <linux/rtnetlink.h>). The fixed part is
 * struct rtmsg, eight bytes and a word of flags:
 *
 *      family | dst_len | src_len | tos | table | protocol | scope | type | flags (4)
 */

import { putU32, readU32 } from 'netlink/dist/structs.js'
import { ipv4FromNumber, ipv6FromBytes, isIpv4, type IpAddress } from '../base/address.ts'
import { Attributes, Body, FAMILY } from './attributes.ts'
import { KEEPALIVED_PROTOCOL, type RouteSpec, type RouteType } from './types.ts'

const HEADER_LENGTH = 12
const PROTOCOL_AT = 5
const FLAGS_AT = 8
const RTA = { dst: 1, oif: 4, gateway: 5, priority: 6, prefsrc: 7, metrics: 8, table: 15 } as const
const RTAX_MTU = 2
const RTNH_F_ONLINK = 4
const RTN: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
}

/** rtm_protocol, without reading the rest. */
export const routeProtocol = (body: Buffer): number => body[PROTOCOL_AT] ?? 0

/** Undefined for families and types (local, broadcast, …) that a RouteSpec does not know. */
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
  const mtu = attributes.nested(RTA.metrics)?.u32(RTAX_MTU)
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
    ...(mtu !== undefined && { mtu }),
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
  const { destination, mtu, table } = route
  const metrics = mtu === undefined ? undefined : new Body(new Uint8Array()).u32(RTAX_MTU, mtu).build()
  return new Body(header(route))
    .ip(RTA.dst, destination.address)
    .ip(RTA.prefsrc, route.source)
    .ip(RTA.gateway, route.gateway)
    .u32(RTA.oif, route.linkIndex)
    .u32(RTA.priority, route.metric)
    .bytes(RTA.metrics, metrics)
    .u32(RTA.table, table < 256 ? undefined : table)
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
