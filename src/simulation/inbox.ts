/** One socket of a daemon. */

import type { Instant } from '../base/time.ts'
/**
 * Packets that are held while nobody reads them; the newest are the ones lost.
 * A real socket holds some hundred, of some hundred virtual routers.
 */
const CAPACITY = 8

export interface Arrived<Packet> {
  readonly packet: Packet
  readonly arrivedAt: Instant
}

export class Inbox<Packet> {
  private readonly waiting: Arrived<Packet>[] = []

  /** False: it is lost. */
  put(packet: Packet, arrivedAt: Instant): boolean {
    if (this.waiting.length >= CAPACITY) return false
    this.waiting.push({ packet, arrivedAt })
    return true
  }

  take(): Arrived<Packet> | undefined {
    return this.waiting.shift()
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }
}
