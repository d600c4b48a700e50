import type { Encapsulation, NumberRange } from '../../../src/base/routing.ts'
import { describe, expect, test } from 'vitest'
import { formatCidr, formatIp } from '../../../src/base/address.ts'
import type { VirtualRoute, VirtualRule } from '../../../src/config/model.ts'
import { findings, instance, load } from '../support.ts'

/** As keepalived and ip(8) print a route, what is always the same left out. */
function shown(route: VirtualRoute): string {
  const words = [
    ...(route.append ? ['append'] : []),
    ...(route.type === 'unicast' ? [] : [route.type]),
    formatCidr(route.destination),
    ...(route.source === undefined ? [] : [`src ${formatIp(route.source)}`]),
    ...(route.gateway === undefined ? [] : [`via ${formatIp(route.gateway)}`]),
    ...(route.link === undefined ? [] : [`dev ${route.link}`]),
    ...(route.table === 254 ? [] : [`table ${route.table}`]),
    ...(route.protocol === 18 ? [] : [`proto ${route.protocol}`]),
    ...(route.scope === 'global' ? [] : [`scope ${route.scope}`]),
    ...(route.metric === undefined ? [] : [`metric ${route.metric}`]),
    ...route.metrics.map(({ name, value, locked }) => `${name} ${locked ? 'lock ' : ''}${value}`),
    ...(route.tos === undefined ? [] : [`tos ${route.tos}`]),
    ...(route.onlink ? ['onlink'] : []),
    ...(route.realms === undefined ? [] : [`realms ${route.realms}`]),
    ...(route.preference === undefined ? [] : [`pref ${route.preference}`]),
    ...(route.expires === undefined ? [] : [`expires ${route.expires}`]),
    ...(route.ttlPropagate === undefined ? [] : [`ttl-propagate ${route.ttlPropagate}`]),
    ...(route.encapsulation === undefined ? [] : [shownEncapsulation(route.encapsulation)]),
    ...(route.track ? [] : ['no_track']),
    ...route.nexthops.map(({ gateway, link, weight }) =>
      [
        'nexthop',
        ...(gateway === undefined ? [] : [`via ${formatIp(gateway)}`]),
        ...(link === undefined ? [] : [`dev ${link}`]),
        `weight ${weight}`,
      ].join(' '),
    ),
  ]
  return words.join(' ')
}

const shownEncapsulation = ({ kind, id, destination, tos }: Encapsulation): string =>
  [
    `encap ${kind} ${id ?? '-'} -> ${destination === undefined ? '-' : formatIp(destination)}`,
    ...(tos === undefined ? [] : [`tos ${tos}`]),
  ].join(' ')

