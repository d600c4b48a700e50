/** Short ways to write down IPVS's values. */

import type {
  Destination,
  DestinationKey,
  IpvsProtocol,
  Service,
  ServiceKey,
  Tunnel,
} from '../../../src/netlink/ipvs/types.ts'
import { ip } from '../specs.ts'

/** `tcp 10.8.0.100 80` */
export function virtual(text: string): ServiceKey {
  const [protocol = '', address = '', port = ''] = text.split(' ')
  return { kind: 'address', protocol: protocol as IpvsProtocol, address: ip(address), port: Number(port) }
}

export const mark = (number: number, family: 'ipv4' | 'ipv6' = 'ipv4'): ServiceKey => ({
  kind: 'mark',
  family,
  mark: number,
})

/** `10.9.0.21 80` */
export function real(text: string): DestinationKey {
  const [address = '', port = ''] = text.split(' ')
  return { address: ip(address), port: Number(port) }
}

export const NO_FLAGS = { flag1: false, flag2: false, flag3: false } as const
export const IPIP: Tunnel = { type: 'ipip', port: 0, checksum: 'none' }

export const service = (key: ServiceKey, more: Partial<Service> = {}): Service => ({
  key,
  scheduler: 'rr',
  schedulerFlags: NO_FLAGS,
  onePacket: false,
  persistence: undefined,
  netmask: isIpv6(key) ? 128 : 0xffffffff,
  ...more,
})

export const isIpv6 = (key: ServiceKey): boolean =>
  key.kind === 'mark' ? key.family === 'ipv6' : typeof key.address === 'string'

export const destination = (text: string, more: Partial<Destination> = {}): Destination => ({
  key: real(text),
  forwarding: 'route',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: IPIP,
  ...more,
})
