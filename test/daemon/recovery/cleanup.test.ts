import { expect, test } from 'vitest'
import { howItEnded } from '../../../src/daemon/recovery/cleanup.ts'

/** Every result that systemd.exec(5) names. */
test.each([
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['success', 'stopped'],
  ...[
    ...['protocol', 'timeout', 'exit-code', 'signal', 'core-dump', 'watchdog', 'exec-condition', 'oom-kill'],
    ...['start-limit-hit', 'resources'],
  ].map((result) => [result, 'failed'] as const),
] as const)('SERVICE_RESULT=%s: %s', (result, expected) => {
  expect(howItEnded({ SERVICE_RESULT: result })).toBe(expected)
})
