/** `vrrpd check --print`: what is printed means what was read, whatever was read. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/config/model.ts'
import { printModel } from '../../src/config/print.ts'
import { rootKeywords } from '../../src/config/root-keywords.ts'
import type { Keyword, Table } from '../../src/config/syntax/keyword.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { diskIo } from '../../src/config/disk-io.ts'
import { encodeText } from '../../src/config/syntax/text.ts'
import { needs, sharedDirectory } from '../support/privileges.ts'
import { instance, load } from './support.ts'

/** Everything but where it was written. */
const meaning = (model: Model): unknown =>
  JSON.parse(
    JSON.stringify(model, (key, value: unknown) => {
      if (key === 'span' || key === 'linkSpan' || key === 'end') return undefined
      return value instanceof Uint8Array ? [...value] : value
    }),
  )

async function expectSame(model: Model): Promise<void> {
  // It goes from thread to thread.
  expect(structuredClone(model)).toStrictEqual(model)
  const printed = printModel(model)
  const again = await load(encodeText(printed))
  expect(meaning(again.model), printed).toEqual(meaning(model))
  expect(printModel(again.model)).toBe(printed)
}

describe('the canonical form', () => {
  test('is what an operator would write', async () => {
    const { model } = await load(
      [
        'global_defs {\n router_id LVS_1\n vrrp_garp_master_repeat 3\n script_user nobody\n}',
        '$IF=eth1',
        'vrrp_script chk { script "/bin/check \'a b\' c"\n interval 2\n weight -20\n}',
        instance(
          'state MASTER\npriority 150\nauthentication {\nauth_type PASS\nauth_pass "a b"\n}\nnotify_master "/bin/n x" nobody\ntrack_script {\nchk\nmissing\n}\ntrack_interface {\n$IF weight 5\n}\nvirtual_routes {\n10.0.0.0/8 via 192.0.2.254 dev eth0\n}',
        ),
      ].join('\n'),
    )
    expect(printModel(model)).toBe(
      [
        'global_defs {',
        '    router_id LVS_1',
        '    script_user nobody',
        '}',
        '',
        'vrrp_script chk {',
        String.raw`    script "/bin/check 'a b' c"`,
        '    interval 2',
        '    weight -20',
        '}',
        '',
        'vrrp_instance VI_1 {',
        '    state MASTER',
        '    interface eth0',
        '    virtual_router_id 51',
        '    priority 150',
        '    advert_int 1',
        '    authentication {',
        '        auth_type PASS',
        '        auth_pass "a b"',
        '    }',
        '    garp_master_repeat 3',
        '    garp_lower_prio_repeat 3',
        '    virtual_ipaddress {',
        '        192.0.2.1/24',
        '    }',
        '    virtual_routes {',
        '        10.0.0.0/8 via 192.0.2.254 dev eth0',
        '    }',
        '    track_script {',
        '        chk',
        '    }',
        '    track_interface {',
        '        eth1 weight 5',
        '    }',
        '    notify_master "/bin/n x" nobody',
        '}',
        '',
      ].join('\n'),
    )
    await expectSame(model)
  })

  test.each([
    String.raw`/bin/a 'it\'s' "x\"y" \\ \x41\102 '' "\t"`,
    String.raw`/bin/sh -c 'echo $HOME \044{_HASH} # ! { }'`,
    '/bin/a \\xff\\xfe',
  ])('of the command %s', async (written) => {
    const { model } = await load(`vrrp_script s {\n script ${quoteOnce(written)}\n}\n${instance()}`)
    expect(model.scripts).toHaveLength(1)
    await expectSame(model)
  })

  test('of a password that is no text', async () => {
    const bytes = Buffer.concat([
      Buffer.from(instance('authentication {\nauth_type PASS\nauth_pass "a#').slice(0, -3)),
      Buffer.of(0xff, 0x80),
      Buffer.from('"\n}\n}\n'),
    ])
    const { model } = await load(bytes)
    expect(model.instances[0]?.authentication.password).toEqual(Uint8Array.of(0x61, 0x23, 0xff, 0x80))
    await expectSame(model)
  })

  test('of an empty file is empty', async () => {
    expect(printModel((await load('')).model)).toBe('')
  })
})

/** For the outer of the two times that a command is split: no quote may stand in it. */
const quoteOnce = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\042')}"`

