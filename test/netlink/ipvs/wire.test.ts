/** IPVS's messages: bytes ↔ what they mean; and bytes that the kernel would never send. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eachAttribute } from '../../../src/netlink/attributes.ts'
import type {
  IpvsChange,
  ObservedDestination,
  ObservedService,
  Statistics,
} from '../../../src/netlink/ipvs/types.ts'
import { readInfo, readTimeouts } from '../../../src/netlink/ipvs/wire/config.ts'
import { destinationReader } from '../../../src/netlink/ipvs/wire/destination.ts'
import {
  encodeFamilyQuery,
  readFamilyId,
  readMessage,
} from '../../../src/netlink/ipvs/wire/generic-netlink.ts'
import {
  encodeChange,
  encodeDestinationsQuery,
  encodeServiceQuery,
  encodeServicesQuery,
} from '../../../src/netlink/ipvs/wire/requests.ts'
import { readService } from '../../../src/netlink/ipvs/wire/service.ts'
import { readSyncDaemon } from '../../../src/netlink/ipvs/wire/sync-daemon.ts'
import { NO_STATISTICS } from '../../support/ipvs-in-memory.ts'
import { ip } from '../specs.ts'
import {
  anyDestination,
  anyDestinationKey,
  anyService,
  anyServiceKey,
  anyStatistics,
  anySyncDaemon,
} from './arbitraries.ts'
import * as kernel from './kernel-messages.ts'
import { destination, IPIP, mark, real, service, virtual } from './values.ts'

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')
const written = (...parts: readonly string[]): string => parts.join('').replaceAll(/\s/g, '')
const bytes = (...parts: readonly string[]): Buffer => Buffer.from(written(...parts), 'hex')

const web = virtual('tcp 10.8.0.100 80')
const web6 = virtual('sctp fd00::100 443')

describe('requests', () => {
  const KEY =
    '0600 0100 0200 0000  0600 0200 0600 0000  1400 0300 0a080064 00000000 00000000 00000000  0600 0400 0050 0000'
  const KEY6 =
    '0600 0100 0a00 0000  0600 0200 8400 0000  1400 0300 fd000000 00000000 00000000 00000100  0600 0400 01bb 0000'
  const DEST = '0600 0b00 0200 0000  1400 0100 0a090015 00000000 00000000 00000000  0600 0200 1f90 0000'
  const master = { role: 'master', interface: 'eth0', syncId: 7 } as const

  test.each([
    [
      'a service with everything',
      {
        type: 'add-service',
        service: service(web, {
          scheduler: 'wrr',
          schedulerFlags: { flag1: true, flag2: false, flag3: true },
          onePacket: true,
          persistence: { timeoutSeconds: 50, engine: 'sip' },
          netmask: 0xffffff00,
        }),
      },
      [
        '01 01 0000',
        '5c00 0100',
        KEY,
        '0800 0600 77727200',
        '0800 0b00 73697000',
        '0c00 0700 2d000000 ffffffff',
        '0800 0800 32000000',
        '0800 0900 ffffff00',
      ],
    ],
    [
      'IPv6: the mask is a prefix length; other schedulers’ flag',
      {
        type: 'edit-service',
        service: service(web6, {
          scheduler: 'sh',
          schedulerFlags: { flag1: false, flag2: true, flag3: false },
          netmask: 64,
        }),
      },
      [
        '02 01 0000',
        '5400 0100',
        KEY6,
        '0700 0600 736800 00',
        '0c00 0700 10000000 ffffffff',
        '0800 0800 00000000',
        '0800 0900 40000000',
      ],
    ],
    [
      'a mark',
      { type: 'delete-service', key: mark(7) },
      ['03 01 0000', '1400 0100', '0600 0100 0200 0000', '0800 0500 07000000'],
    ],
    [
      'a mark of IPv6',
      { type: 'zero-service', key: mark(7, 'ipv6') },
      ['10 01 0000', '1400 0100', '0600 0100 0a00 0000', '0800 0500 07000000'],
    ],
    [
      'a destination',
      {
        type: 'add-destination',
        key: web,
        destination: destination('10.9.0.21 8080', {
          forwarding: 'tunnel',
          weight: 300,
          upperThreshold: 9,
          lowerThreshold: 5,
          tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
        }),
      },
      [
        '05 01 0000',
        '3000 0100',
        KEY,
        '6000 0200',
        DEST,
        '0800 0300 02000000',
        '0800 0400 2c010000',
        '0800 0500 09000000',
        '0800 0600 05000000',
        '0500 0d00 01 000000',
        '0600 0e00 17c0 0000',
        '0600 0f00 0200 0000',
      ],
    ],
    [
      'a destination of the other family, by its weight only',
      {
        type: 'edit-destination',
        key: web6,
        destination: destination('10.9.0.21 8080', { forwarding: 'masquerade', weight: -1 }),
      },
      [
        '06 01 0000',
        '3000 0100',
        KEY6,
        '6000 0200',
        DEST,
        '0800 0300 00000000',
        '0800 0400 ffffffff',
        '0800 0500 00000000',
        '0800 0600 00000000',
        '0500 0d00 00 000000',
        '0600 0e00 0000 0000',
        '0600 0f00 0000 0000',
      ],
    ],
    [
      'a destination to be removed',
      { type: 'delete-destination', key: web, destination: real('10.9.0.21 8080') },
      ['07 01 0000', '3000 0100', KEY, '2800 0200', DEST],
    ],
    ['everything to be removed', { type: 'flush' }, ['11 01 0000']],
    ['every counter', { type: 'zero' }, ['10 01 0000']],
    [
      'timeouts, but none of 0',
      { type: 'set-timeouts', timeouts: { tcpSeconds: 900, tcpFinSeconds: 0, udpSeconds: 300 } },
      ['0c 01 0000', '0800 0400 84030000', '0800 0600 2c010000'],
    ],
    [
      'a sync daemon, of which only that is said',
      { type: 'start-sync-daemon', daemon: master },
      ['09 01 0000', '2000 0300', '0800 0100 01000000', '0900 0200 6574683000 000000', '0800 0300 07000000'],
    ],
    [
      'a sync daemon with everything: its port is in the host’s order',
      {
        type: 'start-sync-daemon',
        daemon: { ...master, role: 'backup', maxLength: 1400, group: ip('224.0.0.81'), port: 8848, ttl: 3 },
      },
      [
        '09 01 0000',
        '4000 0300',
        '0800 0100 02000000',
        '0900 0200 6574683000 000000',
        '0800 0300 07000000',
        '0600 0400 7805 0000',
        '0800 0500 e0000051',
        '0600 0700 9022 0000',
        '0500 0800 03 000000',
      ],
    ],
    [
      'a sync daemon with a group of IPv6',
      { type: 'start-sync-daemon', daemon: { ...master, group: ip('ff15::1') } },
      [
        '09 01 0000',
        '3400 0300',
        '0800 0100 01000000',
        '0900 0200 6574683000 000000',
        '0800 0300 07000000',
        '1400 0600 ff150000 00000000 00000000 00000001',
      ],
    ],
    [
      'a sync daemon to be stopped',
      { type: 'stop-sync-daemon', role: 'backup' },
      ['0a 01 0000', '0c00 0300', '0800 0100 02000000'],
    ],
  ] satisfies [string, IpvsChange, readonly string[]][])('%s', (_what, change, parts) => {
    expect(hex(encodeChange(change))).toBe(written(...parts))
  })

  test('questions', () => {
    expect(hex(encodeFamilyQuery('IPVS'))).toBe(written('03 01 0000', '0900 0200 4950565300'))
    expect(hex(encodeServicesQuery())).toBe(written('04 01 0000'))
    expect(hex(encodeServiceQuery(web))).toBe(written('04 01 0000', '3000 0100', KEY))
    expect(hex(encodeDestinationsQuery(web6))).toBe(written('08 01 0000', '3000 0100', KEY6))
  })

  test.each([
    ['port', { type: 'delete-service', key: virtual('tcp 10.8.0.100 65536') }],
    ['mark', { type: 'delete-service', key: mark(2 ** 32) }],
    ['mask', { type: 'add-service', service: service(web, { netmask: -1 }) }],
    [
      'weight',
      { type: 'add-destination', key: web, destination: destination('10.9.0.1 1', { weight: 2 ** 31 }) },
    ],
    [
      'threshold',
      { type: 'add-destination', key: web, destination: destination('10.9.0.1 1', { lowerThreshold: -1 }) },
    ],
    ['timeout', { type: 'set-timeouts', timeouts: { udpSeconds: 2 ** 32 } }],
  ] satisfies [string, IpvsChange][])('a %s that does not fit its field is none', (_what, change) => {
    expect(encodeChange(change)).toBeUndefined()
  })

  test('a name that fits into no message is none', () => {
    const scheduler = 'x'.repeat(70_000)
    expect(encodeChange({ type: 'add-service', service: service(web, { scheduler }) })).toHaveLength(0)
  })
})

describe('requests, as ipvsadm 1.31 makes them', () => {
  const SVC4 = '06000100020000000600020006000000140003000a08006400000000000000000000000006000400'
  const SVC6 = '060001000a000000060002000600000014000300fd000000000000000000000000000100'

  /** `whole`: the nest in which ours and theirs are the same; elsewhere ipvsadm says more than is needed. */
  test.each([
    [
      '-A -t 10.8.0.100:80 -s wrr -p 50 -M 255.255.255.0',
      {
        type: 'add-service',
        service: service(web, {
          scheduler: 'wrr',
          persistence: { timeoutSeconds: 50, engine: undefined },
          netmask: 0xffffff00,
        }),
      },
      1,
      `0101000054000180${SVC4}005000000800060077727200` +
        '0c00070001000000ffffffff080008003200000008000900ffffff00',
    ],
    [
      '-A -t [fd00::100]:443 -s sh -p 120 -M 64 -b sh-fallback,sh-port',
      {
        type: 'add-service',
        service: service(virtual('tcp fd00::100 443'), {
          scheduler: 'sh',
          schedulerFlags: { flag1: true, flag2: true, flag3: false },
          persistence: { timeoutSeconds: 120, engine: undefined },
          netmask: 64,
        }),
      },
      1,
      `0101000054000180${SVC6}0600040001bb0000` +
        '07000600736800000c00070019000000ffffffff08000800780000000800090040000000',
    ],
    [
      '-A -t 10.8.0.100:5060 -s rr -p 300 --pe sip',
      {
        type: 'add-service',
        service: service(virtual('tcp 10.8.0.100 5060'), {
          persistence: { timeoutSeconds: 300, engine: 'sip' },
        }),
      },
      1,
      `010100005c000180${SVC4}13c400000700060072720000` +
        '08000b00736970000c00070001000000ffffffff080008002c01000008000900ffffffff',
    ],
    [
      '-A -f 8 -6 -s lblc -o',
      { type: 'add-service', service: service(mark(8, 'ipv6'), { scheduler: 'lblc', onePacket: true }) },
      1,
      '010100003c000180060001000a000000080005000800000009000600' +
        '6c626c63000000000c00070004000000ffffffff08000800000000000800090080000000',
    ],
    [
      '-a -t 10.8.0.100:80 -r 10.9.0.21:8080 -m -w 300 -x 9 -y 5',
      {
        type: 'add-destination',
        key: web,
        destination: destination('10.9.0.21 8080', {
          forwarding: 'masquerade',
          weight: 300,
          upperThreshold: 9,
          lowerThreshold: 5,
        }),
      },
      2,
      `0501000054000180${SVC4}0050000005000600000000000c00070000000000ffffffff080008000000000008000900ffffffff` +
        '6000028006000b0002000000140001000a090015000000000000000000000000060002001f9000000800030000000000' +
        '080004002c01000005000d000000000006000e000000000006000f000000000008000500090000000800060005000000',
    ],
    [
      '-a -t [fd00::100]:443 -r 10.9.0.21:443 -i -w 2 --tun-type gue --tun-port 6080 --tun-csum',
      {
        type: 'add-destination',
        key: virtual('tcp fd00::100 443'),
        destination: destination('10.9.0.21 443', {
          forwarding: 'tunnel',
          weight: 2,
          tunnel: { type: 'gue', port: 6080, checksum: 'checksum' },
        }),
      },
      2,
      `0501000054000180${SVC6}0600040001bb000005000600000000000c00070000000000ffffffff08000800000000000800090080000000` +
        '6000028006000b0002000000140001000a0900150000000000000000000000000600020001bb00000800030002000000' +
        '080004000200000005000d000100000006000e0017c0000006000f000100000008000500000000000800060000000000',
    ],
    [
      '-e -f 7 -r 10.9.0.22:99 -g -w 0',
      { type: 'edit-destination', key: mark(7), destination: destination('10.9.0.22 99', { weight: 0 }) },
      2,
      '06010000380001800600010002000000080005000700000005000600000000000c00070000000000ffffffff080008000000000008000900ffffffff' +
        '6000028006000b0002000000140001000a090016000000000000000000000000060002000063000008000300030000000800040000000000' +
        '05000d000000000006000e000000000006000f000000000008000500000000000800060000000000',
    ],
    [
      '-d -f 8 -6 -r [fd00::21]:0',
      { type: 'delete-destination', key: mark(8, 'ipv6'), destination: real('fd00::21 0') },
      0,
      '0701000038000180060001000a000000080005000800000005000600000000000c00070000000000ffffffff08000800000000000800090080000000' +
        '6000028006000b000a00000014000100fd000000000000000000000000000021060002000000000008000300030000000800040001000000' +
        '05000d000000000006000e000000000006000f000000000008000500000000000800060000000000',
    ],
    [
      '-D --sctp-service 10.8.0.100:3868',
      { type: 'delete-service', key: virtual('sctp 10.8.0.100 3868') },
      0,
      '030100005400018006000100020000000600020084000000140003000a080064000000000000000000000000060004000f1c0000' +
        '05000600000000000c00070000000000ffffffff080008000000000008000900ffffffff',
    ],
    ['-C', { type: 'flush' }, 0, '11010000'],
    ['-Z', { type: 'zero' }, 0, '10010000'],
    [
      '--start-daemon master --mcast-interface eth0 --syncid 7',
      { type: 'start-sync-daemon', daemon: { role: 'master', interface: 'eth0', syncId: 7 } },
      3,
      '090100002000038008000100010000000900020065746830000000000800030007000000',
    ],
    [
      '--start-daemon backup … --sync-maxlen 1400 --mcast-group 224.0.0.99 --mcast-port 8849 --mcast-ttl 3',
      {
        type: 'start-sync-daemon',
        daemon: {
          role: 'backup',
          interface: 'eth0',
          syncId: 0,
          maxLength: 1400,
          group: ip('224.0.0.99'),
          port: 8849,
          ttl: 3,
        },
      },
      3,
      '090100004000038008000100020000000900020065746830000000000800030000000000' +
        '06000400780500000600070091220000050008000300000008000500e0000063',
    ],
    [
      '--start-daemon master … --mcast-group ff15::1',
      {
        type: 'start-sync-daemon',
        daemon: { role: 'master', interface: 'eth0', syncId: 0, group: ip('ff15::1') },
      },
      3,
      '090100003400038008000100010000000900020065746830000000000800030000000000' +
        '14000600ff150000000000000000000000000001',
    ],
    [
      '--stop-daemon backup',
      { type: 'stop-sync-daemon', role: 'backup' },
      0,
      '0a0100001c000380080001000200000005000200000000000800030000000000',
    ],
  ] satisfies [string, IpvsChange, number, string][])('%s', (_line, change, whole, captured) => {
    const ours = contents(Buffer.from(encodeChange(change) ?? []))
    const theirs = contents(bytes(captured))
    expect(theirs).toMatchObject(ours)
    expect(ours.nests[whole]).toEqual(theirs.nests[whole])
  })

  interface Contents {
    readonly header: string
    readonly nests: Readonly<Record<number, Readonly<Record<number, string>>>>
  }

  function contents(message: Buffer): Contents {
    const header = message.subarray(0, 4).toString('hex')
    return {
      header,
      nests: each(message.subarray(4), (nest) => each(nest, (value) => value.toString('hex'))),
    }
  }

  function each<T>(attributes: Buffer, read: (value: Buffer) => T): Record<number, T> {
    const found: Record<number, T> = {}
    eachAttribute(attributes, (number, begin, end) => {
      found[number] = read(attributes.subarray(begin, end))
    })
    return found
  }
})

