/**
 * More notifications than the queue holds, more answers than the buffer holds: whatever was
 * missed, the table ends up as the kernel is.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { formatCidr } from '../../src/base/address.ts'
import { seconds } from '../../src/base/time.ts'
import { installAddresses, withdrawAddresses } from '../../src/netlink/addresses.ts'
import { openKernel, type Kernel } from '../../src/netlink/kernel.ts'
import type { LinkTable } from '../../src/netlink/link-table.ts'
import { takeSnapshot } from '../../src/netlink/snapshot.ts'
import { Transport } from '../../src/netlink/transport.ts'
import type { LinkEvent, RuleSpec } from '../../src/netlink/types.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { run } from '../support/tools.ts'
import { askKernel, contents, Namespace } from './namespace.ts'
import { manyAddresses, routeSpec } from './specs.ts'

needs('netns')('a kernel that says more than is heard', () => {
  let namespace: Namespace
  const open: { close(): void }[] = []

  beforeAll(async () => {
    namespace = await Namespace.create()
  })
  afterAll(() => namespace.destroy())
  afterEach(async () => {
    for (const each of open.splice(0)) each.close()
    await namespace.batch(['addr flush dev eth0', 'addr add 10.9.0.1/24 dev eth0', 'route flush proto 18'])
  })

  function kernelWith(options: { eventBufferBytes?: number } = {}): Kernel {
    const kernel = openKernel({ namespace: namespace.name, ...options })
    if (!kernel.ok) throw new Error(kernel.error.text)
    open.push(kernel.value)
    return kernel.value
  }

  function transportWith(
    options: { receiveBufferBytes?: number; requestsPerWrite?: number } = {},
  ): Transport {
    const transport = Transport.open({ namespace: namespace.name, ...options })
    if (!transport.ok) throw new Error(transport.error.text)
    open.push(transport.value)
    return transport.value
  }

  const now = (): LinkTable => askKernel(namespace)

  /** Datagrams that the kernel could not queue on that socket, by its own count. */
  async function drops(portId: number): Promise<number> {
    const text = await run(['ip', 'netns', 'exec', namespace.name, 'cat', '/proc/net/netlink'])
    const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
    return Number(rows.find((row) => row[2] === String(portId))?.[8] ?? 'NaN')
  }

  const adds = (count: number): string[] => ipCommands('add', count)
  const ipCommands = (verb: 'add' | 'del', count: number): string[] =>
    manyAddresses(count, 0).map(({ cidr }) => `addr ${verb} ${formatCidr(cidr)} dev eth0`)

  describe('notifications', () => {
    test('that did not fit the queue are made up for by a dump', async () => {
      const kernel = kernelWith({ eventBufferBytes: 16_384 })
      const events: LinkEvent[] = []
      kernel.onEvents((more) => events.push(...more))
      kernel.installRoutes([
        routeSpec('192.168.1.0/24', { linkIndex: kernel.table.linkByName('eth0')!.index }),
      ])
      namespace.batchUnheard([...adds(3000), ...ipCommands('del', 1000)])
      await until('all to be heard', () => events.some(({ type }) => type === 'resynchronised'), patiently)
      kernel.drain()
      expect(contents(kernel.table)).toEqual(contents(now()))
      expect(kernel.table.addressesOf(kernel.table.linkByName('eth0')!.index)).toHaveLength(2001)
      expect(balance(events)).toEqual(
        new Map(
          manyAddresses(3000, 0)
            .slice(1000)
            .map(({ cidr }) => [formatCidr(cidr), 1]),
        ),
      )
    })

    test('of rules and routes as well: every loss becomes known', async () => {
      const kernel = kernelWith({ eventBufferBytes: 16_384 })
      const eth0 = kernel.table.linkByName('eth0')!.index
      const lost = new Set<string>()
      kernel.onEvents((events) => {
        for (const event of events) {
          if (event.type === 'rule-removed') lost.add(`rule ${event.rule.preference}`)
          if (event.type === 'route-removed') lost.add(formatCidr(event.route.destination))
        }
      })
      const rules = Array.from({ length: 1000 }, (_, index): RuleSpec => ({
        family: 4,
        preference: 1000 + index,
        action: { kind: 'table', table: 100 },
        not: false,
        l3mdev: false,
      }))
      const routes = manyAddresses(1000, eth0).map(({ cidr }) =>
        routeSpec(formatCidr(cidr), { linkIndex: eth0 }),
      )
      expect([...kernel.installRules(rules), ...kernel.installRoutes(routes)].filter(Boolean)).toEqual([])
      kernel.drain()
      expect(rules.filter((rule) => !kernel.table.hasRule(rule))).toEqual([])
      expect(routes.filter((route) => !kernel.table.hasRoute(route))).toEqual([])
      namespace.batchUnheard([
        ...rules.slice(500).map(({ preference }) => `rule del priority ${preference}`),
        ...routes.slice(500).map(({ destination }) => `route del ${formatCidr(destination)}`),
      ])
      await until('all to be heard', () => lost.size === 1000, seconds(10))
      expect(rules.map((rule) => kernel.table.hasRule(rule))).toEqual(rules.map((_, index) => index < 500))
      expect(kernel.withdrawRules(rules).filter(Boolean)).toEqual([])
      kernel.drain()
      expect(rules.filter((rule) => kernel.table.hasRule(rule))).toEqual([])
    })

    test('go on being heard after an overrun', async () => {
      const kernel = kernelWith({ eventBufferBytes: 16_384 })
      namespace.batchUnheard(adds(500))
      kernel.drain()
      await namespace.ip('addr', 'add', '10.9.0.77/24', 'dev', 'eth0')
      kernel.drain()
      expect(contents(kernel.table)).toEqual(contents(now()))
    })

    test('that fit are no reason for a dump', () => {
      const kernel = kernelWith()
      const events: LinkEvent[] = []
      kernel.onEvents((more) => events.push(...more))
      namespace.batchUnheard(adds(3000))
      kernel.drain()
      expect(events.filter(({ type }) => type === 'address-added')).toHaveLength(3000)
      expect(events.filter(({ type }) => type === 'resynchronised')).toEqual([])
      expect(contents(kernel.table)).toEqual(contents(now()))
    })

    /** How often each address was added and not removed, for those where it is not zero. */
    function balance(events: readonly LinkEvent[]): Map<string, number> {
      const counts = new Map<string, number>()
      for (const event of events) {
        if (event.type !== 'address-added' && event.type !== 'address-removed') continue
        const key = formatCidr(event.address.cidr)
        counts.set(key, (counts.get(key) ?? 0) + (event.type === 'address-added' ? 1 : -1))
      }
      return new Map([...counts].filter(([, count]) => count !== 0))
    }
  })

  describe('answers', () => {
    test('that did not fit the buffer are asked for again', async () => {
      const transport = transportWith({ receiveBufferBytes: 4096, requestsPerWrite: 100 })
      const specs = manyAddresses(200, now().linkByName('eth0')!.index)
      expect(installAddresses(transport, specs)).toEqual(specs.map(() => undefined))
      expect(await drops(transport.portId)).toBeGreaterThan(0)
      const before = now()
      expect(specs.filter((spec) => !before.hasAddress(spec))).toEqual([])
      expect(withdrawAddresses(transport, specs)).toEqual(specs.map(() => undefined))
      const after = now()
      expect(specs.filter((spec) => after.hasAddress(spec))).toEqual([])
    })

    test('of a thousand requests fit as it is', async () => {
      const transport = transportWith()
      installAddresses(transport, manyAddresses(1000, now().linkByName('eth0')!.index))
      expect(await drops(transport.portId)).toBe(0)
    })

    test('to a dump are whole however small the buffer', async () => {
      await namespace.batch(adds(1000))
      const snapshot = takeSnapshot(transportWith({ receiveBufferBytes: 4096 }), new Set())
      expect(snapshot.ok && snapshot.value.addressesOf(now().linkByName('eth0')!.index)).toHaveLength(1001)
    })
  })
})
