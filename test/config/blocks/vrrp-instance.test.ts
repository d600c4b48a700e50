/** What keepalived 2.2.7 makes of a vrrp_instance, each line of it measured. */

import { describe, expect, test } from 'vitest'
import { formatIp, parseIpv4 } from '../../../src/base/address.ts'
import { seconds } from '../../../src/base/time.ts'
import type { VrrpInstance } from '../../../src/config/model.ts'
import { findings, instance, instanceWith, load, OWN } from '../support.ts'

type Case = [lines: string, values: Partial<VrrpInstance>, findings: string[]]

const PASS = 'authentication {\n auth_type PASS\n auth_pass 1111\n}'

function cases(table: readonly Case[]): void {
  test.each(table)('%s', async (lines, values, expected) => {
    const loaded = await load(instance(lines))
    expect(findings(loaded)).toEqual(
      expected.map((one) => one.replace(/^(\d+):/, (_, n) => `${OWN - 1 + Number(n)}:`)),
    )
    expect(loaded.model.instances[0]).toMatchObject(values)
  })
}

test('without any of these', async () => {
  expect(await instanceWith('')).toMatchObject({
    name: 'VI_1',
    link: 'eth0',
    vrid: 51,
    version: 2,
    family: 4,
    wantedState: 'BACKUP',
    priority: 100,
    advertInterval: seconds(1),
    preempt: true,
    preemptDelay: seconds(0),
    authentication: { type: 'none' },
    dontTrackPrimary: false,
    downTimerAdverts: 3,
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    skipCheckAdvAddr: false,
    unicastPeers: [],
    unicastTtl: 255,
    strict: false,
    accept: true,
    notify: {},
    smtpAlert: false,
    garp: {
      masterRepeat: 5,
      masterDelay: seconds(5),
      masterRefresh: seconds(0),
      masterRefreshRepeat: 1,
      lowerPrioDelay: seconds(5),
      lowerPrioRepeat: 5,
      extraInterval: 0,
      extraOnAll: false,
    },
  })
})

describe('state and priority', () => {
  cases([
    ['state MASTER', { wantedState: 'MASTER', priority: 255 }, []],
    ['state MASTER\npriority 100', { wantedState: 'MASTER', priority: 100 }, []],
    ['state BACKUP\npriority 255', { wantedState: 'BACKUP', priority: 255 }, []],
    ['priority 255', { wantedState: 'MASTER', priority: 255 }, []],
    ['state master', { wantedState: 'BACKUP', priority: 100 }, ['1:7 invalid-value']],
    ['state SLAVE', { wantedState: 'BACKUP' }, ['1:7 invalid-value']],
    ['state MASTER\nstate BACKUP', { wantedState: 'MASTER' }, ['2:1 already-given']],
    ['priority 50\npriority 60', { priority: 60 }, []],
    ['priority 0', { priority: 100 }, ['1:10 value-out-of-range']],
    ['priority 50\npriority 300', { priority: 100 }, ['2:10 value-out-of-range']],
    ['priority abc', { priority: 100 }, ['1:10 invalid-number']],
    ['priority 0x64', { priority: 100 }, ['1:10 invalid-number']],
    ['priority 100;', { priority: 100 }, ['1:10 invalid-number']],
    ['priority 12.0', { priority: 100 }, ['1:10 invalid-number']],
    ['priority +012', { priority: 12 }, []],
    ['priority " 12"', { priority: 12 }, []],
    ['priority "12 "', { priority: 100 }, ['1:11 invalid-number']],
    ['priority 12 34 more', { priority: 12 }, []],
    ['priority 99999999999999999999', { priority: 100 }, ['1:10 value-out-of-range']],
  ])
})

