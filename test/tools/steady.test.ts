import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRound, tellRed, type Round, type VitestJson } from '../../tools/steady.ts'

type Result = VitestJson['testResults'][number]

const file = (name: string, ...results: Result['assertionResults']): Result => ({
  name: resolve(name),
  status: results.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
  assertionResults: results,
})
const green = { ancestorTitles: ['a pair'], title: 'elects', status: 'passed' }
const red = { ...green, status: 'failed', failureMessages: ['Error: waited 5 ms\n    at x.ts:1'] }
const skipped = { ...green, status: 'skipped' }
const report = (...testResults: readonly Result[]): VitestJson => ({ success: true, testResults })

describe('a round', () => {
  test('has what was run, by file and name, with the first line of what was wrong', () => {
    const json = report(
      file('test/a.test.ts', green),
      file('test/b.test.ts', red, { ...skipped, title: 'x' }),
    )
    expect([...readRound('alone', json, 1).tests]).toEqual([
      ['test/a.test.ts > a pair > elects', undefined],
      ['test/b.test.ts > a pair > elects', 'Error: waited 5 ms'],
    ])
  })

  test('is red for a file that could not be run, and for a run without a report', () => {
    const broken = { ...file('test/a.test.ts'), status: 'failed', message: 'Error: no such module\nand more' }
    expect([...readRound('alone', report(broken), 1).tests]).toEqual([
      ['test/a.test.ts', 'Error: no such module'],
    ])
    expect([...readRound('alone', undefined, null).tests.values()]).toEqual([
      'exit code null, and no red test',
    ])
    expect([...readRound('alone', report(file('test/a.test.ts', green)), 0).tests.values()]).toEqual([
      undefined,
    ])
  })
})

describe('several rounds', () => {
  const round = (kind: Round['kind'], tests: Readonly<Record<string, string | undefined>>): Round => ({
    kind,
    tests: new Map(Object.entries(tests)),
  })

  test('tell what wavered, how often, in which rounds, and every first line', () => {
    const rounds = [
      round('alone', { 'a > x': undefined, 'a > y': 'Error: always' }),
      round('beside busy loops', { 'a > x': 'Error: late', 'a > y': 'Error: always' }),
      round('alone', { 'a > x': undefined, 'a > y': 'Error: always' }),
      round('beside busy loops', {
        'a > x': 'Error: later',
        'a > y': 'Error: always',
        'a > seed': 'Error: odd',
      }),
    ]
    expect(tellRed(rounds)).toEqual([
      'Wavered:',
      '  a > x',
      '    red in 2 of 4 rounds: 0 of 2 alone, 2 of 2 beside busy loops',
      '    Error: late',
      '    Error: later',
      '  a > seed',
      '    red in 1 of 1 rounds: 1 of 1 beside busy loops',
      '    Error: odd',
      'Red every time:',
      '  a > y',
      '    red in 4 of 4 rounds: 2 of 2 alone, 2 of 2 beside busy loops',
      '    Error: always',
    ])
  })

  test('say nothing where nothing was red', () => {
    expect(tellRed([round('alone', { 'a > x': undefined })])).toEqual([])
  })
})