describe('routes', () => {
  test.each<[string, string | undefined, ...string[]]>([
    ['10.0.0.0/8 via 10.9.1.254 dev eth0', '10.0.0.0/8 via 10.9.1.254 dev eth0'],
    ['src 10.9.1.1 to 10.0.0.0/8 via 10.9.1.254 dev eth0', '10.0.0.0/8 src 10.9.1.1 via 10.9.1.254 dev eth0'],
    ['10.0.0.0/8 gw 10.9.1.254 dev eth0', '10.0.0.0/8 via 10.9.1.254 dev eth0', '12 deprecated'],
    ['10.0.0.0/8 oif eth0', '10.0.0.0/8 dev eth0'],
    ['to 10.0.0.1 dev eth0', '10.0.0.1/32 dev eth0'],
    ['10.1.2.3/8 dev eth0', '10.1.2.3/8 dev eth0'],
    ['default via 10.9.1.254 dev eth0', '0.0.0.0/0 via 10.9.1.254 dev eth0'],
    ['default6 via fe80::1 dev eth0', '::/0 via fe80::1 dev eth0'],
    ['0.0.0.0/0 via 10.9.1.254 table 100 dev eth0', '0.0.0.0/0 via 10.9.1.254 dev eth0 table 100'],
    ['10.0.0.0/8 dev eth0 table main', '10.0.0.0/8 dev eth0'],
    ['10.0.0.0/8 dev eth0 table local', '10.0.0.0/8 dev eth0 table 255'],
    ['10.0.0.0/8 dev eth0 table 0x10', '10.0.0.0/8 dev eth0 table 16'],
    ['10.0.0.0/8 dev eth0 table blue', '10.0.0.0/8 dev eth0 table 77'],
    ['10.0.0.0/8 dev eth0 table foo', undefined, '27 invalid-value'],
    ['10.0.0.0/8 dev eth0 scope link metric 5', '10.0.0.0/8 dev eth0 scope link metric 5'],
    ['10.0.0.0/8 dev eth0 preference 5', '10.0.0.0/8 dev eth0 metric 5'],
    ['10.0.0.0/8 dev eth0 priority 5', '10.0.0.0/8 dev eth0 metric 5'],
    ['10.0.0.0/8 dev eth0 metric x', undefined, '28 invalid-value'],
    ['10.0.0.0/8 dev eth0 scope 300', undefined, '27 invalid-value'],
    ['10.0.0.0/8 dev eth0 tos 0x10 mtu lock 1400', '10.0.0.0/8 dev eth0 mtu lock 1400 tos 16'],
    ['10.0.0.0/8 dev eth0 dsfield 16', '10.0.0.0/8 dev eth0 tos 16'],
    ['10.0.0.0/8 dev eth0 tos 300', undefined, '25 invalid-value'],
    ['10.0.0.0/8 via inet 10.5.1.1 dev eth0 onlink', '10.0.0.0/8 via 10.5.1.1 dev eth0 onlink'],
    ['10.0.0.0/8 dev eth0 append no_track', 'append 10.0.0.0/8 dev eth0 no_track'],
    ['10.0.0.0/8 dev eth0 no_track protocol 17', '10.0.0.0/8 dev eth0 proto 17 no_track'],
    ['10.0.0.0/8 dev eth0 protocol static', '10.0.0.0/8 dev eth0', '1 rounded'],
    ['10.0.0.0/8 dev eth0 proto static', undefined, '21 unknown-option'],
    ['10.0.0.0/8 via 10.9.1.254', '10.0.0.0/8 via 10.9.1.254 no_track', '1 not-tracked'],
    ['blackhole 10.0.0.0/8', 'blackhole 10.0.0.0/8 no_track', '1 not-tracked'],
    ['unreachable 10.0.0.0/8 no_track', 'unreachable 10.0.0.0/8 no_track'],
    ['prohibit 10.0.0.0/8 no_track', 'prohibit 10.0.0.0/8 no_track'],
    ['throw 10.0.0.0/8 no_track', 'throw 10.0.0.0/8 no_track'],
    ['unicast 10.0.0.0/8 dev eth0', '10.0.0.0/8 dev eth0'],
    ['local 10.0.0.1 dev eth0', 'local 10.0.0.1/32 dev eth0'],
    [
      '10.0.0.0/8 via 10.9.1.254 or 10.9.1.253 dev eth0',
      '10.0.0.0/8 nexthop via 10.9.1.254 dev eth0 weight 1 nexthop via 10.9.1.253 dev eth0 weight 1',
      '27 deprecated',
    ],
    [
      '10.0.0.0/8 no_track nexthop via 10.9.1.254 dev eth0 weight 2 nexthop via 10.9.1.253 dev eth1',
      '10.0.0.0/8 no_track nexthop via 10.9.1.254 dev eth0 weight 2 nexthop via 10.9.1.253 dev eth1 weight 1',
    ],
    ['10.0.0.0/8 dev eth0 weight 3', undefined, '21 unknown-option'],
    [
      '10.0.0.0/8 dev eth0 advmss 100 rtt 4000 hoplimit 3',
      '10.0.0.0/8 dev eth0 advmss 100 rtt 4000 hoplimit 3',
    ],
    [
      '10.0.0.0/8 dev eth0 mtu lock 1400 rtt 2s rttvar 1.5s rto_min 450 features ecn congctl lock cubic',
      '10.0.0.0/8 dev eth0 mtu lock 1400 rtt 16000 rttvar 6000 rto_min 450 features 1 congctl lock cubic',
    ],
    ['10.0.0.0/8 dev eth0 rtt 100ms', '10.0.0.0/8 dev eth0 rtt 1600', '25 rounded'],
    ['10.0.0.0/8 dev eth0 rtt soon', undefined, '25 invalid-value'],
    ['10.0.0.0/8 dev eth0 window lock 100', undefined, '28 invalid-value'],
    ['10.0.0.0/8 dev eth0 hoplimit 256', undefined, '30 invalid-value'],
    ['10.0.0.0/8 dev eth0 features foo', '10.0.0.0/8 dev eth0', '30 invalid-value'],
    ['10.0.0.0/8 dev eth0 realms 1/2', '10.0.0.0/8 dev eth0 realms 65538'],
    ['10.0.0.0/8 dev eth0 realms cosmos/5', '10.0.0.0/8 dev eth0 realms 5'],
    ['10.0.0.0/8 dev eth0 realms 1/', undefined, '28 invalid-value'],
    ['fd00::/8 dev eth0 pref high expires 60', 'fd00::/8 dev eth0 pref 1 expires 60'],
    ['10.0.0.0/8 dev eth0 pref high', undefined, '21 family-mismatch'],
    ['fd00::/8 dev eth0 pref best', undefined, '24 invalid-value'],
    ['default via fd00::1 dev eth0', '::/0 via fd00::1 dev eth0'],
    ['10.0.0.0/8 dev eth0 ttl-propagate enabled', '10.0.0.0/8 dev eth0 ttl-propagate true'],
    [
      '10.0.0.0/8 encap ip id 5 dst 10.9.9.9 tos 4 dev eth0 tos 8 src 10.9.1.1',
      '10.0.0.0/8 src 10.9.1.1 dev eth0 tos 8 encap ip 5 -> 10.9.9.9 tos 4',
    ],
    ['10.0.0.0/8 encap ip6 dst 10.9.9.9 dev eth0', undefined, '26 invalid-value'],
    ['10.0.0.0/8 encap mpls 100 dev eth0', undefined],
    ['10.0.0.0/8 dev eth0 foo', undefined, '21 unknown-option'],
    ['dev eth0', undefined, '1 no-destination'],
    ['src 10.9.1.1 dev eth0', undefined, '1 no-destination'],
    ['src $SRC_IP to 10.0.0.0/8 dev eth0', undefined, '5 invalid-value'],
    ['10.0.0.0/8 via x dev eth0', undefined, '16 invalid-value'],
    ['10.0.0.0/8 via fe80::1 dev eth0', undefined, '16 family-mismatch'],
    ['x dev eth0', undefined, '1 invalid-value'],
    ['10.0.0.0/33 dev eth0', '10.0.0.0/32 dev eth0', '1 value-out-of-range'],
    ['10.0.0.0/8 via', undefined, '15 missing-parameter'],
  ])('%s', async (line, expected, ...codes) => {
    const loaded = await load(instance(`virtual_routes {\n${line}\n}`), {
      '/etc/iproute2/rt_tables': '254 main\n77 blue\n',
    })
    expect(loaded.model.instances[0]!.routes.map(shown)).toEqual(expected === undefined ? [] : [expected])
    expect(findings(loaded).map((one) => one.replace(/^\d+:/, ''))).toEqual(codes)
  })

  test('static ones are the same', async () => {
    const { model } = await load(
      'static_routes {\n10.0.0.0/8 dev eth1\n}\nstatic_ipaddress {\n10.0.0.1/8 brd +\n}\n',
    )
    expect(model.staticRoutes.map(shown)).toEqual(['10.0.0.0/8 dev eth1'])
    expect(model.staticAddresses).toMatchObject([{ link: 'eth0', broadcast: 0x0affffff }])
  })
})

