/** What an experienced operator would say of virtual servers: each remark where it belongs, once, and silence else. */

import { describe, expect, test } from 'vitest'
import { withConsequences } from '../../../src/config/analysis/lint/consequences.ts'
import { lint } from '../../../src/config/analysis/lint/lint.ts'
import { cidr } from '../../netlink/specs.ts'
import { instance, load, MAIN, place } from '../support.ts'

interface Asked {
  readonly verbose?: boolean
  /** Of eth0. */
  readonly host?: string
}

async function remarks(text: string, { host, verbose = false }: Asked = {}): Promise<string[]> {
  const loaded = await load(text)
  const addresses = host === undefined ? {} : { addresses: new Map([['eth0', [cidr(host)]]]) }
  return lint(loaded.model, loaded.nodes, {
    file: MAIN,
    verbose,
    incomplete: loaded.incompleteInstances,
    ...addresses,
  }).map((one) => `${one.severity} ${place(one, loaded)}: ${one.message}`)
}

/** What reading the file finds, with what follows from it. */
async function explained(text: string): Promise<string[]> {
  const loaded = await load(text)
  return withConsequences(loaded.diagnostics, loaded.model, loaded.sources).map(
    (one) => `${one.severity} ${place(one, loaded)}: ${one.message}`,
  )
}

interface Written {
  /** Lines of the virtual server. */
  readonly of?: string
  readonly kind?: string
  readonly algo?: string
  readonly at?: string
  /** `ADDRESS PORT` and the server's lines. */
  readonly servers?: readonly (readonly [string, string])[]
}

const CHECK = 'TCP_CHECK {\n}'

/** Its first server stands in line 6, with one own line in line 5. */
const virtual = ({
  of = 'delay_loop 6',
  kind = 'NAT',
  algo = 'wlc',
  at = '192.0.2.1 80',
  servers,
}: Written = {}): string =>
  [
    `virtual_server ${at} {`,
    `lb_algo ${algo}`,
    `lb_kind ${kind}`,
    ...(at.startsWith('fwmark') ? [] : ['protocol TCP']),
    of,
    ...(servers ?? [['10.0.0.11 80', CHECK]]).map(([name, lines]) => `real_server ${name} {\n${lines}\n}`),
    '}',
    '',
  ].join('\n')

const two = (first: string, second: string): NonNullable<Written['servers']> => [
  ['10.0.0.11 80', `${first}\n${CHECK}`],
  ['10.0.0.12 80', `${second}\n${CHECK}`],
]

describe('an ordinary service', () => {
  test.each([
    ['of NAT', virtual()],
    ['of weights', virtual({ algo: 'wrr', servers: two('weight 1', 'weight 3') })],
    [
      'of equal weights that are not asked for',
      virtual({ algo: 'rr', servers: two('weight 3', 'weight 3') }),
    ],
    ['that drains one server', virtual({ algo: 'rr', servers: two('weight 3', 'weight 0') })],
    ['that is persistent', virtual({ of: 'persistence_timeout 50' })],
    ['that inhibits', virtual({ of: 'inhibit_on_failure' })],
    ['with limits', virtual({ servers: two('uthreshold 100\nlthreshold 80', 'uthreshold 100') })],
    [
      'with a quorum',
      virtual({
        of: 'quorum 2\nhysteresis 1\nsorry_server 10.0.0.9 80',
        servers: two('weight 2', 'weight 2'),
      }),
    ],
    ['of DR', virtual({ kind: 'DR' })],
    ['of a firewall mark', virtual({ at: 'fwmark 7', servers: [['10.0.0.11', CHECK]] })],
  ])('%s is left alone', async (_what, text) => {
    expect(await remarks(text)).toEqual([])
    expect(await remarks(text, { host: '10.0.0.1/24' })).toEqual([])
    expect(await remarks(instance() + text)).toEqual([])
  })
})

