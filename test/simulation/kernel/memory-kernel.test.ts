/** One host's kernel in memory, as its processes and the world around them see it. */

import { expect, test } from 'vitest'
import { formatCidr } from '../../../src/base/address.ts'
import type { Kernel } from '../../../src/netlink/kernel.ts'
import type { LinkEvent, RuleSpec } from '../../../src/netlink/types.ts'
import { MemoryKernel } from '../../../src/simulation/kernel/memory-kernel.ts'
import { addressSpec, cidr, ip, routeSpec } from '../../netlink/specs.ts'

interface Host {
  readonly kernel: MemoryKernel
  readonly eth0: number
  readonly eth1: number
}

function host(): Host {
  const kernel = new MemoryKernel()
  const eth0 = kernel.addLink({ name: 'eth0', enabled: true })
  const eth1 = kernel.addLink({ name: 'eth1', enabled: true })
  return { kernel, eth0, eth1 }
}

/** Short words for what happened. */
function hear(process: Kernel): string[] {
  const heard: string[] = []
  process.onEvents((events) => {
    heard.push(...events.map(inWords))
  })
  return heard
}

function inWords(event: LinkEvent): string {
  switch (event.type) {
    case 'link-changed':
      return `${event.link.name} ${event.link.up ? 'up' : 'down'}`
    case 'link-removed':
      return `${event.link.name} gone`
    case 'address-added':
      return `+${formatCidr(event.address.cidr)}${event.address.secondary ? ' secondary' : ''}${mark(event)}`
    case 'address-removed':
      return `-${formatCidr(event.address.cidr)}${mark(event)}`
    case 'route-removed':
      return `-route ${formatCidr(event.route.destination)}${mark(event)}`
    case 'rule-removed':
      return `-rule ${event.rule.preference}${mark(event)}`
    case 'resynchronised':
      return event.type
  }
}

const mark = ({ ours, by }: { ours: boolean; by?: number }): string =>
  `${ours ? ' ours' : ''}${by === undefined ? '' : ` by ${by}`}`

const shown = (process: Kernel, link: number): readonly string[] =>
  process.table.addressesOf(link).map((each) => formatCidr(each.cidr))

const rule = (preference: number, more: Partial<RuleSpec> = {}): RuleSpec => ({
  ...{ family: 4, preference, action: { kind: 'table', table: 9 }, not: false, l3mdev: false },
  ...more,
})

test('what is asked for is in the table after the next drain, and heard as ours', () => {
  const { kernel, eth0 } = host()
  const process = kernel.open()
  const heard = hear(process)
  expect(
    process.installAddresses([addressSpec(eth0, '10.0.0.1/24'), addressSpec(eth0, 'fd00::1/64')]),
  ).toEqual([undefined, undefined])
  expect(shown(process, eth0)).toEqual([])
  process.drain()
  expect(shown(process, eth0)).toEqual(['10.0.0.1/24', 'fd00::1/64'])
  expect(heard).toEqual(['+10.0.0.1/24 ours', '+fd00::1/64 ours'])
})

test('two processes hear of each other, and know what is their own', () => {
  const { kernel, eth0 } = host()
  const one = kernel.open({ portId: 11 })
  const other = kernel.open({ portId: 22 })
  const [byOne, byOther] = [hear(one), hear(other)]
  one.installAddresses([addressSpec(eth0, '10.0.0.1/24')])
  one.drain()
  other.withdrawAddresses([addressSpec(eth0, '10.0.0.1/24')])
  one.drain()
  other.drain()
  expect(byOne).toEqual(['+10.0.0.1/24 ours', '-10.0.0.1/24 by 22'])
  expect(byOther).toEqual(['+10.0.0.1/24', '-10.0.0.1/24 ours'])
})

test('a secondary that goes with its primary was not asked for, by whomever the primary was removed', () => {
  const { kernel, eth0 } = host()
  kernel.as(7).addAddress(addressSpec(eth0, '10.0.0.1/24'))
  const process = kernel.open({ portId: 11 })
  process.installAddresses([addressSpec(eth0, '10.0.0.2/24')])
  process.drain()
  const heard = hear(process)
  process.withdrawAddresses([addressSpec(eth0, '10.0.0.1/24')])
  process.drain()
  expect(heard).toEqual(['-10.0.0.2/24 by 11', '-10.0.0.1/24 ours'])
})

test('with promote_secondaries the first of them takes its place', () => {
  const { kernel, eth0 } = host()
  kernel.setPromoteSecondaries('eth0', true)
  const process = kernel.open()
  const specs = ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'].map((each) => addressSpec(eth0, each))
  process.installAddresses(specs)
  process.drain()
  const heard = hear(process)
  process.withdrawAddresses(specs.slice(0, 1))
  process.drain()
  expect(heard).toEqual(['-10.0.0.1/24 ours', '+10.0.0.2/24'])
  expect(process.table.addressesOf(eth0).map(({ secondary }) => secondary)).toEqual([false, true])
})

test('a process that ends leaves what it installed to the next', () => {
  const { kernel, eth0 } = host()
  const before = kernel.open()
  before.installAddresses([addressSpec(eth0, '10.0.0.1/24')])
  before.installRules([rule(100)])
  before.close()
  const after = kernel.open()
  expect(shown(after, eth0)).toEqual(['10.0.0.1/24'])
  expect(after.installRules([rule(100)])).toEqual([undefined])
  expect(after.table.hasRule(rule(100))).toBe(true)
})

