/** Two directors of one virtual router: what would make both MASTER or neither, by severity. */

import { describe, expect, test } from 'vitest'
import { compareDirectors, type Comparison } from '../../../src/config/analysis/compare/compare.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import { positionOf } from '../../../src/config/diagnostics/sources.ts'
import { memoryIo } from '../support.ts'

const A = '/a.conf'
const B = '/b.conf'

interface Compared extends Comparison {
  /** `severity code line/line: message`: the place here and the place there. */
  readonly lines: readonly string[]
}

async function compare(ours: string, theirs: string, verbose = false): Promise<Compared> {
  const io = memoryIo({ [A]: ours, [B]: theirs })
  const [here, there] = await Promise.all(
    [A, B].map(async (file) => ({ file, loaded: await loadConfiguration(file, { io, configId: 'x' }) })),
  )
  const director = ({ file, loaded }: NonNullable<typeof here>) => ({
    ...loaded,
    label: file,
  })
  const comparison = compareDirectors(director(here!), director(there!), verbose)
  const sources = new Map([...here!.loaded.sources, ...there!.loaded.sources])
  const lineOf = ({ file, start }: { readonly file: string; readonly start: number }): string =>
    `${file.slice(1, 2)}${positionOf(sources.get(file)!, start).line}`
  const lines = comparison.diagnostics.map(
    ({ code, message, related, severity, span }) =>
      `${severity} ${code} ${[span, ...(related ?? []).map((one) => one.span)].map(lineOf).join('/')}: ${message}`,
  )
  return { ...comparison, lines }
}

/** Own lines begin with the seventh. */
const router = (
  lines = '',
  { name = 'VI_1', vrid = 51, address = '192.0.2.1/24', link = 'eth0' } = {},
): string =>
  `vrrp_instance ${name} {\n  interface ${link}\n  virtual_router_id ${vrid}\n  virtual_ipaddress {\n    ${address}\n  }\n  ${lines.replaceAll('\n', '\n  ')}\n}\n`

const password = (text: string): string =>
  `priority 90\nauthentication {\nauth_type PASS\nauth_pass ${text}\n}`

describe('two routers that go together', () => {
  test.each([
    ['priorities apart', 'state MASTER\npriority 150', 'state BACKUP\npriority 100'],
    ['nopreempt on both', 'nopreempt\npriority 150', 'nopreempt\npriority 100'],
    ['the same password', password('secret').replace('90', '100'), password('secret')],
    [
      'passwords that are the same in what is used',
      password('12345678a').replace('90', '100'),
      password('12345678b'),
    ],
    [
      'unicast peers crosswise',
      'priority 150\nunicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n}',
      'priority 100\nunicast_src_ip 10.0.0.2\nunicast_peer {\n10.0.0.1\n}',
    ],
    [
      'unicast peers without sources',
      'priority 150\nunicast_peer {\n10.0.0.2\n}',
      'priority 100\nunicast_peer {\n10.0.0.1\n}',
    ],
    ['other interfaces', 'priority 150', 'priority 100\ninterface ens3'],
  ])('%s', async (_what, ours, theirs) => {
    const { lines, pairs } = await compare(router(ours), router(theirs))
    expect(lines).toEqual([])
    expect(pairs).toBe(1)
  })

  test('checksums of IPv6 are made in one way alone', async () => {
    const peer = (lines: string, address: string): string =>
      router(`${lines}\nunicast_peer {\n${address}\n}`, { address: 'fe80::9/64' })
    const { lines } = await compare(
      peer('priority 90\nold_unicast_checksum\nv3_checksum_as_v2', 'fe80::2'),
      peer('', 'fe80::1'),
    )
    expect(lines).toEqual([])
  })

  test('the order of addresses is free', async () => {
    const both = (first: string, second: string, lines: string): string =>
      router(lines, { address: `${first}\n    ${second}` })
    const { lines } = await compare(
      both('10.0.0.1', '10.0.0.2', 'priority 90'),
      both('10.0.0.2', '10.0.0.1', ''),
    )
    expect(lines).toEqual([])
  })
})