describe('advert_int', () => {
  cases([
    ['advert_int 3', { advertInterval: seconds(3) }, []],
    ['advert_int 1.5', { advertInterval: seconds(2) }, ['1:12 rounded']],
    ['advert_int 2.5', { advertInterval: seconds(3) }, ['1:12 rounded']],
    ['advert_int 3.49', { advertInterval: seconds(3) }, ['1:12 rounded']],
    ['advert_int .01', { advertInterval: seconds(1) }, ['1:12 rounded']],
    ['advert_int 2.', { advertInterval: seconds(2) }, []],
    ['advert_int 2.0000001', { advertInterval: seconds(2) }, ['1:12 too-precise']],
    ['advert_int 0', { advertInterval: seconds(1) }, ['1:12 value-out-of-range']],
    ['advert_int 300', { advertInterval: seconds(1) }, ['1:12 value-out-of-range']],
    ['advert_int 2\nadvert_int 300', { advertInterval: seconds(2) }, ['2:12 value-out-of-range']],
    ['advert_int 1e0', { advertInterval: seconds(1) }, ['1:12 invalid-number']],
    ['advert_int 2,5', { advertInterval: seconds(1) }, ['1:12 invalid-number']],
    ['version 3\nadvert_int 0.5', { version: 3, advertInterval: seconds(0.5) }, []],
    ['version 3\nadvert_int 0.015', { advertInterval: seconds(0.02) }, ['2:12 rounded']],
    ['version 3\nadvert_int 50', { advertInterval: seconds(40.95) }, ['2:12 rounded']],
    ['version 4', { version: 2 }, ['1:9 value-out-of-range']],
  ])
})

describe('nopreempt and preempt_delay', () => {
  cases([
    ['nopreempt', { preempt: false }, []],
    ['nopreempt no', { preempt: false }, []],
    ['nopreempt\npreempt', { preempt: true }, []],
    ['preempt\nnopreempt', { preempt: false }, []],
    ['state MASTER\npriority 100\nnopreempt', { preempt: true }, ['3:1 cleared']],
    ['state MASTER\nnopreempt', { preempt: true, priority: 255 }, ['2:1 cleared']],
    ['priority 255\nnopreempt', { preempt: true }, ['2:1 cleared']],
    ['preempt_delay 5.5', { preemptDelay: seconds(5.5) }, []],
    ['preempt_delay 1001', { preemptDelay: seconds(0) }, ['1:15 value-out-of-range']],
    ['preempt_delay -1', { preemptDelay: seconds(0) }, ['1:15 value-out-of-range']],
    ['preempt_delay 5\nnopreempt', { preempt: false, preemptDelay: seconds(0) }, ['1:1 cleared']],
    ['state MASTER\npriority 100\npreempt_delay 5', { preemptDelay: seconds(0) }, ['3:1 cleared']],
    ['priority 255\npreempt_delay 5', { preemptDelay: seconds(0) }, ['2:1 cleared']],
    ['preempt_delay 0\nnopreempt', { preempt: false }, []],
  ])
})

describe('authentication', () => {
  const none = { authentication: { type: 'none' as const, password: new Uint8Array() } }
  const pass = (password: string): Partial<VrrpInstance> => ({
    authentication: { type: 'PASS', password: new TextEncoder().encode(password) },
  })
  cases([
    [PASS, pass('1111'), []],
    ['authentication { auth_type PASS\n auth_pass 1111 }', pass('1111'), []],
    [
      'authentication {\n auth_type PASS\n auth_pass 123456789\n}',
      pass('12345678'),
      ['3:12 password-truncated'],
    ],
    ['authentication {\n auth_type PASS\n auth_pass "a b"\n}', pass('a b'), []],
    ["authentication {\n auth_type PASS\n auth_pass 'a b'\n}", pass("'a"), []],
    ['authentication {\n auth_type PASS\n auth_pass ab\\#c\n}', pass('ab'), ['3:14 escaped-comment']],
    ['authentication {\n auth_type PASS\n auth_pass ab"c d"\n}', pass('ab'), []],
    ['authentication {\n auth_type PASS\n auth_pass a\n auth_pass b\n}', pass('b'), []],
    ['authentication {\n auth_type PASS\n auth_pass a\n auth_type FOO\n}', pass('a'), ['4:12 invalid-value']],
    ['authentication {\n auth_type PASS\n}', none, ['1:1 no-authentication']],
    ['authentication {\n auth_type PASS\n auth_pass ""\n}', none, ['1:1 no-authentication']],
    [
      'authentication {\n auth_type PASS\n autp_pass 1\n}',
      none,
      ['1:1 no-authentication', '3:2 unknown-keyword'],
    ],
    [
      'authentication {\n auth_type pass\n auth_pass a\n}',
      none,
      ['1:1 no-authentication', '2:12 invalid-value'],
    ],
    ['authentication {\n auth_pass a\n}', none, ['1:1 no-authentication']],
    ['authentication {\n}', none, []],
    [`version 3\n${PASS}`, none, ['2:1 no-authentication']],
    [
      'authentication {\n auth_type AH\n auth_pass a\n}',
      { authentication: { type: 'AH', password: Uint8Array.of(97) } },
      [],
    ],
    [
      'state MASTER\npriority 100\nauthentication {\n auth_type AH\n auth_pass a\n}',
      { wantedState: 'BACKUP' },
      ['3:1 cleared'],
    ],
    [
      'state MASTER\nauthentication {\n auth_type AH\n auth_pass a\n}',
      { wantedState: 'MASTER', priority: 255 },
      [],
    ],
  ])
})

