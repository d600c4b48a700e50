/** Plans are carried out by the kernel in memory, which takes things along as Linux does. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HostAddresses } from '../../src/addressing/host-addresses.ts'
import { Applier } from '../../src/addressing/applier.ts'
import { Claims, STATIC_ITEMS } from '../../src/addressing/claims.ts'
import { NOTHING, type DesiredState } from '../../src/addressing/desired.ts'
import { complaintLine } from '../../src/events/event.ts'
import { complaintOf, InstalledState, type Owned } from '../../src/addressing/installed-state.ts'
import { allOf, keyOfItem, slotOf } from '../../src/addressing/link-binding.ts'
import { reconcile, type Share } from '../../src/addressing/reconcile.ts'
import { addressKey } from '../../src/netlink/identity.ts'
import { cidr, ip } from '../netlink/specs.ts'
import { address, configuration, Host, OTHERS, route, rule } from './kernel.ts'

const nobody: Share = { owner: STATIC_ITEMS, items: [], kept: true }

const started = (owners: readonly Owned[], canPromote = true): Host => {
  const host = new Host(canPromote)
  for (const owner of owners) host.installed.install(owner)
  host.drain()
  return host
}

/** By their places they are the same ones, whatever they are called. */
const reload = (host: Host, before: readonly Owned[], after: readonly Owned[]): void => {
  host.installed.plan(after)
  for (const owner of before.slice(after.length)) host.installed.withdraw(owner)
  host.drain()
  const masters = after.map((to, at) => ({ from: before[at] ?? { ...NOTHING, router: to.router }, to }))
  host.installed.change(masters, nobody)
}

describe('a reload', () => {
  test.each([true, false])('ends where a fresh start does (promote_secondaries: %s)', (canPromote) => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const host = started(before, canPromote)
        reload(host, before, after)
        expect(host.state()).toEqual(started(after).state())
      }),
      { numRuns: 100 },
    )
  })

  test('takes nothing away that is wanted before and after, whoever has it', () => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const host = started(before)
        const [old, fresh] = [host.state(), started(after).state()]
        const kept = old.filter((each) => fresh.includes(each))
        reload(host, before, after)
        const gone = host
          .drain()
          .flatMap((event) => (event.type === 'address-removed' ? [event.address] : []))
        // Not even what is set with other attributes is away twice.
        const names = gone.map((each) => `${each.linkIndex} ${addressKey(each)}`)
        expect(names).toEqual([...new Set(names)])
        for (const { secondary, ...each } of gone)
          expect(kept).not.toContain(JSON.stringify({ ...each, ...(secondary && {}) }))
      }),
      { numRuns: 100 },
    )
  })

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const host = started(before)
        reload(host, before, after)
        host.drain()
        const settled = host.state()
        reload(host, after, after)
        expect([host.state(), host.drain()]).toEqual([settled, []])
      }),
      { numRuns: 60 },
    )
  })
})

describe('a plan', () => {
  const claims = new Claims()

  test('for what is there already is empty', () => {
    fc.assert(
      fc.property(configuration, (owners) => {
        const host = started(owners)
        const after = owners.map(({ router: { name } }) => ({
          owner: name,
          items: host.installed.itemsOf(name),
        }))
        const before = after.flatMap(({ items }) => items)
        const observed = { table: host.kernel.table, settled: true }
        expect(reconcile({ before, after, claims, observed }).steps).toEqual([])
      }),
    )
  })

  test('sets what is missing and nothing else, where the table is known to be right', () => {
    const host = new Host()
    const owner = {
      ...NOTHING,
      router: { name: 'A' },
      addresses: ['10.7.0.1/24', '10.8.0.1/24'].map((text) => address(text)),
    }
    host.installed.install(owner)
    host.drain()
    const items = host.installed.itemsOf('A')
    const [first] = items
    host.memory
      .as(OTHERS)
      .removeAddress({ linkIndex: host.memory.linkNamed('eth0')!.index, cidr: cidr('10.7.0.1/24'), scope: 0 })
    host.drain()
    const observed = { table: host.kernel.table, settled: true }
    const { steps } = reconcile({ before: items, after: [{ owner: 'A', items }], claims, observed })
    expect(steps).toEqual([{ do: 'set', owner: 'A', items: [first] }])
  })

  test('sets before it removes, except what has the same place in the kernel', () => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const host = started(before)
        const held = before.flatMap(({ router }) => host.installed.itemsOf(router.name))
        const shares = after.map((owned) => ({
          owner: owned.router.name,
          items: allOf(host.installed.bind(owned)),
        }))
        const observed = { table: host.kernel.table, settled: false }
        const { steps } = reconcile({ before: held, after: shares, claims, observed })
        const wanted = new Set(shares.flatMap(({ items }) => items.map(slotOf)))
        const set = new Set<string>()
        for (const step of steps) {
          for (const item of step.items) {
            if (step.do === 'set') set.add(keyOfItem(item))
            else if (!wanted.has(slotOf(item))) expect(set.size).toBe(sizeOf(shares))
          }
        }
        expect(set.size).toBe(sizeOf(shares))
      }),
    )
  })

  const sizeOf = (shares: readonly Share[]): number =>
    new Set(shares.flatMap(({ items }) => items.map(keyOfItem))).size
})

