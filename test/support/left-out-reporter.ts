import { appendFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import type { LeftOut, Run } from '../../tools/left-out.ts'

/**
 * Names what was left out, and why: vitest's own summary only counts it. With VRRPD_LEFT_OUT=FILE it adds the
 * run to that file instead, for tools/test.sh, which has more than one.
 */
export class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const left = tests.filter((test) => test.meta().leftOut !== undefined)
    const file = process.env['VRRPD_LEFT_OUT']
    if (file !== undefined) {
      const run: Run = { tests: tests.length, leftOut: groupBy(left, missingFor).map(asLeftOut) }
      appendFileSync(file, `${JSON.stringify(run)}\n`)
    } else if (left.length > 0) {
      const lines = groupBy(left, placeOf).map(([place, those]) => `  ${place} (${those.length})`)
      process.stdout.write(`\nLeft out:\n${lines.join('\n')}\n`)
    }
  }
}

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
