/** One virtual LAN: who hears whom, how late, and how often. */

import { after, milliseconds, type Duration, type Instant } from '../base/time.ts'
import { fate } from './random.ts'
import type { Schedule } from './schedule.ts'

/** Milliseconds and probabilities; what a LAN does to each packet. */
export interface Weather {
  readonly loss: number
  readonly duplicates: number
  readonly delay: readonly [least: number, most: number]
}

export const clearSky: Weather = { loss: 0, duplicates: 0, delay: [0.1, 2] }

export class Lan<Packet> {
  weather: Weather = clearSky
  private sides: readonly (readonly number[])[] | undefined
  /** Pairs of which the first does not reach the second. */
  private readonly muted = new Set<string>()
  private sent = 0
  private readonly seed: number
  private readonly schedule: Schedule
  private readonly deliver: (to: number, packet: Packet) => void

  constructor(seed: number, schedule: Schedule, deliver: (to: number, packet: Packet) => void) {
    this.seed = seed
    this.schedule = schedule
    this.deliver = deliver
  }

  partition(sides: readonly (readonly number[])[]): void {
    this.sides = sides
  }

  mute(from: number, to: number): void {
    this.muted.add(direction(from, to))
  }

  heal(): void {
    this.sides = undefined
    this.muted.clear()
  }

  get isWhole(): boolean {
    return this.sides === undefined && this.hearsBothWays
  }

  /** Who is heard also hears. */
  get hearsBothWays(): boolean {
    return this.muted.size === 0
  }

  /** Every packet passes, and soon. */
  get isCalm(): boolean {
    return this.weather.loss === 0 && this.weather.delay[1] <= clearSky.delay[1]
  }

  reaches(from: number, to: number): boolean {
    if (this.muted.has(direction(from, to))) return false
    return this.sides === undefined || this.sides.some((side) => side.includes(from) && side.includes(to))
  }

  send(from: number, to: readonly number[], packet: Packet, now: Instant): void {
    const number = this.sent++
    for (const receiver of to) {
      const draw = (purpose: number): number => fate(this.seed, number, from, receiver, purpose)
      if (!this.reaches(from, receiver) || draw(1) < this.weather.loss) continue
      this.transmit(from, receiver, packet, after(now, this.delay(draw(2))))
      if (draw(3) < this.weather.duplicates)
        this.transmit(from, receiver, packet, after(now, this.delay(draw(4))))
    }
  }

  private delay(draw: number): Duration {
    const [least, most] = this.weather.delay
    return milliseconds(least + draw * (most - least))
  }

  /** A partition also swallows what is on its way. */
  private transmit(from: number, to: number, packet: Packet, at: Instant): void {
    this.schedule.plan(at, () => {
      if (this.reaches(from, to)) this.deliver(to, packet)
    })
  }
}

const direction = (from: number, to: number): string => `${from} ${to}`
