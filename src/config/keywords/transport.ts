/** How an instance's advertisements travel: addresses, multicast or unicast, virtual interfaces. */

import type { IpAddress } from '../../base/address.ts'
import { list, notYet, value, type Keyword } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { hostAddress, multicastAddress } from '../values/address.ts'
import { flag, optionalChoice, text } from '../values/basic.ts'
import { integer } from '../values/number.ts'
import { ipvlanWords, vmacWords } from '../values/virtual-mac.ts'

const noIpvlan = notYet('the interface itself is used')

export const mcastSrcIp: Keyword<Word> = value(
  'mcast_src_ip',
  1,
  hostAddress('the interface’s own address is used'),
  'source address of advertisements',
  { default: 'the primary address of the interface' },
)
export const unicastSrcIp: Keyword<Word> = value(
  'unicast_src_ip',
  2,
  hostAddress('the interface’s own address is used'),
  'source address of unicast advertisements',
  { default: 'the primary address of the interface' },
)
export const unicastPeer: Keyword = list('unicast_peer', 2, 'send to these addresses instead of multicast')
export const unicastTtl: Keyword<number> = value(
  'unicast_ttl',
  3,
  integer({ minimum: 0, maximum: 255 }),
  'of unicast advertisements',
  { default: '255' },
)
export const checkUnicastSrc: Keyword<true> = value('check_unicast_src', 3, flag, 'only peers are heard')
export const unicastFaultNoPeer: Keyword<true> = value(
  'unicast_fault_no_peer',
  3,
  flag,
  'no peers mean FAULT, not multicast',
)
export const oldUnicastChecksum: Keyword<'never' | true> = value(
  'old_unicast_checksum',
  3,
  optionalChoice(['never']),
  'VRRPv3 checksums of old',
  { standing: notYet('vrrpd speaks VRRPv2') },
)
export const mcastDstIp: Keyword<IpAddress> = value(
  'mcast_dst_ip',
  3,
  multicastAddress('any', 'the line is ignored'),
  'multicast group of this instance',
  { default: 'vrrp_mcast_group4' },
)
export const trackSrcIp: Keyword<true> = value(
  'track_src_ip',
  3,
  flag,
  'FAULT without the configured source address',
)
export const nativeIpv6: Keyword<true> = value('native_ipv6', 3, flag, 'it is an IPv6 instance')
export const useVmac: Keyword<readonly Word[]> = value('use_vmac', 4, vmacWords, 'the virtual MAC address')
export const vmacXmitBase: Keyword<true> = value('vmac_xmit_base', 4, flag, 'advertise from the real one')

export const useIpvlan: Keyword<readonly Word[]> = value(
  'use_ipvlan',
  4,
  ipvlanWords,
  'an ipvlan interface',
  {
    standing: noIpvlan,
  },
)
export const useVmacAddr: Keyword<true> = value(
  'use_vmac_addr',
  4,
  flag,
  'virtual MAC addresses on other interfaces',
)

export const vrf: Keyword<string> = value(
  'vrf',
  3,
  text('INTERFACE'),
  'VRF of a unicast instance without an interface',
  { standing: notYet('every instance needs an interface') },
)

export const transportKeywords: readonly Keyword[] = [
  mcastSrcIp,
  unicastSrcIp,
  unicastPeer,
  unicastTtl,
  checkUnicastSrc,
  unicastFaultNoPeer,
  oldUnicastChecksum,
  mcastDstIp,
  nativeIpv6,
  useVmac,
  vmacXmitBase,
  useVmacAddr,
  useIpvlan,
  trackSrcIp,
  vrf,
]
