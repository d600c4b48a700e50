/** Which addresses are neighbours, of either family. */

import { type Cidr, type IpAddress, ipToBytes, isIpv4 } from '../../../base/address.ts'

/** Whether two addresses of one family have so many leading bits in common. */
export function sharePrefix(a: IpAddress, b: IpAddress, bits: number): boolean {
  if (isIpv4(a) !== isIpv4(b)) return false
  const [one, other] = [ipToBytes(a), ipToBytes(b)]
  return one.every((byte, index) => {
    const left = Math.min(8, Math.max(0, bits - 8 * index))
    return (byte ^ (other[index] ?? 0)) >>> (8 - left) === 0
  })
}

export const isWithin = (address: IpAddress, { address: network, prefixLength }: Cidr): boolean =>
  sharePrefix(address, network, prefixLength)

/** An address with the prefix of a host tells of no network. */
export const isNetwork = ({ address, prefixLength }: Cidr): boolean =>
  prefixLength > 0 && prefixLength < (isIpv4(address) ? 32 : 128)
