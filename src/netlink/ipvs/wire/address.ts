/** Addresses and their families, as all of IPVS's messages have them. */

import { ipToBytes, ipv4FromBytes, ipv6FromBytes, isIpv4, type IpAddress } from '../../../base/address.ts'
import { FAMILY } from '../../attributes.ts'
import type { IpFamily } from '../types.ts'

export const familyOf = (address: IpAddress): IpFamily => (isIpv4(address) ? 'ipv4' : 'ipv6')

export const familyNumber = (family: IpFamily): number => FAMILY[family]

export function readFamily(number: number | undefined): IpFamily | undefined {
  if (number === FAMILY.ipv4) return 'ipv4'
  return number === FAMILY.ipv6 ? 'ipv6' : undefined
}

/** union nf_inet_addr: sixteen bytes, of which an IPv4 address has the first four. */
export function addressBytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set(ipToBytes(address))
  return bytes
}

/** Of IPv4, four bytes alone will do. */
export function readAddress(bytes: Buffer | undefined, family: IpFamily): IpAddress | undefined {
  if (bytes === undefined || bytes.length < (family === 'ipv4' ? 4 : 16)) return undefined
  return family === 'ipv4' ? ipv4FromBytes(bytes) : ipv6FromBytes(bytes.subarray(0, 16))
}