describe('both become MASTER', () => {
  test.each([
    [
      'VRIDs',
      router('priority 90'),
      router('', { vrid: 52 }),
      'error peer-vrid a3/b3: VI_1 has VRID 51 here and 52 there (matched by the address 192.0.2.1)',
    ],
    [
      'versions',
      router('priority 90'),
      router('version 3'),
      'error peer-version a1/b7: VRRP version 2 here and 3 there',
    ],
    [
      'checksums of version 3',
      router('version 3\npriority 90\nv3_checksum_as_v2'),
      router('version 3'),
      'error peer-checksum a9/b1: v3_checksum_as_v2 only here: the other router rejects those adverts, both become',
    ],
    [
      'old checksums of unicast',
      router('version 3\npriority 90\nunicast_peer {\n10.0.0.2\n}'),
      router('version 3\nold_unicast_checksum\nunicast_peer {\n10.0.0.1\n}'),
      'error peer-checksum a1/b8: old_unicast_checksum only there: keepalived 2.2.7 rejects the adverts of the other',
    ],
    [
      'authentication on one side',
      router(password('x')),
      router(),
      'error peer-authentication a8/b1: authentication is PASS here and off there',
    ],
    [
      'authentication types',
      router(password('x')),
      router(password('x').replace('PASS', 'AH').replace('90', '100')),
      'error peer-authentication a9/b9: authentication is PASS here and AH there',
    ],
    [
      'passwords',
      router(password('hunter2')),
      router(password('Hunter2').replace('90', '100')),
      "error peer-authentication a10/b10: the passwords differ: each rejects the other's adverts, both become MASTER",
    ],
    [
      'intervals',
      router('priority 90\nadvert_int 2'),
      router(),
      'error peer-interval a8/b1: advert_int is 2 s here and 1 s there',
    ],
    [
      'multicast and unicast',
      router('priority 90\nunicast_peer {\n10.0.0.2\n}'),
      router(),
      'error peer-transport a8/b1: adverts go by unicast here and by multicast there',
    ],
    [
      'multicast groups',
      router('priority 90'),
      `global_defs {\nvrrp_mcast_group4 224.0.0.99\n}\n${router()}`,
      'error peer-transport a1/b4: adverts go to 224.0.0.18 here and to 224.0.0.99 there',
    ],
    [
      'two owners',
      router('priority 255'),
      router('priority 255'),
      'error peer-priority a7/b7: both have priority 255',
    ],
    [
      'addresses',
      router('priority 90', { address: '192.0.2.1\n    192.0.2.2' }),
      router('', { address: '192.0.2.1\n    192.0.2.3' }),
      'error peer-addresses a4/b4: 192.0.2.2 is only here, 192.0.2.3 is only there',
    ],
  ])('different %s', async (_what, ours, theirs, expected) => {
    const { lines } = await compare(ours, theirs)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(expected)
    expect(lines[0]).not.toMatch(/hunter2/i)
  })

  test('peers that do not name each other', async () => {
    const unicast = (own: string, peer: string, more = ''): string =>
      router(`${more}\nunicast_src_ip ${own}\nunicast_peer {\n${peer}\n}`)
    const { lines } = await compare(
      unicast('10.0.0.1', '10.0.0.2', 'priority 90'),
      unicast('10.0.0.3', '10.0.0.1'),
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^error peer-transport .*: 10.0.0.3, the source address there, is no unicast_peer here/,
    )
    const back = await compare(
      unicast('10.0.0.3', '10.0.0.1', 'priority 90'),
      unicast('10.0.0.1', '10.0.0.2'),
    )
    expect(back.lines[0]).toContain('10.0.0.3, the source address here, is no unicast_peer there')
    const same = await compare(
      unicast('10.0.0.1', '10.0.0.2', 'priority 90'),
      unicast('10.0.0.1', '10.0.0.2'),
    )
    expect(same.lines[0]).toContain('both have the source address 10.0.0.1')
    const lonely = 'unicast_peer {\n10.0.0.2\n}'
    const self = await compare(router(`priority 90\n${lonely}`), router(lonely))
    expect(self.lines[0]).toContain('both have 10.0.0.2 as their only peer')
  })
})

