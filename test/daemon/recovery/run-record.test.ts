/** What a daemon leaves behind, and who goes on as Master by it. */

import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseIpv6 } from '../../../src/base/address.ts'
import { seconds, type Duration } from '../../../src/base/time.ts'
import type { Assembled } from '../../../src/daemon/assemble.ts'
import { orphaned, resumable, usedNumbers } from '../../../src/daemon/recovery/resumption.ts'
import { ports } from '../../scripts/tracking/ports.ts'
import { bootId, diskRecord } from '../../../src/daemon/recovery/disk-record.ts'
import { readRecord as readRecordFrom, RunRecordFile } from '../../../src/daemon/recovery/run-record-file.ts'
import {
  decodeRecord,
  encodeRecord,
  encodeTime,
  type RunRecord,
} from '../../../src/daemon/recovery/run-record.ts'
import { bindRoute } from '../../../src/addressing/link-binding.ts'
import type { DesiredRoute } from '../../../src/addressing/desired.ts'
import type { Link } from '../../../src/netlink/types.ts'
import { load } from '../../config/support.ts'
import { link } from '../../netlink/specs.ts'
import type { VrrpInstance } from '../../../src/config/model.ts'
import { at, ip, makeRouter } from '../../vrrp/kit.ts'

const address = (last: number): Assembled['addresses'][number] => ({
  link: 'eth0',
  track: true,
  spec: { cidr: { address: ip(`10.9.0.${String(last)}`), prefixLength: 24 }, scope: 0 },
})

const record = (change: Partial<RunRecord['instances'][number]> = {}): RunRecord => ({
  version: 2,
  bootId: 'this',
  instances: [
    {
      name: 'V1',
      identity: 'eth0 1',
      isMaster: true,
      addresses: [address(101)],
      routes: [],
      rules: [],
      ...change,
    },
  ],
  virtualMacs: [],
  settings: [],
  scripts: [['chk', 'up']],
  files: [['maintenance', -20]],
  processes: [['proxy', 'down']],
  sequences: [{ identity: 'eth0 1', sequence: 1000, unsure: 0 }],
  sequencesAt: at(10),
})

const assembled = (change: Parameters<typeof makeRouter>[0] = {}): Assembled => ({
  router: makeRouter(change),
  instance: {} as VrrpInstance,
  transport: { kind: 'multicast', group: ip('224.0.0.18') },
  advertLink: 'eth0',
  virtualMacs: [],
  addresses: [address(101)],
  routes: [],
  rules: [],
})

describe('the text', () => {
  test('is read as it was written', () => {
    const six = { address: parseIpv6('2001:db8::1')!, prefixLength: 64 }
    const written = record({
      addresses: [address(101), { link: 'eth1', track: true, spec: { cidr: six, scope: 0 } }],
    })
    expect(decodeRecord(encodeRecord(written, at(7)), 'this')).toEqual({ ...written, aliveAt: at(7) })
  })

  test('all times are of one length', () => {
    expect(encodeTime(at(1)).length).toBe(encodeTime(at(10 ** 9)).length)
  })

  test.each([
    ['of another boot', encodeRecord({ ...record(), bootId: 'other' }, at(1))],
    ['of an earlier version', encodeRecord({ ...record(), version: 1 as 2 }, at(1))],
    ['of a later version', encodeRecord({ ...record(), version: 3 as 2 }, at(1))],
    ['cut short', encodeRecord(record(), at(1)).slice(0, 60)],
    ['empty', ''],
    ['something else', 'hello\n{}\n'],
    ['null', `${encodeTime(at(1))}null\n`],
  ])('%s is none', (_what, text) => {
    expect(decodeRecord(text, 'this')).toBeUndefined()
  })
})

describe('routes in the text', () => {
  const lines = [
    '10.1.0.0/16 via 10.9.0.9 dev eth1 src 10.9.0.100 table 0 scope link metric 7 mtu lock 1400 realms 3/4',
    '10.2.0.0/16 nexthop via 10.9.0.9 dev eth1 weight 2 nexthop via 10.9.0.8 dev eth2 onlink',
    '10.3.0.0/16 no_track nexthop via 10.9.0.7 dev eth1 weight 9',
    'blackhole 10.4.0.0/16 no_track append',
    'fd01::/64 via fd00::1 dev eth1 expires 90 pref high no_track',
  ]
  const routesOf = async (written: readonly string[]): Promise<VrrpInstance['routes']> => {
    const block = `virtual_routes {\n${written.join('\n')}\n}`
    const { model } = await load(
      `vrrp_instance V {\ninterface eth1\nvirtual_router_id 1\nvirtual_ipaddress {\n10.9.0.1\n}\n${block}\n}`,
    )
    return model.instances[0]!.routes
  }
  const linkByName = (name: string): Link => ({ ...link(Number(name.slice(3))), name })

  /** Written down by the release before this one, which compares them as text. */
  const former = [
    '{"link":"eth1","track":true,"nexthops":[],"spec":{"type":"unicast","destination":{"address":167837696,"prefixLength":16},"table":254,"onlink":false,"gateway":168361993,"source":168362084,"scope":253,"metric":7,"metrics":[{"name":"mtu","value":1400,"locked":true}],"protocol":18,"realms":196612}}',
    '{"track":false,"nexthops":[{"weight":2,"onlink":false,"gateway":168361993,"link":"eth1"},{"weight":1,"onlink":true,"gateway":168361992,"link":"eth2"}],"spec":{"type":"unicast","destination":{"address":167903232,"prefixLength":16},"table":254,"onlink":false,"scope":0,"protocol":18}}',
    '{"link":"eth1","track":false,"nexthops":[],"spec":{"type":"unicast","destination":{"address":167968768,"prefixLength":16},"table":254,"onlink":false,"gateway":168361991,"scope":0,"protocol":18}}',
    '{"track":false,"nexthops":[],"spec":{"type":"blackhole","destination":{"address":168034304,"prefixLength":16},"table":254,"onlink":false,"scope":0,"protocol":18,"append":true}}',
    '{"link":"eth1","track":false,"nexthops":[],"spec":{"type":"unicast","destination":{"address":"fd01::","prefixLength":64},"table":254,"onlink":false,"gateway":"fd00::1","scope":0,"protocol":18,"preference":1,"expiresSeconds":90}}',
  ]

  test('are what earlier releases write and read', async () => {
    const text = encodeRecord(record({ routes: await routesOf(lines) }), at(7))
    expect(text).toContain(`"routes":[${former.join(',')}]`)
  })

  test('are read as what is asked of the kernel', async () => {
    const routes = await routesOf(lines)
    const read = decodeRecord(encodeRecord(record({ routes }), at(7)), 'this')!
    const asked = (some: readonly DesiredRoute[]): readonly unknown[] =>
      some.map((route) => bindRoute(route, linkByName))
    expect(asked(read.instances[0]!.routes)).toEqual(asked(routes))
  })

  test('are orphans when the next configuration has others', async () => {
    const routes = await routesOf(lines)
    const read = decodeRecord(encodeRecord(record({ routes }), at(7)), 'this')!
    const next = [...lines.slice(1), lines[0]!.replace('realms 3/4', 'realms 3/5')]
    const known = { ...assembled(), routes: await routesOf(next) }
    expect(orphaned(read, [{ ...assembled(), routes }])[0]!.routes).toEqual([])
    expect(orphaned(read, [known])[0]!.routes).toEqual([read.instances[0]!.routes[0]])
  })
})