test('what does not fit the queue is made up for by a dump', () => {
  const { kernel, eth0 } = host()
  const process = kernel.open({ queueLength: 3 })
  const heard = hear(process)
  const others = kernel.as(99)
  for (let last = 1; last <= 6; last++) others.addAddress(addressSpec(eth0, `10.0.${last}.1/24`))
  others.removeAddress(addressSpec(eth0, '10.0.1.1/24'))
  process.drain()
  expect(heard).toEqual([
    ...['+10.0.1.1/24', '+10.0.2.1/24', '+10.0.3.1/24'],
    ...['-10.0.1.1/24', '+10.0.4.1/24', '+10.0.5.1/24', '+10.0.6.1/24', 'resynchronised'],
  ])
  heard.length = 0
  others.addAddress(addressSpec(eth0, '10.0.7.1/24'))
  process.drain()
  expect(heard).toEqual(['+10.0.7.1/24'])
})

test('who asks to be told that there is something to read is told once until it was read', () => {
  const { kernel, eth0 } = host()
  const waiting: (() => void)[] = []
  const process = kernel.open({ onReadable: (drain) => waiting.push(drain) })
  const heard = hear(process)
  process.installAddresses([addressSpec(eth0, '10.0.0.1/24'), addressSpec(eth0, '10.0.0.2/24')])
  expect(waiting).toHaveLength(1)
  expect(heard).toEqual([])
  waiting.pop()?.()
  expect(heard).toEqual(['+10.0.0.1/24 ours', '+10.0.0.2/24 secondary ours'])
  process.withdrawAddresses([addressSpec(eth0, '10.0.0.2/24')])
  expect(waiting).toHaveLength(1)
  process.close()
  waiting.pop()?.()
  expect(heard).toHaveLength(2)
})

test('a link that goes down takes routes along without a word, and IPv6 addresses; up again it has its network', () => {
  const { kernel, eth0 } = host()
  const process = kernel.open()
  process.installAddresses([addressSpec(eth0, '10.0.0.1/24'), addressSpec(eth0, 'fd00::1/64')])
  const route = routeSpec('192.168.1.0/24', { gateway: ip('10.0.0.9') })
  expect(process.installRoutes([route])).toEqual([undefined])
  process.drain()
  const heard = hear(process)
  kernel.setEnabled('eth0', false)
  process.drain()
  expect(heard).toEqual(['eth0 down', '-fd00::1/64', '-route 192.168.1.0/24'])
  expect(process.installRoutes([route])[0]?.code).toBe('ENETUNREACH')
  kernel.setEnabled('eth0', true)
  expect(process.installRoutes([route])).toEqual([undefined])
})

test('a macvlan follows its parent', () => {
  const { kernel, eth0 } = host()
  const process = kernel.open()
  const mac = Uint8Array.of(0, 0, 0x5e, 0, 1, 51)
  expect(process.createMacvlan({ name: 'vrrp.51', parent: eth0, mac })).toBeUndefined()
  expect(process.createMacvlan({ name: 'vrrp.51', parent: eth0, mac })?.code).toBe('EEXIST')
  expect(process.enableLink('vrrp.51')).toBeUndefined()
  process.drain()
  const vmac = process.table.linkByName('vrrp.51')!
  expect(vmac).toMatchObject({ up: true, macvlanOn: eth0, mac })
  process.installAddresses([addressSpec(vmac.index, '10.0.0.1/24')])
  process.drain()
  const heard = hear(process)
  kernel.setCarrier('eth0', false)
  kernel.setCarrier('eth0', true)
  kernel.removeLink('eth0')
  process.drain()
  expect(heard).toEqual([
    ...['eth0 down', 'vrrp.51 down', 'eth0 up', 'vrrp.51 up', 'eth0 down', 'vrrp.51 down'],
    ...['-10.0.0.1/24', 'vrrp.51 gone', 'eth0 gone'],
  ])
  expect(process.removeLink('vrrp.51')).toBeUndefined()
})

test('the rules of the kernel are there; one that is there is not added again, whatever its goto leads to', () => {
  const { kernel } = host()
  const process = kernel.open()
  const others = kernel.as(5)
  expect(process.installRules([rule(100), rule(100)])).toEqual([undefined, undefined])
  expect([...process.table.rules.values()].map(({ preference }) => preference)).toEqual([
    0, 32766, 32767, 0, 32766,
  ])
  process.drain()
  expect(others.addRule(rule(100, { protocol: 18 }))?.code).toBe('EEXIST')
  expect(others.addRule(rule(100, { protocol: 18, not: true }))?.code).toBe('EEXIST')
  expect(others.addRule(rule(100, { protocol: 18, from: cidr('10.0.0.1') }))).toBeUndefined()
  expect(others.addRule(rule(200, { action: { kind: 'goto', preference: 150 } }))?.code).toBe('EINVAL')
  expect(others.addRule(rule(200, { action: { kind: 'goto', preference: 300 } }))).toBeUndefined()
  expect(others.addRule(rule(200, { action: { kind: 'goto', preference: 400 } }))?.code).toBe('EEXIST')
  expect(others.removeRule({ family: 4, preference: 999 })?.code).toBe('ENOENT')
  process.drain()
  const heard = hear(process)
  others.removeRule({ family: 4, preference: 100 })
  process.withdrawRules([rule(100, { from: cidr('10.0.0.1') })])
  process.drain()
  expect(heard).toEqual(['-rule 100 by 5', '-rule 100 ours'])
})