describe('the election', () => {
  test('equal priorities: the higher address wins', async () => {
    const { lines } = await compare(router('mcast_src_ip 10.0.0.1'), router('mcast_src_ip 10.0.0.2'))
    expect(lines).toEqual([
      'warning peer-priority a1/b1: both have priority 100: whoever is first is MASTER, and of two that start together 10.0.0.2, there, wins',
    ])
    expect((await compare(router(), router())).lines[0]).toContain(
      'the higher IP address of the interface wins',
    )
  })

  test.each([
    ['here', 'nopreempt\npriority 90', 'priority 100', 'a7/b1'],
    ['there', 'priority 100', 'nopreempt\npriority 90', 'a1/b7'],
  ])('nopreempt on the lower router, %s', async (where, ours, theirs, places) => {
    const { lines } = await compare(router(ours), router(theirs))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(
      `note peer-preempt ${places}: nopreempt ${where}, where the priority is lower (90)`,
    )
  })

  test('preempt_delay on the lower router', async () => {
    const { lines } = await compare(router('preempt_delay 10\npriority 90'), router())
    expect(lines[0]).toContain('note peer-preempt a7/b1: preempt_delay here')
    expect((await compare(router('preempt_delay 10\npriority 110'), router())).lines).toEqual([])
  })

  const script = 'vrrp_script chk {\n  script /bin/true\n  weight -20\n}\n'
  const tracking = '\ntrack_script {\nchk\n}'

  test.each([
    [
      150,
      100,
      [
        'warning peer-weight a13/b7: even when all trackers with weights fail here, priority 130 is not below the 100',
      ],
    ],
    [120, 100, ['priority 100 is not below the 100']],
    [119, 100, []],
    [100, 150, []],
  ])('a weight of -20 between %i and %i', async (high, low, expected) => {
    const { lines } = await compare(script + router(`priority ${high}${tracking}`), router(`priority ${low}`))
    expect(lines).toHaveLength(expected.length)
    for (const [index, text] of expected.entries()) expect(lines[index]).toContain(text)
  })

  test('weights of both: 110 + 10 against 100 + 10, one failing', async () => {
    const adding = script.replace('-20', '10')
    const [ours, theirs] = [110, 101].map((priority) => adding + router(`priority ${priority}${tracking}`))
    expect((await compare(ours!, theirs!)).lines).toEqual([])
  })
})

describe('what is different after a takeover', () => {
  test.each([
    [
      'prefixes',
      router('priority 90', { address: '192.0.2.1/24' }),
      router('', { address: '192.0.2.1/25' }),
      'warning peer-addresses a5/b5: 192.0.2.1/24 here is 192.0.2.1/25 there',
    ],
    [
      'excluded addresses',
      router('priority 90\nvirtual_ipaddress_excluded {\n10.0.0.1\n}'),
      router(),
      'warning peer-addresses a8/b1: 10.0.0.1 is only here: it is missing after a takeover',
    ],
    [
      'routes',
      router('priority 90\nvirtual_routes {\n10.0.0.0/8 via 192.0.2.9 dev eth0\n}'),
      router(),
      'warning peer-routes a8/b1: a route to 10.0.0.0/8 is only here',
    ],
    [
      'MAC addresses',
      router('priority 90\nuse_vmac'),
      router(),
      'warning peer-mac a8/b1: a virtual MAC address only here',
    ],
    [
      'intervals of version 3',
      router('priority 90\nversion 3\nadvert_int 2'),
      router('version 3'),
      'warning peer-interval a9/b1: advert_int is 2 s here and 1 s there: a BACKUP learns',
    ],
  ])('%s', async (_what, ours, theirs, expected) => {
    const { lines } = await compare(ours, theirs)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(expected)
  })
})

