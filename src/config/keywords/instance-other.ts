/** `vrrp_instance`: what is rarely met. */

import { notYet, value, type Keyword } from '../syntax/keyword.ts'
import { alone, flag, lenient, optionalBoolean } from '../values/basic.ts'
import { UNSIGNED, integer, optionalInteger } from '../values/number.ts'
import { authHmac } from './authentication.ts'

export const accept: Keyword<true> = value(
  'accept',
  2,
  flag,
  'the addresses answer on a MASTER that does not own them',
)
export const noAccept: Keyword<true> = value(
  'no_accept',
  2,
  flag,
  'they do not: packets to and from them are dropped, by nft',
)
export const promoteSecondaries: Keyword<true> = value(
  'promote_secondaries',
  3,
  flag,
  'removing one address of a network leaves the others',
)

export const otherInstanceKeywords: readonly Keyword[] = [
  accept,
  noAccept,
  promoteSecondaries,
  authHmac,
  value('linkbeat_use_polling', 3, flag, 'poll the link', {
    standing: notYet('the kernel’s link events are used'),
    renamed: 'linkbeat_interfaces',
  }),
  value('kernel_rx_buf_size', 3, lenient(alone(integer(UNSIGNED))), 'bytes of receive buffer', {
    standing: notYet('the system’s default is used'),
  }),
  value('owner_ignore_adverts', 3, optionalBoolean, 'an address owner never yields', {
    standing: notYet('it yields to a higher address'),
    since: '2.3.0',
  }),
  ...['timer_expired_backup', 'thread_timer_expired'].map((name) =>
    value(name, 3, optionalInteger({ minimum: 1, maximum: 254 }), 'step down when running late', {
      standing: notYet('vrrpd reads what is queued before it acts on a late timer'),
      since: '2.2.8',
    }),
  ),
  value('v3_checksum_as_v2', 3, optionalBoolean, 'no pseudo-header in VRRPv3 checksums', {
    standing: notYet('vrrpd speaks VRRPv2'),
    since: '2.2.8',
  }),
]
