import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Names every test that was left out, and why: vitest's own summary only counts them. */
export class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => [...module.children.allTests('skipped')].map(describeSkipped))
    if (lines.length > 0) process.stdout.write(`\nLeft out:\n${lines.join('\n')}\n`)
  }
}

function describeSkipped(test: TestCase): string {
  const result = test.result()
  const reason = result.state === 'skipped' ? result.note : undefined
  return `  ${test.module.relativeModuleId} > ${test.fullName}: ${reason ?? 'no reason given'}`
}
