/** What an experienced operator would say: each remark where it belongs, and silence where all is well. */

import { describe, expect, test } from 'vitest'
import { ownAddresses } from '../../../src/config/analysis/lint/host.ts'
import { lint } from '../../../src/config/analysis/lint/lint.ts'
import { cidr } from '../../netlink/specs.ts'
import { instance, load, MAIN, place } from '../support.ts'

async function remarks(text: string, verbose = false): Promise<string[]> {
  const loaded = await load(text)
  return lint(loaded.model, loaded.nodes, { file: MAIN, verbose }).map(
    (one) => `${one.severity} ${place(one, loaded)}: ${one.message}`,
  )
}

const script = (name = 'chk', lines = ''): string => `vrrp_script ${name} {\n  script /bin/true\n${lines}}\n`
const SCRIPT_LINES = 3

describe('the election', () => {
  test('an ordinary pair of routers is left alone', async () => {
    expect(await remarks(instance('state MASTER\npriority 150'))).toEqual([])
    expect(await remarks(instance('state BACKUP\nnopreempt\npriority 100\nadvert_int 3'))).toEqual([])
    expect(await remarks(`${script('chk', 'weight -20\n')}${instance('track_script {\nchk\n}')}`)).toEqual([])
  })

  test('state MASTER without a priority owns the addresses', async () => {
    const [said, ...others] = await remarks(instance('state MASTER'))
    expect(said).toMatch(/^note 7:7 assumed-owner: without a priority, state MASTER means 255/)
    expect(others).toEqual([])
    expect(await remarks(instance('state MASTER\npriority 255'))).toEqual([])
  })

  test.each([
    [
      'an own tracker',
      `${script('chk', 'weight -20\n')}${instance('nopreempt\ntrack_script {\nchk\n}')}`,
      '13:1',
    ],
    ['an interface', instance('nopreempt\ntrack_interface {\neth1 weight -20\n}'), '9:1'],
    [
      'the group',
      `${script('chk', 'weight -20\n')}${instance('nopreempt')}${instance('nopreempt\nvirtual_router_id 52\nvirtual_ipaddress {\n192.0.2.9\n}', 'VI_2')}vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\ntrack_script {\nchk\n}\n}\n`,
      '31:1',
    ],
  ])('nopreempt makes the weight of %s idle', async (_what, text, where) => {
    const said = await remarks(text)
    expect(said[0]).toContain(`warning ${where} nopreempt-weight: with nopreempt a BACKUP leaves a MASTER`)
  })

  test('a tracker without a weight goes with nopreempt', async () => {
    expect(await remarks(`${script()}${instance('nopreempt\ntrack_script {\nchk\n}')}`)).toEqual([])
  })

  test.each([
    ['weight 10', 'priority 250', 'priority and weights come to 260, but effective priorities end at 254'],
    ['weight -10', 'priority 5', 'priority and weights come down to -5, but effective priorities end at 1'],
    ['weight -10 reverse', 'priority 250', 'priority and weights come to 260'],
  ])('%s goes beyond the end of %s', async (weight, priority, says) => {
    const text = `${script('chk', `${weight}\n`)}${instance(`${priority}\ntrack_script {\nchk\n}`)}`
    const said = await remarks(text)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`note ${SCRIPT_LINES + 1 + 7}:10 weight-clamped: ${says}`)
  })

  test('strict mode: who may be spoken to', async () => {
    const [said] = await remarks(instance('strict_mode on'))
    expect(said).toMatch(/^note 7:13 blocked-addresses: .*VI_1's addresses, ping included/)
    expect(await remarks(instance('strict_mode on\npriority 255'))).toEqual([])
    const inherited = await remarks(`global_defs {\nvrrp_strict\n}\n${instance()}`)
    expect(inherited[0]).toMatch(/^note 4:15 blocked-addresses/)
  })
})