describe('what has other attributes in a block of static items', () => {
  test('is told, so that nobody takes it for lost before the kernel has told of it', () => {
    const host = started([
      { router: { name: 'VI_1' }, addresses: [address('10.9.0.100/24')], routes: [], rules: [] },
    ])
    const link: DesiredState = {
      ...NOTHING,
      addresses: [address('10.9.0.100/24', { label: 'eth0:x' }), address('10.9.0.101/24')],
    }
    const statics: Share = { owner: STATIC_ITEMS, items: allOf(host.installed.bind(link)), kept: true }
    host.installed.plan([link])
    host.installed.withdraw({ router: { name: 'VI_1' }, ...NOTHING })
    const { replaced } = host.installed.change([], statics)
    expect(replaced.map(({ text }) => text)).toEqual(['address 10.9.0.100/24'])
  })
})

describe('an owner', () => {
  test('that leaves takes away what nobody else wants, and nothing of the host', () => {
    fc.assert(
      fc.property(configuration, (owners) => {
        const host = started(owners)
        const [leaving, ...others] = owners
        host.installed.withdraw(leaving!)
        const mended = others.map((owner) => ({ from: owner, to: owner }))
        const state = host.state()
        // What depends on an address goes with it.
        host.installed.plan(others)
        host.installed.change(mended, nobody)
        expect(state).toEqual(host.state())
        expect(host.state()).toEqual(started(others).state())
      }),
      { numRuns: 60 },
    )
  })

  test('is told what could not be set, and why', () => {
    const host = new Host()
    const told = host.installed.install({
      router: { name: 'VI_1' },
      addresses: [address('10.9.0.100/24', {}, 'eth9')],
      routes: [
        route('10.1.0.0/16', { gateway: ip('10.20.0.1'), link: 'eth0' }),
        route('10.2.0.0/16', {
          nexthops: [
            { link: 'eth0', weight: 1, onlink: false },
            { link: 'eth8', weight: 1, onlink: false },
          ],
        }),
      ],
      rules: [rule(100, 5)],
    })
    expect(told.map((each) => complaintLine(complaintOf(each)))).toEqual([
      '(VI_1) cannot set address 10.9.0.100/24: no interface eth9',
      '(VI_1) cannot set route to 10.2.0.0/16: no interface eth8',
      '(VI_1) cannot set route to 10.1.0.0/16: Nexthop has invalid gateway [ENETUNREACH]',
    ])
    expect(host.installed.itemsOf('VI_1').map(({ text }) => text)).toEqual(['rule 100 (IPv4)'])
  })

  test('whose address was put back has it from us, not from the host', () => {
    const host = new Host()
    const hosts = new HostAddresses(
      () => host.kernel.table,
      () => undefined,
      new Set(),
    )
    const applier = new Applier(
      { kernel: host.kernel, linkSettings: { read: () => '1', write: () => true } },
      (addresses) => {
        hosts.haveSet(addresses)
      },
    )
    const claims = new Claims(hosts)
    const installed = new InstalledState({ kernel: host.kernel, applier, claims })
    const owner = { ...NOTHING, router: { name: 'A' }, addresses: [address('10.7.0.1/24')] }
    installed.install(owner)
    host.drain()
    host.memory
      .as(OTHERS)
      .removeAddress({ linkIndex: host.memory.linkNamed('eth0')!.index, cidr: cidr('10.7.0.1/24'), scope: 0 })
    hosts.onEvents(host.drain())
    installed.putBack(installed.itemsOf('A'))
    host.drain()
    hosts.notice({ name: 'A', stays: true, sourceLink: undefined }, installed.bind(owner).addresses)
    expect(claims.isHosts(installed.itemsOf('A')[0]!)).toBe(false)
  })
})