describe('who goes on as Master', () => {
  const alive = at(100)
  const later = (span: Duration) => at(100 + span / 1_000_000)

  test.each([
    ['at once', {}, {}, 0.3, true],
    ['just in time', {}, {}, 1.99, true],
    ['too late', {}, {}, 2, false],
    ['with a longer interval, later', {}, { advertInterval: seconds(3) }, 5.9, true],
    ['a Backup', { isMaster: false }, {}, 0.3, false],
    ['another VRID', { identity: 'eth0 2' }, {}, 0.3, false],
    ['another link', {}, { link: 'eth1' }, 0.3, false],
    ['another name', { name: 'old' }, {}, 0.3, true],
  ])('%s', (_what, recorded, router, after, expected) => {
    const read = { ...record(recorded), aliveAt: alive }
    expect(resumable(read, [assembled(router)], later(seconds(after))).size === 1).toBe(expected)
  })

  test('nobody without a record', () => {
    expect(resumable(undefined, [assembled()], alive).size).toBe(0)
  })
})

test('sequence numbers of up to four adverts a second may have been used since they were written down', () => {
  const read = { ...record(), aliveAt: at(19) }
  expect(usedNumbers(read, at(20))).toEqual([{ identity: 'eth0 1', sequence: 1000, unsure: 104 }])
  expect(usedNumbers(undefined, at(20))).toEqual([])
})

test('what a new configuration does not know is an orphan', () => {
  const read = { ...record({ addresses: [address(101), address(102)] }), aliveAt: at(1) }
  expect(orphaned(read, [assembled()])).toEqual([
    { name: 'V1', addresses: [address(102)], routes: [], rules: [] },
  ])
})

describe('the file', () => {
  const makeFile = (path: string, complaints: string[] = [], now = () => at(5)): RunRecordFile => {
    const file = new RunRecordFile(() => ({ ...record(), bootId: bootId() }), {
      clock: { now },
      timers: ports.timers,
      soon: (callback) => void setImmediate(callback),
      record: diskRecord(path),
      complain: (text) => complaints.push(text),
    })
    file.begin()
    return file
  }
  const readRecord = (path: string): ReturnType<typeof readRecordFrom> =>
    readRecordFrom(diskRecord(path), bootId())
  const makeDirectory = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), 'vrrpd-record-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    return directory
  }

  test('is there at once, and gone after a goodbye', async () => {
    const path = join(await makeDirectory(), 'state')
    const file = makeFile(path)
    expect(readRecord(path)?.instances).toHaveLength(1)
    file.renew()
    await file.remove()
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  test('that cannot be written is told once', async () => {
    const complaints: string[] = []
    const file = makeFile(join(await makeDirectory(), 'missing', 'state'), complaints)
    file.renew()
    await turn(20)
    await file.remove()
    expect(complaints).toEqual([expect.stringMatching(/^cannot write .*ENOENT.*vrrpd cleanup/)])
  })

  test('that could not be written is not made to look fresh, and is written when that goes again', async () => {
    const directory = await makeDirectory()
    const path = join(directory, 'state')
    const complaints: string[] = []
    let second = 5
    const file = makeFile(path, complaints, () => at(second))
    // Stands where the next record is made.
    await mkdir(`${path}.new`)
    second = 6
    file.renew()
    await vi.waitFor(() => expect(complaints).toHaveLength(1))
    second = 7
    await turn(700)
    expect(readRecord(path)?.aliveAt).toBe(at(5))
    await rmdir(`${path}.new`)
    await vi.waitFor(() => expect(complaints).toHaveLength(2), 10_000)
    expect(complaints[1]).toBe(`${path} is written again`)
    expect(readRecord(path)?.aliveAt).toBe(at(7))
    await file.remove()
  })

  test('whatever lies there is replaced', async () => {
    const path = join(await makeDirectory(), 'state')
    await writeFile(path, 'something else, and longer than any record of ours '.repeat(50))
    const file = makeFile(path)
    expect(readRecord(path)).toBeDefined()
    await file.remove()
  })
})