describe('strict mode', () => {
  const strict = {
    strict: true,
    lowerPrioNoAdvert: true,
    accept: false,
    garp: expect.objectContaining({ lowerPrioDelay: 0, lowerPrioRepeat: 0 }) as VrrpInstance['garp'],
  }
  cases([
    ['strict_mode', strict, []],
    ['strict_mode off', { strict: false, accept: true }, []],
    ['strict_mode maybe', { strict: false }, ['1:13 invalid-value']],
    ['strict_mode\nstate MASTER\npriority 100', { ...strict, wantedState: 'BACKUP' }, ['2:1 not-strict']],
    ['strict_mode\npriority 255', { wantedState: 'MASTER', accept: true }, []],
    ['strict_mode\npreempt_delay 5', { preemptDelay: seconds(0) }, ['2:1 not-strict']],
    ['strict_mode\nhigher_prio_send_advert', { higherPrioSendAdvert: false }, ['2:1 not-strict']],
    ['strict_mode\nlower_prio_no_advert no', { lowerPrioNoAdvert: true }, ['2:1 not-strict']],
    ['strict_mode\ngarp_lower_prio_repeat 3', strict, ['2:1 not-strict']],
    ['strict_mode\ndown_timer_adverts 5', { downTimerAdverts: 3 }, ['2:1 not-strict']],
    ['strict_mode\naccept', { accept: false }, ['2:1 not-strict']],
    ['no_accept', { accept: false, dropsTraffic: true }, []],
    ['no_accept\naccept', { accept: true, dropsTraffic: false }, []],
    ['accept\nno_accept', { accept: false, dropsTraffic: true }, []],
    ['no_accept\npriority 255', { dropsTraffic: false }, []],
    ['strict_mode\nno_accept', { ...strict, dropsTraffic: true }, []],
    ['strict_mode', { ...strict, dropsTraffic: false }, []],
  ])

  test('authentication is dropped', async () => {
    const loaded = await load(instance(`strict_mode\n${PASS}`))
    expect(findings(loaded)).toEqual(['1:15 not-strict'])
    expect(loaded.model.instances[0]!.authentication.type).toBe('none')
  })
})

describe('gratuitous ARP', () => {
  const garp = (changed: Partial<VrrpInstance['garp']>): Partial<VrrpInstance> => ({
    garp: expect.objectContaining(changed) as VrrpInstance['garp'],
  })
  cases([
    ['garp_master_delay 10', garp({ masterDelay: seconds(10), lowerPrioDelay: seconds(5) }), []],
    ['garp_master_delay 0', garp({ masterDelay: seconds(0) }), []],
    ['garp_master_delay 1.5', garp({ masterDelay: seconds(5) }), ['1:19 invalid-number']],
    ['garp_master_repeat 0', garp({ masterRepeat: 1 }), ['1:20 value-out-of-range']],
    ['garp_master_repeat -1', garp({ masterRepeat: 5 }), ['1:20 value-out-of-range']],
    [
      'garp_master_refresh 60\ngarp_master_refresh_repeat 2',
      garp({ masterRefresh: seconds(60), masterRefreshRepeat: 2 }),
      [],
    ],
    [
      'garp_lower_prio_delay 3\ngarp_lower_prio_repeat 0',
      garp({ lowerPrioDelay: seconds(3), lowerPrioRepeat: 0 }),
      [],
    ],
    ['garp_extra_if all 60', garp({ extraInterval: seconds(60), extraOnAll: true }), []],
    ['garp_extra_if 60', garp({ extraInterval: seconds(60), extraOnAll: false }), []],
    ['garp_extra_if all 0', garp({ extraInterval: seconds(0), extraOnAll: false }), []],
    ['garp_extra_if all', garp({ extraInterval: seconds(0) }), ['1:15 missing-value']],
    ['garp_extra_if all 86401', garp({ extraInterval: seconds(0) }), ['1:19 value-out-of-range']],
  ])

  test('global_defs are the defaults, wherever they stand', async () => {
    const defaults =
      'vrrp_garp_master_repeat 2\nvrrp_garp_master_delay 9\nvrrp_down_timer_adverts 4\nvrrp_skip_check_adv_addr\nvrrp_garp_extra_if all 100'
    const loaded = await load(`${instance('garp_master_repeat 3')}global_defs {\n${defaults}\n}\n`)
    expect(findings(loaded)).toEqual([])
    expect(loaded.model.instances[0]).toMatchObject({
      garp: {
        masterRepeat: 3,
        masterDelay: seconds(9),
        lowerPrioDelay: seconds(9),
        lowerPrioRepeat: 2,
        extraInterval: seconds(100),
        extraOnAll: true,
      },
      downTimerAdverts: 4,
      skipCheckAdvAddr: true,
    })
  })

  test('vrrp_min_garp: one, and no second burst', async () => {
    const { model } = await load(`global_defs {\nvrrp_min_garp\n}\n${instance()}`)
    expect(model.instances[0]!.garp).toMatchObject({ masterRepeat: 1, masterDelay: 0 })
  })
})