describe('weights, quorum, limits', () => {
  test.each([
    ['rr', 'wrr'],
    ['lc', 'wlc'],
    ['dh', 'sh'],
  ])('%s ignores weights', async (algo, other) => {
    const [said, ...more] = await remarks(virtual({ algo, servers: two('weight 1', 'weight 3') }))
    expect(said).toBe(
      `warning 1:1 weight-ignored: ${algo} asks of a weight only whether it is 0: the weights (1, 3) of virtual_server 192.0.2.1 80 change nothing (lb_algo ${other} would mind them)`,
    )
    expect(more).toEqual([])
  })

  test('rr ignores the weights that a program gives, too', async () => {
    const misc = 'MISC_CHECK {\nmisc_path /bin/true\nmisc_dynamic\n}'
    const said = await remarks(virtual({ algo: 'rr', servers: [['10.0.0.11 80', misc]] }))
    expect(said[0]).toContain('the weights that checks give of virtual_server 192.0.2.1 80 change nothing')
  })

  test.each([
    [
      'all of weight 0',
      virtual({ servers: two('weight 0', 'weight 0') }),
      'warning 1:1 no-weight: all servers of virtual_server 192.0.2.1 80 have weight 0: none of them gets a connection',
    ],
    [
      'a quorum that is not reached again',
      virtual({ of: 'quorum 3\nhysteresis 2\nquorum_down /bin/true', servers: two('weight 2', 'weight 2') }),
      'warning 1:1 quorum-unreachable: once lost, the quorum of virtual_server 192.0.2.1 80 is never reached again: it takes quorum + hysteresis = 5, and all servers weigh 4 together (hysteresis 1 at most)',
    ],
    [
      'a quorum that nothing hangs on',
      virtual({ of: 'quorum 2', servers: two('', '') }),
      'note 1:1 quorum-unused: the quorum of virtual_server 192.0.2.1 80 changes nothing',
    ],
    [
      'a sorry server that never comes',
      virtual({
        of: 'sorry_server 10.0.0.9 80',
        servers: [
          ['10.0.0.11 80', CHECK],
          ['10.0.0.12 80', ''],
        ],
      }),
      'warning 1:1 quorum-lasting: the sorry_server of virtual_server 192.0.2.1 80 is never used',
    ],
    [
      'a lower limit above the upper one',
      virtual({ servers: two('uthreshold 10\nlthreshold 20', '') }),
      'warning 6:1 threshold-order: lthreshold 20 is above uthreshold 10: the kernel refuses 10.0.0.11 80, and it gets no connection',
    ],
    [
      'a lower limit alone',
      virtual({ servers: two('lthreshold 20', '') }),
      'warning 6:1 threshold-order: lthreshold 20 is above uthreshold 0 (there is no uthreshold)',
    ],
    [
      'inhibition with persistence',
      virtual({ of: 'inhibit_on_failure\npersistence_timeout 50' }),
      'warning 1:1 sticky-dead-server: inhibit_on_failure leaves a dead server of virtual_server 192.0.2.1 80 in the table with weight 0, and persistence goes on sending its clients there: set net.ipv4.vs.expire_quiescent_template=1, or leave inhibit_on_failure out',
    ],
  ])('%s', async (_what, text, says) => {
    const said = await remarks(text)
    expect(said[0]).toContain(says)
  })

  test('the same of many is said once', async () => {
    const many = Array.from({ length: 14 }, (_, index) =>
      virtual({ at: `192.0.2.${index + 1} 80`, of: 'inhibit_on_failure\npersistence_timeout 50' }),
    )
    const said = await remarks(many.join(''))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('virtual_server 192.0.2.1 80, virtual_server 192.0.2.2 80 and 12 more')
  })
})

