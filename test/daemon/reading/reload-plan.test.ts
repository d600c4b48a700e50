/** What a reload says that it changes. */

import { expect, test } from 'vitest'
import { reloadPlan } from '../../../src/daemon/reading/reload-plan.ts'
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

const real = (name: string, lines = '', check = 'TCP_CHECK {\n}'): string =>
  `real_server ${name} {\n${lines}\n${check}\n}\n`
const virtual = (
  servers: string,
  { at = '192.0.2.1 80', protocol = 'TCP', algo = 'rr', lines = '' } = {},
): string =>
  `virtual_server ${at} {\nlb_algo ${algo}\nlb_kind DR\nprotocol ${protocol}\n${lines}\n${servers}}\n`
const [first, second] = [real('10.0.0.11 80'), real('10.0.0.12 80')]
const SERVICE = '~ virtual_server 192.0.2.1 80'

test.each<[string, string, string, readonly string[]]>([
  ['nothing', virtual(first + second), virtual(second + first), []],
  [
    'a weight',
    virtual(first + second),
    virtual(real('10.0.0.11 80', 'weight 5') + second),
    [
      SERVICE,
      '    + real_server 10.0.0.11 80 weight 5',
      '    (10.0.0.11 80: the new weight at once, also where it was changed by hand)',
    ],
  ],
  [
    'a scheduler, in place',
    virtual(first),
    virtual(first, { algo: 'wlc' }),
    [SERVICE, '    - lb_algo rr', '    + lb_algo wlc'],
  ],
  [
    'servers that come and go',
    virtual(first + second),
    virtual(second + real('10.0.0.13 80', '', '')),
    [
      SERVICE,
      '    - real_server 10.0.0.11 80 TCP_CHECK',
      '    + real_server 10.0.0.13 80',
      '    (10.0.0.13 80: connections at once, before the first check)',
      '    (10.0.0.11 80: out, with notify_down where it was up)',
    ],
  ],
  [
    'one that waits for its check',
    virtual(first, { lines: 'alpha' }),
    virtual(first + second, { lines: 'alpha' }),
    [
      SERVICE,
      '    + real_server 10.0.0.12 80 TCP_CHECK alpha',
      '    (10.0.0.12 80: connections once its checks pass (alpha))',
    ],
  ],
  [
    'what a check asks',
    virtual(first + second),
    virtual(real('10.0.0.11 80', '', 'TCP_CHECK {\nconnect_port 81\n}') + second),
    [
      SERVICE,
      '    - real_server 10.0.0.11 80 TCP_CHECK',
      '    + real_server 10.0.0.11 80 TCP_CHECK connect_port 81',
      '    (10.0.0.11 80: another check; where the server is down it stays out until that passes)',
    ],
  ],
  [
    // Measured, 2.2.7: with another retry it is the same one.
    'how often a check asks',
    virtual(first),
    virtual(real('10.0.0.11 80', '', 'TCP_CHECK {\nretry 4\n}')),
    [SERVICE, '    - real_server 10.0.0.11 80 TCP_CHECK', '    + real_server 10.0.0.11 80 TCP_CHECK retry 4'],
  ],
  [
    'the protocol: another service',
    virtual(first),
    virtual(first, { protocol: 'UDP' }),
    [
      '+ virtual_server 192.0.2.1 80 (UDP)',
      '    + protocol UDP',
      '    + lb_algo rr',
      '    + lb_kind DR',
      '    + real_server 10.0.0.11 80 TCP_CHECK',
      '- virtual_server 192.0.2.1 80 (TCP)',
    ],
  ],
  [
    'one of two protocols',
    virtual(first) + virtual(first, { protocol: 'UDP' }),
    virtual(first) + virtual(first, { protocol: 'UDP', algo: 'wlc' }),
    ['~ virtual_server 192.0.2.1 80 (UDP)', '    - lb_algo rr', '    + lb_algo wlc'],
  ],
  [
    'the second block of one service',
    virtual(first) + virtual(second),
    virtual(first) + virtual(real('10.0.0.12 80', 'weight 2')),
    [
      SERVICE,
      '    + real_server 10.0.0.12 80 weight 2',
      '    (10.0.0.12 80: the new weight at once, also where it was changed by hand)',
    ],
  ],
  [
    'a service',
    virtual(first) + virtual(second, { at: 'fwmark 7' }),
    virtual(first),
    ['- virtual_server fwmark 7'],
  ],
  [
    'globals of either half, which are printed apart',
    `global_defs {\nrouter_id a\nlvs_flush\n}\n${virtual(first)}`,
    `global_defs {\nrouter_id b\nlvs_flush\n}\n${virtual(first)}`,
    ['~ global_defs', '    - router_id a', '    + router_id b'],
  ],
])('virtual servers: %s', async (_what, from, to, expected) => {
  expect(await plan(from, to)).toEqual(expected)
})