describe('transport', () => {
  cases([
    ['mcast_src_ip 192.0.2.9', { sourceAddress: parseIpv4('192.0.2.9')! }, []],
    ['mcast_src_ip 192.0.2.9/24', { sourceAddress: parseIpv4('192.0.2.9')! }, []],
    ['mcast_src_ip <IPADDR>', { family: 4 }, ['1:14 invalid-address']],
    ['unicast_src_ip 192.0.2.9', { unicastPeers: [] }, ['1:1 no-peers']],
    ['unicast_peer {\nx\n}', { unicastPeers: [] }, ['1:1 no-peers', '2:1 invalid-address']],
    ['unicast_fault_no_peer\nunicast_src_ip 192.0.2.9', { faultWithoutPeers: true }, []],
    ['unicast_ttl 3', {}, ['1:1 cleared']],
    ['mcast_dst_ip 224.0.0.19', { mcastGroup: parseIpv4('224.0.0.19')! }, []],
    ['mcast_dst_ip 192.0.2.1', {}, ['1:14 invalid-address']],
    ['use_vmac', { virtualMac: { transmitOnBase: false } }, []],
    ['use_vmac vrrp1\nvmac_xmit_base', { virtualMac: { name: 'vrrp1', transmitOnBase: true } }, []],
    ['vmac_xmit_base', {}, ['1:1 cleared']],
    ['use_vmac\nunicast_peer {\n192.0.2.8\n}', { virtualMac: { transmitOnBase: true } }, ['1:1 cleared']],
  ])

  test('limits of a peer that nothing can keep', async () => {
    const loaded = await load(instance('unicast_peer {\n192.0.2.8 min_ttl 200 max_ttl 100\n}'))
    expect(findings(loaded)).toEqual([`${OWN + 1}:1 value-out-of-range`])
  })

  test('vrrp_check_unicast_src and track_src_ip', async () => {
    const peer = 'unicast_peer {\n192.0.2.8\n}'
    const checked = await load(`global_defs {\nvrrp_check_unicast_src\n}\n${instance(peer)}`)
    expect(checked.model.instances[0]).toMatchObject({ checkUnicastSource: true, trackSourceAddress: false })
    const tracked = await instanceWith('track_src_ip')
    expect(tracked).toMatchObject({ checkUnicastSource: false, trackSourceAddress: true })
  })

  test('unicast peers with their limits', async () => {
    const loaded = await load(
      instance(
        'unicast_peer {\n192.0.2.8 min_ttl 250 max_ttl 254\n192.0.2.9/24\n192.0.2.10 192.0.2.11\n2001:db8::1\n}',
      ),
    )
    expect(findings(loaded)).toEqual([`${OWN + 3}:12 unknown-option`, `${OWN + 4}:1 family-mismatch`])
    const { unicastPeers, checkUnicastSource } = loaded.model.instances[0]!
    expect(unicastPeers.map(({ address, minTtl, maxTtl }) => [formatIp(address), minTtl, maxTtl])).toEqual([
      ['192.0.2.8', 250, 254],
      ['192.0.2.9', 0, 255],
      ['192.0.2.10', 0, 255],
    ])
    expect(checkUnicastSource).toBe(true)
  })
})

