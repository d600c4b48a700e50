/** Between the wire and the engine: which router a packet is for, whether it may be believed, and what we send. */

import type { IpAddress } from '../../base/address.ts'
import { centiseconds, toCentiseconds, toSeconds } from '../../base/time.ts'
import type { Advert } from '../../vrrp/election/state.ts'
import type { EngineEvent } from '../../vrrp/engine.ts'
import { identityOf } from '../../vrrp/reconfigure.ts'
import type { Authentication } from '../../vrrp/wire/authentication.ts'
import type { Version2Fields, Version3Fields } from '../../vrrp/wire/advertisement.ts'
import { nextSequence } from '../../vrrp/wire/authentication-header.ts'
import { encodeAdvertPacket, parseIpv6Packet, parsePacket, type Packet } from '../../vrrp/wire/packet.ts'
import { receiveAdvertisement, type Expectation } from '../../vrrp/wire/reception.ts'
import { describeRejection } from '../../vrrp/wire/rejection.ts'
import type { Assembled } from '../assemble.ts'
import type { OutgoingPacket, ReceivedPacket } from './advert-links.ts'
import { hmacMd5 } from './signing.ts'
import { advertised, destinationsOf, otherChecksums, sentChecksum, ttlOf } from './transport.ts'

/** Of a router with auth_type AH. */
export interface UsedNumbers {
  /** See identityOf. */
  readonly identity: string
  /** The highest sequence number known to be used. */
  readonly sequence: number
  /** So many more may have been. */
  readonly unsure: number
}

export class AdvertDispatcher {
  /** By link and VRID; several when each has a group or an own address of its own. */
  private readonly byWire = new Map<string, readonly Assembled[]>()
  /** The IP identification of each router's last advert; keepalived counts per router, from 1, never 0. */
  private readonly lastId = new Map<string, number>()
  /**
   * The highest sequence number sent or heard for each router, whatever its state;
   * only authentication headers carry one. (keepalived does not count what it hears
   * in FAULT, so that a recording of it can be played to it afterwards.)
   */
  private readonly sequences: Map<string, number>
  /** Of those, the ones that our own last adverts carried and no other's. */
  private readonly onlySent = new Map<string, number>()
  /** How many more numbers may be used up; our next advert leaves them out, unless others are heard before. */
  private readonly unsure: Map<string, number>

  /** @param used by routers with the same identities before */
  constructor(routers: readonly Assembled[], used: readonly UsedNumbers[] = []) {
    this.sequences = new Map(used.map(({ identity, sequence }) => [identity, sequence]))
    this.unsure = new Map(used.map(({ identity, unsure }) => [identity, unsure]))
    // What is not supported stays in Fault: nothing that it hears matters.
    for (const assembled of routers.filter(({ router }) => router.unsupported === undefined)) {
      const key = wireKey(assembled.advertLink, assembled.router.vrid)
      this.byWire.set(key, [...(this.byWire.get(key) ?? []), assembled])
    }
  }

  /** As keepalived's reload: identifications begin again, sequence numbers must not (measured). */
  reconfigured(routers: readonly Assembled[]): AdvertDispatcher {
    const wanted = new Set(routers.map(keyOf))
    const next = new AdvertDispatcher(
      routers,
      this.used.filter(({ identity }) => wanted.has(identity)),
    )
    for (const [key, sequence] of this.onlySent) if (wanted.has(key)) next.onlySent.set(key, sequence)
    return next
  }

  /** Only signed routers have numbers. */
  get used(): readonly UsedNumbers[] {
    const signed = [...this.byWire.values()].flat().filter(isSigned)
    return signed.map(keyOf).map((identity) => ({
      identity,
      sequence: this.sequences.get(identity) ?? 0,
      unsure: this.unsure.get(identity) ?? 0,
    }))
  }

  /**
   * @param ownAddress the link's, of the packet's family: the source of unicast instances that name none
   * @returns undefined: for nobody here (an unknown VRID, or no VRRP at all)
   */
  decode(packet: ReceivedPacket, ownAddress: IpAddress | undefined): EngineEvent | undefined {
    const { bytes, ipv6 } = packet
    const parsed = ipv6 === undefined ? parsePacket(bytes) : parseIpv6Packet(bytes, ipv6)
    if (!parsed.ok) return undefined
    const assembled = this.addressee(packet, parsed.value, ownAddress)
    if (!assembled) return undefined
    const router = assembled.router.name
    const isOwn = parsed.value.source === (assembled.router.sourceAddress ?? ownAddress)
    const received = receiveAdvertisement(parsed.value, this.expectationOf(assembled, isOwn))
    const { sequence } = received.ok ? received.value : received.error
    if (sequence !== undefined) this.use(keyOf(assembled), sequence)
    if (received.ok) {
      const { source, priority, addresses, intervalCentiseconds, checksum } = received.value
      const interval = intervalCentiseconds === undefined ? undefined : centiseconds(intervalCentiseconds)
      const { arrivedAt } = packet
      const advert: Advert = {
        source,
        priority,
        addresses,
        arrivedAt,
        ...(interval !== undefined && { interval }),
        ...(checksum !== undefined && { hasOtherChecksum: true }),
      }
      return { type: 'advert', router, advert }
    }
    const { reason, source } = received.error
    if (source === undefined) return undefined
    return { type: 'rejected', router, reason, source, text: describeRejection(received.error) }
  }

