import { describe, expect, test } from 'vitest'
import { describeItem, type Item } from '../../src/addressing/link-binding.ts'
import { findLosses, type Holding } from '../../src/addressing/observed.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { fold } from '../../src/netlink/fold.ts'
import type { KernelMessage } from '../../src/netlink/message.ts'
import type { LinkEvent, RuleSpec } from '../../src/netlink/types.ts'
import { addressSpec, ip, link, linkAddress, routeSpec } from '../netlink/specs.ts'

const vip: Item = {
  kind: 'address',
  spec: addressSpec(3, '10.9.0.100'),
  link: 'eth3',
  track: true,
  text: 'address 10.9.0.100/32',
}
const route: Item = {
  kind: 'route',
  spec: routeSpec('10.1.0.0/16', { gateway: ip('10.9.0.9') }),
  track: false,
  text: 'route to 10.1.0.0/16',
}
const spec: RuleSpec = {
  family: 4,
  preference: 5,
  action: { kind: 'table', table: 1 },
  not: false,
  l3mdev: false,
}
const rule: Item = { kind: 'rule', spec, track: true, text: 'rule 5 (IPv4)' }
const holding: Holding = { router: 'VI_1', link: 'eth3', items: [vip, route, rule] }

const world = (up = true): LinkTable =>
  fold(LinkTable.empty, [{ type: 'link', link: link(3, { up }), enabled: up }]).table
const gone = (what: Partial<LinkEvent>): LinkEvent => ({ ours: false, by: 7, ...what }) as LinkEvent
const vipGone = gone({ type: 'address-removed', address: linkAddress(3, '10.9.0.100/32') })
const routeGone = gone({
  type: 'route-removed',
  route: { ...route.spec, linkIndex: 3, scope: 0, protocol: 18 },
})
const ruleGone = gone({ type: 'rule-removed', rule: { ...spec, protocol: 18, tos: 0 } })

const lost = (events: readonly LinkEvent[], table = world(), who = holding): Item[] =>
  findLosses(events, [who], table).map(({ item }) => item)

describe('a loss', () => {
  test('is what somebody else removed and a router holds', () => {
    expect(lost([vipGone, routeGone, ruleGone])).toEqual([vip, route, rule])
    expect(findLosses([vipGone], [holding], world())).toEqual([{ router: 'VI_1', item: vip, by: 7 }])
  })

  test('is nothing that we removed ourselves, or that nobody holds', () => {
    expect(lost([{ ...vipGone, ours: true } as LinkEvent])).toEqual([])
    expect(lost([gone({ type: 'address-removed', address: linkAddress(3, '10.9.0.101/32') })])).toEqual([])
    expect(lost([gone({ type: 'address-removed', address: linkAddress(4, '10.9.0.100/32') })])).toEqual([])
  })

  test('is nothing that is there again', () => {
    const again: KernelMessage = { type: 'address', address: linkAddress(3, '10.9.0.100/32'), portId: 0 }
    expect(lost([vipGone], fold(world(), [again]).table)).toEqual([])
  })

  test('is nothing that went with its link, unless the router lives on that', () => {
    expect(lost([vipGone, routeGone], LinkTable.empty)).toEqual([])
    expect(lost([vipGone, routeGone], world(false))).toEqual([vip, route])
    expect(lost([vipGone, routeGone], world(false), { ...holding, link: 'eth0' })).toEqual([])
  })

  test('is told with the address’s link', () => {
    expect([vip, route, rule].map(describeItem)).toEqual([
      'IP 10.9.0.100/32 on eth3',
      'route to 10.1.0.0/16',
      'rule 5 (IPv4)',
    ])
  })
})