describe('addresses', () => {
  test.each([
    ['192.0.2.0/24', 'the address of the network 192.0.2.0/24 itself'],
    ['192.0.2.255/24', 'the broadcast address of 192.0.2.255/24'],
    ['224.0.0.18', 'a multicast address'],
    ['0.0.0.0', 'no address at all'],
    ['127.0.0.9/8', 'a loopback address'],
    ['ff02::1', 'a multicast address'],
  ])('%s is %s', async (address, what) => {
    const text = instance().replace('192.0.2.1/24', address)
    const written = address.split('/')[0]!
    expect(await remarks(text)).toEqual([
      `warning 5:5 unusable-address: ${written} is ${what}: no host can have it`,
    ])
  })

  test.each(['192.0.2.0/31', '192.0.2.255/32', '192.0.2.255/16', '2001:db8::/64'])(
    '%s is fine',
    async (address) => {
      expect(await remarks(instance().replace('192.0.2.1/24', address))).toEqual([])
    },
  )

  test('an address that moves is no source and no peer', async () => {
    const text = instance('unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}')
    expect((await remarks(text))[0]).toContain('warning 5:5 address-is-source: 192.0.2.1 is the source')
    const peer = instance('unicast_peer {\n192.0.2.1\n}')
    expect((await remarks(peer))[0]).toContain('address-is-source: 192.0.2.1 is a unicast peer, too')
    expect(await remarks(instance('priority 255\nmcast_src_ip 192.0.2.1'))).toEqual([])
  })

  test('a router is not its own peer', async () => {
    const text = instance('unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.1\n10.0.0.2\n}')
    expect(await remarks(text)).toEqual([
      "warning 9:1 own-peer: 10.0.0.1 is this router's own source address: leave it out",
    ])
  })
})

describe('sync groups', () => {
  const pair = (first: string, second: string): string =>
    `${instance(first)}${instance(`virtual_router_id 52\nvirtual_ipaddress {\n192.0.2.9\n}\n${second}`, 'VI_2')}vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n}\n`

  test('members that want different things', async () => {
    expect(await remarks(pair('priority 100', 'priority 100'))).toEqual([])
    const [said] = await remarks(pair('priority 100', 'priority 90'))
    expect(said).toMatch(/^note \d+:17 uneven-group: .* 100 and 90/)
    const [nopreempt] = await remarks(pair('nopreempt', ''))
    expect(nopreempt).toContain('in sync group G VI_1 has nopreempt and VI_2 preempts')
  })
})

describe('scripts', () => {
  test('one that nothing tracks', async () => {
    expect(await remarks(`${script()}${instance()}`)).toEqual([
      'warning 1:13 untracked-script: nothing tracks vrrp_script chk: it is never run',
    ])
  })

  test('one that is tracked above its definition has been complained about', async () => {
    const text = `${instance('track_script {\nchk\n}')}${script()}`
    expect(await remarks(text)).toEqual([])
    const { diagnostics } = await load(text)
    expect(diagnostics.map(({ code, related }) => [code, related?.map(({ message }) => message)])).toEqual([
      ['script-not-found', ['it is defined here: a usable one must stand above']],
    ])
  })

  test.each([
    ['/bin/true && /bin/false', '&&'],
    ['/bin/echo MASTER >> /tmp/log', '>>'],
    ['/bin/echo MASTER >/tmp/log', '>/tmp/log'],
    ['/usr/bin/pgrep x 2>&1', '2>&1'],
    ['/bin/a; /bin/b', '/bin/a;'],
    ['/bin/echo a; /bin/b', 'a;'],
    ['/bin/echo $(date)', '$(date)'],
    ["/bin/sh -c 'a && b > /dev/null'", undefined],
    ["/usr/bin/bash -c 'a | b'", undefined],
    ['/usr/local/bin/check --limit 5', undefined],
    ['</run/ready', undefined],
  ])('%s', async (command, word) => {
    const said = await remarks(instance(`notify_master "${command}"`))
    if (word === undefined) expect(said).toEqual([])
    else expect(said[0]).toContain(`warning 7:15 no-shell: there is no shell: '${word}' is given to`)
  })
})

test('a file that is only opened takes no further words', async () => {
  expect((await remarks(instance('notify_master "</run/ready && echo yes"')))[0]).toContain(
    "no-shell: '</run/ready' opens that file, and succeeds if its user may: what follows is ignored",
  )
})

describe('the whole', () => {
  test('nothing to run', async () => {
    expect(await remarks('global_defs {\n}\n')).toEqual([
      'warning 1:1 nothing-to-run: there is no vrrp_instance: nothing is run',
    ])
    expect(await remarks('')).toHaveLength(1)
  })

  test('virtual servers are something to run', async () => {
    const server = 'virtual_server 10.0.0.1 80 {\n  real_server 10.0.0.2 80 {\n  }\n}\n'
    expect(await remarks(server)).not.toContainEqual(expect.stringContaining('nothing-to-run'))
  })

  test('mail for nobody', async () => {
    const [said] = await remarks(instance('smtp_alert'))
    expect(said).toContain('no-recipients: smtp_alert is on for VI_1')
    const mail = `global_defs {\nnotification_email {\na@example.net\n}\n}\n`
    expect(await remarks(mail + instance('smtp_alert'))).toEqual([])
  })

  test('how long things take, when asked', async () => {
    const [said] = await remarks(instance('priority 150\npreempt_delay 10'), true)
    // RFC 3768 section 5.3.2: 3 × 1 s + (256 - 150) / 256 s.
    expect(said).toContain('VI_1 takes over 3.414 s after the last advert')
    expect(said).toContain('10 s preempt_delay and up to 3.414 s after it hears it')
    expect((await remarks(instance('nopreempt'), true))[0]).toContain(
      'never takes over from a MASTER that is alive',
    )
    const [v3] = await remarks(instance('version 3\nadvert_int 0.1\npriority 100'), true)
    // RFC 9568 section 6.1: 3 × 0.1 s + (256 - 100) × 0.1 s / 256.
    expect(v3).toContain('takes over 0.361 s after the last advert')
  })
})

