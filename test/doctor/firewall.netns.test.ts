/** What we read in nftables' rules against what the kernel does with them. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outcomeOf } from '../../src/doctor/firewall/rules.ts'
import { readNftables } from '../../src/doctor/firewall/nft.ts'
import { openAdvertReceiver, type AdvertReceiver } from '../../src/vrrp/socket/advert-socket.ts'
import { Lab, type Host } from '../support/lab.ts'
import { craftAdvert } from '../support/lab/craft.ts'
import { needs } from '../support/privileges.ts'
import { ip } from './kit.ts'

const input = (...rules: readonly string[]): string =>
  `table inet filter { chain input { type filter hook input priority 0; policy drop; ${rules.join('; ')}; }; }`

/** `perhaps` where a rule asks what cannot be known beforehand. */
const rulesets: readonly (readonly [rules: string, expected: 'accept' | 'drop' | 'perhaps'])[] = [
  ['', 'accept'],
  [input(), 'drop'],
  [input('ip protocol vrrp accept'), 'accept'],
  [input('ip protocol 112 ip daddr 224.0.0.18 accept'), 'accept'],
  [input('meta l4proto { tcp, udp, vrrp } accept'), 'accept'],
  [input('meta l4proto != tcp accept'), 'accept'],
  [
    input(
      'ip protocol ah accept',
      'tcp dport 22 accept',
      'udp dport { 53, 67 } accept',
      'icmp type echo-request accept',
    ),
    'drop',
  ],
  [input('iifname "lo" accept', 'iif "lo" accept'), 'drop'],
  [input('iifname "eth*" meta l4proto vrrp accept'), 'accept'],
  [input('iifname { "eth0", "eth1" } accept'), 'accept'],
  [input('ip daddr 224.0.0.0/4 accept'), 'accept'],
  [input('ip daddr { 224.0.0.1, 224.0.0.0-224.0.0.20 } accept'), 'accept'],
  [input('ip saddr 10.9.0.0/16 counter log accept'), 'accept'],
  [input('ip saddr != 10.9.0.0/24 accept'), 'drop'],
  [input('ip saddr 10.9.0.2 accept'), 'perhaps'],
  [
    input(
      'ct state vmap { established : accept, related : accept, invalid : drop }',
      'ip protocol vrrp accept',
    ),
    'accept',
  ],
  [input('ct state established,related accept'), 'drop'],
  [input('ct state new accept'), 'accept'],
  [input('meta pkttype multicast accept'), 'accept'],
  [input('ip6 nexthdr vrrp accept', 'meta nfproto ipv6 accept'), 'drop'],
  [input('ip protocol vmap { tcp : drop, vrrp : accept }'), 'accept'],
  [input('meta mark 0x1 accept'), 'perhaps'],
  [input('limit rate 1/second accept'), 'perhaps'],
  [input('ip protocol vrrp reject'), 'drop'],
  [
    'table ip f { set groups { type ipv4_addr; elements = { 224.0.0.18, 224.0.0.5 }; }; chain own { ip daddr @groups accept; }; chain input { type filter hook input priority 0; policy drop; jump own; }; }',
    'accept',
  ],
  [
    'table ip f { chain own { return; }; chain input { type filter hook input priority 0; jump own; goto last; accept; }; chain last { ip protocol vrrp drop; }; }',
    'drop',
  ],
  [
    'table ip raw { chain pre { type filter hook prerouting priority -300; ip protocol vrrp drop; }; }',
    'drop',
  ],
  [
    'table netdev early { chain in { type filter hook ingress device eth0 priority 0; ip protocol vrrp drop; }; }',
    'drop',
  ],
  ['table ip6 f { chain input { type filter hook input priority 0; policy drop; }; }', 'accept'],
  [
    'table ip f { chain out { type filter hook output priority 0; policy drop; }; chain through { type filter hook forward priority 0; policy drop; }; }',
    'accept',
  ],
]

needs('netns', 'nft')('nftables', () => {
  let lab: Lab<'a' | 'probe'>
  let a: Host
  let socket: AdvertReceiver
  const frame = craftAdvert({ source: '10.9.0.2', vrid: 51, priority: 100, addresses: ['10.9.0.100'] })

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'probe'] })
    a = lab.host('a')
    const [{ ifindex: index } = { ifindex: 0 }] = JSON.parse(
      await a.ip('-j', 'link', 'show', 'dev', 'eth0'),
    ) as { ifindex: number }[]
    const opened = openAdvertReceiver({
      link: { index, name: 'eth0' },
      address: ip('224.0.0.18'),
      protocols: [112],
      namespace: a.namespace,
    })
    if (!opened.ok) throw new Error(opened.error.text)
    socket = opened.value
  })
  afterAll(async () => {
    socket.close()
    await lab.destroy()
  })

  test.each(rulesets)('%s', async (rules, expected) => {
    await a.exec(['nft', '-f', '-'], `flush ruleset\n${rules}`)
    const [passes, judged] = [await isHeard(expected === 'accept' ? 15_000 : 100), await judge()]
    expect(judged).toBe(expected)
    if (expected !== 'perhaps') expect(passes).toBe(expected === 'accept')
  })

  async function judge(): Promise<string> {
    const neighbours = [{ first: ip('10.9.0.0'), last: ip('10.9.0.255') }]
    const advert = { link: 'eth0', protocol: 112, destination: ip('224.0.0.18'), neighbours }
    const set = readNftables(await a.exec(['nft', '-j', 'list', 'ruleset']), advert)
    if (!set) return 'not understood'
    const outcomes = set.bases.map((base) => outcomeOf(base, set.chains))
    return outcomes.includes('drop') ? 'drop' : outcomes.includes('perhaps') ? 'perhaps' : 'accept'
  }

  /** A veth delivers at once; what has not arrived by then was dropped. Whom it is meant to reach can wait longer. */
  async function isHeard(withinMs: number): Promise<boolean> {
    await lab.host('probe').inject(frame)
    for (let waited = 0; waited < withinMs; waited += 10) {
      const received = socket.receive()
      if (received.ok && received.value.length > 0) return true
      await sleep(10)
    }
    return false
  }
})
