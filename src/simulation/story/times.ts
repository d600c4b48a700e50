/** Times in a story: `10s`, `1.5s`, `250ms`, `2m`, `1m30s`. */

import { microseconds, type Duration } from '../../base/time.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'

/** Microseconds, from the largest unit to the smallest, which is their order in a text. */
const UNITS = [
  { names: ['h', 'hour', 'hours'], length: 3_600_000_000 },
  { names: ['m', 'min', 'mins', 'minute', 'minutes'], length: 60_000_000 },
  { names: ['s', 'sec', 'secs', 'second', 'seconds'], length: 1_000_000 },
  { names: ['ms', 'msec', 'msecs', 'millisecond', 'milliseconds'], length: 1_000 },
] as const

/** With more of them no product below is exact. */
const MOST_DECIMALS = 6

/** Beyond this somebody mistook the unit. */
const LONGEST = 1_000 * UNITS[0].length

export interface TimeProblem {
  readonly message: string
  readonly suggestion?: string
}

/** @returns a Duration of 0 s to 1000 h, exact to the microsecond; else what is wrong with the text */
export function parseTime(text: string): Result<Duration, TimeProblem> {
  if (/^\d+(\.\d+)?$/.test(text))
    return rejected({ message: `${text} needs a unit: ms, s, m or h`, suggestion: `${text}s` })
  const parts = [...text.matchAll(/(\d{1,9})(?:\.(\d+))?([A-Za-z]+)/gy)]
  const known = parts.map(([, , , name = '']) => unitOf(name))
  const isWhole = text !== '' && parts.reduce((length, [part]) => length + part.length, 0) === text.length
  const isFalling = known.every(
    (unit, index) => unit !== -1 && (index === 0 || unit > (known[index - 1] ?? 0)),
  )
  if (!isWhole || !isFalling)
    return rejected({ message: `'${text}' is no time; times are written 10s, 1.5s, 250ms, 2m, 1m30s` })
  const short = parts
    .map(([part], index) => part.replace(/[A-Za-z]+$/, unitAt(known[index]).names[0]))
    .join('')
  if (short !== text)
    return rejected({ message: `'${text}' is no time; units are ms, s, m and h`, suggestion: short })
  let total = 0
  for (const [index, [, whole = '0', decimals = '']] of parts.entries()) {
    const { length } = unitAt(known[index])
    const fraction = (Number(decimals) * length) / 10 ** decimals.length
    if (decimals.length > MOST_DECIMALS || !Number.isInteger(fraction))
      return rejected({ message: `'${text}' is finer than a microsecond, the shortest time there is here` })
    total += Number(whole) * length + fraction
  }
  if (total > LONGEST) return rejected({ message: `'${text}' is longer than a story may be: 1000h` })
  return accepted(microseconds(total))
}

const unitOf = (name: string): number =>
  UNITS.findIndex(({ names }) => (names as readonly string[]).includes(name.toLowerCase()))

const unitAt = (index: number | undefined): (typeof UNITS)[number] => UNITS[index ?? 0] ?? UNITS[0]

/** As `parseTime` reads it, to the same microsecond. @param time not negative */
export function printTime(time: number): string {
  if (time < 1_000_000 && time % 1_000 === 0 && time > 0) return `${time / 1_000}ms`
  const fraction = String(time % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${Math.floor(time / 1_000_000)}${fraction === '' ? '' : `.${fraction}`}s`
}
