import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ruleKey } from '../../src/netlink/identity.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { difference, fold } from '../../src/netlink/fold.ts'
import { decodeRule, encodeRule } from '../../src/netlink/rule-message.ts'
import type { RuleSpec } from '../../src/netlink/types.ts'
import { cidr } from './specs.ts'

const rule = (more: Partial<RuleSpec> = {}): RuleSpec => ({
  family: 4,
  preference: 100,
  action: { kind: 'table', table: 100 },
  not: false,
  l3mdev: false,
  ...more,
})

const told = (spec: RuleSpec): RuleSpec | undefined => decodeRule(Buffer.from(encodeRule(spec)))

describe('a rule', () => {
  test('is written as rtnetlink has it', () => {
    const spec = rule({ from: cidr('10.9.0.0/24'), iif: 'eth0', tos: 16, not: true })
    expect(Buffer.from(encodeRule(spec)).toString('hex')).toBe(
      [
        ...['02001810', '64000001', '02000000'],
        ...[
          '08000200',
          '0a090000',
          '08000600',
          '64000000',
          '09000300',
          '6574683000',
          '000000',
          '05001500',
          '12',
        ],
      ].join(''),
    )
  })

  const range = fc.tuple(fc.nat(60_000), fc.nat(5000)).map(([from, more]) => ({ from, to: from + more }))
  const optional = <T>(name: string, values: fc.Arbitrary<T>): fc.Arbitrary<Partial<RuleSpec>> =>
    fc.option(values, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }))
  const rules = fc
    .tuple(
      fc.nat(0xffffffff),
      fc.constantFrom<RuleSpec['action']>(
        { kind: 'table', table: 5 },
        { kind: 'table', table: 70_000 },
        { kind: 'goto', preference: 0xffffffff },
        { kind: 'blackhole' },
        { kind: 'nop' },
      ),
      fc.boolean(),
      optional('from', fc.constantFrom(cidr('10.0.0.0/8'), cidr('10.1.2.3'))),
      optional('to', fc.constantFrom(cidr('10.0.0.0/8'), cidr('10.1.2.3'))),
      optional('fwmark', fc.nat(0xffffffff)),
      optional('oif', fc.constantFrom('eth0', 'a-long-name.1')),
      optional('suppressPrefixLength', fc.nat(32)),
      optional('uids', range),
      optional('ipProtocol', fc.integer({ min: 1, max: 255 })),
      optional('sourcePorts', range),
      optional('tunnelId', fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }).map(String)),
      optional('realms', fc.nat(0xffffffff)),
    )
    .map(([preference, action, not, ...parts]) =>
      parts.reduce<RuleSpec>((spec, part) => ({ ...spec, ...part }), rule({ preference, action, not })),
    )

  test('is known again when the kernel tells it', () => {
    fc.assert(
      fc.property(rules, (spec) => {
        const read = told(spec)
        expect(read && ruleKey(read)).toBe(ruleKey(spec))
      }),
    )
  })

  test('from everywhere is one from nowhere in particular, and a mark without a mask has all bits', () => {
    expect(ruleKey(rule({ from: cidr('0.0.0.0/0') }))).toBe(ruleKey(rule()))
    expect(ruleKey(rule({ fwmark: 5, fwmask: 0xffffffff }))).toBe(ruleKey(rule({ fwmark: 5 })))
    expect(ruleKey(rule({ fwmark: 5, fwmask: 0xff }))).not.toBe(ruleKey(rule({ fwmark: 5 })))
    expect(ruleKey(rule({ protocol: 0 }))).not.toBe(ruleKey(rule()))
  })

  test('that is cut short or of another family is passed over', () => {
    expect(decodeRule(Buffer.alloc(11))).toBeUndefined()
    expect(decodeRule(Buffer.alloc(12))).toBeUndefined()
  })
})

describe('the table', () => {
  const there = fold(LinkTable.empty, [{ type: 'rule', rule: rule(), portId: 0 }]).table

  test('has a rule until the kernel says that it is gone', () => {
    expect(there.hasRule(rule())).toBe(true)
    const { table, events } = fold(there, [{ type: 'rule-gone', rule: rule(), portId: 77 }])
    expect(events).toEqual([{ type: 'rule-removed', rule: rule(), ours: false, by: 77 }])
    expect(table.hasRule(rule())).toBe(false)
    expect(fold(table, [{ type: 'rule-gone', rule: rule(), portId: 77 }]).events).toEqual([])
  })

  test('that was dumped anew shows what went in between', () => {
    expect(difference(there, LinkTable.empty)).toEqual([{ type: 'rule-removed', rule: rule(), ours: false }])
  })
})
