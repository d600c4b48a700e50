/** Between the wire and the engine: which router a packet is for, whether it may be believed, and what we send. */

import type { Ipv4Address } from '../base/address.ts'
import { toSeconds } from '../base/time.ts'
import type { EngineEvent } from '../vrrp/engine.ts'
import type { Authentication } from '../vrrp/wire/authentication.ts'
import { nextSequence } from '../vrrp/wire/authentication-header.ts'
import { ADVERT_TTL, encodeAdvertPacket, parsePacket } from '../vrrp/wire/packet.ts'
import { receiveAdvertisement, type Expectation } from '../vrrp/wire/reception.ts'
import { describeRejection } from '../vrrp/wire/rejection.ts'
import { advertised, type Assembled } from './assemble.ts'
import type { ReceivedPacket } from './advert-links.ts'
import { hmacMd5 } from './signing.ts'

export class AdvertCodec {
  private readonly byWire = new Map<string, Assembled>()
  private readonly group: Ipv4Address
  /** The IP identification of each router's last advert; keepalived counts per router, from 1, never 0. */
  private readonly lastId = new Map<string, number>()
  /**
   * The highest sequence number sent or heard for each router, whatever its state;
   * only authentication headers carry one. (keepalived does not count what it hears
   * in FAULT, so that a recording of it can be played to it afterwards.)
   */
  private readonly sequences = new Map<string, number>()

  constructor(routers: readonly Assembled[], group: Ipv4Address) {
    this.group = group
    // What is not supported stays in Fault: nothing that it hears matters.
    for (const assembled of routers.filter(({ router }) => router.unsupported === undefined)) {
      this.byWire.set(keyOf(assembled), assembled)
    }
  }

  /** As keepalived's reload: identifications begin again, sequence numbers must not (measured). */
  reconfigured(routers: readonly Assembled[], group: Ipv4Address): AdvertCodec {
    const next = new AdvertCodec(routers, group)
    for (const [key, sequence] of this.sequences) if (next.byWire.has(key)) next.sequences.set(key, sequence)
    return next
  }

  /** Undefined: for nobody here (an unknown VRID, or no VRRP at all). */
  decode(packet: ReceivedPacket): EngineEvent | undefined {
    const parsed = parsePacket(packet.bytes)
    if (!parsed.ok) return undefined
    const assembled = this.byWire.get(wireKey(packet.link, parsed.value.vrid))
    if (!assembled) return undefined
    const router = assembled.router.name
    const received = receiveAdvertisement(parsed.value, this.expectationOf(assembled))
    const { sequence } = received.ok ? received.value : received.error
    if (sequence !== undefined) this.sequences.set(keyOf(assembled), sequence)
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
    this.skipSequence(assembled)
    return encodeAdvertPacket({
      ...this.authenticationOf(assembled),
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

  /**
   * Uses up one sequence number. keepalived leaves one out when a Master hears a
   * lower one, so that its answer is above what that one may have sent meanwhile.
   */
  skipSequence(assembled: Assembled): void {
    this.sequences.set(keyOf(assembled), nextSequence(this.sequenceOf(assembled)))
  }

  private sequenceOf(assembled: Assembled): number {
    return this.sequences.get(keyOf(assembled)) ?? 0
  }

  private authenticationOf(assembled: Assembled): Authentication {
    const { type, password } = assembled.instance.authentication
    if (type !== 'AH') return { authType: type, password }
    return { authType: type, password, sequence: this.sequenceOf(assembled), hmacMd5 }
  }

  private expectationOf(assembled: Assembled): Expectation {
    return {
      ...this.authenticationOf(assembled),
      vrid: assembled.router.vrid,
      intervalSeconds: toSeconds(assembled.instance.advertInterval),
    }
  }
}

const wireKey = (link: string, vrid: number): string => `${link} ${String(vrid)}`

const keyOf = ({ router }: Assembled): string => wireKey(router.link, router.vrid)
