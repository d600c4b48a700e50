/** From what is written to what the kernel is asked for. */

import { describe, expect, test } from 'vitest'
import { desiredState } from '../../src/addressing/desired.ts'
import { bind, type Bound } from '../../src/addressing/link-binding.ts'
import type { Link } from '../../src/netlink/types.ts'
import { instanceWith } from '../config/support.ts'
import { cidr, ip } from '../netlink/specs.ts'

const eth0 = { index: 2, name: 'eth0' } as Link

/** With eth0 as the only link. */
async function boundOf(block: string, line: string): Promise<Bound> {
  const wanted = await instanceWith(`${block} {\n${line}\n}`)
  return bind(desiredState(wanted), (name) => (name === 'eth0' ? eth0 : undefined))
}

describe('a rule is for', () => {
  test.each<[string, object]>([
    ['from 10.1.0.0/16 table 7', { from: cidr('10.1.0.0/16'), action: { kind: 'table', table: 7 } }],
    ['to 10.2.0.0/16 table 7', { to: cidr('10.2.0.0/16') }],
    ['from 10.1.0.0/16 iif eth0 table 7', { from: cidr('10.1.0.0/16'), iif: 'eth0' }],
    ['from 10.1.0.0/16 oif eth9 table 7', { from: cidr('10.1.0.0/16'), oif: 'eth9' }],
    ['not from 10.1.0.0/16 table 7', { not: true, from: cidr('10.1.0.0/16') }],
    ['fwmark 5 table 7', { fwmark: 5 }],
  ])('%s', async (line, spec) => {
    const { rules } = await boundOf('virtual_rules', line)
    expect(rules).toMatchObject([{ kind: 'rule', spec }])
  })

  test('nobody in particular where nothing is written of it', async () => {
    const [rule] = (await boundOf('virtual_rules', 'fwmark 5 table 7')).rules
    expect(rule?.spec).not.toHaveProperty('from')
    expect(rule?.spec).not.toHaveProperty('to')
  })
})

describe('a route is in', () => {
  test.each([
    ['the main table', '', 254],
    ['the main table, which is what the kernel makes of table 0', 'table 0', 254],
    ['its table', 'table 7', 7],
  ])('%s', async (_, words, table) => {
    const { routes } = await boundOf('virtual_routes', `10.1.0.0/16 via 10.0.0.9 dev eth0 ${words}`)
    expect(routes).toMatchObject([{ spec: { table, gateway: ip('10.0.0.9'), linkIndex: 2 } }])
  })
})

test('what is on a link that is not there is missing, and named', async () => {
  const { routes, missing } = await boundOf('virtual_routes', '10.1.0.0/16 dev eth9')
  expect(routes).toEqual([])
  expect(missing).toEqual([{ text: 'route to 10.1.0.0/16', link: 'eth9' }])
})
