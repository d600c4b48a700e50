/** Between the wire and the engine: which router a packet is for, whether it may be believed, and what we send. */

import type { Ipv4Address } from '../base/address.ts'
import { invariant } from '../base/result.ts'
import { toSeconds } from '../base/time.ts'
import type { EngineEvent } from '../vrrp/engine.ts'
import {
  ADVERT_TTL,
  encodeAdvertPacket,
  parsePacket,
  receiveAdvertisement,
  type Expectation,
} from '../vrrp/wire/packet.ts'
import { describeRejection } from '../vrrp/wire/rejection.ts'
import { advertised, type Assembled } from './assemble.ts'
import type { ReceivedPacket } from './advert-links.ts'

export class AdvertCodec {
  private readonly byWire = new Map<string, Assembled>()
  private readonly group: Ipv4Address
  /** The IP identification of each router's last advert; keepalived counts per router, from 1, never 0. */
  private readonly lastId = new Map<string, number>()

  constructor(routers: readonly Assembled[], group: Ipv4Address) {
    this.group = group
    for (const assembled of routers) {
      this.byWire.set(wireKey(assembled.router.link, assembled.router.vrid), assembled)
    }
  }

  /** Undefined: for nobody here (an unknown VRID, or no VRRP at all). */
  decode(packet: ReceivedPacket): EngineEvent | undefined {
    const parsed = parsePacket(packet.bytes)
    if (!parsed.ok) return undefined
    const assembled = this.byWire.get(wireKey(packet.link, parsed.value.vrid))
    if (!assembled) return undefined
    const router = assembled.router.name
    const received = receiveAdvertisement(parsed.value, expectationOf(assembled))
    if (received.ok) {
      const { source, priority, addresses } = received.value
      return { type: 'advert', router, advert: { source, priority, addresses, arrivedAt: packet.arrivedAt } }
    }
    const { reason, source } = received.error
    if (source === undefined) return undefined
    return { type: 'rejected', router, reason, source, text: describeRejection(received.error) }
  }

  encode(assembled: Assembled, source: Ipv4Address, priority: number): Uint8Array {
    const { router, instance } = assembled
    const id = ((this.lastId.get(router.name) ?? 0) % 0xffff) + 1
    this.lastId.set(router.name, id)
    return encodeAdvertPacket({
      ...authentication(assembled),
      vrid: router.vrid,
      priority,
      intervalSeconds: toSeconds(instance.advertInterval),
      addresses: advertised(instance),
      source,
      destination: this.group,
      id,
      ttl: ADVERT_TTL,
    })
  }
}

const wireKey = (link: string, vrid: number): string => `${link} ${String(vrid)}`

function authentication({ instance }: Assembled): Pick<Expectation, 'authType' | 'password'> {
  const { type, password } = instance.authentication
  invariant(type !== 'AH', 'AH instances are refused at start')
  return { authType: type, password }
}

const expectationOf = (assembled: Assembled): Expectation => ({
  ...authentication(assembled),
  vrid: assembled.router.vrid,
  intervalSeconds: toSeconds(assembled.instance.advertInterval),
})
