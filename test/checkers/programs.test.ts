import { describe, expect, test } from 'vitest'
import { after, instant, seconds } from '../../src/base/time.ts'
import { judgeFile } from '../../src/checkers/file.ts'
import { programEnded, programOverdue, programStarted, type ProgramEnd } from '../../src/checkers/misc.ts'
import { failure, weightDelta, type FileCheck, type Outcome } from '../../src/checkers/types.ts'
import { miscCheck } from './specs.ts'

const START = instant(1e12)
const exited = (code: number): ProgramEnd => ({ kind: 'exited', code })
const weightOf = (outcome: Outcome, configured: number): number | undefined =>
  outcome.kind === 'success' ? configured + weightDelta(outcome.weight, configured) : undefined

describe('MISC_CHECK', () => {
  const run = programStarted(miscCheck(), START)

  test.each([
    [0, false, 10],
    [1, false, undefined],
    [2, false, undefined],
    [255, false, undefined],
    [0, true, 10],
    [1, true, undefined],
    [2, true, 0],
    [30, true, 28],
    [255, true, 253],
  ])('exit code %i, dynamic %s: weight %s', (code, dynamic, expected) => {
    expect(weightOf(programEnded(miscCheck({ dynamic }), run, exited(code)), 10)).toBe(expected)
  })

  test('exit code 0 of misc_dynamic says the configured weight; other programs say nothing of it', () => {
    const outcomes = [true, false].map((dynamic) => programEnded(miscCheck({ dynamic }), run, exited(0)))
    expect(outcomes).toEqual([{ kind: 'success', weight: { kind: 'configured' } }, { kind: 'success' }])
  })

  test('a signal of its own fails', () => {
    expect(programEnded(miscCheck({ dynamic: true }), run, { kind: 'signalled', signal: 9 })).toEqual(
      failure({ kind: 'signal', signal: 9 }),
    )
  })

  test('SIGTERM after misc_timeout, SIGKILL two seconds later', () => {
    expect(run.deadline).toBe(after(START, seconds(2)))
    const terminated = programOverdue(run, run.deadline!)
    expect(terminated).toEqual({
      run: { phase: 'terminated', deadline: after(START, seconds(4)) },
      signal: 'SIGTERM',
    })
    const killed = programOverdue(terminated.run, terminated.run.deadline!)
    expect(killed).toEqual({ run: { phase: 'killed', deadline: undefined }, signal: 'SIGKILL' })
  })

  test('one that was told to end has failed, however it ends', () => {
    const { run: terminated } = programOverdue(run, run.deadline!)
    for (const end of [exited(0), exited(30), { kind: 'signalled', signal: 15 } as const])
      expect(programEnded(miscCheck({ dynamic: true }), terminated, end)).toEqual(
        failure({ kind: 'program-timeout', timeout: seconds(2) }),
      )
  })

  test('a weight is put in place of the configured one, and nothing of it is left over', () => {
    const outcomes = [50, 0].map((code) => programEnded(miscCheck({ dynamic: true }), run, exited(code)))
    expect(outcomes.map((outcome) => weightOf(outcome, 10))).toEqual([48, 10])
    // The configured weight was changed by a reload in between: the script's stays.
    expect(outcomes.map((outcome) => weightOf(outcome, 20))).toEqual([48, 20])
  })
})

describe('FILE_CHECK', () => {
  const check = (changes: Partial<FileCheck> = {}): FileCheck => ({
    kind: 'file',
    trackFile: 'load',
    weight: 1,
    reverse: false,
    ...changes,
  })

  test.each([
    [check(), 4, 14],
    [check(), -3, 7],
    [check(), 0, 10],
    [check(), -2_147_483_648, undefined],
    [check(), -2_147_483_647, 10 - 2_147_483_647],
    [check({ weight: 2 }), -1_073_741_824, undefined],
    [check({ weight: 2 }), 2_147_483_647, 10 + 2_147_483_647],
    [check({ weight: 3, reverse: true }), 2, 4],
    [check({ weight: 0 }), 0, 10],
    [check({ weight: 0 }), 1, undefined],
  ])('%o with %i: %s', (file, value, expected) => {
    expect(weightOf(judgeFile(file, value), 10)).toBe(expected)
  })
})

test('weights of several checkers add up', () => {
  const parts = [
    { kind: 'replace', weight: 28 },
    { kind: 'add', delta: -3 },
    { kind: 'configured' },
    undefined,
  ] as const
  expect(parts.reduce((sum, part) => sum + weightDelta(part, 10), 10)).toBe(25)
})
