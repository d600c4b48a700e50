/** RTM_NEWADDR, RTM_DELADDR (rtnetlink(7), <linux/if_addr.h>). */

import { formatAddress, parseAddress, type AddressFlags } from 'netlink/dist/rt/structs.js'
import { isIpv4, type Cidr, type IpAddress } from '../base/address.ts'
import { Attributes, Body, FAMILY } from './attributes.ts'
import type { KernelMessage } from './message.ts'
import { KEEPALIVED_PROTOCOL, type AddressSpec, type LinkAddress } from './types.ts'

const HEADER_LENGTH = 8
const IFA = {
  address: 1,
  local: 2,
  label: 3,
  broadcast: 4,
  cacheInfo: 6,
  flags: 8,
  /** Since 5.18. Older kernels skip attributes of RTM_NEWADDR that they do not know. */
  protocol: 11,
} as const
const IFA_F_SECONDARY = 1
const IFA_F_NODAD = 2

/** struct ifa_cacheinfo: preferred for 0 s, valid for ever. */
const NEVER_PREFERRED = Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0)

const wholeLength = (address: IpAddress): number => (isIpv4(address) ? 32 : 128)

export function decodeAddress(body: Buffer, portId: number, gone: boolean): KernelMessage | undefined {
  const {
    family,
    prefixlen = 0,
    scope = 0,
    index = 0,
    flags = {},
  } = parseAddress(body.subarray(0, HEADER_LENGTH))
  if (family !== FAMILY.ipv4 && family !== FAMILY.ipv6) return undefined
  const attributes = new Attributes(body.subarray(HEADER_LENGTH))
  const ends = readEnds(attributes, prefixlen)
  if (ends === undefined) return undefined
  const broadcast = attributes.ip(IFA.broadcast)
  const label = attributes.text(IFA.label)
  const protocol = attributes.u8(IFA.protocol)
  const address: LinkAddress = {
    linkIndex: index,
    ...ends,
    secondary: isSecondary(attributes, flags),
    scope,
    ...(label !== undefined && { label }),
    ...(broadcast !== undefined && isIpv4(broadcast) && { broadcast }),
    ...(protocol !== undefined && { protocol }),
  }
  return { type: gone ? 'address-gone' : 'address', address, portId }
}

/** IFA_LOCAL is this end and IFA_ADDRESS the other; IPv6 leaves IFA_LOCAL out when they are the same. */
function readEnds(attributes: Attributes, prefixLength: number): { cidr: Cidr; peer?: Cidr } | undefined {
  const far = attributes.ip(IFA.address)
  const local = attributes.ip(IFA.local) ?? far
  if (local === undefined) return undefined
  if (far === undefined || far === local) return { cidr: { address: local, prefixLength } }
  return {
    cidr: { address: local, prefixLength: wholeLength(local) },
    peer: { address: far, prefixLength },
  }
}

function isSecondary(attributes: Attributes, flags: AddressFlags): boolean {
  const all = attributes.u32(IFA.flags)
  return all === undefined ? flags.secondary === true : (all & IFA_F_SECONDARY) !== 0
}

/**
 * The body of RTM_NEWADDR, with what keepalived sends (seen with strace, 2.2.7;
 * newer ones add IFA_PROTO): label and broadcast only when configured; IPv6
 * without duplicate address detection, and a /128 never preferred as a source.
 */
export function encodeNewAddress(spec: AddressSpec): Uint8Array {
  const { cidr, peer, label, broadcast } = spec
  const body = fixedPart(spec).ip(IFA.local, cidr.address).ip(IFA.address, peer?.address)
  if (isIpv4(cidr.address)) body.text(IFA.label, label).ip(IFA.broadcast, broadcast)
  else
    body
      .u32(IFA.flags, IFA_F_NODAD)
      .bytes(IFA.cacheInfo, prefixLengthOf(spec) === 128 ? NEVER_PREFERRED : undefined)
  return body.u8(IFA.protocol, KEEPALIVED_PROTOCOL).build()
}

/**
 * The body of RTM_DELADDR: by address, prefix length and peer, never by label. What
 * makes an address a VIP is not its label, and one left behind answers ARP.
 */
export const encodeDeleteAddress = (spec: AddressSpec): Uint8Array =>
  fixedPart(spec)
    .ip(IFA.local, spec.cidr.address)
    .ip(IFA.address, spec.peer?.address ?? spec.cidr.address)
    .build()

/** The body of RTM_GETADDR for all addresses of all families. */
export const encodeAddressQuery = (): Uint8Array => formatAddress({})

const prefixLengthOf = ({ cidr, peer }: AddressSpec): number => (peer ?? cidr).prefixLength

const fixedPart = (spec: AddressSpec): Body =>
  new Body(
    formatAddress({
      family: isIpv4(spec.cidr.address) ? FAMILY.ipv4 : FAMILY.ipv6,
      prefixlen: prefixLengthOf(spec),
      scope: spec.scope,
      index: spec.linkIndex,
    }),
  )
