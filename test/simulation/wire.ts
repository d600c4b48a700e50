/** What one daemon says and hears: the real codec between its engine and the virtual LANs, and its sockets. */

import type { Ipv4Address } from '../../src/base/address.ts'
import type { Instant } from '../../src/base/time.ts'
import type { AdvertCodec, UsedNumbers } from '../../src/daemon/adverts/advert-codec.ts'
import type { Assembled } from '../../src/daemon/assemble.ts'
import type { EngineEvent } from '../../src/vrrp/engine.ts'
import { linkName } from './build.ts'
import { Inbox, type Arrived } from './inbox.ts'
import type { Packet, Surroundings } from './surroundings.ts'

/** As in the run record. */
export interface WrittenNumbers {
  readonly sequences: readonly UsedNumbers[]
  readonly sequencesAt: Instant
}

export class Wire {
  /** When its socket was full for the first time since it began. */
  lostPacketAt: Instant | undefined
  /** When they were last written down. */
  written: WrittenNumbers
  private codec: AdvertCodec
  private readonly inbox = new Inbox()
  private readonly around: Surroundings

  constructor(around: Surroundings) {
    this.around = around
    this.codec = around.machinery.createCodec([], [])
    this.written = { sequences: [], sequencesAt: around.now() }
  }

  begin(routers: readonly Assembled[], used: readonly UsedNumbers[]): void {
    this.codec = this.around.machinery.createCodec(routers, used)
    this.lostPacketAt = undefined
  }

  reload(routers: readonly Assembled[]): void {
    this.codec = this.codec.reconfigured(routers)
  }

  write(): void {
    this.written = { sequences: this.codec.used, sequencesAt: this.around.now() }
  }

  end(): void {
    this.inbox.clear()
  }

  receive(packet: Packet): void {
    if (!this.inbox.put(packet, this.around.now())) this.lostPacketAt ??= this.around.now()
  }

  takeAll(): readonly Arrived[] {
    return this.inbox.takeAll()
  }

  decode({ packet, arrivedAt }: Arrived, own: Ipv4Address | undefined): EngineEvent | undefined {
    const { bytes, to: address, lan } = packet
    return this.codec.decode({ link: linkName(lan), address, bytes, arrivedAt }, own)
  }

  encode(assembled: Assembled, source: Ipv4Address, priority: number, lan: number): readonly Packet[] {
    const packets = this.codec.encode(assembled, source, priority)
    return packets.map(({ bytes, to }): Packet => ({ lan, vrid: assembled.router.vrid, to, bytes }))
  }

  skipSequence(assembled: Assembled): void {
    this.codec.skipSequence(assembled)
  }
}
