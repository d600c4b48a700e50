import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCidr } from '../../src/base/address.ts'
import { addressKey } from '../../src/netlink/identity.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { difference, fold } from '../../src/netlink/fold.ts'
import type { KernelMessage } from '../../src/netlink/message.ts'
import type { Link, LinkAddress, LinkEvent, RouteSpec } from '../../src/netlink/types.ts'
import { ip, link, linkAddress, routeSpec } from './specs.ts'

const linkIs = (is: Link, enabled = is.up): KernelMessage => ({ type: 'link', link: is, enabled })
const linkGone = (index: number): KernelMessage => ({ type: 'link-gone', index })
const addressIs = (address: LinkAddress): KernelMessage => ({ type: 'address', address, portId: 0 })
const addressGone = (address: LinkAddress): KernelMessage => ({ type: 'address-gone', address, portId: 0 })
const routeIs = (route: RouteSpec, replaces = false): KernelMessage => ({
  type: 'route',
  route,
  portId: 0,
  replaces,
})

/** A table out of messages, and what the last ones make of it. */
const given = (...messages: readonly KernelMessage[]): LinkTable => fold(LinkTable.empty, messages).table
const then = (table: LinkTable, ...messages: readonly KernelMessage[]): readonly LinkEvent[] =>
  fold(table, messages).events

const cidrs = (table: LinkTable, index: number): string[] =>
  table.addressesOf(index).map((address) => formatCidr(address.cidr))

describe('links', () => {
  test('a new one is found by name and index', () => {
    const table = given(linkIs(link(3)))
    expect(table.linkByName('eth3')).toEqual(link(3))
    expect(table.linkByIndex(3)).toEqual(link(3))
    expect(table.linkByName('eth4')).toBeUndefined()
    expect(then(LinkTable.empty, linkIs(link(3)))).toEqual([
      { type: 'link-changed', before: undefined, link: link(3) },
    ])
  })

  test('what is told again changes nothing', () => {
    expect(then(given(linkIs(link(3))), linkIs(link(3)))).toEqual([])
  })

  test.each([
    ['loses its carrier', { up: false }],
    ['is renamed', { name: 'wan' }],
    ['gets another MAC', { mac: Uint8Array.of(2, 0, 0, 0, 0, 99) }],
    ['gets another MTU', { mtu: 9000 }],
    ['is switched to NOARP', { noArp: true }],
    ['loses MULTICAST', { multicast: false }],
    ['has no hardware address any more', { mac: new Uint8Array() }],
    ['stands on another link', { macvlanOn: 9 }],
  ])('one that %s', (_what, change) => {
    const table = given(linkIs(link(3)))
    const changed = link(3, change)
    expect(then(table, linkIs(changed))).toEqual([{ type: 'link-changed', before: link(3), link: changed }])
  })

  test('a renamed one is no longer found by its old name', () => {
    const { table } = fold(given(linkIs(link(3))), [linkIs(link(3, { name: 'wan' }))])
    expect(table.linkByName('eth3')).toBeUndefined()
    expect(table.linkByName('wan')?.index).toBe(3)
  })

  test('one that goes takes along what the kernel has not removed before', () => {
    const address = linkAddress(3, '10.0.0.1/24')
    const table = given(linkIs(link(3)), addressIs(address))
    expect(then(table, linkGone(3))).toEqual([
      { type: 'address-removed', address, ours: false },
      { type: 'link-removed', link: link(3) },
    ])
  })

  test('one that is not known cannot go', () => {
    expect(then(LinkTable.empty, linkGone(3))).toEqual([])
  })

  test('the index of a removed one can come back as another', () => {
    const { table, events } = fold(given(linkIs(link(3))), [linkGone(3), linkIs(link(3, { name: 'wan' }))])
    expect(events.map(({ type }) => type)).toEqual(['link-removed', 'link-changed'])
    expect(table.linkByIndex(3)?.name).toBe('wan')
  })
})

