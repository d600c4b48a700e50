/** RTM_NEWADDR, RTM_DELADDR (rtnetlink(7), <linux/if_addr.h>). */

import { formatAddress, parseAddress, type AddressFlags } from 'netlink/dist/rt/structs.js'
import { putU32 } from 'netlink/dist/structs.js'
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
const IFA_F_HOMEADDRESS = 0x10
const IFA_F_MANAGETEMPADDR = 0x100
const IFA_F_DADFAILED = 0x08
const IFA_F_NOPREFIXROUTE = 0x200
const IFA_F_MCAUTOJOIN = 0x400

const FOR_EVER = 0xffffffff
/** struct ifa_cacheinfo: for how long it is preferred and valid, and two times that only the kernel sets. */
const lifetimes = (preferredSeconds: number): Uint8Array =>
  Buffer.concat([preferredSeconds, FOR_EVER, 0, 0].map(putU32))

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
    ...(family === FAMILY.ipv6 && hasDadFailed(attributes, flags) && { dadFailed: true }),
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

function hasDadFailed(attributes: Attributes, flags: AddressFlags): boolean {
  const all = attributes.u32(IFA.flags)
  return all === undefined ? flags.dadfailed === true : (all & IFA_F_DADFAILED) !== 0
}

/**
 * The body of RTM_NEWADDR, with what keepalived sends (seen with strace, 2.2.7;
 * newer ones add IFA_PROTO): label and broadcast only when configured; IPv6
 * without duplicate address detection, and a /128 never preferred as a source
 * unless it says for how long it is.
 */
export function encodeNewAddress(spec: AddressSpec): Uint8Array {
  const { cidr, peer, label, broadcast } = spec
  const flags = flagBits(spec)
  const body = fixedPart(spec).ip(IFA.local, cidr.address).ip(IFA.address, peer?.address)
  if (isIpv4(cidr.address)) body.text(IFA.label, label).ip(IFA.broadcast, broadcast)
  body.u32(IFA.flags, flags === 0 ? undefined : flags)
  if (!isIpv4(cidr.address)) body.bytes(IFA.cacheInfo, preferredOf(spec))
  return body.u8(IFA.protocol, KEEPALIVED_PROTOCOL).build()
}

function preferredOf(spec: AddressSpec): Uint8Array | undefined {
  const { preferredSeconds = prefixLengthOf(spec) === 128 ? 0 : FOR_EVER } = spec
  return preferredSeconds === FOR_EVER ? undefined : lifetimes(preferredSeconds)
}

function flagBits({ cidr, flags = {} }: AddressSpec): number {
  const common =
    (flags.noPrefixRoute === true ? IFA_F_NOPREFIXROUTE : 0) |
    (flags.joinGroup === true ? IFA_F_MCAUTOJOIN : 0)
  if (isIpv4(cidr.address)) return common
  return (
    common |
    (flags.detectDuplicates === true ? 0 : IFA_F_NODAD) |
    (flags.home === true ? IFA_F_HOMEADDRESS : 0) |
    (flags.manageTemporary === true ? IFA_F_MANAGETEMPADDR : 0)
  )
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
