/**
 * The last lines of `npm test`: every red test with what was wrong, so that whoever is given only the end of a
 * long output can work with it; then, in three lines, what was left out for want of something.
 * `node --import ./tools/typescript.mjs tools/summary.ts FILE`: of the runs that wrote to FILE (see
 * test/support/summary-reporter.ts), one or several.
 */

import { existsSync, readFileSync } from 'node:fs'

/** One test run, a line of JSON in the file. */
export interface Run {
  readonly tests: number
  readonly leftOut: readonly LeftOut[]
  readonly red: readonly Red[]
}

/** A test that failed, a file that could not be run, or an error outside of both. */
export interface Red {
  /** `FILE > BLOCK > TEST`. */
  readonly name: string
  readonly wrong: string
}

/** Tests that lack the same. */
export interface LeftOut {
  readonly tests: number
  readonly missing: readonly Missing[]
}

export interface Missing {
  readonly need: string
  /** `apt-get install PACKAGE`, another command, or what to be or to set. */
  readonly remedy: string
}

const APT = 'apt-get install '

/** More would push the others out of sight. */
const MOST_RED = 20
const MOST_LINES = 25

/** @returns nothing when nothing was red */
export function tellRed(runs: readonly Run[]): readonly string[] {
  const red = runs.flatMap((run) => run.red)
  if (red.length === 0) return []
  const told = red.slice(0, MOST_RED).flatMap(({ name, wrong }) => {
    const lines = wrong.trimEnd().split('\n')
    const shown = lines.slice(0, MOST_LINES)
    if (lines.length > MOST_LINES) shown.push(`… ${number(lines.length - MOST_LINES)} more lines`)
    return [`  ${name}`, ...shown.map((line) => `    ${line}`.trimEnd())]
  })
  const more = red.length > MOST_RED ? [`  … ${number(red.length - MOST_RED)} more`] : []
  return [`Red (${number(red.length)}):`, ...told, ...more]
}

/** @returns three lines, none when nothing was left out */
export function tellLeftOut(runs: readonly Run[]): readonly string[] {
  const leftOut = runs.flatMap((run) => run.leftOut)
  if (leftOut.length === 0) return []
  const all = sum(runs.map(({ tests }) => tests))
  const missing = leftOut.flatMap((each) => each.missing)
  const needs = [...new Set(missing.map(({ need }) => need))]
    .map((need) => ({
      need,
      tests: sum(leftOut.filter((each) => lacks(each, need)).map(({ tests }) => tests)),
    }))
    .sort((x, y) => y.tests - x.tests)
    .map(({ need, tests }) => `${need} (${number(tests)})`)
  const remedies = [...new Set(missing.map(({ remedy }) => remedy))]
  const packages = remedies.filter((each) => each.startsWith(APT)).map((each) => each.slice(APT.length))
  const others = remedies.filter((each) => !each.startsWith(APT))
  const how = [...others, ...(packages.length === 0 ? [] : [APT + packages.join(' ')])]
  return [
    `Left out: ${number(sum(leftOut.map(({ tests }) => tests)))} of ${number(all)} tests, for want of ${needs.join(', ')}`,
    `To have them: ${how.join('; ')}`,
    'Each by name: npx vitest run',
  ]
}

const lacks = ({ missing }: LeftOut, need: string): boolean => missing.some((each) => each.need === need)
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const number = (value: number): string => value.toLocaleString('en')

if (process.argv[1] === import.meta.filename) {
  const [, , file = ''] = process.argv
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const runs = text.split('\n').filter((line) => line !== '')
  const parsed = runs.map((each) => JSON.parse(each) as Run)
  for (const line of [...tellRed(parsed), ...tellLeftOut(parsed)]) console.log(line)
}
