import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import type { LeftOut, Red, Run } from '../../tools/summary.ts'

/**
 * Names what was left out, and why: vitest's own summary only counts it. With VRRPD_TEST_SUMMARY=FILE it adds the
 * run to that file instead, and what was red, for tools/test.sh, which has more than one run.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const left = tests.filter((test) => test.meta().leftOut !== undefined)
    const file = process.env['VRRPD_TEST_SUMMARY']
    if (file !== undefined) {
      const run: Run = {
        tests: tests.length,
        leftOut: groupBy(left, missingFor).map(asLeftOut),
        red: [...modules.flatMap(redIn), ...asRed('outside of any test', unhandled)],
      }
      appendFileSync(file, `${JSON.stringify(run)}\n`)
    } else if (left.length > 0) {
      const lines = groupBy(left, placeOf).map(([place, those]) => `  ${place} (${those.length})`)
      process.stdout.write(`\nLeft out:\n${lines.join('\n')}\n`)
    }
  }
}

/** Of its tests, of its blocks' hooks, and of the file itself. */
const redIn = (module: TestModule): readonly Red[] => [
  ...asRed(module.relativeModuleId, module.errors()),
  ...[...module.children.allSuites()].flatMap((suite) =>
    asRed(`${module.relativeModuleId} > ${suite.fullName}`, suite.errors()),
  ),
  ...[...module.children.allTests()].flatMap((test) =>
    test.result().state === 'failed'
      ? asRed(`${module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? [])
      : [],
  ),
]

const asRed = (name: string, errors: readonly SerializedError[]): readonly Red[] =>
  errors.map(({ message, diff, stacks }) => {
    const at = stacks?.[0]
    const lines: string[] = [message, ...(typeof diff === 'string' ? [diff] : [])]
    if (at !== undefined) lines.push(`at ${relative('.', at.file)}:${at.line}:${at.column}`)
    return { name, wrong: stripVTControlCharacters(lines.join('\n')) }
  })

function groupBy(
  tests: readonly TestCase[],
  key: (test: TestCase) => string,
): (readonly [string, readonly TestCase[]])[] {
  const groups = new Map<string, TestCase[]>()
  for (const test of tests) groups.set(key(test), [...(groups.get(key(test)) ?? []), test])
  return [...groups]
}

const missingFor = (test: TestCase): string =>
  JSON.stringify(test.meta().leftOut?.map(({ need, remedy }) => ({ need, remedy })))

const asLeftOut = ([missing, tests]: readonly [string, readonly TestCase[]]): LeftOut => ({
  tests: tests.length,
  missing: JSON.parse(missing) as LeftOut['missing'],
})

/** The outermost block, whose name says why. */
const placeOf = (test: TestCase): string => {
  const blocks = test.fullName.split(' > ')
  const at = blocks.findIndex((name) => name.includes('[left out: '))
  return [test.module.relativeModuleId, ...blocks.slice(0, at + 1)].join(' > ')
}