const shownRange = ({ from, to }: NumberRange): string => `${from}-${to}`

function shownRule(rule: VirtualRule): string {
  const { action } = rule
  return [
    `${rule.preference}:`,
    ...(rule.not ? ['not'] : []),
    `from ${rule.from === undefined ? 'all' : formatCidr(rule.from)}`,
    ...(rule.to === undefined ? [] : [`to ${formatCidr(rule.to)}`]),
    ...(rule.fwmark === undefined ? [] : [`fwmark ${rule.fwmark}/${rule.fwmask ?? ''}`]),
    ...(rule.iif === undefined ? [] : [`iif ${rule.iif}`]),
    ...(rule.oif === undefined ? [] : [`oif ${rule.oif}`]),
    ...(rule.tos === undefined ? [] : [`tos ${rule.tos}`]),
    ...(rule.l3mdev ? ['l3mdev'] : []),
    ...(rule.uidRange === undefined ? [] : [`uidrange ${shownRange(rule.uidRange)}`]),
    ...(rule.ipProtocol === undefined ? [] : [`ipproto ${rule.ipProtocol}`]),
    ...(rule.sourcePorts === undefined ? [] : [`sport ${shownRange(rule.sourcePorts)}`]),
    ...(rule.destinationPorts === undefined ? [] : [`dport ${shownRange(rule.destinationPorts)}`]),
    ...(rule.tunnelId === undefined ? [] : [`tun_id ${rule.tunnelId}`]),
    ...(rule.realms === undefined ? [] : [`realms ${rule.realms}`]),
    ...(rule.suppressPrefixLength === undefined
      ? []
      : [`suppress_prefixlength ${rule.suppressPrefixLength}`]),
    ...(rule.suppressInterfaceGroup === undefined ? [] : [`suppress_ifgroup ${rule.suppressInterfaceGroup}`]),
    ...(rule.protocol === 18 ? [] : [`proto ${rule.protocol}`]),
    action.kind === 'table'
      ? `lookup ${action.table}`
      : action.kind === 'goto'
        ? `goto ${action.preference}`
        : action.kind,
    ...(rule.track ? [] : ['no_track']),
  ].join(' ')
}