describe('checks', () => {
  test('a service that nothing checks, and a server among others', async () => {
    const bare: Written['servers'] = [
      ['10.0.0.11 80', ''],
      ['10.0.0.12 80', ''],
    ]
    expect(await remarks(virtual({ servers: bare }))).toEqual([
      'note 1:1 unchecked-server: nothing checks the servers of virtual_server 192.0.2.1 80: one that dies goes on getting connections (TCP_CHECK { } in real_server finds out)',
    ])
    const mixed = virtual({
      servers: [
        ['10.0.0.11 80', CHECK],
        ['10.0.0.12 80', ''],
      ],
    })
    expect(await remarks(mixed)).toEqual([
      'note 10:1 unchecked-server: 10.0.0.12 80 has no check, as others of the same virtual server have: always up',
    ])
  })

  test('BFD alone checks nothing', async () => {
    const text = `bfd_instance B {\nneighbor_ip 10.0.0.11\nsource_ip 10.0.0.1\n}\n${virtual({ servers: [['10.0.0.11 80', 'BFD_CHECK {\nname B\n}']] })}`
    const [said, ...more] = await remarks(text)
    expect(said).toContain('unchecked-server: BFD_CHECK is the only check of 10.0.0.11 80')
    expect(more).toEqual([])
    const beside = virtual({ servers: [['10.0.0.11 80', `${CHECK}\nBFD_CHECK {\nname B\n}`]] })
    expect(await remarks(beside)).toEqual([])
  })

  const ssl = virtual({ servers: [['10.0.0.11 443', 'SSL_GET {\nurl {\npath /\n}\n}']] })

  test('TLS that verifies nothing', async () => {
    expect((await remarks(ssl))[0]).toContain(
      'note 7:1 unverified-certificate: SSL_GET verifies no certificate, as',
    )
    const [said] = await remarks(`${ssl}SSL {\nca /etc/ca.pem\n}\n`)
    expect(said).toContain(
      'warning 7:1 unverified-certificate: SSL_GET verifies no certificate, also with ca in SSL',
    )
  })

  test('a program that may hang for longer than its delay', async () => {
    const misc = (lines: string): string =>
      virtual({ servers: [['10.0.0.11 80', `MISC_CHECK {\nmisc_path /bin/true\n${lines}\n}`]] })
    expect(await remarks(misc('misc_timeout 5'))).toEqual([])
    expect(await remarks(misc('delay_loop 6'))).toEqual([])
    expect((await remarks(misc('misc_timeout 9')))[0]).toContain(
      'note 7:1 slow-check: MISC_CHECK of 10.0.0.11 80 may hang for 9 s',
    )
    expect((await remarks(misc('delay_loop 2')))[0]).toContain('longer than its delay_loop of 2 s')
  })

  test('what the exit codes of misc_dynamic mean', async () => {
    const misc = 'weight 7\nMISC_CHECK {\nmisc_path /bin/true\nmisc_dynamic\n}'
    const said = await remarks(virtual({ servers: [['10.0.0.11 80', misc]] }))
    expect(said).toEqual([
      'note 8:1 dynamic-weight: misc_dynamic of 10.0.0.11 80: exit code 0 gives the weight of the file (here 7), 1 takes the server out, 2 to 255 give weight 0 to 253, so that 2 lets no new connection in',
    ])
  })

  test.each([
    // Measured, 2.2.7: D=2 R=2 B=1 refused is out after 4 s, D=3 C=1 B=1 R=1 silent after 6 s.
    [
      'TCP_CHECK {\ndelay_loop 2\nretry 2\n}',
      'out 4 s after the last success at most, one that does not answer 19 s',
    ],
    [
      'TCP_CHECK {\ndelay_loop 3\nconnect_timeout 1\n}',
      'out 4 s after the last success at most, one that does not answer 6 s (3 s + 1 × 1 s, and 2 × 1 s); back within 3 s',
    ],
    // The users' own values: they believe 15 and 27 s.
    [
      'TCP_CHECK {\nconnect_timeout 3\ndelay_before_retry 3\n}',
      'out 9 s after the last success at most, one that does not answer 15 s',
    ],
    [
      'HTTP_GET {\nurl {\npath /a\n}\nurl {\npath /b\n}\n}',
      'out 15 s after the last success at most, one that does not answer 25 s (12 s + 1 × 3 s, and 2 × 5 s); back within 18 s, each of 2 urls being asked every 12 s',
    ],
    ['HTTP_GET {\nfast_recovery\nurl {\npath /a\n}\n}', 'back within 6 s'],
    ['DNS_CHECK {\n}', 'out 24 s after the last success at most, one that does not answer 44 s'],
    ['SMTP_CHECK {\n}', 'out 7 s after'],
    ['PING_CHECK {\n}', 'out 7 s after'],
    ['UDP_CHECK {\n}', 'without require_reply no answer is a good answer'],
    [
      'MISC_CHECK {\nmisc_path /bin/true\nmisc_timeout 4\n}',
      'takes its server out 6 s and its own time after the last success at most, one that hangs 10 s; back within 6 s',
    ],
  ])('how long %j takes', async (check, says) => {
    const text = virtual({ servers: [['10.0.0.11 80', check]] })
    const said = (await remarks(text, { verbose: true })).filter((one) => one.includes(' timing: '))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`${check.split(' ')[0]!} of 10.0.0.11 80: `)
    expect(said[0]).toContain(says)
    expect(await remarks(text)).toEqual([])
  })
})

