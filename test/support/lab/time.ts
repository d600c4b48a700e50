/** Protocol figures and waiting, in the microseconds of base/time.ts. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Duration, milliseconds, plus, seconds, times, toMilliseconds } from '../../../src/base/time.ts'

/** Microseconds since the epoch: what captures, monitors and recorders stamp, so that they compare. */
export type WallTime = number

export const wallNow = (): WallTime => (performance.timeOrigin + performance.now()) * 1000

/** Never shorter: Node's timers count from the beginning of a turn of the event loop, in whole milliseconds. */
export async function pause(span: Duration): Promise<void> {
  const end = wallNow() + span
  for (let rest = span as number; rest > 0; rest = end - wallNow()) await sleep(Math.ceil(rest / 1_000))
}

/** For what comes sooner or later and whose time is not the subject: the machine may be busy. */
export const patiently: Duration = seconds(15)

/** RFC 3768 section 6.1: (256 - priority) / 256 s, whatever the advertisement interval. */
export const skewTime = (priority: number): Duration => seconds((256 - priority) / 256)

/** RFC 3768 section 6.1: three advertisement intervals and Skew_Time. */
export const masterDownInterval = (priority: number, advertInterval: Duration = seconds(1)): Duration =>
  plus(times(advertInterval, 3), skewTime(priority))

/**
 * Waits until the condition holds, looking every 20 ms.
 * @param what completes "waited … for", in the error that ends a wait in vain
 * @param next called before each look, and awaited after one in vain
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  within: Duration,
  next: () => Promise<void> = () => pause(milliseconds(20)),
): Promise<void> {
  const deadline = wallNow() + within
  for (;;) {
    const moreToSee = next()
    if (await condition()) return
    if (wallNow() > deadline) throw new Error(`waited ${toMilliseconds(within)} ms for ${what}`)
    await moreToSee
  }
}

/**
 * Waits until all of the assertion holds, for what comes sooner or later. It says everything that the moment
 * consists of: who waits for one part and then looks at another has waited for too little.
 * @throws what the assertion threw last, when the time is up
 */
export async function eventually(
  assertion: () => void | Promise<void>,
  within: Duration = patiently,
): Promise<void> {
  const deadline = wallNow() + within
  for (;;) {
    const isLast = wallNow() > deadline
    try {
      await assertion()
      return
    } catch (error) {
      if (isLast) throw error
    }
    await pause(milliseconds(50))
  }
}
