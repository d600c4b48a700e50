/** vrrp_garp_interval, vrrp_gna_interval and garp_group: which lane, how far apart. */

import { expect, test } from 'vitest'
import { parseIpv6 } from '../../../src/base/address.ts'
import { seconds } from '../../../src/base/time.ts'
import { pacingOf } from '../../../src/daemon/kernel/garp-pacing.ts'
import { modelOf } from '../../config/support.ts'
import { ip } from '../../vrrp/kit.ts'

const four = ip('10.0.0.1')
const six = parseIpv6('2001:db8::1')!

test('gratuitous ARP and neighbour advertisements have a pace each', async () => {
  const both = pacingOf(await modelOf('global_defs {\nvrrp_garp_interval 0.5\nvrrp_gna_interval 2\n}\n'))
  expect(both('eth0', four)?.interval).toBe(seconds(0.5))
  expect(both('eth0', six)?.interval).toBe(seconds(2))
  expect(both('eth0', four)?.lane).not.toBe(both('eth0', six)?.lane)
  const one = pacingOf(await modelOf('global_defs {\nvrrp_garp_interval 0.5\n}\n'))
  expect(one('eth0', six)).toBeUndefined()
})

test('a garp_group has its own, also none', async () => {
  const text =
    'global_defs {\nvrrp_garp_interval 0.5\nvrrp_gna_interval 2\n}\n' +
    'garp_group {\ngna_interval 3\ninterfaces {\neth0\neth1\n}\n}\n'
  const pacing = pacingOf(await modelOf(text))
  expect(pacing('eth0', four)).toBeUndefined()
  expect(pacing('eth0', six)).toEqual(pacing('eth1', six))
  expect(pacing('eth1', six)?.interval).toBe(seconds(3))
  expect(pacing('eth2', six)?.interval).toBe(seconds(2))
})