describe('addresses', () => {
  test('a virtual server whose address nobody holds', async () => {
    const text = virtual({ at: '192.0.2.9 80' })
    expect(await remarks(instance() + text)).toEqual([
      'warning 8:1 unheld-address: no vrrp_instance and no static_ipaddress of this file has 192.0.2.9: unless somebody else sets it, nobody answers (put it into virtual_ipaddress)',
    ])
    // By the host, by a static address, by an instance that lacks something, or by whoever is told nothing of here.
    expect(await remarks(instance() + text, { host: '192.0.2.9/24' })).toEqual([])
    expect(await remarks(`${instance()}static_ipaddress {\n192.0.2.9 dev eth0\n}\n${text}`)).toEqual([])
    const broken = instance().replace('  virtual_router_id 51\n', '').replace('192.0.2.1/24', '192.0.2.9/24')
    expect(await remarks(broken + text)).toEqual([])
    expect(await remarks(text)).toEqual([])
  })

  const far = virtual({
    kind: 'DR',
    servers: [
      ['10.65.32.21 80', CHECK],
      ['10.65.32.22 80', CHECK],
      ['110.65.32.23 80', CHECK],
    ],
  })

  test('a server that DR does not reach', async () => {
    const says =
      'warning 14:1 server-off-link: 110.65.32.23 shares no network with any other address here: DR'
    expect((await remarks(far))[0]).toContain(says)
    expect(await remarks(far.replace('DR', 'TUN'))).toEqual([])
    expect(await remarks(far.replace('DR', 'NAT'))).toEqual([])
    // Both, or none: who knows what interfaces the director has.
    const mate = virtual({ at: '192.0.2.1 443', kind: 'DR', servers: [['110.65.32.24 443', CHECK]] })
    expect(await remarks(far + mate)).toEqual([])
    const alone = virtual({ kind: 'DR', servers: [['110.65.32.23 80', CHECK]] })
    expect(await remarks(alone)).toEqual([])
  })

  test.each([
    ['a static address', 'static_ipaddress {\n110.65.32.1/24 dev eth1\n}\n'],
    ['a route without a gateway', 'static_routes {\n110.65.32.0/24 dev eth1\n}\n'],
    ['another instance', instance('', 'VI_2').replace('192.0.2.1/24', '110.65.32.1/24')],
  ])('%s tells of the network', async (_what, other) => {
    expect(await remarks(other + far.replace('192.0.2.1', '110.65.32.1'))).toEqual([])
  })

  test('where the host is the director its networks are what counts', async () => {
    const text = instance() + virtual({ kind: 'DR' })
    const off = 'server-off-link: 10.0.0.11 is in no network of this host: DR'
    expect((await remarks(text, { host: '192.0.2.7/24' }))[0]).toContain(off)
    expect(await remarks(text, { host: '172.16.0.7/24' })).toEqual([])
    const same = instance() + virtual({ kind: 'DR', servers: [['192.0.2.20 80', CHECK]] })
    expect(await remarks(same, { host: '192.0.2.7/24' })).toEqual([])
    const next = instance() + virtual({ kind: 'DR', servers: [['192.0.3.20 80', CHECK]] })
    expect((await remarks(next, { host: '192.0.2.7/24' }))[0]).toContain('192.0.3.20 is in no network')
    expect(await remarks(next, { host: '192.0.2.7/23' })).toEqual([])
  })

  test('IPv6', async () => {
    const text = (second: string): string =>
      virtual({
        at: '2001:db8::1 80',
        kind: 'DR',
        servers: [
          ['2001:db8::11 80', CHECK],
          [`${second} 80`, 'TCP_CHECK {\nbind_if eth0\n}'],
        ],
      })
    expect(await remarks(text('2001:db8::12'))).toEqual([])
    expect(await remarks(text('fe80::12'))).toEqual([])
    expect((await remarks(text('2001:dba::12')))[0]).toContain('2001:dba::12 shares no network')
  })

  test('a director that serves, too', async () => {
    const servers: Written['servers'] = [
      ['192.0.2.7 80', CHECK],
      ['192.0.2.8 80', CHECK],
    ]
    const text = instance() + virtual({ kind: 'DR', servers })
    const [said, ...more] = await remarks(text, { host: '192.0.2.7/24' })
    expect(said).toContain('warning 13:1 director-as-server: 192.0.2.7 is a director itself')
    expect(more).toEqual([])
    const peers = instance('unicast_src_ip 192.0.2.7\nunicast_peer {\n192.0.2.8\n}')
    expect((await remarks(peers + virtual({ kind: 'DR', servers })))[0]).toContain(
      '192.0.2.7 and 192.0.2.8 are directors',
    )
    expect(await remarks(instance() + virtual({ servers }), { host: '192.0.2.7/24' })).toEqual([])
    const marked: Written['servers'] = [['192.0.2.7', CHECK]]
    expect(
      await remarks(instance() + virtual({ at: 'fwmark 1', kind: 'DR', servers: marked }), {
        host: '192.0.2.7/24',
      }),
    ).toEqual([])
  })
})

