/**
 * Time as a value. `Instant` and `Duration` are whole microseconds; an Instant
 * counts from an arbitrary origin of CLOCK_MONOTONIC, so that a stepped wall
 * clock never starts an election. Pure code receives Instants, it never reads
 * a clock (see system/clock.ts for the one that does).
 */

declare const instantBrand: unique symbol
declare const durationBrand: unique symbol

/** Microseconds since the monotonic clock's origin. */
export type Instant = number & { readonly [instantBrand]: true }
/** A span of time in whole microseconds; may be negative where two Instants are subtracted. */
export type Duration = number & { readonly [durationBrand]: true }

export const instant = (microseconds: number): Instant => Math.trunc(microseconds) as Instant
export const microseconds = (value: number): Duration => Math.trunc(value) as Duration
export const milliseconds = (value: number): Duration => Math.round(value * 1_000) as Duration
/** VRRPv3's unit. */
export const centiseconds = (value: number): Duration => Math.round(value * 10_000) as Duration
export const seconds = (value: number): Duration => Math.round(value * 1_000_000) as Duration

export const toSeconds = (duration: Duration): number => duration / 1_000_000
export const toCentiseconds = (duration: Duration): number => Math.round(duration / 10_000)
export const toMilliseconds = (duration: Duration): number => duration / 1_000

export const after = (start: Instant, duration: Duration): Instant => (start + duration) as Instant
export const before = (end: Instant, duration: Duration): Instant => (end - duration) as Instant
/** `later - earlier`; negative when the arguments are in the other order. */
export const between = (earlier: Instant, later: Instant): Duration => (later - earlier) as Duration
export const plus = (a: Duration, b: Duration): Duration => (a + b) as Duration
export const minus = (a: Duration, b: Duration): Duration => (a - b) as Duration
export const longer = (a: Duration, b: Duration): Duration => (b > a ? b : a)
export const times = (duration: Duration, factor: number): Duration =>
  Math.round(duration * factor) as Duration

/** The earlier of two deadlines, either of which may be absent. */
export function earliest(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  return a < b ? a : b
}

export const latest = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a)

export interface Clock {
  /** Monotonic, never stepped. */
  now(): Instant
}
