/** Files that are saved and restored, here and there. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ipv4FromNumber, ipv6FromBytes, type IpAddress } from '../../../src/base/address.ts'
import type { Destination, Service, ServiceKey } from '../../../src/netlink/ipvs/types.ts'
import { MemoryTable, refuse } from './memory-table.ts'
import { run, tableAfter } from './run.ts'

const v4 = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber)
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipv6FromBytes)
const address: fc.Arbitrary<IpAddress> = fc.oneof(v4, v6)

const key: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address,
    port: fc.integer({ min: 1, max: 65535 }),
  }),
  fc.record({
    kind: fc.constant('mark' as const),
    family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
    mark: fc.integer({ min: 1, max: 0xffffffff }),
  }),
)

const isV6 = (of: ServiceKey): boolean =>
  of.kind === 'mark' ? of.family === 'ipv6' : typeof of.address === 'string'

const service: fc.Arbitrary<Service> = key.chain((of) => {
  const whole = isV6(of) ? 128 : 0xffffffff
  return fc
    .record({
      key: fc.constant(of),
      scheduler: fc.constantFrom('rr', 'wlc', 'sh', 'mh'),
      schedulerFlags: fc.record({ flag1: fc.boolean(), flag2: fc.boolean(), flag3: fc.boolean() }),
      onePacket: of.kind === 'mark' || of.protocol === 'udp' ? fc.boolean() : fc.constant(false),
      persistence: fc.option(
        fc.record({
          timeoutSeconds: fc.integer({ min: 1, max: 2_678_400 }),
          engine: fc.constantFrom(undefined, 'sip'),
        }),
        { nil: undefined },
      ),
      netmask: fc.integer({ min: isV6(of) ? 1 : 0, max: whole }),
    })
    .map((value) => ({ ...value, netmask: value.persistence ? value.netmask : whole }))
})

const destinationOf = (of: ServiceKey): fc.Arbitrary<Destination> =>
  fc
    .record({
      key: fc.record({ address: isV6(of) ? v6 : v4, port: fc.integer({ min: 0, max: 65535 }) }),
      forwarding: fc.constantFrom('masquerade' as const, 'tunnel' as const, 'route' as const),
      weight: fc.integer({ min: 0, max: 0x7fffffff }),
      upperThreshold: fc.constant(0),
      lowerThreshold: fc.constant(0),
      tunnel: fc.oneof(
        fc.record({
          type: fc.constant('gue' as const),
          port: fc.integer({ min: 1, max: 65535 }),
          checksum: fc.constantFrom('none' as const, 'checksum' as const, 'remote' as const),
        }),
        fc.record({
          type: fc.constant('gre' as const),
          port: fc.constant(0),
          checksum: fc.constantFrom('none' as const, 'checksum' as const),
        }),
      ),
    })
    .map((value) => ({
      ...value,
      key:
        of.kind === 'mark' || value.forwarding === 'masquerade' ? value.key : { ...value.key, port: of.port },
      tunnel:
        value.forwarding === 'tunnel'
          ? value.tunnel
          : { type: 'ipip' as const, port: 0, checksum: 'none' as const },
    }))

const entry = service.chain((of) =>
  fc.tuple(fc.constant(of), fc.array(destinationOf(of.key), { maxLength: 4 })),
)

function tableOf(entries: readonly (readonly [Service, readonly Destination[]])[]): MemoryTable {
  const table = new MemoryTable()
  for (const [each, destinations] of entries) {
    const [refused] = table.change([{ type: 'add-service', service: each }])
    if (refused) continue
    table.change(destinations.map((destination) => ({ type: 'add-destination', key: each.key, destination })))
  }
  return table
}

/** Whatever the order. */
const contents = (table: MemoryTable): unknown =>
  new Map([...table.kept].map(([name, { service: kept, destinations }]) => [name, { kept, destinations }]))