describe('what the kernel tells', () => {
  const STATS =
    '0800 0100 02000000  0800 0200 03000000  0800 0300 04000000  0400 0b00  0c00 0400 05000000 01000000  0400 0b00 ' +
    '0c00 0500 06000000 00000000  0800 0600 07000000  0800 0700 08000000  0800 0800 09000000  0800 0900 0a000000  0800 0a00 0b000000'
  const counted: Statistics = {
    connections: 2n,
    inPackets: 3n,
    outPackets: 4n,
    inBytes: 0x1_0000_0005n,
    outBytes: 6n,
    connectionsPerSecond: 7n,
    inPacketsPerSecond: 8n,
    outPacketsPerSecond: 9n,
    inBytesPerSecond: 10n,
    outBytesPerSecond: 11n,
  }
  const ADDRESS = '1400 0300 0a080064 00000000 00000000 00000000'

  test('a service, as an older kernel does: 32 bits; IP_VS_SVC_F_HASHED is its own', () => {
    const message = bytes(
      '01 01 0000',
      'cc00 0180',
      '0600 0100 0200 0000  0600 0200 0600 0000',
      ADDRESS,
      '0600 0400 0050 0000',
      '0800 0600 77727200',
      '0c00 0700 03000000 ffffffff  0800 0800 32000000  0800 0900 ffffff00',
      '7400 0a80',
      STATS,
    )
    message.writeUInt16LE(message.length - 4, 4)
    message.writeUInt16LE(4 + bytes(STATS).length, message.length - bytes(STATS).length - 4)
    expect(readMessage(message, readService)).toEqual({
      ...service(web, {
        scheduler: 'wrr',
        persistence: { timeoutSeconds: 50, engine: undefined },
        netmask: 0xffffff00,
      }),
      statistics: counted,
    })
  })

  test('a destination without a family has its service’s; four bytes are an address, too', () => {
    const message = bytes('05 01 0000', '1400 0280', '0800 0100 0a090015', '0600 0200 1f90 0000')
    expect(readMessage(message, destinationReader('ipv4'))).toMatchObject({ key: real('10.9.0.21 8080') })
    expect(readMessage(message, destinationReader('ipv6'))).toBeUndefined()
  })

  test.each([
    ['no mark', '0600 0100 0200 0000', undefined],
    ['a mark of 0', '0600 0100 0200 0000  0800 0500 00000000', mark(0)],
    ['a mark of IPv6', '0600 0100 0a00 0000  0800 0500 07000000', mark(7, 'ipv6')],
    ['another family', '0600 0100 0300 0000  0800 0500 07000000', undefined],
    [
      'another protocol',
      `0600 0100 0200 0000  0600 0200 0100 0000  ${ADDRESS}  0600 0400 0050 0000`,
      undefined,
    ],
    ['no port', `0600 0100 0200 0000  0600 0200 0600 0000  ${ADDRESS}`, undefined],
  ] as const)('a service with %s', (_what, attributes, key) => {
    const nest = bytes(attributes)
    const message = Buffer.concat([bytes('01 01 0000', '0000 0100'), nest])
    message.writeUInt16LE(4 + nest.length, 4)
    expect(readMessage(message, readService)?.key).toEqual(key)
  })

  test.each([
    ['forwarding', '0800 0300 07000000', { forwarding: 'bypass' }],
    ['forwarding with other bits', '0800 0300 83010000', { forwarding: 'route' }],
    ['tunnel type', '0500 0d00 03 000000', { tunnel: IPIP }],
    ['tunnel flags', '0600 0f00 0700 0000', { tunnel: { ...IPIP, checksum: 'remote' } }],
    ['weight below 0, which no kernel has', '0800 0400 ffffffff', { weight: -1 }],
  ] as const)('a destination with an unknown %s', (_what, attribute, expected) => {
    const nest = bytes('0800 0100 0a090015', '0600 0200 1f90 0000', attribute)
    const message = Buffer.concat([bytes('05 01 0000', '0000 0200'), nest])
    message.writeUInt16LE(4 + nest.length, 4)
    expect(readMessage(message, destinationReader('ipv4'))).toMatchObject(expected)
  })

  test('timeouts, and its facts', () => {
    const timeouts = bytes('0c 01 0000', '0800 0400 84030000', '0800 0500 78000000', '0800 0600 2c010000')
    expect(readMessage(timeouts, readTimeouts)).toEqual({
      tcpSeconds: 900,
      tcpFinSeconds: 120,
      udpSeconds: 300,
    })
    const info = bytes('0e 01 0000', '0800 0100 01020100', '0800 0200 00100000')
    expect(readMessage(info, readInfo)).toEqual({ version: '1.2.1', connectionTableSize: 4096 })
  })

  test('a sync daemon of a kernel before 4.3', () => {
    const message = bytes(
      '09 01 0000',
      '2000 0380',
      '0800 0100 02000000  0900 0200 6574683000 000000  0800 0300 07000000',
    )
    expect(readMessage(message, readSyncDaemon)).toEqual({
      role: 'backup',
      interface: 'eth0',
      syncId: 7,
      maxLength: 1472,
      group: ip('224.0.0.81'),
      port: 8848,
      ttl: 1,
    })
  })

  test('a family’s number, unless it is netlink’s own', () => {
    expect(readMessage(bytes('01 02 0000', '0600 0100 1c00 0000'), readFamilyId)).toBe(28)
    expect(readMessage(bytes('01 02 0000', '0600 0100 0200 0000'), readFamilyId)).toBeUndefined()
    expect(readMessage(bytes('01 02 0000'), readFamilyId)).toBeUndefined()
  })
})

