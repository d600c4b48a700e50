/** The numbers that keepalived 2.2.7 read from such files (measured by the priority it then advertised). */

import { expect, test } from 'vitest'
import { leadingNumber } from '../../../src/scripts/tracking/number.ts'

const measured: readonly (readonly [string, number | undefined])[] = [
  ['5\n', 5],
  ['12abc\n', 12],
  ['abc', 0],
  ['', 0],
  [' 7', 7],
  ['-3\n', -3],
  ['0x10\n', 16],
  ['99999999999999999999\n', undefined],
  ['1 2\n', 1],
  ['1\n2\n', 1],
  ['+4\n', 4],
  ['   \t8', 8],
]

test.each(measured)('%j is %s', (text, number) => {
  expect(leadingNumber(text)).toBe(number)
})

test('other bases are those of strtol(3)', () => {
  expect(['010', '-010', '08', '0', '0x', '0xg', '-0x1F', '+-3'].map(leadingNumber)).toEqual([
    8, -8, 0, 0, 0, 0, -31, 0,
  ])
})