describe('which instances belong together', () => {
  test('those that are on one side only', async () => {
    const { lines, pairs } = await compare(
      router('priority 90') + router('', { name: 'MINE', vrid: 60, address: '10.1.0.1' }),
      router() + router('', { name: 'YOURS', vrid: 70, address: '10.2.0.1', link: 'eth1' }),
    )
    expect(pairs).toBe(1)
    expect(lines).toEqual([
      'warning peer-missing a9: MINE (VRID 60 on eth0) is in /a.conf and not in /b.conf: when that host fails, nobody takes over',
      'warning peer-missing b9: YOURS (VRID 70 on eth1) is in /b.conf and not in /a.conf: when that host fails, nobody takes over',
    ])
  })

  test.each([
    ['VRID and interface', { address: '10.0.0.9' }, 'VRID 51 with IPv4 on eth0'],
    ['VRID and name', { address: '10.0.0.9', link: 'eth5' }, 'VRID 51 with IPv4 and the name VI_1'],
    ['VRID alone', { name: 'X', address: '10.0.0.9', link: 'eth5' }, 'VRID 51 with IPv4'],
  ])('%s tells, and that is said', async (_what, other: { address: string; name?: string }, by) => {
    const { lines, pairs } = await compare(router('priority 90'), router('', other))
    expect(pairs).toBe(1)
    const name = other.name ?? 'VI_1'
    expect(lines[0]).toBe(`note peer-matched a1/b1: compared with ${name} of /b.conf: both have ${by}`)
  })

  test.each([
    [{ vrid: 60, name: 'X' }, 'the address 192.0.2.1'],
    [{ vrid: 60, address: '10.0.0.9' }, 'the name VI_1'],
  ])('another VRID: %j', async (other, by) => {
    const { lines } = await compare(router('priority 90'), router('', other))
    expect(lines[0]).toContain(`VRID 51 here and 60 there (matched by ${by}): neither hears the other`)
  })

  test('a password that comes out of a definition is not pointed at', async () => {
    const defined = (text: string): string => `$X=${text}\n${router(password('$X'))}`
    const { diagnostics } = await compare(defined('hunter2'), defined('hunter3'))
    const [found] = diagnostics.filter(({ code }) => code === 'peer-authentication')
    const length = 'auth_pass'.length
    expect([found, ...(found?.related ?? [])].map((one) => one!.span.end - one!.span.start)).toEqual([
      length,
      length,
    ])
  })

  test('the surest sign wins, whatever the order', async () => {
    const ours =
      router('priority 90') + router('priority 90', { name: 'VI_2', vrid: 52, address: '192.0.2.2/24' })
    const theirs =
      router('', { name: 'VI_2' }) + router('', { name: 'VI_1', vrid: 52, address: '192.0.2.2/24' })
    const { lines, pairs } = await compare(ours, theirs, true)
    expect(pairs).toBe(2)
    expect(lines).toEqual([
      'note peer-matched a1/b1: compared with VI_2 of /b.conf: both have VRID 51 and 192.0.2.1',
      'note peer-matched a9/b9: compared with VI_1 of /b.conf: both have VRID 52 and 192.0.2.2',
    ])
  })
})

describe('sync groups', () => {
  const group = (...members: readonly string[]): string =>
    `vrrp_sync_group G {\n  group {\n${members.map((name) => `    ${name}\n`).join('')}  }\n}\n`
  const two = (first: number, second: number): string =>
    router(`priority ${first}`) +
    router(`priority ${second}`, { name: 'VI_2', vrid: 52, address: '10.0.0.2' })

  test('alike', async () => {
    const { lines } = await compare(
      two(150, 150) + group('VI_1', 'VI_2'),
      two(100, 100) + group('VI_2', 'VI_1'),
    )
    expect(lines).toEqual([])
  })

  test('other members', async () => {
    const { lines } = await compare(two(150, 150) + group('VI_1', 'VI_2'), two(100, 100) + group('VI_1'))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('sync group G here and G there have different members (VI_2)')
    expect(lines[1]).toContain('VI_2 is in sync group G here and in none on the other router')
  })

  test('members that disagree about who is higher', async () => {
    const { lines } = await compare(
      two(150, 90) + group('VI_1', 'VI_2'),
      two(100, 100) + group('VI_1', 'VI_2'),
    )
    expect(lines.at(-1)).toContain(
      'warning peer-group a17/b17: in sync group G VI_1 has the higher priority here (150 to 100) and VI_2 there (100 to 90)',
    )
  })
})

test('many instances are paired quickly', async () => {
  const many = (priority: number): string =>
    Array.from({ length: 3_000 }, (_, at) =>
      router(`priority ${priority}`, {
        name: `VI_${at}`,
        vrid: (at % 255) + 1,
        address: `10.${at >> 8}.${at & 255}.1`,
        link: `eth${at}`,
      }),
    ).join('')
  const { lines, pairs } = await compare(many(150), many(100))
  expect(pairs).toBe(3_000)
  expect(lines).toEqual([])
})