describe('what is told is what was there', () => {
  const anyObservedService: fc.Arbitrary<ObservedService> = fc
    .tuple(anyService, anyStatistics)
    .map(([each, statistics]) => ({ ...each, statistics }))
  const count = fc.integer({ min: 0, max: 0xffffffff })
  const anyObservedDestination: fc.Arbitrary<ObservedDestination> = fc
    .tuple(anyDestination, anyStatistics, count, count, count)
    .map(([each, statistics, activeConnections, inactiveConnections, persistentConnections]) => ({
      ...each,
      statistics,
      activeConnections,
      inactiveConnections,
      persistentConnections,
    }))
  const read = <T>(message: Uint8Array, reader: Parameters<typeof readMessage<T>>[1]): T | undefined =>
    readMessage(Buffer.from(message), reader)

  test('a service', () => {
    fc.assert(
      fc.property(anyObservedService, (each) => {
        expect(read(kernel.serviceMessage(each), readService)).toEqual(each)
      }),
    )
  })

  test('a destination, whatever the family of its service', () => {
    const family = fc.constantFrom('ipv4' as const, 'ipv6' as const)
    fc.assert(
      fc.property(anyObservedDestination, family, (each, serviceFamily) => {
        expect(read(kernel.destinationMessage(each), destinationReader(serviceFamily))).toEqual(each)
      }),
    )
  })

  test('counters of 32 bits where there are no others, and none where there are none', () => {
    const low = (value: bigint): bigint => value & 0xffffffffn
    fc.assert(
      fc.property(anyObservedService, ({ statistics, ...each }) => {
        const told = read(kernel.serviceMessage({ ...each, statistics }, 'narrow'), readService)
        expect(told?.statistics).toEqual({
          connections: low(statistics.connections),
          inPackets: low(statistics.inPackets),
          outPackets: low(statistics.outPackets),
          inBytes: statistics.inBytes,
          outBytes: statistics.outBytes,
          connectionsPerSecond: low(statistics.connectionsPerSecond),
          inPacketsPerSecond: low(statistics.inPacketsPerSecond),
          outPacketsPerSecond: low(statistics.outPacketsPerSecond),
          inBytesPerSecond: low(statistics.inBytesPerSecond),
          outBytesPerSecond: low(statistics.outBytesPerSecond),
        })
        const uncounted = read(kernel.serviceMessage({ ...each, statistics }, 'none'), readService)
        expect(uncounted).toEqual({ ...each, statistics: NO_STATISTICS })
      }),
    )
  })

  test('a sync daemon', () => {
    fc.assert(
      fc.property(anySyncDaemon, (daemon) => {
        expect(read(kernel.syncDaemonMessage(daemon), readSyncDaemon)).toEqual(daemon)
      }),
    )
  })

  test('timeouts, the kernel’s facts, a family', () => {
    const u16 = fc.nat(0xffff)
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.integer({ min: 16, max: 0xffff }),
        u16,
        (tcp, fin, udp, id, size) => {
          const timeouts = { tcpSeconds: tcp, tcpFinSeconds: fin, udpSeconds: udp }
          expect(read(kernel.timeoutsMessage(timeouts), readTimeouts)).toEqual(timeouts)
          expect(read(kernel.familyMessage(id), readFamilyId)).toBe(id)
          const info = { version: '1.2.1', connectionTableSize: size }
          expect(read(kernel.infoMessage(info), readInfo)).toEqual(info)
        },
      ),
    )
  })

  test('and what is asked for is what the kernel is told', () => {
    const told = (change: IpvsChange): Buffer => Buffer.from(encodeChange(change) ?? [])
    fc.assert(
      fc.property(
        anyService,
        anyServiceKey,
        anyDestination,
        anyDestinationKey,
        (each, key, dest, destKey) => {
          expect(readMessage(told({ type: 'add-service', service: each }), readService)).toMatchObject(each)
          expect(readMessage(told({ type: 'delete-service', key }), readService)?.key).toEqual(key)
          const added = told({ type: 'add-destination', key, destination: dest })
          expect(readMessage(added, readService)?.key).toEqual(key)
          expect(readMessage(added, destinationReader('ipv4'))).toMatchObject(dest)
          const removed = told({ type: 'delete-destination', key, destination: destKey })
          expect(readMessage(removed, destinationReader('ipv6'))?.key).toEqual(destKey)
        },
      ),
    )
  })
})

