import * as packet from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIpv6 } from '../../src/base/address.ts'
import { seconds } from '../../src/base/time.ts'
import { decodeReply, dnsExchange, encodeQuestion } from '../../src/checkers/dns.ts'
import { decodeEchoReply, encodeEchoRequest, pingExchange } from '../../src/checkers/ping.ts'
import { failure, SUCCESS, type DnsType, type UdpReply } from '../../src/checkers/types.ts'
import { udpExchange } from '../../src/checkers/udp.ts'
import { connection, dnsCheck, pingCheck, udpCheck } from './specs.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex')
const types: readonly DnsType[] = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY']
const labels = fc.array(fc.stringMatching(/^[a-z0-9_-]{1,63}$/), { maxLength: 3 })

describe('DNS_CHECK', () => {
  /** What keepalived 2.2.7 sent, but for the id. */
  test.each([
    ['.', 'SOA', '00fb010000010000000000000000060001'],
    ['www.example.com', 'A', '00fb0100000100000000000003777777076578616d706c6503636f6d0000010001'],
    ['www.example.com.', 'AAAA', '00fb0100000100000000000003777777076578616d706c6503636f6d00001c0001'],
  ] as const)('asks for %s %s in keepalived’s bytes', (name, type, expected) => {
    expect(hex(encodeQuestion(0xfb, name, type))).toBe(expected)
  })

  test('asks what others read', () => {
    fc.assert(
      fc.property(labels, fc.constantFrom(...types), fc.nat(65_535), (parts, type, id) => {
        const name = parts.length === 0 ? '.' : parts.join('.')
        const read = packet.decode(Buffer.from(encodeQuestion(id, name, type)))
        expect(read).toMatchObject({ id, type: 'query', flags: packet.RECURSION_DESIRED, answers: [] })
        expect(read.questions).toEqual([{ name, type, class: 'IN' }])
      }),
    )
  })

  test('reads what others write', () => {
    fc.assert(
      fc.property(labels, fc.nat(65_535), fc.nat(15), (parts, id, rcode) => {
        const name = parts.join('.')
        const reply = packet.encode({
          type: 'response',
          id,
          flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | rcode,
          questions: [{ name, type: 'A' }],
          answers: [{ name, type: 'A', data: '192.0.2.1' }],
        })
        expect(decodeReply(reply)).toEqual({ id, rcode })
        expect(decodeReply(encodeQuestion(id, name, 'A'))).toBeUndefined()
      }),
    )
  })

  test('any bytes are a reply or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        const reply = decodeReply(data)
        expect(reply !== undefined).toBe(data.length >= 12 && data[2]! >= 0x80)
      }),
    )
  })

  const exchange = dnsExchange(dnsCheck(), 0x1234)

  test.each([
    ['an empty answer', '12348180000100000000000000', SUCCESS],
    ['SERVFAIL', '123481820001000000000000', failure({ kind: 'dns-rcode', rcode: 2 })],
    ['NXDOMAIN', '123481830001000000000000', failure({ kind: 'dns-rcode', rcode: 3 })],
    ['another id', '123581800001000000000000', undefined],
    ['a query', '123401000001000000000000', undefined],
    ['a short packet', '12348180', undefined],
  ])('%s', (_what, datagram, expected) => {
    expect(exchange.received(bytes(datagram))).toEqual(expected)
  })

  test('silence fails, a refused port too; what we cannot send says nothing', () => {
    expect(exchange.timedOut()).toEqual(failure({ kind: 'no-reply', timeout: seconds(1) }))
    expect(exchange.failed('recv', 'ECONNREFUSED')).toEqual(
      failure({ kind: 'datagram', error: 'ECONNREFUSED' }),
    )
    expect(exchange.failed('bind', 'EADDRNOTAVAIL').kind).toBe('no-result')
    expect(exchange.failed('socket', 'EMFILE').kind).toBe('no-result')
  })
})

describe('UDP_CHECK', () => {
  const reply = (changes: Partial<UdpReply> = {}): UdpReply => ({
    pattern: '',
    minLength: 0,
    maxLength: 255,
    ...changes,
  })

  test('sends its payload, or 32 bytes', () => {
    expect(hex(udpExchange(udpCheck({ payload: 'ab120f' })).request)).toBe('ab120f')
    expect(udpExchange(udpCheck()).request).toHaveLength(32)
  })

  test('without require_reply silence passes, and so does any reply', () => {
    const exchange = udpExchange(udpCheck())
    expect(exchange.timedOut()).toBe(SUCCESS)
    expect(exchange.received(bytes('00'))).toBe(SUCCESS)
  })

  test('what an ICMP error says fails, and what we cannot send, too', () => {
    const exchange = udpExchange(udpCheck())
    expect(exchange.failed('recv', 'ECONNREFUSED').kind).toBe('failure')
    expect(exchange.failed('bind', 'EADDRNOTAVAIL').kind).toBe('failure')
    expect(exchange.failed('setsockopt', 'EPERM').kind).toBe('no-result')
  })

  test.each([
    [reply(), '', true],
    [reply(), 'ff'.repeat(255), true],
    [reply(), 'ff'.repeat(256), false],
    [reply({ minLength: 5 }), 'ffffffff', false],
    [reply({ pattern: 'abcd' }), 'abcd99', true],
    [reply({ pattern: 'abcd' }), 'ab', true],
    [reply({ pattern: 'AxCd' }), 'a7cd', true],
    [reply({ pattern: 'Axcd' }), 'b7cd', false],
  ])('requires %j of %s: %s', (wanted, datagram, passes) => {
    const exchange = udpExchange(udpCheck({ reply: wanted }))
    expect(exchange.received(bytes(datagram))?.kind).toBe(passes ? 'success' : 'failure')
    expect(exchange.timedOut().kind).toBe('failure')
  })
})

describe('PING_CHECK', () => {
  test('asks with an echo request of its family', () => {
    expect(hex(encodeEchoRequest('ipv4', 0x0102)).slice(0, 16)).toBe('0800000000000102')
    expect(hex(encodeEchoRequest('ipv6', 0x0102)).slice(0, 16)).toBe('8000000000000102')
  })

  test.each([
    ['ipv4', '0000123400010007', 7],
    ['ipv6', '8100123400010007', 7],
    ['ipv4', '0800123400010007', undefined],
    ['ipv4', '8100123400010007', undefined],
    ['ipv4', '0001123400010007', undefined],
    ['ipv4', '00001234000100', undefined],
  ] as const)('%s %s answers %s', (family, datagram, expected) => {
    expect(decodeEchoReply(family, bytes(datagram))).toBe(expected)
  })

  test('a late reply to the last attempt is none to this one', () => {
    const exchange = pingExchange(pingCheck(), 8)
    expect(exchange.received(bytes('0000123400010007'))).toBeUndefined()
    expect(exchange.received(bytes('0000123400010008'))).toBe(SUCCESS)
    expect(exchange.timedOut().kind).toBe('failure')
    expect(exchange.failed('send', 'ENETUNREACH').kind).toBe('failure')
    expect(exchange.failed('socket', 'EACCES').kind).toBe('no-result')
  })

  test('speaks ICMPv6 to an IPv6 address', () => {
    const target = { address: parseIpv6('2001:db8::1')!, port: 0 }
    const { request } = pingExchange(pingCheck({ connection: connection(0, { target }) }), 1)
    expect(request[0]).toBe(128)
  })
})