test('what is saved and restored is the same table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), fc.boolean(), async (entries, numeric) => {
      const table = tableOf(entries)
      const saved = await run(numeric ? ['-S', '-n'] : ['-S'], table)
      expect(saved).toMatchObject({ code: 0, err: '', remarks: [] })
      const restored = new MemoryTable()
      expect(await run(['-R'], restored, { input: saved.out })).toEqual({
        code: 0,
        out: '',
        err: '',
        remarks: [],
      })
      expect(contents(restored)).toEqual(contents(table))
    }),
  )
})

describe('a file', () => {
  test('of ipvsadm 1.27, which knows no tunnel types and saves names', async () => {
    const input = `-A -t 10.8.0.100:http -s wrr -p 120
-a -t 10.8.0.100:http -r 10.9.0.21:http -i -w 1
-a -t 10.8.0.100:http -r 10.9.0.22:http -i -w 2
-A -f 7 -s sh
-a -f 7 -r 10.9.0.21:0 -g -w 1
`
    const table = new MemoryTable()
    expect(await run(['--restore'], table, { input })).toMatchObject({ code: 0, err: '', remarks: [] })
    expect((await run(['-S'], table)).out).toBe(input.replace(/(-i -w \d)/g, '$1 --tun-type ipip'))
  })

  test('is sent in parts, in its order, and the exit code is that of the last line', async () => {
    const table = new MemoryTable()
    const input = '-A -t 1.1.1.1:80\n-A -t 1.1.1.1:80\n-A -t 1.1.1.2:80\n-E -t 1.1.1.1:80 -s rr -p 9\n'
    expect(await run(['-R'], table, { input })).toMatchObject({
      code: 0,
      err: 'Service already exists\n',
    })
    expect(table.batches).toEqual([4])
    expect(table.changes.map(({ type }) => type)).toEqual([
      'add-service',
      'add-service',
      'add-service',
      'edit-service',
    ])
  })

  test('has done all that stands before a bad line', async () => {
    const table = new MemoryTable()
    const input = '-A -t 1.1.1.1:80\n-a -t 1.1.1.1:80 -r 2.2.2.2 -m\n-A -t 1.1.1.2\n-A -t 1.1.1.3:80\n'
    expect(await run(['-R'], table, { input })).toMatchObject({
      code: 2,
      err: 'Zero port specified for non-persistent service\n',
    })
    expect((await run(['-Sn'], table)).out).toBe(
      '-A -t 1.1.1.1:80 -s wlc\n-a -t 1.1.1.1:80 -r 2.2.2.2:80 -m -w 1\n',
    )
  })

  test('shows what stands before a list in it', async () => {
    const input = '-A -t 1.1.1.1:80\n-Sn\n-A -t 1.1.1.2:80\n-Sn\n'
    expect((await run(['-R'], new MemoryTable(), { input })).out).toBe(
      '-A -t 1.1.1.1:80 -s wlc\n-A -t 1.1.1.1:80 -s wlc\n-A -t 1.1.1.2:80 -s wlc\n',
    )
  })
})

describe('a table that cannot be had', () => {
  test.each<readonly [readonly string[]]>([[['-Ln']], [['-C']], [['-S']], [['-R']], [['-L', '--timeout']]])(
    '%j without the right to it',
    async (argv) => {
      const table = new MemoryTable()
      table.refusing = { refusal: refuse('EPERM'), what: 'all' }
      expect(await run(argv, table, { input: '-C\n' })).toEqual({
        code: 2,
        out: '',
        err: "Can't initialize ipvs: Permission denied (you must be root)\n",
        remarks: [],
      })
      expect(table.isClosed).toBe(true)
    },
  )

  test('a list that is refused on the way prints nothing of it', async () => {
    const table = await tableAfter(['-A -t 1.1.1.1:80'])
    table.refusing = { refusal: refuse('EPERM'), what: 'destinations' }
    expect(await run(['-Ln'], table)).toMatchObject({
      code: 1,
      out: '',
      err: 'Permission denied (you must be root)\n',
    })
  })

  test('it is closed in the end', async () => {
    const table = await tableAfter([])
    await run(['-Ln'], table)
    expect(table.isClosed).toBe(true)
  })
})