  /**
   * One advert: a packet, or one for each peer, all with the same identification and sequence number.
   *
   * @param unadvertised how many of the addresses, from the last one on, it has no room for
   */
  encode(
    assembled: Assembled,
    source: IpAddress,
    priority: number,
    unadvertised = 0,
  ): readonly OutgoingPacket[] {
    const { router, instance, transport } = assembled
    const addresses = advertised(instance)
    const id = ((this.lastId.get(router.name) ?? 0) % 0xffff) + 1
    this.lastId.set(router.name, id)
    this.skipSequence(assembled)
    this.onlySent.set(keyOf(assembled), this.sequenceOf(assembled))
    const fields = {
      ...this.versionOf(assembled),
      vrid: router.vrid,
      priority,
      addresses: addresses.slice(0, Math.max(0, addresses.length - unadvertised)),
      source,
      id,
      ttl: ttlOf(transport),
    }
    return destinationsOf(transport).map((to) => ({
      to,
      bytes: encodeAdvertPacket({ ...fields, destination: to }),
    }))
  }

  /**
   * Uses up one sequence number. keepalived leaves one out when a Master hears a
   * lower one, so that its answer is above what that one may have sent meanwhile.
   */
  skipSequence(assembled: Assembled): void {
    const key = keyOf(assembled)
    this.use(key, nextSequence(this.sequenceOf(assembled) + (this.unsure.get(key) ?? 0)))
  }

  /** Several with unicast peers and one own address are told apart by who is whose peer. */
  private addressee(
    { link, address }: ReceivedPacket,
    { vrid, source }: Packet,
    ownAddress: IpAddress | undefined,
  ): Assembled | undefined {
    const listening = (this.byWire.get(wireKey(link, vrid)) ?? []).filter(({ router, transport }) =>
      transport.kind === 'multicast'
        ? transport.group === address
        : (router.sourceAddress ?? ownAddress) === address,
    )
    if (listening.length < 2) return listening[0]
    return listening.find(({ transport }) => transport.kind === 'unicast' && transport.peers.includes(source))
  }

  private use(key: string, sequence: number): void {
    this.sequences.set(key, sequence)
    this.unsure.delete(key)
    this.onlySent.delete(key)
  }

  private sequenceOf(assembled: Assembled): number {
    return this.sequences.get(keyOf(assembled)) ?? 0
  }

  /**
   * Two Masters that began at one moment count alike. With one highest number for all, as keepalived has it,
   * each would take the other's adverts for replays for as long as both send at the same moments: so the
   * number that only we have sent is new from anybody else, once.
   */
  private heardUpTo(assembled: Assembled): number {
    const sequence = this.sequenceOf(assembled)
    return this.onlySent.get(keyOf(assembled)) === sequence ? sequence - 1 : sequence
  }

  private authenticationOf(assembled: Assembled, sequence: number): Authentication {
    const { type, password } = assembled.instance.authentication
    return type === 'AH' ? { authType: type, password, sequence, hmacMd5 } : { authType: type, password }
  }

  /** What an advert of ours has that only its version knows. */
  private versionOf(assembled: Assembled): Version2Fields | Version3Fields {
    const { instance, transport } = assembled
    const { version, advertInterval } = instance
    if (version === 3)
      return {
        version,
        intervalCentiseconds: toCentiseconds(advertInterval),
        checksum: sentChecksum(instance, transport),
      }
    return {
      ...this.authenticationOf(assembled, this.sequenceOf(assembled)),
      version,
      intervalSeconds: toSeconds(advertInterval),
    }
  }

  private expectationOf(assembled: Assembled, isOwn: boolean): Expectation {
    const { instance, router, transport } = assembled
    const { version, advertInterval } = instance
    const unicast = transport.kind === 'unicast' ? transport.rules : undefined
    if (version === 3)
      return { version, vrid: router.vrid, otherChecksums: otherChecksums(instance, transport), unicast }
    return {
      ...this.authenticationOf(assembled, isOwn ? this.sequenceOf(assembled) : this.heardUpTo(assembled)),
      version,
      vrid: router.vrid,
      intervalSeconds: toSeconds(advertInterval),
      unicast,
    }
  }
}

const isSigned = ({ instance }: Assembled): boolean => instance.authentication.type === 'AH'

const wireKey = (link: string, vrid: number): string => `${link} ${String(vrid)}`

const keyOf = ({ router }: Assembled): string => identityOf(router)
