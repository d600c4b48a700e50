/** Packets of other projects' test suites: the good ones decode to what tshark reads, the bad ones are named. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatIp, formatIpv4, isMulticastIp, parseIpv6 } from '../../../src/base/address.ts'
import { invariant } from '../../../src/base/result.ts'
import { readAddresses } from '../../../src/vrrp/wire/advertisement.ts'
import { asDelivered, parseIpv6Packet, parsePacket } from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement, type Expectation } from '../../../src/vrrp/wire/reception.ts'
import type { RejectionReason } from '../../../src/vrrp/wire/rejection.ts'
import { needs, sharedDirectory } from '../../support/privileges.ts'
import { bytesOf, ip } from './packets.ts'

interface Vector {
  readonly id: string
  readonly ip_hex: string
  readonly tshark: Readonly<Record<string, string>>
}

function load(folder: 'valid' | 'hostile'): readonly Vector[] {
  const directory = join(sharedDirectory() ?? '', 'vectors', folder)
  return readdirSync(directory)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Vector)
}

/** The virtual router that such a packet is meant for, by what tshark says of it. */
function expectationOf({ tshark }: Vector): Expectation {
  const vrid = Number(tshark['vrrp.virt_rtr_id'] ?? 1)
  if (tshark['vrrp.version'] === '3') return { version: 3, vrid, otherChecksums: [] }
  const authType = tshark['vrrp.auth_type'] === '1' ? 'PASS' : 'none'
  const password = Buffer.from(tshark['vrrp.auth_string'] ?? '')
  return {
    version: 2,
    vrid,
    authType,
    password,
    intervalSeconds: Number(tshark['vrrp.adver_int'] ?? 1),
  }
}

function reasonFor(vector: Vector, expectation: Expectation): RejectionReason | 'received' {
  const parsed = parsePacket(bytesOf(vector.ip_hex))
  if (!parsed.ok) return parsed.error.reason
  const received = receiveAdvertisement(parsed.value, expectation)
  return received.ok ? 'received' : received.error.reason
}

/**
 * Decoded, but nothing that a receiver may accept: keepalived rejects them by
 * the same names. The first lacks the eight bytes of authentication data that
 * every version 2 advertisement has.
 */
const notForUs: Readonly<Record<string, RejectionReason>> = {
  'PcapPlusPlus_VRRP-V2_f01': 'packet-length',
  scapy_v2_build: 'ttl',
  // It counts an address that it does not have.
  scapy_v3_ipv6_build: 'packet-length',
}

