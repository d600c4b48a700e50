/** Why a received packet is not an advertisement for a virtual router, by name and in keepalived's words. */

import { formatIp, ipv4FromNumber, isIpv4, type IpAddress } from '../../base/address.ts'

/** Each name is also that of the counter it increments. Listed in the order of the checks. */
export type RejectionReason =
  | 'packet-too-short'
  | 'ah-too-short'
  | 'ip-header'
  | 'protocol'
  | 'unknown-vrid'
  | 'ah-missing'
  | 'ah-unexpected'
  | 'ah-next-header'
  | 'packet-length'
  | 'ttl'
  | 'version'
  | 'auth-type-invalid'
  | 'auth-type-mismatch'
  | 'auth-failure'
  | 'ah-icv'
  | 'ah-spi'
  | 'ah-replay'
  | 'advert-interval'
  | 'type'
  | 'ip-length'
  | 'checksum'
  | 'destination'
  | 'destination-group'
  | 'unicast-source'
  | 'unicast-ttl'

export interface Rejection {
  readonly reason: RejectionReason
  /** Unknown only when there is no IP header to read it from. */
  readonly source: IpAddress | undefined
  /** What was found and what should have been, in the reason's own unit; zero where there is no such number. */
  readonly received: number
  readonly expected: number
  /** Where its destination is what is wrong. */
  readonly address?: IpAddress | undefined
  /** The upper end where a range from `expected` on is allowed. */
  readonly most?: number | undefined
  /** The packet is authentic, though no good: its number has been used up. */
  readonly sequence?: number | undefined
}

/** @param packet whose sender is to be named */
export const failure = (
  { source }: { readonly source: IpAddress },
  reason: RejectionReason,
  received = 0,
  expected = 0,
): Rejection => ({ reason, source, received, expected })

/** One line for the log: keepalived's text, which operators search for, and who sent the packet. */
export function describeRejection(rejection: Rejection): string {
  const text = words(rejection)
  return rejection.source === undefined ? text : `${text} from ${formatIp(rejection.source)}`
}

function words({ reason, source, received, expected, most, address }: Rejection): string {
  switch (reason) {
    case 'packet-too-short':
      return `${source === undefined || isIpv4(source) ? 'IPv4' : 'IPv6'} VRRP packet too short - ${received} bytes`
    case 'ah-too-short':
      return `IPv4 VRRP packet with AH too short - ${received} bytes`
    case 'ip-header':
      return `malformed IPv4 header in a packet of ${received} bytes`
    case 'protocol':
      return `IP protocol ${received} and expect ${expected}`
    case 'unknown-vrid':
      return `Unknown VRID(${received}) received. ignoring...`
    case 'ah-missing':
      return 'No AH header but auth type is AH'
    case 'ah-unexpected':
      return 'Received AH header but auth type not AH'
    case 'ah-next-header':
      return `IPSEC-AH : next header ${received} and expect ${expected}`
    case 'packet-length':
      return `vrrp packet too ${received > expected ? 'long' : 'short'}, length ${received} and expect ${expected}`
    case 'ttl':
      return `invalid TTL/HL. Received ${received} and expect ${expected}`
    case 'version':
      return `wrong VRRP version. Received ${received} and expect ${expected}`
    case 'auth-type-invalid':
      return `Invalid auth type: ${received}`
    case 'auth-type-mismatch':
      return `received a ${received} auth, expecting ${expected}!`
    case 'auth-failure':
      return 'received an invalid passwd!'
    case 'ah-icv':
      return 'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !'
    case 'ah-spi':
      return `IPSEC AH : invalid IPSEC SPI value. ${ipv4(received)} and expect ${ipv4(expected)}`
    case 'ah-replay':
      return `IPSEC-AH : sequence number ${received} already processed. Packet dropped. Local(${expected})`
    case 'advert-interval':
      return `advertisement interval mismatch mine=${expected} sec rcv'd=${received} sec`
    case 'type':
      return `Invalid packet type. ${received} and expect ${expected}`
    case 'ip-length':
      return `ip_tot_len mismatch against received length. ${received} and received ${expected}`
    case 'checksum':
      return `Invalid VRRPv${expected} checksum`
    case 'destination':
      return `advert sent to ${said(address)}, which is no multicast group,`
    case 'destination-group':
      return `advert sent to the multicast group ${said(address)}, but unicast is configured,`
    case 'unicast-source':
      return `unicast source address ${said(source)} not a unicast peer`
    case 'unicast-ttl':
      return `TTL/HL ${received} not in range ${expected} - ${most ?? expected}`
  }
}

const ipv4 = (value: number): string => formatIp(ipv4FromNumber(value))

const said = (address: IpAddress | undefined): string => (address === undefined ? '?' : formatIp(address))