describe('addresses', () => {
  const first = linkAddress(3, '10.0.0.1/24')

  test('come and go, whoever asked', () => {
    const ours = (): boolean => true
    const added = fold(LinkTable.empty, [addressIs(first)], ours)
    expect(added.events).toEqual([{ type: 'address-added', address: first, ours: true }])
    expect(added.table.hasAddress(first)).toBe(true)
    const removed = fold(added.table, [addressGone(first)])
    expect(removed.events).toEqual([{ type: 'address-removed', address: first, ours: false }])
    expect(removed.table.hasAddress(first)).toBe(false)
  })

  test('the same one twice, or one that is not there, is nothing new', () => {
    expect(then(given(addressIs(first)), addressIs(first))).toEqual([])
    expect(then(LinkTable.empty, addressGone(first))).toEqual([])
  })

  test('another label is a change', () => {
    const renamed = { ...first, label: 'wan' }
    expect(then(given(addressIs(first)), addressIs(renamed))).toEqual([
      { type: 'address-added', address: renamed, ours: false },
    ])
  })

  test('one address under two prefix lengths, or with a peer, is several; in IPv6 it is one', () => {
    const table = given(
      addressIs(first),
      addressIs(linkAddress(3, '10.0.0.1/32')),
      addressIs(linkAddress(3, '10.0.0.1/32', { peer: { address: ip('10.0.0.2'), prefixLength: 32 } })),
      addressIs(linkAddress(3, 'fd00::1/64')),
      addressIs(linkAddress(3, 'fd00::1/64', { peer: { address: ip('fd00::2'), prefixLength: 64 } })),
    )
    expect(table.addressesOf(3)).toHaveLength(4)
  })

  test('stand in the kernel’s order: primary ones, the narrowest scope first, then secondary ones, then IPv6', () => {
    const table = given(
      addressIs(linkAddress(3, 'fd00::1/64')),
      addressIs(linkAddress(3, '10.0.0.1/24')),
      addressIs(linkAddress(3, '10.0.0.2/24', { secondary: true })),
      addressIs(linkAddress(3, '10.1.0.1/24')),
      addressIs(linkAddress(3, '10.2.0.1/24', { scope: 253 })),
      addressIs(linkAddress(3, '10.2.0.2/24', { scope: 253, secondary: true })),
    )
    expect(cidrs(table, 3)).toEqual([
      '10.2.0.1/24',
      '10.0.0.1/24',
      '10.1.0.1/24',
      '10.0.0.2/24',
      '10.2.0.2/24',
      'fd00::1/64',
    ])
  })

  test('a secondary one that is promoted stands behind the other primary ones', () => {
    const table = given(
      addressIs(linkAddress(3, '10.0.0.1/24')),
      addressIs(linkAddress(3, '10.0.0.2/24', { secondary: true })),
      addressIs(linkAddress(3, '10.1.0.1/24')),
      addressGone(linkAddress(3, '10.0.0.1/24')),
      addressIs(linkAddress(3, '10.0.0.2/24')),
    )
    expect(cidrs(table, 3)).toEqual(['10.1.0.1/24', '10.0.0.2/24'])
  })
})