describe('virtual servers', () => {
  const real = (name: string, lines = ''): string => `real_server ${name} {\n${lines}\nTCP_CHECK {\n}\n}\n`
  const virtual = (
    servers = real('10.0.0.11 80') + real('10.0.0.12 80'),
    { lines = '', at = '192.0.2.1 80', algo = 'rr', kind = 'DR' } = {},
  ): string =>
    `virtual_server ${at} {\ndelay_loop 6\nlb_algo ${algo}\nlb_kind ${kind}\nprotocol TCP\n${lines}\n${servers}}\n`
  const [high, low] = [router('priority 150'), router('priority 100')]

  test.each([
    ['the same', virtual(), virtual()],
    ['servers in another order', virtual(), virtual(real('10.0.0.12 80') + real('10.0.0.11 80'))],
    [
      'a port that DR leaves, and the check does not',
      virtual(real('10.0.0.11 8080').replace('TCP_CHECK {', 'TCP_CHECK {\nconnect_port 80')),
      virtual(real('10.0.0.11')),
    ],
    [
      'where the checks come from',
      virtual(real('10.0.0.11 80').replace('TCP_CHECK {', 'TCP_CHECK {\nbindto 10.0.0.1')),
      virtual(real('10.0.0.11 80').replace('TCP_CHECK {', 'TCP_CHECK {\nbindto 10.0.0.2')),
    ],
    ['blocks that are one service', virtual(), virtual(real('10.0.0.11 80')) + virtual(real('10.0.0.12 80'))],
  ])('%s', async (_what, ours, theirs) => {
    expect((await compare(high + ours, low + theirs)).lines).toEqual([])
  })

  test.each([
    [
      'a scheduler',
      virtual(),
      virtual(undefined, { algo: 'wlc' }),
      'warning peer-virtual-server a9/b9: virtual_server 192.0.2.1 80 differs after a takeover: lb_algo is rr here and wlc there',
    ],
    [
      'persistence',
      virtual(undefined, { lines: 'persistence_timeout 50' }),
      virtual(),
      'persistence is 50 s here and off there',
    ],
    ['a quorum', virtual(undefined, { lines: 'quorum 2' }), virtual(), 'quorum is 2 here and 1 there'],
    [
      'a sorry server',
      virtual(undefined, { lines: 'sorry_server 10.0.0.9 80' }),
      virtual(),
      'sorry_server is 10.0.0.9 80 by DR here and missing there',
    ],
    [
      'the method, once for both servers',
      virtual(),
      virtual(undefined, { kind: 'TUN' }),
      'takeover: of 10.0.0.11 80 and 10.0.0.12 80 forwarding is DR here and TUN ipip there',
    ],
    [
      'servers',
      virtual(),
      virtual(real('10.0.0.12 80') + real('10.0.0.13 80')),
      'takeover: 10.0.0.11 80 is only here; 10.0.0.13 80 is only there',
    ],
    [
      'a weight',
      virtual(real('10.0.0.11 80', 'weight 3')),
      virtual(real('10.0.0.11 80')),
      'of 10.0.0.11 80 weight is 3 here and 1 there',
    ],
    [
      'a check',
      virtual(real('10.0.0.11 80')),
      virtual(real('10.0.0.11 80').replace('TCP_CHECK', 'PING_CHECK')),
      'note peer-virtual-server a9/b9: virtual_server 192.0.2.1 80 differs after a takeover: of 10.0.0.11 80 the checks are TCP here and PING there',
    ],
    [
      'settings of a check',
      virtual(real('10.0.0.11 80')),
      virtual(real('10.0.0.11 80').replace('TCP_CHECK {', 'TCP_CHECK {\nretry 3')),
      'note peer-virtual-server a9/b9: virtual_server 192.0.2.1 80 differs after a takeover: of 10.0.0.11 80 the checks have other settings there',
    ],
  ])('%s', async (_what, ours, theirs, says) => {
    const { lines } = await compare(high + ours, low + theirs)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(says)
  })

  test('that only one of them has, all at once', async () => {
    const more = virtual(undefined, { at: '192.0.2.1 443' }) + virtual(undefined, { at: '192.0.2.1 25' })
    expect((await compare(high + virtual() + more, low + virtual())).lines).toEqual([
      'warning peer-virtual-server a26: virtual_server 192.0.2.1 443 and virtual_server 192.0.2.1 25 are in /a.conf and not in /b.conf: while that director is MASTER nobody serves them',
    ])
    const { lines } = await compare(high, low + virtual())
    expect(lines).toEqual([expect.stringContaining('192.0.2.1 80 is in /b.conf and not in /a.conf')])
  })

  test.each([
    ['', 'VI_1 id 5', 'only in /b.conf'],
    [
      'VI_1 id 5',
      'VI_1 id 6',
      'warning peer-sync-daemon a1: lvs_sync_daemon differs: its id is 5 here and 6 there: neither',
    ],
    ['VI_1 id 5 port 9000', 'VI_1 id 5', 'its port is 9000 here and 8848 there'],
    ['VI_1 id 5', 'id 5', 'note peer-sync-daemon'],
  ])('sync daemons: %j and %j', async (ours, theirs, says) => {
    const globals = (words: string): string =>
      words === '' ? '' : `global_defs {\nlvs_sync_daemon eth0 ${words.replace('VI_1', 'inst VI_1')}\n}\n`
    const { lines } = await compare(high + globals(ours), low + globals(theirs))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(says)
    expect((await compare(high + globals(theirs), low + globals(theirs))).lines).toEqual([])
  })
})
