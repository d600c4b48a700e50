import { describe, expect, test } from 'vitest'
import { parseIpv6 } from '../../../src/base/address.ts'
import { linkFact, type Sources } from '../../../src/daemon/links/link-facts.ts'
import type { LinkAddress } from '../../../src/netlink/types.ts'
import { ipv4, linkAddress } from '../../netlink/specs.ts'

const own = linkAddress(3, '10.9.0.1/24')
const second = linkAddress(3, '10.9.0.2/24', { secondary: true })
const virtual = linkAddress(3, '10.9.0.100/24', { secondary: true })
const first = linkAddress(3, '10.9.0.100/24')
const ipv6 = linkAddress(3, 'fd00::1/64')

describe('where adverts come from', () => {
  const source = (addresses: readonly LinkAddress[], isOwned: Sources['isOwned'] = () => false): unknown => {
    const sources = { virtual: new Set([ipv4('10.9.0.100')]), isOwned }
    const { source: from, onlyVirtual } = linkFact(
      { up: true, multicast: true, mtu: 1500 },
      addresses,
      sources,
    )
    return { from, onlyVirtual }
  }

  test.each([
    ['the first address that is no virtual one', [first, own], '10.9.0.1'],
    ['a primary one before a secondary one', [second, own], '10.9.0.1'],
    ['a secondary one where there is no other', [virtual, second], '10.9.0.2'],
  ])('%s', (_what, addresses, from) => {
    expect(source(addresses)).toEqual({ from: ipv4(from), onlyVirtual: undefined })
    // An owner's address is for want of a better one.
    expect(source(addresses, () => true)).toEqual({ from: ipv4(from), onlyVirtual: undefined })
  })

  test('an address owner’s own, where there is no other', () => {
    expect(source([first, ipv6], (address) => address === first)).toEqual({
      from: ipv4('10.9.0.100'),
      onlyVirtual: undefined,
    })
  })

  test('nowhere: there is none, or a virtual one, which is told', () => {
    expect(source([])).toEqual({ from: undefined, onlyVirtual: undefined })
    expect(source([ipv6])).toEqual({ from: undefined, onlyVirtual: undefined })
    expect(source([ipv6, first])).toEqual({ from: undefined, onlyVirtual: ipv4('10.9.0.100') })
  })
})

test('over IPv6 from the first link-local address that is no virtual one', () => {
  const sources = { virtual: new Set([parseIpv6('fe80::100')!]), isOwned: () => false }
  const linkLocalOf = (...addresses: readonly string[]): unknown =>
    linkFact(
      { up: true, multicast: true, mtu: 1500 },
      addresses.map((address) => linkAddress(3, address)),
      sources,
    ).linkLocal
  expect(linkLocalOf('2001:db8::1/64', 'fe80::100/64', 'fe80::2/64', 'fe80::1/64', '10.9.0.1/24')).toBe(
    'fe80::2',
  )
  expect(linkLocalOf('fe80::100/64')).toBeUndefined()
  // fe80::/10 and no more.
  expect(linkLocalOf('fec0::1/64', 'fe8::1/64', 'febf::1/64')).toBe('febf::1')
})
