/** /proc/net/ip_vs_conn, as Linux 6.1 writes it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConnections, type Connection } from '../../../src/netlink/ipvs/connections.ts'
import { anyIp } from './arbitraries.ts'
import { real } from './values.ts'
import { ipToBytes, isIpv4, type IpAddress } from '../../../src/base/address.ts'

const TITLE = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData'
const TCP = 'TCP 0A08000A 83DC 0A080064 0050 0A090016 0050 TIME_WAIT       119'

const tcp: Connection = {
  protocol: 'TCP',
  client: real('10.8.0.10 33756'),
  virtual: real('10.8.0.100 80'),
  mark: undefined,
  destination: real('10.9.0.22 80'),
  state: 'TIME_WAIT',
  expiresSeconds: 119,
  engine: undefined,
}

function read(...lines: readonly string[]): { connections: readonly Connection[]; malformed: string[] } {
  const malformed: string[] = []
  const connections = readConnections([TITLE, ...lines, ''].join('\n'), (line) => malformed.push(line))
  return { connections, malformed }
}

describe('a line', () => {
  test.each([
    ['of IPv4', TCP, tcp],
    ['with a shorter protocol', TCP.replace('TCP', 'IP '), { protocol: 'IP', mark: 0x0a080064 }],
    [
      'of a client that a mark is remembered of',
      'IP  0A08000A 0000 00000007 0000 0A090016 0000 ASSURED          49',
      {
        client: real('10.8.0.10 0'),
        virtual: real('0.0.0.7 0'),
        mark: 7,
        state: 'ASSURED',
        expiresSeconds: 49,
      },
    ],
    [
      'of a client of IPv6 that a mark is remembered of',
      'IP  fd00:0008:0000:0000:0000:0000:0000:0010 0000 0000:0007:0000:0000:0000:0000:0000:0000 0000 fd00:0009:0000:0000:0000:0000:0000:0021 0000 ASSURED          49',
      { virtual: real('0:7:: 0'), mark: 7 },
    ],
    [
      'of IPv6',
      'TCP fd00:0008:0000:0000:0000:0000:0000:0010 AF3C fd00:0008:0000:0000:0000:0000:0000:0100 0050 fd00:0009:0000:0000:0000:0000:0000:0021 0050 ESTABLISHED     897',
      {
        client: real('fd00:8::10 44860'),
        virtual: real('fd00:8::100 80'),
        destination: real('fd00:9::21 80'),
        state: 'ESTABLISHED',
        expiresSeconds: 897,
      },
    ],
    [
      'of IPv6 to a destination of IPv4',
      'TCP fd00:0008:0000:0000:0000:0000:0000:0010 AF3C fd00:0008:0000:0000:0000:0000:0000:0100 0050 0A090016 0050 SYN_RECV         59',
      { destination: real('10.9.0.22 80') },
    ],
    [
      'with what a persistence engine made of it',
      'UDP 0A08000A 8509 0A080064 13C4 0A090016 13C4 UDP             299 sip 1-7@10.8.0.10 and more',
      { engine: { name: 'sip', data: '1-7@10.8.0.10 and more' } },
    ],
    ['with an engine that tells nothing', `${TCP} sip `, { engine: { name: 'sip', data: '' } }],
    ['that takes long', TCP.replace('    119', '4294967295'), { expiresSeconds: 4_294_967_295 }],
  ] as const)('%s', (_what, line, expected) => {
    const { connections, malformed } = read(line)
    expect(malformed).toEqual([])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject(expected)
  })

  test.each([
    ['cut off', TCP.slice(0, 40)],
    ['with half an address', TCP.replace('0A080064', '0A0800')],
    ['with a group too many', TCP.replace('0A080064', '0:0:0:0:0:0:0:0:1')],
    ['with a port that is none', TCP.replace('83DC', '83DG')],
    ['without seconds', TCP.replace(/\d+$/, '')],
    ['with seconds that are no number', TCP.replace('119', '9'.repeat(20))],
    ['of something else', 'hello'],
  ])('%s is left out, and counted', (_what, line) => {
    expect(read(TCP, line, TCP)).toEqual({ connections: [tcp, tcp], malformed: [line] })
  })
})

test('no connections', () => {
  expect(read()).toEqual({ connections: [], malformed: [] })
  expect(readConnections('')).toEqual([])
})

test('what is written is what is read', () => {
  const group = (address: IpAddress): string => {
    const hex = Buffer.from(ipToBytes(address)).toString('hex')
    return isIpv4(address) ? hex.toUpperCase() : hex.replaceAll(/(.{4})(?!$)/g, '$1:')
  }
  const endpoint = fc.record({ address: anyIp, port: fc.nat(0xffff) })
  const anyConnection = fc.record({
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    client: endpoint,
    virtual: endpoint,
    mark: fc.constant(undefined),
    destination: endpoint,
    state: fc.constantFrom('ESTABLISHED', 'FIN_WAIT', 'NONE'),
    expiresSeconds: fc.nat(),
    engine: fc.constant(undefined),
  })
  fc.assert(
    fc.property(fc.array(anyConnection), (connections) => {
      const lines = connections.map(({ protocol, client, virtual, destination, state, expiresSeconds }) =>
        [
          protocol.padEnd(3),
          ...[client, virtual, destination].flatMap(({ address, port }) => [
            group(address),
            port.toString(16).toUpperCase().padStart(4, '0'),
          ]),
          state.padEnd(11),
          String(expiresSeconds).padStart(7),
        ].join(' '),
      )
      expect(read(...lines)).toEqual({ connections, malformed: [] })
    }),
  )
})

test('no text throws', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((more) => `${TCP}${more}`),
  )
  fc.assert(fc.property(fc.array(text), (lines) => void read(...lines)))
})