describe('rules', () => {
  test.each<[string, string | undefined, ...string[]]>([
    ['from 10.0.0.0/8 table 1 priority 5', '5: from 10.0.0.0/8 lookup 1'],
    ['to 10.0.0.0/8 lookup main preference 5', '5: from all to 10.0.0.0/8 lookup 254'],
    ['from all table 1 order 5', '5: from 0.0.0.0/0 lookup 1'],
    ['not from 10.0.0.1 table 1 priority 0x10', '16: not from 10.0.0.1/32 lookup 1'],
    ['from 10.0.0.0/8 table 1', '16384: from 10.0.0.0/8 lookup 1', '1 no-preference'],
    [
      'fwmark 24/12 iif eth0 oif eth1 tos 22 goto 40 priority 39',
      '39: from all fwmark 24/12 iif eth0 oif eth1 tos 22 goto 40',
    ],
    ['dev eth0 blackhole priority 5 no_track', '5: from all iif eth0 proto 0 blackhole no_track'],
    ['from 10.0.0.0/8 l3mdev priority 5', '5: from 10.0.0.0/8 l3mdev lookup 0'],
    ['from 10.0.0.0/8 goto 3 priority 5', undefined, '1 invalid-value'],
    ['from 10.0.0.0/8 goto 40 realms 3 priority 5', undefined, '32 invalid-value'],
    ['table 1 suppress_prefixlength 0 priority 5', '5: from all suppress_prefixlength 0 lookup 1'],
    ['table 1 suppress_ifgroup default priority 5', '5: from all suppress_ifgroup 0 lookup 1'],
    ['table 1 realms 3/4 priority 5', '5: from all realms 196612 lookup 1'],
    ['uidrange 100-200 table 1 priority 5', '5: from all uidrange 100-200 lookup 1'],
    ['uidrange 200-100 table 1 priority 5', undefined, '10 invalid-value'],
    [
      'ipproto tcp sport 80-80 dport 1-9 table 1 priority 5',
      '5: from all ipproto 6 sport 80-80 dport 1-9 lookup 1',
    ],
    ['sport 1-70000 table 1 priority 5', undefined, '7 invalid-value'],
    ['tunnel-id 5 table 1 priority 5', '5: from all tun_id 5 lookup 1'],
    ['table 1 priority 5 protocol 4', '5: from all lookup 1', '1 rounded'],
    ['table 1 priority 5 protocol 4 no_track', '5: from all proto 4 lookup 1 no_track'],
    ['from 10.0.0.0/8 priority 5', undefined, '1 no-action'],
    ['from 10.0.0.0/8 table 1 table 2 priority 7', undefined, '31 invalid-value'],
    ['from x table 1 priority 5', undefined, '6 invalid-value'],
    ['from 10.0.0.0/8 to fe80::/64 table 1 priority 5', undefined, '20 family-mismatch'],
    ['from 10.0.0.0/8 table nowhere priority 5', undefined, '23 invalid-value'],
    ['from 10.0.0.0/8 table 1 foo priority 5', undefined, '25 unknown-option'],
    ['table 1 pref 5', undefined, '9 unknown-option'],
    ['from 10.0.0.0/8 table', undefined, '22 missing-parameter'],
  ])('%s', async (line, expected, ...codes) => {
    const loaded = await load(instance(`virtual_rules {\n${line}\n}`))
    expect(loaded.model.instances[0]!.rules.map(shownRule)).toEqual(expected === undefined ? [] : [expected])
    expect(findings(loaded).map((one) => one.replace(/^\d+:/, ''))).toEqual(codes)
  })

  test('those without a preference count down through the file', async () => {
    const rules = 'virtual_rules {\nfrom 10.0.0.0/8 table 1\nto 10.0.0.0/8 table 2\n}'
    const { model } = await load(instance(rules) + instance(rules, 'VI_2').replace('id 51', 'id 52'))
    const preferences = model.instances.flatMap((one) => one.rules.map(({ preference }) => preference))
    expect(preferences).toEqual([16_384, 16_383, 16_382, 16_381])
  })

  test('static ones in their turn, as measured with keepalived 2.2.7', async () => {
    const one = (table: number): string => `from 10.${table}.0.0/16 table ${table}`
    const rules = (table: number): string => `virtual_rules {\n${one(table)}\n}`
    const { model } = await load(
      `${instance(rules(1))}\nstatic_rules {\n${one(2)}\n}\n` +
        `${instance(rules(3), 'VI_2').replace('id 51', 'id 52')}\nstatic_rules {\n${one(4)}\n}`,
    )
    const preferences = model.instances.flatMap((each) => each.rules.map(({ preference }) => preference))
    expect(preferences).toEqual([16_384, 16_382])
    expect(model.staticRules.map(({ preference }) => preference)).toEqual([16_383, 16_381])
  })

  test('for IPv4 and IPv6 on their own', async () => {
    const { model } = await load(
      instance('virtual_rules {\nfrom 10.0.0.0/8 table 1\nfrom fd00::/8 table 1\nto 10.0.0.0/8 table 2\n}'),
    )
    expect(model.instances[0]!.rules.map(({ preference }) => preference)).toEqual([16_384, 16_384, 16_383])
  })
})

test('a track_group names instances that there are', async () => {
  const loaded = await load(
    `track_group G {\n group {\n VI_1\n VI_9\n}\n}\nstatic_routes {\n10.0.0.0/8 dev eth1 track_group G\n}\n${instance('')}`,
  )
  expect(loaded.model.trackGroups).toEqual([{ name: 'G', members: ['VI_1'] }])
  expect(loaded.model.staticRoutes[0]?.trackGroup).toBe('G')
  expect(findings(loaded)).toEqual(['4:2 no-such-instance'])
})
