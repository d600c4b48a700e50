/** Addresses that matter to ha_suspend: what came and went, one by one. */

import { expect, test } from 'vitest'
import { LocalAddresses } from '../../../../src/daemon/director/child/addresses.ts'
import { ip } from '../../../director/kit.ts'

const [vip, other, six] = [ip('10.8.0.100'), ip('10.8.0.101'), ip('fd00::100')]

test('only those that are watched count, each as often as it is there', () => {
  const addresses = new LocalAddresses()
  addresses.watch(new Set([vip, six]), [vip, other])
  expect(addresses.update([vip, vip, six])).toEqual([
    { change: 'added', address: vip },
    { change: 'added', address: six },
  ])
  expect(addresses.update([other])).toEqual([
    { change: 'removed', address: vip },
    { change: 'removed', address: vip },
    { change: 'removed', address: six },
  ])
  expect(addresses.update([other])).toEqual([])
})

test('a reload that watches others knows what is there', () => {
  const addresses = new LocalAddresses()
  addresses.watch(new Set([vip]), [])
  addresses.watch(new Set([other]), [other])
  expect(addresses.update([vip, other])).toEqual([])
})
