/** What a reload says that it changes. */

import { expect, test } from 'vitest'
import { reloadPlan } from '../../../src/daemon/control/reload-plan.ts'
import { modelOf } from '../../config/support.ts'

const instance = (name: string, vrid: number, lines = '', addresses = '10.0.0.1/24'): string => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  ${lines}
  virtual_ipaddress {
    ${addresses}
  }
}
`
const secret = (password: string): string => `authentication {\nauth_type PASS\nauth_pass ${password}\n}`

const plan = async (from: string, to: string): Promise<readonly string[]> =>
  reloadPlan(await modelOf(from), await modelOf(to))

test.each<[string, string, string, readonly string[]]>([
  ['nothing', instance('A', 1), `# a comment\n${instance('A', 1)}`, []],
  [
    'a value',
    instance('A', 1),
    instance('A', 1).replace('priority 100', 'priority 120'),
    ['~ vrrp_instance A', '    - priority 100', '    + priority 120'],
  ],
  [
    'addresses',
    instance('A', 1, '', '10.0.0.1/24\n10.0.0.2/24'),
    instance('A', 1, '', '10.0.0.2/24\n10.0.0.3/24'),
    ['~ vrrp_instance A', '    - virtual_ipaddress 10.0.0.1/24', '    + virtual_ipaddress 10.0.0.3/24'],
  ],
  ['a name', instance('A', 1), instance('B', 1), ['~ vrrp_instance B (was vrrp_instance A)']],
  [
    'an instance gone',
    instance('A', 1) + instance('B', 2),
    instance('A', 1),
    ['- vrrp_instance B (it leaves with priority 0)'],
  ],
])('%s', async (_what, from, to, expected) => {
  expect(await plan(from, to)).toEqual(expected)
})

test('a new instance, whole', async () => {
  const lines = await plan(instance('A', 1), instance('A', 1) + instance('B', 2))
  expect(lines[0]).toBe('+ vrrp_instance B')
  expect(lines).toContain('    + virtual_router_id 2')
})

test('a password, but not which', async () => {
  const lines = await plan(instance('A', 1, secret('old1')), instance('A', 1, secret('new2')))
  expect(lines).toEqual([
    '~ vrrp_instance A',
    '    - authentication auth_pass (not shown)',
    '    + authentication auth_pass (not shown)',
  ])
})
