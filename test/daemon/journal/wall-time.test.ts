import { expect, test } from 'vitest'
import { isoOf } from '../../../src/daemon/journal/wall-time.ts'
import { at } from '../../vrrp/kit.ts'

const moment = { now: at(60), wallNowMs: Date.parse('2026-11-21T10:01:00.000Z') }

test.each([
  ['now', 60, '2026-11-21T10:01:00.000Z'],
  ['a moment ago', 59.75, '2026-11-21T10:00:59.750Z'],
  ['a minute ago', 0, '2026-11-21T10:00:00.000Z'],
  ['a deadline that is still to come', 63.5, '2026-11-21T10:01:03.500Z'],
])('%s', (_what, second, iso) => {
  expect(isoOf(at(second), moment)).toBe(iso)
})
