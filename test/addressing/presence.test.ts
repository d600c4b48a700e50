import { expect, test } from 'vitest'
import { presenceOf } from '../../src/addressing/observed.ts'
import type { DesiredRoute, DesiredRule } from '../../src/addressing/desired.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { fold } from '../../src/netlink/fold.ts'
import type { RuleSpec } from '../../src/netlink/types.ts'
import { cidr, ip, link, linkAddress, routeSpec } from '../netlink/specs.ts'

const rule = (preference: number): RuleSpec => ({
  family: 4,
  preference,
  action: { kind: 'table', table: 100 },
  not: false,
  from: cidr('10.0.0.9/32'),
  l3mdev: false,
})

/** eth1 with 10.0.0.9/24, a route by way of it, and one rule. */
const table = fold(LinkTable.empty, [
  { type: 'link', link: link(1), enabled: true },
  { type: 'address', address: linkAddress(1, '10.0.0.9/24'), portId: 0 },
])
  .table.withRoutes([routeSpec('198.51.100.0/24', { gateway: ip('10.0.0.254'), linkIndex: 1 })])
  .withRules([rule(100)])

const address = (name: string, text: string) => ({
  link: name,
  track: true,
  spec: { cidr: cidr(text), scope: 0 },
})

const route = (destination: string, gateway: string, name?: string): DesiredRoute => ({
  ...routeSpec(destination, { gateway: ip(gateway) }),
  ...(name !== undefined && { link: name }),
  track: true,
  metrics: [],
  nexthops: [],
  append: false,
})

const desiredRule = (preference: number): DesiredRule => ({ track: true, spec: rule(preference) })

test('each address, route and rule, in its place', () => {
  expect(
    presenceOf(
      {
        addresses: [address('eth1', '10.0.0.9/24'), address('eth1', '10.0.0.10/24')],
        routes: [route('198.51.100.0/24', '10.0.0.253'), route('198.51.100.0/24', '10.0.0.254', 'eth1')],
        rules: [desiredRule(101), desiredRule(100)],
      },
      table,
    ),
  ).toEqual({
    addresses: [true, false],
    duplicates: [false, false],
    routes: [false, true],
    rules: [false, true],
  })
})

test('a link that the kernel has chosen is as good as one that was named; one that is not there has nothing', () => {
  expect(
    presenceOf(
      {
        addresses: [address('eth9', '10.0.0.9/24')],
        routes: [route('198.51.100.0/24', '10.0.0.254'), route('198.51.100.0/24', '10.0.0.254', 'eth9')],
        rules: [],
      },
      table,
    ),
  ).toEqual({ addresses: [false], duplicates: [false], routes: [true, false], rules: [] })
})