const words = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('0', '1', '2', '3', '5', '30', '100', '150', '255', '300', '-20') },
  { weight: 2, arbitrary: fc.constantFrom('0.5', '1.5', '0.01', '2.123456', '40.96', '4000.5') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        '10.0.0.1',
        '192.0.2.7/24',
        '192.0.2.7',
        '224.0.0.99',
        '2001:db8::1/64',
        'fe80::1',
        'ff02::99',
        '::/0',
      ],
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'eth0',
      'eth1',
      'VI_1',
      'chk',
      'on',
      'off',
      'MASTER',
      'BACKUP',
      'PASS',
      'AH',
      'default',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        'weight',
        'reverse',
        'dev',
        'via',
        'src',
        'table',
        'scope',
        'link',
        'label',
        'brd',
        '+',
        'peer',
        'no_track',
      ],
      ...[
        'metric',
        'mtu',
        'onlink',
        'nexthop',
        'or',
        'from',
        'to',
        'blackhole',
        'unreachable',
        'preference',
        'goto',
      ],
      ...[
        'not',
        'fwmark',
        '7/255',
        'iif',
        'oif',
        'l3mdev',
        'inet6',
        'min_ttl',
        'max_ttl',
        'append',
        'tos',
        'protocol',
      ],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"a b"',
      '""',
      '"#x!"',
      '"{"',
      '@x',
      '$NO',
      'include',
      '"include"',
      'a\\',
      'é',
      '\u00a0x',
    ),
  },
)

const line = fc.array(words, { maxLength: 5 }).map((all) => all.join(' '))

/** Lines that mean something, which random words seldom do: how they begin, and what may follow in any order. */
const LISTS: Readonly<Record<string, readonly [heads: readonly string[], options: readonly string[]]>> = {
  virtual_ipaddress: [
    ['192.0.2.7/24', '192.0.2.8', '10.0.0.1/8', '2001:db8::7/64'],
    [
      'dev eth1',
      'dev "eth 2"',
      'scope link',
      'scope 9',
      'label eth0:x',
      'brd +',
      'brd 10.0.0.9',
      'peer 10.0.0.9',
      'no_track',
      'home -nodad',
      'mngtmpaddr noprefixroute autojoin',
      'preferred_lft 7',
      'preferred_lft forever',
      'track_group G',
    ],
  ],
  virtual_routes: [
    [
      'default',
      '10.0.0.0/8',
      'blackhole 10.1.0.0/16',
      'unreachable default6',
      '2001:db8::/32',
      'to 10.2.0.0/16',
    ],
    [
      ...[
        'via 10.0.0.1',
        'via 10.0.0.1 or 10.0.0.2',
        'dev eth0',
        'dev eth1',
        'src 10.0.0.2',
        'table 5',
        'table main',
      ],
      ...[
        'scope link',
        'scope 7',
        'metric 3',
        'mtu 1400',
        'protocol 4',
        'tos 8',
        'onlink',
        'append',
        'no_track',
      ],
      ...[
        'mtu lock 1300 advmss 1200 hoplimit 3 quickack 1 features ecn congctl lock cubic',
        'rtt 2s rttvar 900 rto_min 300ms',
        'realms 5',
        'realms 1/2',
        'pref high',
        'expires 60',
        'ttl-propagate disabled',
        'encap ip id 5 src 10.0.0.1 dst 10.0.0.2 ttl 3 tos 4',
        'encap ip6 dst fd00::1 hoplimit 3 tc 4',
        'track_group G',
        'nexthop via 10.0.0.5 realms 3',
      ],
      ...['nexthop', 'nexthop via 10.0.0.3 dev eth1 weight 4', 'nexthop via 10.0.0.4 onlink', 'via fe80::1'],
    ],
  ],
  virtual_rules: [
    ['from 10.0.0.0/8', 'to 10.0.0.1', 'from all', 'inet6', 'not from 10.0.0.1', 'to 2001:db8::/32', ''],
    [
      ...[
        'fwmark 7',
        'fwmark 7/255',
        'iif eth0',
        'oif eth1',
        'tos 8',
        'table 5',
        'table 0',
        'l3mdev',
        'goto 40000',
      ],
      ...[
        'uidrange 1-5',
        'ipproto tcp',
        'sport 5-9 dport 80-80',
        'tunnel-id 7',
        'realms 1/2',
        'suppress_prefixlength 8 suppress_ifgroup 3',
        'protocol 4',
        'track_group G',
      ],
      ...['blackhole', 'prohibit', 'preference 7', 'preference 30000', 'no_track', 'table 9 preference 8'],
    ],
  ],
  track_script: [
    ['chk', 'none', '"chk"'],
    ['weight 5', 'weight -5 reverse', 'weight 0 noreverse', 'weight 0'],
  ],
  track_interface: [
    ['eth0', 'eth7', 'include'],
    ['weight 5', 'weight -5 reverse', 'weight 0'],
  ],
  virtual_server_group: [
    [
      '10.8.0.1-3',
      '10.8.0.0/30',
      '10.8.0.1',
      '10.8.0.9-10.8.0.11',
      '2001:db8::1',
      'fwmark 7',
      'fwmark 8 inet6',
    ],
    ['80', '443'],
  ],
  unicast_peer: [
    ['10.0.0.8', '10.0.0.9', '2001:db8::9'],
    ['min_ttl 4', 'max_ttl 9', 'min_ttl 0'],
  ],
}
const ALIASES: Readonly<Record<string, string>> = {
  virtual_ipaddress_excluded: 'virtual_ipaddress',
  static_ipaddress: 'virtual_ipaddress',
  static_routes: 'virtual_routes',
  static_rules: 'virtual_rules',
}