describe('routes', () => {
  const told = routeSpec('10.1.0.0/16', {
    gateway: ip('10.0.0.2'),
    linkIndex: 3,
    scope: 0,
    tos: 0,
    protocol: 18,
  })

  test('are found by what was asked for, with any link if none was named', () => {
    const table = given(routeIs(told))
    const asked = routeSpec('10.1.0.0/16', { gateway: ip('10.0.0.2') })
    expect(table.hasRoute(asked)).toBe(true)
    expect(table.hasRoute({ ...asked, linkIndex: 3 })).toBe(true)
    expect(table.hasRoute({ ...asked, linkIndex: 4 })).toBe(false)
    expect(table.hasRoute({ ...asked, metric: 5 })).toBe(false)
    expect(table.hasRoute({ ...asked, gateway: ip('10.0.0.3') })).toBe(false)
    expect(table.hasRoute({ ...asked, protocol: 4 })).toBe(false)
  })

  test('an IPv6 route has a metric and no scope, whatever was asked for', () => {
    const told = routeSpec('fd01::/64', { linkIndex: 3, scope: 0, tos: 0, protocol: 18, metric: 1024 })
    expect(given(routeIs(told)).hasRoute(routeSpec('fd01::/64', { scope: 253, linkIndex: 3 }))).toBe(true)
  })

  test('one is gone when the kernel says so', () => {
    const { table, events } = fold(given(routeIs(told)), [{ type: 'route-gone', route: told, portId: 0 }])
    expect(events).toEqual([{ type: 'route-removed', route: told, ours: false }])
    expect(table.hasRoute(told)).toBe(false)
  })

  const route = { ...told, source: ip('10.0.0.1') }
  const address = (text: string, linkIndex = 3): LinkAddress => linkAddress(linkIndex, text)

  test.each([
    ['its link is switched off', [linkIs(link(3, { up: false }), false)]],
    ['its link is removed', [linkGone(3)]],
    ['its source address is removed', [addressGone(address('10.0.0.1/24'))]],
    [
      'another one may have taken its place',
      [{ type: 'route-replaced', by: { ...told, protocol: 3 }, portId: 0 }],
    ],
    ['another one of ours may have taken its place', [routeIs({ ...told, gateway: ip('10.0.0.9') }, true)]],
  ] satisfies [string, KernelMessage[]][])('one is in doubt when %s', (_why, messages) => {
    expect(fold(world(), messages).routesInDoubt).toBe(true)
  })

  test('one without a source is in doubt with its link’s last IPv4 address, whatever else is on the link', () => {
    const bare = fold(world(), [{ type: 'route-gone', route, portId: 0 }, routeIs(told)]).table
    const first = fold(bare, [addressGone(address('10.0.0.1/24'))])
    expect(first.routesInDoubt).toBe(false)
    expect(fold(first.table, [addressGone(address('10.0.9.1/24'))]).routesInDoubt).toBe(true)
  })

  test.each([
    ['its link only loses its carrier', linkIs(link(3, { up: false }), true)],
    ['another link is switched off', linkIs(link(4, { up: false }), false)],
    ['another address is removed', addressGone(address('10.0.9.1/24'))],
    ['another link’s last address is removed', addressGone(address('10.0.4.1/24', 4))],
    ['another one replaces a route with another metric', routeIs({ ...told, metric: 9 }, true)],
    ['another one comes beside it', routeIs({ ...told, gateway: ip('10.0.0.9') })],
  ] satisfies [string, KernelMessage][])('none is in doubt when %s', (_why, message) => {
    const { table, routesInDoubt } = fold(world(), [message])
    expect(routesInDoubt).toBe(false)
    expect(table.hasRoute(route)).toBe(true)
  })

  const world = (): LinkTable =>
    given(
      linkIs(link(3)),
      linkIs(link(4)),
      addressIs(address('10.0.0.1/24')),
      addressIs(address('10.0.9.1/24')),
      addressIs(address('fd00::1/64')),
      addressIs(address('10.0.4.1/24', 4)),
      routeIs(route),
    )
})

describe('the difference between two tables', () => {
  test('tells removals first, inside out', () => {
    const before = given(
      linkIs(link(3)),
      addressIs(linkAddress(3, '10.0.0.1/24')),
      linkIs(link(4)),
      routeIs(routeSpec('10.1.0.0/16')),
    )
    const after = given(
      linkIs(link(4, { up: false })),
      linkIs(link(5)),
      addressIs(linkAddress(5, '10.0.0.1/24')),
    )
    expect(difference(before, after)).toEqual([
      { type: 'address-removed', address: linkAddress(3, '10.0.0.1/24'), ours: false },
      { type: 'route-removed', route: routeSpec('10.1.0.0/16'), ours: false },
      { type: 'link-removed', link: link(3) },
      { type: 'link-changed', before: link(4), link: link(4, { up: false }) },
      { type: 'link-changed', before: undefined, link: link(5) },
      { type: 'address-added', address: linkAddress(5, '10.0.0.1/24'), ours: false },
    ])
  })

  test('of equal tables is nothing', () => {
    const table = given(linkIs(link(3)), addressIs(linkAddress(3, '10.0.0.1/24')))
    expect(difference(table, table)).toEqual([])
  })
})

