import { describe, expect, test } from 'vitest'
import { formatIp } from '../../../src/base/address.ts'
import { seconds } from '../../../src/base/time.ts'
import { findings, instance, load, modelOf } from '../support.ts'

const globals = (lines: string): string => `global_defs {\n${lines}\n}\n`

test('an empty file', async () => {
  const loaded = await load('')
  expect(findings(loaded)).toEqual([])
  const { global, ...rest } = loaded.model
  expect(rest).toEqual({
    process: { pidDirectory: false },
    scripts: [],
    trackFiles: [],
    trackProcesses: [],
    syncGroups: [],
    instances: [],
    garpGroups: [],
    linkDelays: [],
    loadBalancing: {
      virtualServers: [],
      globals: { flush: false, flushOnStop: 'no', notifyAtStart: false },
    },
    staticAddresses: [],
    staticRoutes: [],
    staticRules: [],
    trackGroups: [],
  })
  expect(global).toMatchObject({
    enableScriptSecurity: false,
    dynamicInterfaces: false,
    startupDelay: seconds(0),
    defaultInterface: 'eth0',
    mail: { recipients: [], connectTimeout: seconds(30), notOnFault: false },
  })
  expect([formatIp(global.mcastGroup4), global.mcastGroup6]).toEqual(['224.0.0.18', 'ff02::12'])
})

describe('values', () => {
  test.each<[string, object, string[]]>([
    ['router_id LVS_1', { routerId: 'LVS_1' }, []],
    ['router_id', {}, ['2:10 missing-value']],
    ['enable_script_security', { enableScriptSecurity: true }, []],
    ['script_user nobody nogroup', { scriptUser: { user: 'nobody', group: 'nogroup' } }, []],
    ['script_user', {}, ['2:12 missing-value']],
    ['dynamic_interfaces', { dynamicInterfaces: true }, []],
    ['dynamic_interfaces allow_if_changes', { dynamicInterfaces: true }, []],
    ['dynamic_interfaces foo', { dynamicInterfaces: true }, ['2:20 invalid-value']],
    ['vrrp_mcast_group4 224.0.0.19', { mcastGroup4: 0xe0000013 }, []],
    ['vrrp_mcast_group4 10.0.0.1', { mcastGroup4: 0xe0000012 }, ['2:19 invalid-address']],
    ['nftables', { firewall: { name: 'vrrpd', priority: -1, counters: false } }, []],
    [
      'nftables mine\nnftables_priority 5\nnftables_counters',
      { firewall: { name: 'mine', priority: 5, counters: true } },
      [],
    ],
    ['nftables a;b', { firewall: { name: 'vrrpd', priority: -1, counters: false } }, ['2:10 invalid-value']],
    ['vrrp_mcast_group6 ff02::13', { mcastGroup6: 'ff02::13' }, []],
    ['vrrp_startup_delay 5.5', { startupDelay: seconds(5.5) }, []],
    ['vrrp_startup_delay 0', { startupDelay: seconds(0) }, ['2:20 value-out-of-range']],
    ['vrrp_garp_interval 0.001', { garpInterval: seconds(0.001) }, []],
    ['vrrp_garp_interval 0', { garpInterval: seconds(0) }, ['2:20 value-out-of-range']],
    ['smtp_connect_timeout 5', { mail: { connectTimeout: seconds(5) } }, []],
    ['smtp_server 192.0.2.1', { mail: { server: { host: '192.0.2.1', port: 25 } } }, []],
    ['smtp_server mx.example.org 587', { mail: { server: { host: 'mx.example.org', port: 587 } } }, []],
    ['smtp_server mx.example.org x', { mail: { server: { port: 25 } } }, ['2:28 invalid-number']],
    ['notification_email {\na@b\nc@d e@f\n}', { mail: { recipients: ['a@b', 'c@d', 'e@f'] } }, []],
    ['notification_email {\n}', { mail: { recipients: [] } }, ['2:1 empty-block']],
    [
      'notification_email_from me@here\nsmtp_helo_name here',
      { mail: { from: 'me@here', heloName: 'here' } },
      [],
    ],
    ['vrrp_rt_priority 100', { scheduling: { noSwap: false } }, ['2:18 value-out-of-range']],
    [
      'vrrp_rt_priority 50\nvrrp_priority -5\nvrrp_cpu_affinity 0 3\nvrrp_no_swap',
      { scheduling: { realTime: 50, nice: -5, processors: [0, 3], noSwap: true } },
      [],
    ],
    // Measured: a line replaces the one before it, and one bad number makes the line useless.
    ['vrrp_cpu_affinity 1\nvrrp_cpu_affinity 0', { scheduling: { processors: [0] } }, []],
    ['vrrp_cpu_affinity 0 -1', { scheduling: { noSwap: false } }, ['2:21 value-out-of-range']],
    ['vrrp_priority 20', { scheduling: { noSwap: false } }, ['2:15 value-out-of-range']],
    ['max_auto_priority', {}, []],
    ['vrrp_iptables', {}, ['2:1 deprecated']],
    ['json_version 2', {}, ['2:1 newer-keyword']],
    ['nftables_ipvs_start_fwmark 0', {}, ['2:28 value-out-of-range']],
    ['lvs_flush_on_stop foo', {}, ['2:19 invalid-value']],
  ])('%s', async (lines, values, expected) => {
    const loaded = await load(globals(lines))
    expect(findings(loaded)).toEqual(expected)
    expect(loaded.model.global).toMatchObject(values)
  })

  test('several blocks count as one, and the last value holds', async () => {
    const { global } = await modelOf(globals('router_id a\ndynamic_interfaces') + globals('router_id b'))
    expect(global).toMatchObject({ routerId: 'b', dynamicInterfaces: true })
  })
})

describe('defaults of instances', () => {
  test.each<[string, string, object]>([
    ['vrrp_version 3', '', { version: 3 }],
    ['vrrp_version 3', 'version 2', { version: 2 }],
    ['vrrp_strict', '', { strict: true, accept: false }],
    ['vrrp_strict', 'strict_mode off', { strict: false }],
    ['vrrp_strict off', '', { strict: false }],
    ['vrrp_lower_prio_no_advert', '', { lowerPrioNoAdvert: true }],
    ['vrrp_higher_prio_send_advert', 'higher_prio_send_advert no', { higherPrioSendAdvert: false }],
    ['smtp_alert', '', { smtpAlert: true }],
    ['smtp_alert\nsmtp_alert_vrrp off', '', { smtpAlert: false }],
    ['smtp_alert off', 'smtp_alert', { smtpAlert: true }],
  ])('%j and %j', async (global, own, values) => {
    const { model } = await load(globals(global) + instance(own))
    expect(model.instances[0]).toMatchObject(values)
  })
})

describe('what is not acted on', () => {
  test('is said once for each keyword, as a note that changes no exit code', async () => {
    const { diagnostics } = await load(globals('max_auto_priority 50\nenable_dbus\nnet_namespace x'))
    expect(diagnostics.map(({ severity, code, inKeepalived }) => [severity, code, inKeepalived])).toEqual([
      ['note', 'not-acted-on', 'no'],
      ['note', 'no-effect', 'no'],
      ['error', 'unknown-keyword', 'config'],
    ])
  })

  test('process-wide keywords stand outside of all blocks', async () => {
    expect(
      findings(await load('net_namespace x\nuse_pid_dir\nchild_wait_time 9\nlinkbeat_use_polling\n')),
    ).toEqual([])
  })
})
