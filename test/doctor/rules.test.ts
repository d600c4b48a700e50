/** Rules by themselves; firewall.netns.test.ts asks the kernel about the same. */

import { describe, expect, test } from 'vitest'
import {
  every,
  isLink,
  not,
  outcomeOf,
  some,
  type Answer,
  type Rule,
} from '../../src/doctor/firewall/rules.ts'
import { readIptables } from '../../src/doctor/firewall/iptables.ts'
import { readNftables } from '../../src/doctor/firewall/nft.ts'
import { ip } from './kit.ts'
import type { ExpectedAdvert } from '../../src/doctor/firewall/advert.ts'

const advert: ExpectedAdvert = {
  link: 'eth0',
  protocol: 112,
  destination: ip('224.0.0.18'),
  neighbours: [{ first: ip('10.0.0.0'), last: ip('10.0.0.255') }],
}

describe('outcomes', () => {
  const rule = (matches: Answer, kind: 'accept' | 'drop' | 'return' | 'queue'): Rule => ({
    matches,
    verdict: { kind },
  })
  const jump = (chain: string, kind: 'jump' | 'goto' = 'jump'): Rule => ({
    matches: 'yes',
    verdict: { kind, chain },
  })
  const outcome = (policy: 'accept' | 'drop', chains: Readonly<Record<string, readonly Rule[]>>): string =>
    outcomeOf({ chain: 'input', name: '', policy, mend: '' }, new Map(Object.entries(chains)))

  test.each([
    ['the policy decides at the end', 'drop', {}, 'drop'],
    [
      'the first match decides',
      'drop',
      { input: [rule('no', 'drop'), rule('yes', 'accept'), rule('yes', 'drop')] },
      'accept',
    ],
    ['a doubtful one and the rest', 'drop', { input: [rule('perhaps', 'accept')] }, 'perhaps'],
    ['a doubtful one that changes nothing', 'accept', { input: [rule('perhaps', 'accept')] }, 'accept'],
    ['a program decides', 'accept', { input: [rule('yes', 'queue')] }, 'perhaps'],
    ['return is the policy', 'drop', { input: [rule('yes', 'return'), rule('yes', 'accept')] }, 'drop'],
    ['a chain that accepts', 'drop', { input: [jump('own')], own: [rule('yes', 'accept')] }, 'accept'],
    [
      'a chain that returns goes on',
      'drop',
      { input: [jump('own'), rule('yes', 'accept')], own: [rule('yes', 'return')] },
      'accept',
    ],
    ['a chain that ends goes on', 'drop', { input: [jump('own'), rule('yes', 'accept')], own: [] }, 'accept'],
    [
      'goto does not come back',
      'drop',
      { input: [jump('own', 'goto'), rule('yes', 'accept')], own: [] },
      'drop',
    ],
    ['a loop ends', 'accept', { input: [jump('input')] }, 'accept'],
  ] as const)('%s', (_name, policy, chains, expected) => {
    expect(outcome(policy, chains)).toBe(expected)
  })

  test('answers', () => {
    expect([every([]), every(['yes', 'perhaps']), every(['perhaps', 'no'])]).toEqual(['yes', 'perhaps', 'no'])
    expect([some([]), some(['no', 'perhaps']), some(['perhaps', 'yes'])]).toEqual(['no', 'perhaps', 'yes'])
    expect([not('yes'), not('no'), not('perhaps')]).toEqual(['no', 'yes', 'perhaps'])
    expect([
      isLink('eth0', 'eth0'),
      isLink('eth1', 'eth0'),
      isLink('eth*', 'eth0'),
      isLink('eth+', 'wlan0'),
    ]).toEqual(['yes', 'no', 'yes', 'no'])
  })
})

describe('iptables-save', () => {
  const save = (...filter: readonly string[]): string =>
    ['*filter', ':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ':own - [0:0]', ...filter, 'COMMIT', ''].join(
      '\n',
    )
  const outcome = (text: string): readonly string[] => {
    const { bases, chains } = readIptables(text, advert)
    return bases.map((base) => `${base.name}: ${outcomeOf(base, chains)}`)
  }

  test.each([
    [[], 'drop'],
    [['-A INPUT -p vrrp -j ACCEPT'], 'accept'],
    [['-A INPUT -p 112 -j ACCEPT'], 'accept'],
    [['-A INPUT -p ah -j ACCEPT'], 'drop'],
    [['-A INPUT ! -p tcp -j ACCEPT'], 'accept'],
    [['-A INPUT -i lo -j ACCEPT'], 'drop'],
    [['-A INPUT ! -i lo -j ACCEPT'], 'accept'],
    [['-A INPUT -d 224.0.0.0/4 -j ACCEPT'], 'accept'],
    [
      ['-A INPUT -d 224.0.0.18/32 -i eth+ -p vrrp -m comment --comment "VRRP, from \\"both\\"" -j ACCEPT'],
      'accept',
    ],
    [['-A INPUT -s 10.0.0.0/8 -p vrrp -j ACCEPT'], 'accept'],
    [['-A INPUT -s 10.0.0.2/32 -p vrrp -j ACCEPT'], 'perhaps'],
    [['-A INPUT -s 192.0.2.0/24 -p vrrp -j ACCEPT'], 'drop'],
    [['-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], 'drop'],
    [['-A INPUT -m state --state NEW -j ACCEPT'], 'accept'],
    [['-A INPUT -m conntrack --ctstate INVALID -j DROP', '-A INPUT -p vrrp -j ACCEPT'], 'accept'],
    [['-A INPUT -m set --match-set peers src -p vrrp -j ACCEPT'], 'perhaps'],
    [['-A INPUT -m pkttype --pkt-type multicast -j ACCEPT'], 'accept'],
    [['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'], 'drop'],
    [['-A INPUT -j LOG --log-prefix "-j DROP "', '-A INPUT -j own', '-A own -p vrrp -j ACCEPT'], 'accept'],
    [['-A INPUT -j own', '-A own -p vrrp -j RETURN', '-A own -j ACCEPT'], 'drop'],
    [['-A INPUT -p vrrp -j REJECT --reject-with icmp-port-unreachable', '-A INPUT -j ACCEPT'], 'drop'],
  ])('%j', (rules, expected) => {
    expect(outcome(save(...rules))).toEqual([`iptables chain INPUT: ${expected}`])
  })

  test('the tables before filter, too; nat drops nothing', () => {
    const text = [
      '*raw',
      ':PREROUTING ACCEPT [0:0]',
      '-A PREROUTING -p vrrp -j DROP',
      'COMMIT',
      '*nat',
      ':PREROUTING DROP [0:0]',
      'COMMIT',
    ].join('\n')
    expect(outcome(text)).toEqual(['iptables chain PREROUTING of table raw: drop'])
  })
})

describe('nft', () => {
  test('what is no list of rules is not understood', () => {
    expect(readNftables('{}', advert)).toBeUndefined()
    expect(readNftables('Error: syntax', advert)).toBeUndefined()
    expect(
      readNftables('{"nftables": [null, 1, {"rule": {"expr": [{"match": null}, 7]}}]}', advert),
    ).toMatchObject({ bases: [] })
  })

  test('firewalld writes its rules again: it has to be told', () => {
    const chain = {
      family: 'inet',
      table: 'firewalld',
      name: 'filter_INPUT',
      type: 'filter',
      hook: 'input',
      prio: 10,
      policy: 'accept',
    }
    const set = readNftables(JSON.stringify({ nftables: [{ chain }] }), advert)
    expect(set?.bases[0]?.mend).toBe('firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload')
  })
})