describe('hostile bytes', () => {
  const readers = [
    readService,
    destinationReader('ipv4'),
    destinationReader('ipv6'),
    readSyncDaemon,
    readTimeouts,
    readInfo,
    readFamilyId,
  ]
  const readAll = (body: Uint8Array): void => {
    for (const reader of readers) readMessage<unknown>(Buffer.from(body), reader)
  }
  const observed = { ...service(web), statistics: NO_STATISTICS }
  const real6 = {
    ...destination('fd00::21 80', { forwarding: 'tunnel' }),
    activeConnections: 1,
    inactiveConnections: 2,
    persistentConnections: 3,
    statistics: NO_STATISTICS,
  }
  const daemon = {
    role: 'master',
    interface: 'eth0',
    syncId: 1,
    maxLength: 1472,
    group: ip('ff15::1'),
    port: 8848,
    ttl: 1,
  } as const
  const messages = [
    kernel.serviceMessage(observed),
    kernel.destinationMessage(real6),
    kernel.syncDaemonMessage(daemon),
    kernel.timeoutsMessage({ tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 3 }),
    kernel.familyMessage(28),
  ]

  test('no bytes throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll))
  })

  test('no attributes throw, whatever is in them', () => {
    const attribute = fc.tuple(fc.nat(16), fc.uint8Array({ maxLength: 24 })).map(([number, value]) => {
      const padded = Buffer.alloc(4 + ((value.length + 3) & ~3))
      padded.writeUInt16LE(4 + value.length, 0)
      padded.writeUInt16LE(number, 2)
      padded.set(value, 4)
      return padded
    })
    const nest = fc.array(attribute, { maxLength: 12 }).map((list) => Buffer.concat(list))
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), nest, (number, list) => {
        const message = Buffer.concat([bytes('01 01 0000', '0000 0000'), list])
        message.writeUInt16LE(4 + list.length, 4)
        message.writeUInt16LE(number, 6)
        readAll(message)
      }),
      { numRuns: 1000 },
    )
  })

  test('a real message cut off or with changed bytes does not throw', () => {
    const change = fc.record({ at: fc.nat(400), value: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.nat(500),
        fc.array(change, { maxLength: 4 }),
        (message, length, list) => {
          const changed = Buffer.from(message.subarray(0, length))
          for (const { at, value } of list) if (at < changed.length) changed[at] = value
          readAll(changed)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a value of the wrong length spoils its message only', () => {
    const short = bytes('01 01 0000', '1000 0100', '0600 0100 0200 0000', '0500 0500 07 000000')
    expect(readMessage(short, readService)).toBeUndefined()
  })
})
