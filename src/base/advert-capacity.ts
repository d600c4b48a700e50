/**
 * How many virtual addresses one advertisement can carry (RFC 3768 sections 5.1 and 5.3.5, RFC 5798
 * section 5.2.5): its count is one byte, and it has to fit into one packet of its link. What does
 * not fit is held like the addresses of virtual_ipaddress_excluded: set, announced, never advertised.
 */

/** What an advertisement consists of besides its addresses. */
export interface AdvertShape {
  readonly version: 2 | 3
  readonly family: 4 | 6
  /** With an authentication header (`auth_type AH`). */
  readonly signed: boolean
}

/** By the count's one byte, whatever the link. */
export const MOST_ADVERTISED = 255

const ETHERNET_HEADER_BYTES = 14
const IP_HEADER_BYTES = { 4: 20, 6: 40 } as const
const ADDRESS_BYTES = { 4: 4, 6: 16 } as const
const AUTHENTICATION_HEADER_BYTES = 24
const VRRP_HEADER_BYTES = 8
/** At the end of every VRRPv2 advertisement, whatever its type. */
const AUTHENTICATION_DATA_BYTES = 8

/**
 * As keepalived 2.2.7 counts (measured): it takes the Ethernet header off the MTU, too, which does not
 * include it. All routers of one virtual router have to advertise the same list, so we count alike, but
 * for this: below 74 bytes with an authentication header 2.2.7 comes to 255, and sends nothing.
 *
 * @param mtu of the link that the adverts leave on, in bytes; undefined: not known, only the count limits
 * @returns 0..255
 */
export function advertCapacity(mtu: number | undefined, { version, family, signed }: AdvertShape): number {
  if (mtu === undefined) return MOST_ADVERTISED
  const other =
    ETHERNET_HEADER_BYTES +
    IP_HEADER_BYTES[family] +
    (signed ? AUTHENTICATION_HEADER_BYTES : 0) +
    VRRP_HEADER_BYTES +
    (version === 2 ? AUTHENTICATION_DATA_BYTES : 0)
  const room = Math.floor((mtu - other) / ADDRESS_BYTES[family])
  return Math.max(0, Math.min(MOST_ADVERTISED, room))
}