needs('shared')('valid packets', () => {
  const vectors = load('valid')
  const version2 = vectors.filter((vector) => vector.tshark['vrrp.version'] === '2')
  const version3 = vectors.filter((vector) => vector.tshark['vrrp.version'] === '3')

  test('all are of version 2 or 3', () => {
    expect([vectors.length, version2.length, version3.length]).toEqual([48, 19, 29])
  })

  describe.each(version2)('$id', (vector) => {
    const { tshark } = vector
    const parsed = parsePacket(bytesOf(vector.ip_hex))
    invariant(parsed.ok, 'the packet is one')
    const packet = parsed.value

    test('reads as tshark reads it', () => {
      expect({ ...packet.fixed, ttl: packet.ttl }).toMatchObject({
        version: 2,
        type: Number(tshark['vrrp.type']),
        vrid: Number(tshark['vrrp.virt_rtr_id']),
        priority: Number(tshark['vrrp.prio']),
        count: Number(tshark['vrrp.addr_count']),
        authCode: Number(tshark['vrrp.auth_type']),
        intervalSeconds: Number(tshark['vrrp.adver_int']),
        ttl: Number(tshark['ip.ttl']),
      })
      expect(readAddresses(packet.pdu, 4, packet.fixed.count).map(formatIp).join(',')).toBe(
        tshark['vrrp.ip_addr'] ?? '',
      )
      expect(formatIpv4(packet.source)).toBe(tshark['ip.src'])
      expect(formatIpv4(packet.destination)).toBe(tshark['ip.dst'])
    })

    test('is received, unless no receiver may', () => {
      const { source, vrid, pdu } = packet
      const { priority, count } = packet.fixed
      const reason = notForUs[vector.id]
      expect(receiveAdvertisement(packet, expectationOf(vector))).toMatchObject(
        reason === undefined
          ? { ok: true, value: { source, vrid, priority, addresses: readAddresses(pdu, 4, count) } }
          : { ok: false, error: { reason, source } },
      )
    })
  })

  test.each(version3.filter(({ tshark }) => tshark['ip.src'] !== undefined))('$id', ({ tshark, ip_hex }) => {
    const parsed = parsePacket(bytesOf(ip_hex))
    invariant(parsed.ok, 'the packet is one')
    expect(receiveAdvertisement(parsed.value, expectationOf({ tshark } as Vector))).toEqual({
      ok: true,
      value: {
        source: parsed.value.source,
        vrid: Number(tshark['vrrp.virt_rtr_id']),
        priority: Number(tshark['vrrp.prio']),
        addresses: (tshark['vrrp.ip_addr'] ?? '').split(',').map(ip),
        intervalCentiseconds: Number(tshark['vrrp.short_adver_int']),
      },
    })
  })

  test.each(version3.filter(({ tshark }) => tshark['ip.src'] === undefined))(
    '$id',
    ({ id, tshark, ip_hex }) => {
      const { bytes, ipv6 } = asDelivered(bytesOf(ip_hex)) ?? {}
      invariant(bytes !== undefined && ipv6 !== undefined, 'the packet is one')
      const parsed = parseIpv6Packet(bytes, { ...ipv6, hopLimit: 255 })
      invariant(parsed.ok, 'the advertisement is one')
      // Some are to nobody in particular.
      const unicast = isMulticastIp(ipv6.destination)
        ? {}
        : { unicast: { onlyPeers: false, peers: new Map() } }
      const expectation = { ...expectationOf({ tshark } as Vector), ...unicast }
      const reason = notForUs[id]
      if (reason !== undefined) {
        const error: unknown = expect.objectContaining({ reason })
        expect(receiveAdvertisement(parsed.value, expectation)).toEqual({ ok: false, error })
        return
      }
      expect(receiveAdvertisement(parsed.value, expectation)).toEqual({
        ok: true,
        value: {
          source: parseIpv6(tshark['ipv6.src'] ?? ''),
          vrid: Number(tshark['vrrp.virt_rtr_id']),
          priority: Number(tshark['vrrp.prio']),
          addresses: (tshark['vrrp.ipv6_addr'] ?? '').split(',').map(parseIpv6),
          intervalCentiseconds: Number(tshark['vrrp.short_adver_int']),
        },
      })
    },
  )

  test.each(version3)('$id is of another version than 2', (vector) => {
    const overIpv6 = vector.tshark['ip.src'] === undefined
    const version2 = { version: 2, authType: 'none', password: Buffer.of(), intervalSeconds: 1 } as const
    const { vrid } = expectationOf(vector)
    expect(reasonFor(vector, { ...version2, vrid })).toBe(overIpv6 ? 'ip-header' : 'version')
  })
})

/** Every hostile packet and the check that stops it. */
const stoppedBy: Readonly<Record<string, RejectionReason>> = {
  dpkt_noaddr_sum_ffff: 'version',
  dpkt_v3_type2: 'packet-length',
  gopacket_count_overrun: 'packet-length',
  holo_1000_zero_bytes: 'packet-length',
  holo_empty: 'packet-too-short',
  'holo_packet-error2': 'advert-interval',
  'holo_packet-error3': 'unknown-vrid',
  holo_v2_zero_checksum: 'checksum',
  holo_version4: 'packet-length',
  pcapplusplus_partial_address: 'packet-length',
  ryu_short_buf: 'packet-length',
  ryu_zero_checksum: 'checksum',
  scapy_version1: 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f001': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f002': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f003': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f004': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f005': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f006': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f007': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f008': 'packet-too-short',
  'tcpdump_vrrp-vrrp_print-oobr-2_f009': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr-2_f010': 'packet-length',
  'tcpdump_vrrp-vrrp_print-oobr_f001': 'ip-header',
  'tcpdump_vrrp-vrrp_print-oobr_f002': 'ip-header',
  'tcpdump_vrrp-vrrp_print-oobr_f003': 'ip-header',
  tokuhirom_short3: 'packet-too-short',
}

/** The fault of these lies in what the receiver was set to, not in the packet. */
const settings: Readonly<Record<string, Partial<Expectation>>> = {
  'holo_packet-error2': { version: 2, intervalSeconds: 1 },
  'holo_packet-error3': { vrid: 1 },
}

needs('shared')('hostile packets', () => {
  const vectors = load('hostile')

  test('each has its name in the table', () => {
    expect(vectors.map((vector) => vector.id)).toEqual(Object.keys(stoppedBy))
  })

  test.each(vectors)('$id', (vector) => {
    const parsed = parsePacket(bytesOf(vector.ip_hex))
    const meantForUs = { ...expectationOf(vector), ...(parsed.ok ? { vrid: parsed.value.vrid } : {}) }
    const expectation = { ...meantForUs, ...settings[vector.id] } as Expectation
    expect(reasonFor(vector, expectation)).toBe(stoppedBy[vector.id])
  })
})
