/** IPVS_DEST_ATTR_*: a destination (real server) of a service. */

import { putS32 } from 'netlink/dist/structs.js'
import { Body, type Attributes } from '../../attributes.ts'
import type {
  Destination,
  DestinationKey,
  ForwardingMethod,
  IpFamily,
  ObservedDestination,
  Tunnel,
} from '../types.ts'
import { addressBytes, familyNumber, familyOf, readAddress, readFamily } from './address.ts'
import { TOP } from './numbers.ts'
import { readStatistics } from './statistics.ts'

const DEST = {
  address: 1,
  port: 2,
  forwarding: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  active: 7,
  inactive: 8,
  persistent: 9,
  stats: 10,
  family: 11,
  stats64: 12,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const

/** IP_VS_CONN_F_*; the other bits (IP_VS_CONN_F_FWD_MASK) say something else. */
const FORWARDING: readonly ForwardingMethod[] = ['masquerade', 'local', 'tunnel', 'route', 'bypass']
const FORWARDING_MASK = 7
/** IP_VS_CONN_F_TUNNEL_TYPE_*. */
const TUNNEL_TYPE: readonly Tunnel['type'][] = ['ipip', 'gue', 'gre']
/** IP_VS_TUNNEL_ENCAP_FLAG_*: bits. */
const TUNNEL_FLAG = { none: 0, checksum: 1, remote: 2 } as const satisfies Record<Tunnel['checksum'], number>

/** Which destination a request is about. */
export const destinationKeyNest = ({ address, port }: DestinationKey): Body =>
  new Body(new Uint8Array())
    .u16(DEST.family, familyNumber(familyOf(address)))
    .bytes(DEST.address, addressBytes(address))
    .u16be(DEST.port, port)

/** The tunnel is told of all forwarding methods, as ipvsadm does: what is not said in an edit is reset. */
export const destinationNest = (destination: Destination): Body =>
  destinationKeyNest(destination.key)
    .u32(DEST.forwarding, FORWARDING.indexOf(destination.forwarding))
    .bytes(DEST.weight, putS32(destination.weight))
    .u32(DEST.upperThreshold, destination.upperThreshold)
    .u32(DEST.lowerThreshold, destination.lowerThreshold)
    .u8(DEST.tunnelType, TUNNEL_TYPE.indexOf(destination.tunnel.type))
    .u16be(DEST.tunnelPort, destination.tunnel.port)
    .u16(DEST.tunnelFlags, TUNNEL_FLAG[destination.tunnel.checksum])

/**
 * A reader for the destinations of one service.
 *
 * @param family the service's, which the destination has where it says none (kernels before 3.18)
 */
export const destinationReader =
  (family: IpFamily) =>
  (message: Attributes): ObservedDestination | undefined => {
    const attributes = message.nested(TOP.destination)
    const key = attributes && readDestinationKey(attributes, family)
    if (attributes === undefined || key === undefined) return undefined
    return {
      key,
      forwarding: readForwarding(attributes.u32(DEST.forwarding)),
      // Of 32 bits with a sign.
      weight: (attributes.u32(DEST.weight) ?? 0) | 0,
      upperThreshold: attributes.u32(DEST.upperThreshold) ?? 0,
      lowerThreshold: attributes.u32(DEST.lowerThreshold) ?? 0,
      tunnel: readTunnel(attributes),
      activeConnections: attributes.u32(DEST.active) ?? 0,
      inactiveConnections: attributes.u32(DEST.inactive) ?? 0,
      persistentConnections: attributes.u32(DEST.persistent) ?? 0,
      statistics: readStatistics(attributes, DEST.stats64, DEST.stats),
    }
  }

function readDestinationKey(attributes: Attributes, serviceFamily: IpFamily): DestinationKey | undefined {
  const said = attributes.u16(DEST.family)
  const family = said === undefined ? serviceFamily : readFamily(said)
  const address = family && readAddress(attributes.bytes(DEST.address), family)
  const port = attributes.u16be(DEST.port)
  return address === undefined || port === undefined ? undefined : { address, port }
}

/**
 * The kernel takes 5, 6 and 7 from anybody, and forwards nothing by them. They are told as `bypass`: a method that
 * nobody can wish for either, so that whoever compares finds a difference.
 */
const readForwarding = (number = 0): ForwardingMethod => FORWARDING[number & FORWARDING_MASK] ?? 'bypass'

/** The kernel takes any type from anybody, and those it does not know are IPIP to it. */
const readTunnel = (attributes: Attributes): Tunnel => ({
  type: TUNNEL_TYPE[attributes.u8(DEST.tunnelType) ?? 0] ?? 'ipip',
  port: attributes.u16be(DEST.tunnelPort) ?? 0,
  checksum: readChecksum(attributes.u16(DEST.tunnelFlags) ?? 0),
})

function readChecksum(flags: number): Tunnel['checksum'] {
  if ((flags & TUNNEL_FLAG.remote) !== 0) return 'remote'
  return (flags & TUNNEL_FLAG.checksum) === 0 ? 'none' : 'checksum'
}