describe('addresses that the host has of its own', () => {
  async function said(priority: number, vip: string, ...own: readonly string[]): Promise<string[]> {
    const loaded = await load(
      `vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\npriority ${priority}\nvirtual_ipaddress {\n${vip}\n}\n}\n`,
    )
    const found = ownAddresses(loaded.model, new Map([['eth0', own.map(cidr)]]))
    return found.map((one) => `${one.severity} ${place(one, loaded)}: ${one.message}`)
  }

  test('are worth no word where the virtual ones are none of them', async () => {
    expect(await said(100, '10.0.0.100/24', '10.0.0.1/24')).toEqual([])
    expect(await said(100, '10.0.0.100/24')).toEqual([])
    expect(await said(100, '10.0.0.100/24', 'fe80::1/64')).toEqual([])
    // It may be MASTER now.
    expect(await said(100, '10.0.0.100/24', '10.0.0.1/24', '10.0.0.100/24')).toEqual([])
    expect(await said(255, '10.0.0.100/24', '10.0.0.1/24', '10.0.0.100/24')).toEqual([])
  })

  test('the only one is a virtual one', async () => {
    expect(await said(100, '10.0.0.100/24', '10.0.0.100/24')).toEqual([
      'warning 2:11 own-address: the only IPv4 address of eth0 on this host, 10.0.0.100, is a virtual one: adverts cannot come from it, and VI_1 is in FAULT',
    ])
  })

  test('an owner’s', async () => {
    const [only, ...others] = await said(255, '10.0.0.100/24', '10.0.0.100/24')
    expect(only).toMatch(
      /^note 6:1 own-address: eth0 has no other IPv4 address on this host than 10.0.0.100\/24/,
    )
    expect(others).toEqual([])
    const [doubled, ...more] = await said(255, '10.0.0.100', '10.0.0.100/24', '10.0.0.1/24')
    expect(doubled).toBe(
      'warning 6:1 own-address: eth0 has 10.0.0.100/24 on this host: written as 10.0.0.100/32 it is set a second time, beside it',
    )
    expect(more).toEqual([])
  })
})

describe('ends that adverts cannot have', () => {
  test.each([
    ['mcast_src_ip 224.0.0.18', '7:14', '224.0.0.18 is a multicast address'],
    ['mcast_src_ip 255.255.255.255', '7:14', '255.255.255.255 is the broadcast address'],
    ['mcast_src_ip 127.0.0.1', '7:14', '127.0.0.1 is a loopback address'],
    ['mcast_src_ip 0.0.0.0', '7:14', '0.0.0.0 is no address at all'],
    ['mcast_src_ip 240.0.0.1', '7:14', '240.0.0.1 is a reserved address'],
    ['unicast_src_ip 224.0.0.18\nunicast_peer {\n192.0.2.9\n}', '7:16', '224.0.0.18 is a multicast address'],
    ['unicast_peer {\n224.0.0.18\n}', '8:1', '224.0.0.18 is a multicast address: a peer is one other router'],
    ['unicast_peer {\n255.255.255.255\n}', '8:1', '255.255.255.255 is the broadcast address'],
    ['unicast_peer {\n127.0.0.1\n}', '8:1', '127.0.0.1 is a loopback address'],
    ['unicast_peer {\n0.0.0.0\n}', '8:1', '0.0.0.0 is no address at all'],
  ])('%s', async (lines, where, said) => {
    const found = (await remarks(instance(lines))).filter((one) => one.includes('unusable-address'))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`warning ${where} unusable-address: ${said}`)
  })

  test('ordinary ones are left alone', async () => {
    const lines = 'unicast_src_ip 192.0.2.8\nunicast_peer {\n192.0.2.9\n10.255.255.255\n}'
    expect((await remarks(instance(lines))).filter((one) => one.includes('unusable-address'))).toEqual([])
  })
})