function listLine(name: string): fc.Arbitrary<string> {
  const known = LISTS[ALIASES[name] ?? name]
  if (known === undefined) return line
  const [heads, options] = known
  const meant = fc
    .tuple(fc.constantFrom(...heads), fc.array(fc.constantFrom(...options), { maxLength: 4 }))
    .map(([head, rest]) => [head, ...rest].join(' '))
  return fc.oneof({ weight: 5, arbitrary: meant }, { weight: 1, arbitrary: line })
}

/** First lines of blocks that go by a name. */
const HEADS: Readonly<Record<string, readonly string[]>> = {
  virtual_server: ['10.8.0.1 80', '10.8.0.1', '2001:db8::80 80', 'fwmark 5', 'group G', 'group H'],
  virtual_server_group: ['G'],
  real_server: ['10.9.0.1 80', '10.9.0.2 8080', '10.9.0.3', '2001:db8::9 80', '10.9.0.1 80'],
}

/** Values of virtual servers, of which random words hit few. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  lb_algo: ['rr', 'sh', 'mh', 'wrr'],
  lvs_sched: ['lc', 'sh'],
  protocol: ['TCP', 'udp', 'SCTP'],
  persistence_granularity: ['255.255.255.0', '24', '0.0.0.0', '64', '128', '255.255.255.255'],
  persistence_timeout: ['', '7'],
  sorry_server: ['10.9.9.9 80', '10.9.9.8', '2001:db8::8 80'],
  ip_family: ['inet', 'inet6'],
  retry: ['0', '1', '2', '3'],
  delay_loop: ['1.5', '60', '7'],
  misc_timeout: ['0', '3', '60'],
  delay_before_retry: ['0', '1', '3', '60'],
  connect_ip: ['10.9.0.7', '2001:db8::7', 'fe80::7'],
  bindto: ['10.9.0.8', '2001:db8::6'],
  connect_port: ['80', '81'],
  path: ['/', '"/a b"'],
  virtualhost: ['a.example', 'b.example'],
  digest: ['0123456789ABCDEF0123456789abcdef'],
  status_code: ['', '200', '200-299 404', '99 503'],
  regex_min_offset: ['5', '0', 'x'],
  regex_max_offset: ['9', '3'],
  regex_options: ['caseless', 'caseless multiline'],
  http_protocol: ['1.0C', '1.1', '1.0'],
  type: ['A', 'mx', 'SOA'],
  name: ['.', 'a.example', 'a..b'],
  payload: ['00ff', 'abc 1'],
  require_reply: ['', '1XfF', 'x'],
  track_file: ['tf', 'none'],
  lvs_sync_daemon: [
    'eth0',
    'eth0 VI_1',
    'eth0 inst VI_1 id 7 maxlen 900',
    'eth0 id 3 port 9 ttl 2 group ff02::9',
  ],
  lvs_timeouts: ['tcp 9 udp 0', 'tcpfin 8'],
  lvs_flush_on_stop: ['', 'VS'],
}
const METHODS = ['NAT', 'DR', 'TUN', 'TUN type gue port 9 remcsum', 'TUN type gre csum']

function valueLine(name: string): fc.Arbitrary<string> {
  const known = /^(lb_kind|(sorry_server_)?lvs_method)$/.test(name) ? METHODS : VALUES[name]
  if (known === undefined) return line
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: line })
}

function statement(keyword: Keyword): fc.Arbitrary<string> {
  const { contents, name } = keyword
  const heads = HEADS[name]
  if (heads !== undefined && contents?.kind === 'section')
    return fc
      .tuple(fc.constantFrom(...heads), statements(contents.table, 8))
      .map(([head, inner]) => `${name} ${head} {\n${inner}\n}`)
  if (contents?.kind === 'section')
    return statements(contents.table, 6).map((inner) => `${name} {\n${inner}\n}`)
  if (contents?.kind === 'list')
    return fc.array(listLine(name), { maxLength: 3 }).map((lines) => `${name} {\n${lines.join('\n')}\n}`)
  if (keyword.arguments.quoted === true) return command.map((given) => `${name} ${given}`)
  return valueLine(name).map((given) => `${name} ${given}`)
}

const command = fc.oneof(
  fc.constantFrom(
    '/bin/true',
    '"/bin/check a b"',
    '"/bin/x" user group',
    String.raw`"/bin/x \\047a\\042"`,
    '""',
  ),
  fc.array(fc.string({ unit: 'binary-ascii', maxLength: 4 }), { maxLength: 3 }).map((args) => {
    const safe = args.map((arg) => arg.replace(/["\n\r]/g, ''))
    return quoteOnce(['/bin/x', ...safe].join(' '))
  }),
)

const statements = (table: Table, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...table.values()).chain(statement), { maxLength: most })
    .map((all) => all.join('\n'))

const tableOf = (name: string): Table => {
  const contents = rootKeywords.get(name)?.contents
  if (contents?.kind !== 'section') throw new Error(`${name} is no section`)
  return contents.table
}

function tableIn(outer: string, name: string): Table {
  const contents = tableOf(outer).get(name)?.contents
  if (contents?.kind !== 'section') throw new Error(`${name} is no section`)
  return contents.table
}

const file = fc
  .record({
    globals: statements(tableOf('global_defs'), 4),
    script: statements(tableOf('vrrp_script'), 4),
    first: statements(tableOf('vrrp_instance'), 12),
    second: statements(tableOf('vrrp_instance'), 6),
    address: fc.constantFrom(
      '192.0.2.1/24',
      '2001:db8::5/64',
      '192.0.2.1/24 dev eth1 scope link label eth1:v',
      '',
    ),
    group: statements(tableOf('vrrp_sync_group'), 4),
    rest: statements(rootKeywords, 2),
  })
  .map(({ globals, script, first, second, address, group, rest }) =>
    [
      `global_defs {\n${globals}\n}`,
      `vrrp_script chk {\nscript "/bin/chk x"\n${script}\n}`,
      `vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n${address}\n}\n${first}\n}`,
      `vrrp_instance "V 2" {\ninterface eth1\nvirtual_router_id 52\n${second}\n}`,
      `vrrp_sync_group G {\ngroup {\nVI_1\nV 2\n}\n${group}\n}`,
      rest,
    ].join('\n'),
  )

/** A virtual server that has what it needs, and whatever else. */
const service = fc
  .record({
    head: fc.constantFrom(...(HEADS['virtual_server'] ?? [])),
    method: fc.constantFrom(...METHODS),
    first: statements(tableOf('virtual_server'), 8),
    server: fc.constantFrom(...(HEADS['real_server'] ?? [])),
    inner: statements(tableIn('virtual_server', 'real_server'), 8),
    rest: statements(tableOf('virtual_server'), 4),
  })
  .map(
    ({ head, method, first, server, inner, rest }) =>
      `virtual_server ${head} {\nlb_kind ${method}\n${first}\nreal_server ${server} {\n${inner}\n}\n${rest}\n}`,
  )

