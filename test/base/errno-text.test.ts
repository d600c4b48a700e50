/** Words for errors, beside what the C library of this machine says. */

import { execFileSync } from 'node:child_process'
import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { errnoText } from '../../src/base/errno-text.ts'
import { needs } from '../support/privileges.ts'

test('has words for every error that node knows, and for one that nobody knows', () => {
  for (const errno of Object.values(constants.errno)) expect(errnoText(errno)).not.toContain('Unknown')
  expect(errnoText(34)).toBe('Numerical result out of range')
  expect(errnoText(4_095)).toBe('Unknown error 4095')
})

needs('perl')('the C library', () => {
  test('says the same', () => {
    const said = execFileSync('perl', ['-e', 'for (1..140) { $! = $_; print "$!\\n" }'], {
      env: { ...process.env, LC_ALL: 'C' },
      encoding: 'utf8',
    })
    expect(Array.from({ length: 140 }, (_, index) => errnoText(index + 1))).toEqual(
      said.trimEnd().split('\n'),
    )
  })
})
