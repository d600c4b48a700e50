import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogQueue } from '../../../src/daemon/log/log-queue.ts'

const lost = (count: number): string => `lost ${count}\n`

const drain = (queue: LogQueue, max = 1 << 20): string => Buffer.concat(queue.take(max)).toString()

describe('LogQueue', () => {
  test('gives whole lines in order, no more than asked for but at least one', () => {
    const queue = new LogQueue(100, lost)
    for (const line of ['one\n', 'two\n', 'three\n']) queue.push(line)
    expect(drain(queue, 8)).toBe('one\ntwo\n')
    expect(drain(queue, 1)).toBe('three\n')
    expect(drain(queue, 8)).toBe('')
  })

  test('what does not fit is lost, and reported when all else is gone', () => {
    const queue = new LogQueue(8, lost)
    for (const line of ['one\n', 'two\n', 'three\n', 'x\n']) queue.push(line)
    expect(drain(queue)).toBe('one\ntwo\n')
    expect(drain(queue)).toBe('lost 2\n')
    expect(drain(queue)).toBe('')
  })

  test('the report stands where the lines are missing, before what comes later', () => {
    const queue = new LogQueue(8, lost)
    for (const line of ['one\n', 'two\n', 'three\n']) queue.push(line)
    expect(drain(queue, 4)).toBe('one\n')
    queue.push('six\n')
    expect(drain(queue, 4)).toBe('two\n')
    queue.push('ten\n')
    expect(drain(queue)).toBe('lost 2\nten\n')
  })

  test('a character of several bytes counts as several', () => {
    const queue = new LogQueue(4, lost)
    queue.push('éé\n')
    expect(drain(queue)).toBe('lost 1\n')
  })

  test('never holds more than its limit and a report, and accounts for every line', () => {
    const line = fc.integer({ min: 1, max: 30 }).map((length) => `${'x'.repeat(length - 1)}\n`)
    const action = fc.oneof(line, fc.constant<undefined>(undefined))
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const queue = new LogQueue(64, lost)
        let pushed = 0
        let seen = ''
        for (const each of [...actions, undefined, undefined]) {
          if (each === undefined) {
            const taken = drain(queue)
            expect(taken.length).toBeLessThanOrEqual(64 + 'lost 60\n'.length)
            seen += taken
          } else {
            pushed += 1
            queue.push(each)
          }
        }
        const lines = seen.split('\n').slice(0, -1)
        const reported = lines.filter((text) => text.startsWith('lost '))
        const missing = reported.reduce((sum, text) => sum + Number(text.slice(5)), 0)
        expect(lines.length - reported.length + missing).toBe(pushed)
      }),
    )
  })
})
