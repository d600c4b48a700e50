/**
 * What test runs have left out for want of something, in three lines.
 * `node --import ./tools/typescript.mjs tools/left-out.ts FILE`: of the runs that wrote to FILE (see
 * test/support/left-out-reporter.ts), one or several.
 */

import { existsSync, readFileSync } from 'node:fs'

/** One test run, a line of JSON in the file. */
export interface Run {
  readonly tests: number
  readonly leftOut: readonly LeftOut[]
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

/** @returns three lines, none when nothing was left out */
export function summarize(runs: readonly Run[]): readonly string[] {
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
  for (const line of summarize(runs.map((each) => JSON.parse(each) as Run))) console.log(line)
}
