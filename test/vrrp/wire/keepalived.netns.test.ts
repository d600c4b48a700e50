/** Our bytes beside those of the real keepalived, captured in this very run. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatIpv4, type Ipv4Address } from '../../../src/base/address.ts'
import { plus } from '../../../src/base/time.ts'
import { hmacMd5 } from '../../../src/daemon/adverts/signing.ts'
import type { Authentication } from '../../../src/vrrp/wire/authentication.ts'
import { encodeGratuitousArp } from '../../../src/vrrp/wire/gratuitous-arp.ts'
import { encodeAdvertPacket, parsePacket, type AdvertPacketFields } from '../../../src/vrrp/wire/packet.ts'
import { receiveAdvertisement } from '../../../src/vrrp/wire/reception.ts'
import { Lab } from '../../support/lab.ts'
import type { SeenAdvert, SeenArp } from '../../support/lab/frames.ts'
import { masterDownInterval, patiently, until } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'
import { bytesOf, expectationFor, ip } from './packets.ts'

interface Instance {
  readonly vrid: number
  readonly priority: number
  readonly interval: number
  readonly password?: string
  /** With an authentication header. */
  readonly signed?: true
  readonly addressCount: number
}

/** An address owner becomes Master at once, so that long intervals need no waiting. */
const instances: readonly Instance[] = [
  { vrid: 1, priority: 100, interval: 1, addressCount: 1 },
  { vrid: 2, priority: 150, interval: 1, addressCount: 2, password: 'ab' },
  { vrid: 3, priority: 1, interval: 1, addressCount: 1, password: '12345678' },
  { vrid: 4, priority: 254, interval: 1, addressCount: 3, password: '123456789abc' },
  { vrid: 5, priority: 100, interval: 1, addressCount: 1, password: 'secret', signed: true },
  { vrid: 6, priority: 120, interval: 1, addressCount: 20, password: '123456789abc', signed: true },
  { vrid: 7, priority: 255, interval: 3, addressCount: 3, password: 'x', signed: true },
  { vrid: 51, priority: 200, interval: 1, addressCount: 20 },
  { vrid: 254, priority: 255, interval: 2, addressCount: 2, password: '1111' },
  { vrid: 255, priority: 255, interval: 255, addressCount: 20, password: 'p' },
]

const addressesOf = ({ vrid, addressCount }: Instance): Ipv4Address[] =>
  // Not in numerical order: the wire has the file's.
  Array.from({ length: addressCount }, (_, index) => ip(`172.16.${vrid}.${200 - 7 * index}`))

const authenticationOf = ({ password, signed }: Instance): string =>
  password === undefined
    ? ''
    : `authentication {\n auth_type ${signed ? 'AH' : 'PASS'}\n auth_pass ${password}\n }`

const config = instances
  .map(
    (instance) => `
vrrp_instance VI_${instance.vrid} {
  state ${instance.priority === 255 ? 'MASTER' : 'BACKUP'}
  interface eth0
  virtual_router_id ${instance.vrid}
  priority ${instance.priority}
  advert_int ${instance.interval}
  ${authenticationOf(instance)}
  virtual_ipaddress {
    ${addressesOf(instance).map(formatIpv4).join('\n    ')}
  }
}`,
  )
  .join('\n')

needs('netns', 'keepalived')('keepalived’s packets', () => {
  let lab: Lab
  let source: Ipv4Address
  let mac: Uint8Array
  let adverts: readonly SeenAdvert[]
  let arps: readonly SeenArp[]

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'probe'] })
    const [a, probe] = [lab.host('a'), lab.host('probe')]
    const capture = await probe.capture()
    const daemon = await a.start({ kind: 'keepalived', config })
    const lastAddress = (instance: Instance): string => formatIpv4(addressesOf(instance).at(-1)!)
    const everybody = async (): Promise<boolean> => {
      const seen = new Set((await capture.gratuitousArps()).map((arp) => arp.address))
      return instances.every((instance) => seen.has(lastAddress(instance)))
    }
    await until('every instance to announce itself', everybody, plus(masterDownInterval(1), patiently))
    await daemon.stop()
    const farewells = async (): Promise<boolean> =>
      (await capture.adverts()).filter((advert) => advert.priority === 0).length >= instances.length
    await until('priority 0 from every instance', farewells, patiently)
    adverts = await capture.adverts()
    arps = await capture.gratuitousArps()
    source = ip(a.address())
    mac = bytesOf(a.mac().replaceAll(':', ''))
  })

  afterAll(() => lab.destroy())

  function authentication({ password, signed }: Instance, { sequence }: SeenAdvert): Authentication {
    const bytes = Buffer.from(password ?? '')
    return signed && sequence !== undefined
      ? { authType: 'AH', password: bytes, sequence, hmacMd5 }
      : { authType: password === undefined ? 'none' : 'PASS', password: bytes }
  }

  function fieldsOf(instance: Instance, seen: SeenAdvert): AdvertPacketFields {
    return {
      ...authentication(instance, seen),
      vrid: instance.vrid,
      priority: seen.priority,
      version: 2,
      intervalSeconds: instance.interval,
      addresses: addressesOf(instance),
      source,
      destination: ip('224.0.0.18'),
      id: seen.bytes.readUInt16BE(4),
      ttl: 255,
    }
  }

  test.each(instances)('adverts of $vrid are byte for byte ours, and accepted', (instance) => {
    const seen = adverts.filter((advert) => advert.vrid === instance.vrid)
    expect(new Set(seen.map((advert) => advert.priority))).toEqual(new Set([instance.priority, 0]))
    expect(seen.map(({ sequence }) => sequence)).toEqual(
      seen.map((_, index) => (instance.signed ? index + 1 : undefined)),
    )
    for (const advert of seen) {
      const fields = fieldsOf(instance, advert)
      expect(Buffer.from(encodeAdvertPacket(fields)).toString('hex')).toBe(advert.bytes.toString('hex'))
      const packet = parsePacket(advert.bytes)
      const received = packet.ok ? receiveAdvertisement(packet.value, expectationFor(fields)) : packet
      const { vrid, priority, addresses } = fields
      const { sequence } = advert
      expect(received).toEqual({ ok: true, value: { source, vrid, priority, addresses, sequence } })
    }
  })

  test('gratuitous ARPs are byte for byte ours', () => {
    const addresses = instances.flatMap(addressesOf)
    expect(new Set(arps.map((arp) => arp.address))).toEqual(new Set(addresses.map(formatIpv4)))
    for (const arp of arps) {
      const ours = encodeGratuitousArp(mac, ip(arp.address))
      expect(Buffer.from(ours).toString('hex')).toBe(arp.bytes.toString('hex'))
    }
  })
})
