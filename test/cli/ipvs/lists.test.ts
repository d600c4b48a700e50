/** What the recorded lists do not have: large counters, connections, JSON, and how much is written at once. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseIp, type IpAddress } from '../../../src/base/address.ts'
import { counter } from '../../../src/cli/ipvs/counters.ts'
import type { Connection } from '../../../src/netlink/ipvs/connections.ts'
import type { ObservedDestination } from '../../../src/netlink/ipvs/types.ts'
import { schemaErrors } from '../../support/json-schema.ts'
import { tables } from './measured.ts'
import { MemoryTable, noStatistics } from './memory-table.ts'
import { run, tableAfter } from './run.ts'

describe('a counter', () => {
  test.each<readonly [bigint, string, string]>([
    [0n, '        0', '        0'],
    [9n, '        9', '        9'],
    [99_999_999n, ' 99999999', ' 99999999'],
    [100_000_000n, '  100000K', ' 100000000'],
    [276_447_232n, '  276447K', ' 276447232'],
    [999_999_999n, '  999999K', ' 999999999'],
    [1_000_000_000n, '    1000M', ' 1000000000'],
    [1_215_752_192n, '    1215M', ' 1215752192'],
    [99_999_999_999n, '   99999M', ' 99999999999'],
    [100_000_000_000n, '     100G', ' 100000000000'],
    [150_500_000_000n, '     150G', ' 150500000000'],
    [99_999_999_999_999n, '   99999G', ' 99999999999999'],
    [100_000_000_000_000n, '     100T', ' 100000000000000'],
    [123_456_789_012_345n, '     123T', ' 123456789012345'],
    [9_223_372_036_854_775_808n, ' 9223372T', ' 9223372036854775808'],
    [18_446_744_073_709_551_615n, '18446744T', ' 18446744073709551615'],
  ])('%d', (value, rounded, exact) => {
    expect(counter(value, false)).toBe(rounded)
    expect(counter(value, true)).toBe(exact)
  })
})

async function busyTable(): Promise<MemoryTable> {
  const table = await tableAfter(['-A -t 1.1.1.1:80', '-a -t 1.1.1.1:80 -r 2.2.2.2 -m'])
  const [kept] = table.kept.values()
  kept!.service = {
    ...kept!.service,
    statistics: {
      ...noStatistics,
      connections: 0n,
      inPackets: 9n,
      outPackets: 99_999_999n,
      inBytes: 18_446_744_073_709_551_615n,
      outBytes: 999_999_999n,
      inBytesPerSecond: 12n,
    },
  }
  const [[name, destination] = ['', undefined]] = kept!.destinations as ReadonlyMap<
    string,
    ObservedDestination
  >
  kept!.destinations.set(name, {
    ...destination!,
    activeConnections: 4_294_967_295,
    inactiveConnections: 12,
    persistentConnections: 7,
  })
  return table
}

test('counters and connections are in their columns', async () => {
  const table = await busyTable()
  expect((await run(['-Ln', '--stats'], table)).out).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  1.1.1.1:80                          0        9 9999999918446744T  999999K
  -> 2.2.2.2:80                          0        0        0        0        0
`)
  expect((await run(['-Ln', '--rate', '--exact'], table)).out).toContain(
    'TCP  1.1.1.1:80                          0        0        0       12        0\n',
  )
  expect((await run(['-Ln'], table)).out).toContain(
    '  -> 2.2.2.2:80                   Masq    1      4294967295 12        \n',
  )
  expect((await run(['-Ln', '--persistent-conn'], table)).out).toContain(
    '  -> 2.2.2.2:80                   1         7           4294967295 12        \n',
  )
})

test('a destination that the kernel made local, or of a kind without a word', async () => {
  const table = await tableAfter([
    '-A -t 1.1.1.1:80',
    '-a -t 1.1.1.1:80 -r 2.2.2.2',
    '-a -t 1.1.1.1:80 -r 2.2.2.3',
  ])
  const [kept] = table.kept.values()
  for (const [name, destination] of kept!.destinations)
    kept!.destinations.set(name, {
      ...destination,
      forwarding: destination.key.address === parseIp('2.2.2.2') ? 'local' : 'bypass',
    })
  expect((await run(['-Ln'], table)).out).toContain(
    '  -> 2.2.2.2:80                   Local   1      0          0         \n  -> 2.2.2.3:80                   Bypass  1      0          0         \n',
  )
  expect(await run(['-Sn'], table)).toMatchObject({
    out: '-A -t 1.1.1.1:80 -s wlc\n-a -t 1.1.1.1:80 -r 2.2.2.2:80 -g -w 1\n',
    remarks: ['1 real server has the forwarding method Bypass, which cannot be restored'],
  })
})

const end = (address: string, port: number): { address: IpAddress; port: number } => ({
  address: parseIp(address)!,
  port,
})

const connection = (
  protocol: string,
  state: string,
  expiresSeconds: number,
  ends: readonly [string, number, string, number, string, number],
  engine?: Connection['engine'],
): Connection => ({
  protocol,
  state,
  expiresSeconds,
  client: end(ends[0], ends[1]),
  virtual: end(ends[2], ends[3]),
  mark: protocol === 'IP' ? 7 : undefined,
  destination: end(ends[4], ends[5]),
  engine,
})

const connections = [
  connection('TCP', 'TIME_WAIT', 119, ['10.8.0.10', 33756, '10.8.0.100', 80, '10.9.0.22', 80]),
  connection('TCP', 'ASSURED', 49, ['10.8.0.10', 0, '10.8.0.100', 80, '10.9.0.22', 80]),
  connection('IP', 'ASSURED', 49, ['10.8.0.10', 0, '0.0.0.7', 0, '10.9.0.22', 0]),
  connection('UDP', 'UDP', 7299, ['10.8.0.10', 34029, '10.8.0.100', 5353, '10.9.0.21', 5353]),
  connection('UDP', 'UDP', 7299, ['10.8.0.10', 53, '10.8.0.100', 53, '10.9.0.21', 53]),
  connection('SCTP', 'ESTABLISHED', 5, ['10.8.0.10', 34029, '10.8.0.100', 5353, '10.9.0.21', 5353]),
  connection('TCP', 'ASSURED', 59, ['fd00:8::10', 0, 'fd00:8::100', 80, 'fd00:9::21', 80]),
  connection('TCP', 'SYN_RECV', 59, ['fd00:8::10', 44856, 'fd00:8::100', 80, '10.9.0.22', 80]),
  connection('UDP', 'UDP', 299, ['10.8.0.10', 5060, '10.8.0.100', 5060, '10.9.0.21', 5060], {
    name: 'sip',
    data: 'callid@example',
  }),
]

describe('connections', () => {
  test.each<readonly [readonly string[], string]>([
    [
      ['-Lnc'],
      `IPVS connection entries
pro expire state       source             virtual            destination
TCP 01:59  TIME_WAIT   10.8.0.10:33756    10.8.0.100:80      10.9.0.22:80
TCP 00:49  ASSURED     10.8.0.10:0        10.8.0.100:80      10.9.0.22:80
IP  00:49  ASSURED     10.8.0.10:0        0.0.0.7:0          10.9.0.22:0
UDP 121:39 UDP         10.8.0.10:34029    10.8.0.100:5353    10.9.0.21:5353
UDP 121:39 UDP         10.8.0.10:53       10.8.0.100:53      10.9.0.21:53
SCTP 00:05  ESTABLISHED 10.8.0.10:34029    10.8.0.100:5353    10.9.0.21:5353
TCP 00:59  ASSURED     [fd00:8::10]:0     [fd00:8::100]:80   [fd00:9::21]:80
TCP 00:59  SYN_RECV    [fd00:8::10]:44856 [fd00:8::100]:80   10.9.0.22:80
UDP 04:59  UDP         10.8.0.10:5060     10.8.0.100:5060    10.9.0.21:5060
`,
    ],
    [
      ['-L', '-c', '--persistent-conn'],
      `IPVS connection entries
pro expire state       source             virtual            destination        pe name          pe_data
TCP 01:59  TIME_WAIT   10.8.0.10:33756    10.8.0.100:http    10.9.0.22:http
TCP 00:49  ASSURED     10.8.0.10:0        10.8.0.100:http    10.9.0.22:http
IP  00:49  ASSURED     10.8.0.10:0        0.0.0.7:0          10.9.0.22:0
UDP 121:39 UDP         10.8.0.10:34029    10.8.0.100:mdns    10.9.0.21:mdns
UDP 121:39 UDP         10.8.0.10:domain   10.8.0.100:domain  10.9.0.21:domain
SCTP 00:05  ESTABLISHED 10.8.0.10:34029    10.8.0.100:5353    10.9.0.21:5353
TCP 00:59  ASSURED     [fd00:8::10]:0     [fd00:8::100]:http [fd00:9::21]:http
TCP 00:59  SYN_RECV    [fd00:8::10]:44856 [fd00:8::100]:http 10.9.0.22:http
UDP 04:59  UDP         10.8.0.10:sip      10.8.0.100:sip     10.9.0.21:sip    sip                callid@example
`,
    ],
  ])('%j', async (argv, out) => {
    expect(await run(argv, new MemoryTable(), { connections })).toEqual({
      code: 0,
      out,
      err: '',
      remarks: [],
    })
  })

  test('a kernel without them is one line', async () => {
    expect(await run(['-Lnc'])).toEqual({
      code: 1,
      out: '',
      err: 'cannot open file /proc/net/ip_vs_conn\n',
      remarks: [],
    })
  })
})

describe('--json', () => {
  const schema = JSON.parse(readFileSync('docs/ipvs.schema.json', 'utf8')) as Record<string, unknown>
  const parsed = async (argv: readonly string[], table: MemoryTable): Promise<Record<string, unknown>> => {
    const { code, out, err } = await run(argv, table, { connections })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const value = JSON.parse(out) as Record<string, unknown>
    expect(schemaErrors(schema, value)).toEqual([])
    return value
  }

  test.each<readonly [string, readonly string[]]>([
    ['services', ['-L', '--json']],
    ['services', ['--json']],
    ['services', ['-Ln', '--stats', '--json', '-t', '10.8.0.100:80']],
    ['timeouts', ['-L', '--timeout', '--json']],
    ['syncDaemons', ['--list', '--daemon', '--json']],
    ['connections', ['-Lnc', '--json']],
  ])('%s of %j are as the schema says', async (field, argv) => {
    const table = await tableAfter([
      ...tables['everything']!,
      '--start-daemon master --mcast-interface back --syncid 7',
      '--start-daemon backup --mcast-interface back --mcast-group ff02::81',
    ])
    const value = await parsed(argv, table)
    expect(Object.keys(value)).toContain(field)
    expect(value[field]).not.toEqual([])
  })

  test('every field of the schema is said by something', async () => {
    const table = await tableAfter([...tables['everything']!, '--start-daemon master'])
    const texts = await Promise.all(
      [['-L'], ['-L', '--timeout'], ['-L', '--daemon'], ['-Lc']].map(
        async (argv) => (await run([...argv, '--json'], table, { connections })).out,
      ),
    )
    const fields = new Set([...texts.join('').matchAll(/"(\w+)":/g)].map(([, field]) => field))
    const named = new Set<string>()
    JSON.stringify(schema, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null && 'properties' in value)
        for (const name of Object.keys(value.properties as object)) named.add(name)
      return value
    })
    expect([...fields].sort()).toEqual([...named].sort())
  })

  test('counters keep all their digits', async () => {
    const { out } = await run(['-L', '--json'], await busyTable())
    expect(out).toContain('"inBytes": 18446744073709551615,')
  })

  test('goes with nothing but lists', async () => {
    expect(await run(['-S', '--json'])).toEqual({
      code: 2,
      out: '',
      err: '--json goes with the lists of -L only\n',
      remarks: [],
    })
    expect(await run(['-L', '--', '--json'])).toMatchObject({ code: 2, err: 'unexpected argument --json\n' })
  })
})

test('ten thousand destinations are written at once', async () => {
  const table = new MemoryTable()
  const input = Array.from({ length: 1000 }, (_, index) => {
    const service = `10.${index >> 8}.${index & 255}.1:80`
    return [
      `-A -t ${service} -s rr`,
      ...Array.from({ length: 10 }, (_each, at) => `-a -t ${service} -r 10.9.0.${at + 1} -m`),
    ].join('\n')
  }).join('\n')
  const restored = await run(['-R'], table, { input })
  expect(restored).toEqual({ code: 0, out: '', err: '', remarks: [] })
  // So many changes are in flight at once.
  expect(Math.max(...table.batches)).toBe(256)
  const { out } = await run(['-Ln'], table)
  expect(out.split('\n')).toHaveLength(11_004)
})
