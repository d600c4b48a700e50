/** Names of virtual MAC interfaces: keepalived's, and steady over a reload. */

import { describe, expect, test } from 'vitest'
import { planVirtualMacs } from '../../../src/daemon/kernel/virtual-mac-plan.ts'
import { modelOf } from '../../config/support.ts'

const instance = (name: string, link: string, vrid: number, more = 'use_vmac'): string => `
vrrp_instance ${name} {
  interface ${link}
  virtual_router_id ${vrid}
  ${more}
  virtual_ipaddress {
    10.0.0.${vrid}/24
    10.1.0.${vrid}/24 dev eth7
  }
}
`

async function plan(text: string, current: Parameters<typeof planVirtualMacs>[1] = []) {
  const { instances, global } = await modelOf(text)
  const plans = planVirtualMacs(instances, current, global.virtualMacNames)
  return Object.fromEntries(
    [...plans].map(([name, { macs, advertLink }]) => [
      name,
      [macs.map((mac) => `${mac.name}@${mac.link}`).join(' '), advertLink],
    ]),
  )
}

describe('names', () => {
  test.each([
    ['none', '', '', 'eth0'],
    ['by VRID', 'use_vmac', 'vrrp.51@eth0', 'vrrp.51'],
    ['given', 'use_vmac mine', 'mine@eth0', 'mine'],
    ['advertising from below', 'use_vmac\nvmac_xmit_base', 'vrrp.51@eth0', 'eth0'],
    ['on other interfaces, too', 'use_vmac\nuse_vmac_addr', 'vrrp.51@eth0 vrrp1.51@eth7', 'vrrp.51'],
    ['on other interfaces only', 'use_vmac_addr', 'vrrp.51@eth7', 'eth0'],
  ])('%s', async (_what, more, macs, advertLink) => {
    expect(await plan(instance('A', 'eth0', 51, more))).toEqual({ A: [macs, advertLink] })
  })

  test('of the same VRID on two interfaces differ', async () => {
    expect(await plan(instance('A', 'eth0', 51) + instance('B', 'eth1', 51))).toEqual({
      A: ['vrrp.51@eth0', 'vrrp.51'],
      B: ['vrrp1.51@eth1', 'vrrp1.51'],
    })
  })

  test('stay when the file has another order', async () => {
    const current = [
      { name: 'vrrp.51', link: 'eth0', vrid: 51, ipv6: false },
      { name: 'vrrp1.51', link: 'eth1', vrid: 51, ipv6: false },
    ]
    const text = instance('B', 'eth1', 51) + instance('C', 'eth2', 51) + instance('A', 'eth0', 51)
    expect(await plan(text, current)).toEqual({
      A: ['vrrp.51@eth0', 'vrrp.51'],
      B: ['vrrp1.51@eth1', 'vrrp1.51'],
      C: ['vrrp2.51@eth2', 'vrrp2.51'],
    })
  })
})

describe('a MAC address of one’s own', () => {
  const macsOf = async (text: string) =>
    [...planVirtualMacs((await modelOf(text)).instances).values()].map(({ macs }) =>
      macs.map(({ name, link, mac }) => [name, link, mac]),
    )

  test('is that of every interface of the instance, in one spelling', async () => {
    for (const words of ['mine 2:AA:bb:cc:dd:e', '2:AA:bb:cc:dd:e mine'])
      expect(await macsOf(instance('A', 'eth0', 51, `use_vmac ${words}\nuse_vmac_addr`))).toEqual([
        [
          ['mine', 'eth0', '02:aa:bb:cc:dd:0e'],
          ['vrrp.51', 'eth7', '02:aa:bb:cc:dd:0e'],
        ],
      ])
  })

  test('can stand once on a base: two instances with the same share an interface', async () => {
    const text =
      instance('A', 'eth0', 51, 'use_vmac mine 02:00:00:00:00:01') +
      instance('B', 'eth0', 52, 'use_vmac 02:00:00:00:00:01')
    const mac = ['mine', 'eth0', '02:00:00:00:00:01']
    expect(await macsOf(text)).toEqual([[mac], [mac]])
  })
})

test.each([
  ['vmac_prefix foo', ['foo.51@eth0 foo1.51@eth7', 'foo.52@eth7']],
  ['vmac_prefix foo\nvmac_addr_prefix bar', ['foo.51@eth0 bar.51@eth7', 'foo.52@eth7']],
  ['vmac_addr_prefix bar', ['vrrp.51@eth0 bar.51@eth7', 'vrrp.52@eth7']],
  ['vmac_prefix toolongaprefixname', ['toolongapref.51@eth0 toolongapre1.51@eth7', 'toolongapref.52@eth7']],
])('%j, as keepalived names them (measured)', async (globals, names) => {
  const text =
    `global_defs {\n${globals}\n}\n` +
    instance('A', 'eth0', 51, 'use_vmac\nuse_vmac_addr') +
    instance('B', 'eth7', 52, 'use_vmac')
  const plans = await plan(text)
  expect([plans['A']?.[0], plans['B']?.[0]]).toEqual(names)
})

test('an IPv6 instance of the same VRID has a MAC address and an interface of its own', async () => {
  const ipv6 = instance('B', 'eth0', 51).replace(/10\.0\.0\.51.*\n.*10\.1\.0\.51.*\n/, 'fe80::51/64\n')
  const { instances } = await modelOf(instance('A', 'eth0', 51) + ipv6)
  const macs = [...planVirtualMacs(instances).values()].flatMap((each) => each.macs)
  expect(macs).toEqual([
    { name: 'vrrp.51', link: 'eth0', vrid: 51, ipv6: false },
    {
      ...{ name: 'vrrp1.51', link: 'eth0', vrid: 51, mac: '00:00:5e:00:02:33' },
      ...{ ipv6: true, lendsLinkLocal: true },
    },
  ])
})