describe('what follows from a line that is not understood', () => {
  test.each([
    [
      '1b_kind DR',
      "'1b_kind' is no keyword in virtual_server: the line is ignored, and lb_kind is NAT: servers that are set up for DR or TUN answer past the director",
    ],
    ['1b_algo rr', 'the line is ignored, and lb_algo is wlc'],
    ['delay_1oop 6', 'the line is ignored, and delay_loop is 60 s'],
  ])('%s', async (line, says) => {
    const text = `virtual_server 192.0.2.1 80 {\nprotocol TCP\n${line}\nreal_server 10.0.0.11 80 {\n${CHECK}\n}\n}\n`
    expect(await explained(text)).toContainEqual(expect.stringContaining(says))
  })

  test('in a check, each mistake once', async () => {
    const check = 'TCP_CHECK {\nconnect_tineout 3\nnb_get_retry 3\n}'
    const text = virtual({
      servers: [
        ['10.0.0.11 80', check],
        ['10.0.0.12 80', check],
        ['10.0.0.13 80', check],
      ],
    })
    expect(await explained(text)).toEqual([
      "error 8:1 unknown-keyword: 'connect_tineout' is no keyword in TCP_CHECK: the line is ignored, and connect_timeout is 5 s (also in 2 other places)",
      "error 9:1 unknown-keyword: 'nb_get_retry' is no keyword in TCP_CHECK (it belongs in HTTP_GET, SSL_GET): the line is ignored, and retry stays 1; write 'retry 3' for three (also in 2 other places)",
    ])
    const inherited = virtual({
      of: 'retry 4',
      servers: [['10.0.0.11 80', 'TCP_CHECK {\nnb_get_retry 3\n}']],
    })
    expect((await explained(inherited))[0]).toContain('and retry stays 4')
  })

  test.each(['xx.xx.xx.xx', '192.168.1.xxx', '<VIP>', 'VIP', 'YOUR_IP'])(
    '%s is a placeholder',
    async (word) => {
      const said = await explained(virtual({ at: `${word} 80` }))
      expect(said[0]).toContain('(a placeholder: put in the address that is meant)')
    },
  )

  test('a wrong address is none', async () => {
    expect((await explained(virtual({ at: '192.168.1.256 80' })))[0]).not.toContain('placeholder')
    expect((await explained(virtual({ at: 'web1.example 80' })))[0]).not.toContain('placeholder')
  })

  test('a port that does not count, and where the check goes', async () => {
    const at = '192.0.2.1 443'
    const kept = virtual({ at, kind: 'DR', servers: [['10.0.0.11 80', CHECK]] })
    expect(await explained(kept)).toEqual([
      'warning 6:23 port-mismatch: only NAT can change the port: 443 is used; the check goes on asking port 80 (connect_port changes that)',
    ])
    const own = virtual({ at, kind: 'DR', servers: [['10.0.0.11 80', 'TCP_CHECK {\nconnect_port 443\n}']] })
    expect((await explained(own))[0]).toContain('443 is used; the check asks port 443')
  })
})
