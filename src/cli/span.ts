/** Spans of time as operators write them. Pure. */

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** A day: who wants to stay out longer says when to come back. */
const LONGEST_MS = 24 * 3_600_000

/**
 * `60`, `60s`, `2.5m`, `1h`
 *
 * @returns milliseconds; undefined when it is none, or not within a day
 */
export function parseSpan(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? []
  const ms = Math.round(Number(number) * (UNITS[unit] ?? Number.NaN))
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined
}
