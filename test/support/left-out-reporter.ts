import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Names every test that was left out, and why: vitest's own summary only counts them. */
export class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const lines = skipped.map(describeSkipped).filter((line) => line !== undefined)
    if (lines.length > 0) process.stdout.write(`\nLeft out:\n${lines.join('\n')}\n`)
  }
}

/** Undefined where nothing was missing: a test that the command line did not choose. */
function describeSkipped(test: TestCase): string | undefined {
  const result = test.result()
  if (result.state !== 'skipped' || result.note === undefined) return undefined
  return `  ${test.module.relativeModuleId} > ${test.fullName}: ${result.note}`
}
