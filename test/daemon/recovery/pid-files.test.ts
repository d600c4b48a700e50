/** Whose pid file it is, whatever is written in it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holderOf } from '../../../src/daemon/recovery/pid-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'vrrpd-holder-'))
const path = join(directory, 'pid')

afterAll(() => {
  rmSync(directory, { recursive: true })
})

test('the process is named', () => {
  writeFileSync(path, '4711\n')
  expect(holderOf(path)).toBe('a daemon runs (process 4711)')
})

test.each([
  ['empty', ''],
  ['a line without a word', '\n12\n'],
  ['words', 'garbage'],
  ['a number and words', '12 monkeys'],
  ['zero', '0'],
  ['a negative number', '-1'],
  ['bytes', '\0\xff\n'],
])('%s: said, with the file', (_what, content) => {
  writeFileSync(path, content)
  expect(holderOf(path)).toBe(`a daemon runs (it holds ${path}, which names no process)`)
})

test('a file that is gone meanwhile names none either', () => {
  expect(holderOf(join(directory, 'gone'))).toContain('names no process')
})