const balancing = fc
  .record({
    globals: statements(tableOf('global_defs'), 2),
    group: fc.array(listLine('virtual_server_group'), { maxLength: 4 }),
    services: fc.array(service, { minLength: 1, maxLength: 3 }),
    rest: statements(rootKeywords, 2),
  })
  .map(({ globals, group, services, rest }) =>
    [
      `global_defs {\n${globals}\n}`,
      'track_file tf {\nfile /tmp/x\nweight 3 reverse\n}',
      instance('', 'VI_1'),
      ...services,
      `virtual_server_group G {\n${group.join('\n')}\n}`,
      rest,
    ].join('\n'),
  )

describe('reading it again gives the same', () => {
  test('for files of virtual servers', { timeout: 60_000 }, async () => {
    let servers = 0
    await fc.assert(
      fc.asyncProperty(balancing, async (text) => {
        const { model } = await load(text)
        servers += model.loadBalancing.virtualServers.length
        await expectSame(model)
      }),
      { numRuns: Number(process.env['PRINT_RUNS'] ?? 150) },
    )
    expect(servers).toBeGreaterThan(20)
  })

  test('for files of all kinds of lines', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(file, async (text) => {
        await expectSame((await load(text)).model)
      }),
      { numRuns: Number(process.env['PRINT_RUNS'] ?? 150) },
    )
  })
})

needs('shared')('a file of the corpora', () => {
  test('is printed as what it says', async () => {
    const root = join(sharedDirectory()!, 'configs')
    const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.conf'),
    )
    expect(paths.length).toBeGreaterThan(100)
    let instances = 0
    for (const path of paths) {
      const { model } = await loadConfiguration(join(root, path), { io: diskIo, configId: 'node1' })
      instances += model.instances.length
      await expectSame(model)
    }
    expect(instances).toBeGreaterThan(100)
  })
})
