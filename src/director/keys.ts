/** What services and destinations are known by: the keys of the kernel, and texts for maps. */

import { formatIp, isIpv4, type IpAddress } from '../base/address.ts'
import type { DestinationKey, IpFamily, ServiceKey } from '../netlink/ipvs/types.ts'
import type { Forwarding } from './configuration.ts'

export const familyOf = (address: IpAddress): IpFamily => (isIpv4(address) ? 'ipv4' : 'ipv6')

export const familyOfService = (key: ServiceKey): IpFamily =>
  key.kind === 'mark' ? key.family : familyOf(key.address)

/** `10.8.0.100:tcp:80`, `Fwm 3` (measured, 2.2.7: messages about refused commands). */
export const serviceText = (key: ServiceKey): string =>
  key.kind === 'mark'
    ? `Fwm ${key.mark}${key.family === 'ipv6' ? ' inet6' : ''}`
    : `${formatIp(key.address)}:${key.protocol}:${key.port}`

export const destinationText = ({ address, port }: DestinationKey): string => `${formatIp(address)}:${port}`

/**
 * Only NAT can change the port: with DR and tunnels the service's is the destination's, and a firewall mark has none.
 * A server without a port has the service's.
 */
export function destinationPort(
  key: ServiceKey,
  { port, forwarding }: { readonly port: number; readonly forwarding: Forwarding },
): number {
  const ofService = key.kind === 'mark' ? 0 : key.port
  return forwarding.method === 'masquerade' && port !== 0 ? port : ofService
}