/** A small world, in which messages collide often. */
const indexes = fc.integer({ min: 1, max: 3 })
const links = fc.record({ index: indexes, up: fc.boolean(), name: fc.constantFrom('a', 'b', 'c') })
const addresses = fc
  .record({
    index: indexes,
    cidr: fc.constantFrom('10.0.0.1/24', '10.0.0.1/32', '10.0.0.2/24', '10.1.0.1/24', 'fd00::1/64'),
    secondary: fc.boolean(),
    scope: fc.constantFrom(0, 253),
  })
  .map(({ index, cidr, secondary, scope }) => linkAddress(index, cidr, { secondary, scope }))
const messages: fc.Arbitrary<KernelMessage> = fc.oneof(
  links.map(({ index, up, name }) => linkIs(link(index, { up, name }))),
  indexes.map(linkGone),
  addresses.map(addressIs),
  addresses.map(addressGone),
)

/** The events' own story of the kernel, as a listener could keep it. */
class Listener {
  readonly links = new Map<number, Link>()
  readonly addresses = new Map<string, LinkAddress>()

  hear(events: readonly LinkEvent[]): this {
    for (const event of events) this.hearOne(event)
    return this
  }

  private hearOne(event: LinkEvent): void {
    switch (event.type) {
      case 'link-changed':
        expect(event.before).toEqual(this.links.get(event.link.index))
        this.links.set(event.link.index, event.link)
        return
      case 'link-removed':
        expect(this.links.delete(event.link.index)).toBe(true)
        return
      case 'address-added':
        expect(this.addresses.get(keyOf(event.address))).not.toEqual(event.address)
        this.addresses.set(keyOf(event.address), event.address)
        return
      case 'address-removed':
        expect(this.addresses.delete(keyOf(event.address))).toBe(true)
        return
      case 'route-removed':
      case 'rule-removed':
      case 'resynchronised':
        throw new Error(`unexpected: ${event.type}`)
    }
  }

  expectAgreement(table: LinkTable): void {
    expect(this.links).toEqual(new Map(table.links))
    const all = [...table.addresses.values()].flatMap(({ ordered }) => ordered)
    expect(this.addresses).toEqual(new Map(all.map((address) => [keyOf(address), address])))
  }
}

const keyOf = (address: LinkAddress): string => `${address.linkIndex} ${addressKey(address)}`

describe('any sequence of messages', () => {
  test('gives one table, however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.array(messages)), (pieces) => {
        const whole = fold(LinkTable.empty, pieces.flat())
        let table = LinkTable.empty
        const events: LinkEvent[] = []
        for (const piece of pieces) {
          const folded = fold(table, piece)
          table = folded.table
          events.push(...folded.events)
        }
        expect(table).toEqual(whole.table)
        expect(events).toEqual(whole.events)
      }),
    )
  })

  test('leaves a listener to the events with the table’s content', () => {
    fc.assert(
      fc.property(fc.array(messages), (all) => {
        const { table, events } = fold(LinkTable.empty, all)
        new Listener().hear(events).expectAgreement(table)
      }),
    )
  })

  test('can be missed in the middle: the difference to a dump makes up for it', () => {
    fc.assert(
      fc.property(fc.array(messages), fc.array(messages), (heard, missed) => {
        const before = fold(LinkTable.empty, heard)
        const dump = fold(before.table, missed).table
        const listener = new Listener().hear(before.events).hear(difference(before.table, dump))
        listener.expectAgreement(dump)
      }),
    )
  })

  test('does not touch the table it is folded into', () => {
    fc.assert(
      fc.property(fc.array(messages), fc.array(messages), (earlier, later) => {
        const { table } = fold(LinkTable.empty, earlier)
        fold(table, later)
        expect(table).toEqual(fold(LinkTable.empty, earlier).table)
      }),
    )
  })
})