describe('family', () => {
  test('the first address decides, others are left out', async () => {
    const text =
      'vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n2001:db8::1/64\n192.0.2.1\n}\n}\n'
    const loaded = await load(text)
    expect(findings(loaded)).toEqual(['6:1 family-mismatch'])
    expect(loaded.model.instances[0]).toMatchObject({ family: 6, version: 3, addresses: [{}] })
  })

  test('that may be the source address', async () => {
    const loaded = await load(
      `vrrp_instance V {\nmcast_src_ip fe80::1\n${instance().split('\n').slice(1).join('\n')}`,
    )
    expect(findings(loaded)).toEqual(['1:15 no-addresses', '6:5 family-mismatch'])
    expect(loaded.fatal).toBe(true)
  })

  test('excluded addresses may be of any', async () => {
    const { excludedAddresses } = await instanceWith(
      'virtual_ipaddress_excluded {\n2001:db8::1\n192.0.2.7\n}',
    )
    expect(excludedAddresses.map(({ cidr }) => formatIp(cidr.address))).toEqual(['2001:db8::1', '192.0.2.7'])
  })
})

describe('what nothing can stand in for', () => {
  const VIP = 'virtual_ipaddress {\n192.0.2.1\n}'
  test.each([
    [`interface eth0\n${VIP}`, '1:15 missing-vrid'],
    [`interface eth0\nvirtual_router_id 256\n${VIP}`, '1:15 missing-vrid'],
    [`virtual_router_id 51\n${VIP}`, '1:15 missing-interface'],
    [`virtual_router_id 51\ninterface lo\n${VIP}`, '1:15 missing-interface'],
  ])('%s', async (lines, finding) => {
    const loaded = await load(`vrrp_instance V {\n${lines}\n}\n`)
    expect(findings(loaded)).toContain(finding)
    expect(loaded.fatal).toBe(true)
    expect(loaded.model.instances).toEqual([])
    expect(loaded.incompleteInstances).toHaveLength(1)
  })

  test.each([
    'debug',
    'state',
    'priority',
    'interface',
    'notify_master',
    'mcast_src_ip',
    'garp_master_delay',
  ])('%s without a value', async (keyword) => {
    const loaded = await load(instance(keyword))
    expect(findings(loaded)).toEqual([`${OWN}:${keyword.length + 1} missing-parameter`])
    expect(loaded.diagnostics[0]).toMatchObject({ fatal: true, inKeepalived: 'abort' })
  })

  test('a value that an open quote has swallowed is missing all the same', async () => {
    expect(findings(await load(instance('priority "300')))).toEqual([
      `${OWN}:9 missing-parameter`,
      `${OWN}:10 unterminated-quote`,
    ])
    expect(findings(await load(instance('notify_master "/bin/x')))).toEqual([`${OWN}:15 unterminated-quote`])
  })

  test('no address is only worth a warning', async () => {
    const loaded = await load('vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n}\n')
    expect(findings(loaded)).toEqual(['1:15 no-addresses'])
    expect(loaded.fatal).toBe(false)
  })

  test('nor is that, where it is meant', async () => {
    const loaded = await load(
      'vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n}\n',
    )
    expect(findings(loaded)).toEqual(['4:1 newer-keyword'])
  })
})

describe('notify', () => {
  test('the first of each kind holds', async () => {
    const loaded = await load(instance('notify_master /bin/a\nnotify_master /bin/b\nnotify "/bin/c x"'))
    expect(findings(loaded)).toEqual([`${OWN + 1}:1 already-given`])
    expect(loaded.model.instances[0]!.notify).toMatchObject({
      master: { argv: ['/bin/a'] },
      any: { argv: ['/bin/c', 'x'] },
    })
  })

  test('what stands behind an unquoted command is its user', async () => {
    const { notify } = await instanceWith('notify_master /bin/a root wheel')
    expect(notify.master).toMatchObject({ argv: ['/bin/a'], user: { user: 'root', group: 'wheel' } })
  })
})

describe('old and new keywords', () => {
  cases([
    ['lvs_sync_daemon_interface eth0', {}, ['1:1 deprecated']],
    ['linkbeat_use_polling', {}, ['1:1 deprecated']],
    ['debug 2', {}, []],
    ['debug 9', {}, ['1:7 value-out-of-range']],
    ['timer_expired_backup 5', {}, ['1:1 newer-keyword']],
    ['dont_track_primary', { dontTrackPrimary: true }, []],
    ['down_timer_adverts 101', { downTimerAdverts: 3 }, ['1:20 value-out-of-range']],
  ])
})
