import { expect, test } from 'vitest'
import { parseSpan } from '../../src/cli/span.ts'

test.each([
  ['60', 60_000],
  ['60s', 60_000],
  ['2.5m', 150_000],
  ['24h', 86_400_000],
  ['0.0001s', undefined],
  ['0', undefined],
  ['25h', undefined],
  ['-5', undefined],
  ['5 s', undefined],
  ['soon', undefined],
  ['', undefined],
])('%s', (text, ms) => {
  expect(parseSpan(text)).toBe(ms)
})
