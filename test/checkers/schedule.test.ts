import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant, seconds } from '../../src/base/time.ts'
import { Schedule, type Deadline } from '../../src/checkers/schedule.ts'
import { questionOf, sharingKey, type Wanted } from '../../src/checkers/sharing.ts'
import type { Check } from '../../src/checkers/types.ts'
import { connection, httpCheck, miscCheck, tcpCheck, timing, urlCheck } from './specs.ts'

describe('a schedule', () => {
  test('calls what is due, in its order, those of one moment as they were added', () => {
    const schedule = new Schedule()
    const called: string[] = []
    for (const [at, name] of [
      [5, 'c'],
      [3, 'a'],
      [5, 'd'],
      [4, 'b'],
      [9, 'later'],
    ] as const)
      schedule.add(instant(at), () => called.push(name))
    schedule.run(instant(5))
    expect(called).toEqual(['a', 'b', 'c', 'd'])
    expect(schedule.next).toBe(9)
    schedule.run(instant(8))
    expect(called).toHaveLength(4)
  })

  test('what a call adds for now is called, what it cancels is not', () => {
    const schedule = new Schedule()
    const called: string[] = []
    schedule.add(instant(1), (now) => {
      schedule.cancel(other)
      schedule.add(now, () => called.push('added'))
    })
    const other = schedule.add(instant(2), () => called.push('cancelled'))
    schedule.run(instant(3))
    expect(called).toEqual(['added'])
    // Neither one that was called nor one that was cancelled is there any more.
    schedule.cancel(other)
    expect(schedule.size).toBe(0)
    expect(schedule.next).toBeUndefined()
  })

  test('a call that throws takes nothing else along', () => {
    const schedule = new Schedule()
    const called: string[] = []
    schedule.add(instant(1), () => {
      throw new Error('a bug')
    })
    schedule.add(instant(2), () => called.push('other'))
    expect(() => schedule.run(instant(3))).toThrow('a bug')
    schedule.run(instant(3))
    expect(called).toEqual(['other'])
  })

  test('is a list in the order of time, whatever is added and cancelled', () => {
    const commands = fc.array(
      fc.oneof(
        fc.record({ add: fc.nat(50) }),
        fc.record({ cancel: fc.nat(60) }),
        fc.record({ run: fc.nat(60) }),
      ),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(commands, (list) => {
        const schedule = new Schedule()
        const handles: Deadline[] = []
        let expected: { readonly at: number; readonly id: number }[] = []
        const called: number[] = []
        for (const command of list) {
          if ('add' in command) {
            const id = handles.length
            handles.push(schedule.add(instant(command.add), () => called.push(id)))
            expected.push({ at: command.add, id })
          } else if ('cancel' in command) {
            const handle = handles[command.cancel]
            if (handle !== undefined) schedule.cancel(handle)
            expected = expected.filter(({ id }) => id !== command.cancel)
          } else {
            called.length = 0
            schedule.run(instant(command.run))
            const due = expected.filter(({ at }) => at <= command.run)
            expect(called).toEqual(due.toSorted((a, b) => a.at - b.at || a.id - b.id).map(({ id }) => id))
            expected = expected.filter(({ at }) => at > command.run)
          }
          expect(schedule.size).toBe(expected.length)
          const next = expected.length === 0 ? undefined : Math.min(...expected.map(({ at }) => at))
          expect(schedule.next).toBe(next)
        }
      }),
    )
  })
})

test('a schedule of many is in order whoever is cancelled out of its middle', () => {
  const many = fc.array(fc.record({ at: fc.nat(1000), cancelled: fc.boolean() }), {
    minLength: 10,
    maxLength: 100,
    size: 'max',
  })
  fc.assert(
    fc.property(many, (entries) => {
      const schedule = new Schedule()
      const called: number[] = []
      const handles = entries.map(({ at }, id) => schedule.add(instant(at), () => called.push(id)))
      for (const [id, { cancelled }] of entries.entries()) if (cancelled) schedule.cancel(handles[id]!)
      const left = entries.map((each, id) => ({ ...each, id })).filter(({ cancelled }) => !cancelled)
      for (const moment of Array.from({ length: 1001 }, (_, index) => index)) schedule.run(instant(moment))
      expect(called).toEqual(left.toSorted((a, b) => a.at - b.at || a.id - b.id).map(({ id }) => id))
      expect(schedule.size).toBe(0)
    }),
  )
})

describe('checks that are one question', () => {
  const key = (check: Check, changes: Partial<Wanted> = {}, id = 'a'): string =>
    sharingKey(id, { check, scope: '', initial: 'up', ...changes })

  test('whoever asks it, and however much of it is logged', () => {
    expect(key(tcpCheck(), {}, 'b')).toBe(key(tcpCheck()))
    expect(key(tcpCheck({ logAllFailures: true }))).toBe(key(tcpCheck()))
    expect(key(tcpCheck(), { initial: 'down' })).toBe(key(tcpCheck()))
  })

  test.each<readonly [string, Check, Check]>([
    ['port', tcpCheck(), tcpCheck({ connection: connection(81) })],
    ['kind', tcpCheck(), httpCheck()],
    ['schedule', tcpCheck(), tcpCheck({ timing: timing({ retry: 2 }) })],
    ['alpha', tcpCheck(), tcpCheck({ alpha: true })],
    ['mark', tcpCheck(), tcpCheck({ connection: connection(80, { mark: 1 }) })],
    ['path', httpCheck(), httpCheck({ urls: [urlCheck('/x')] })],
    ['TLS', httpCheck(), httpCheck({ tls: true })],
  ])('but not with another %s', (_what, one, other) => {
    expect(key(one)).not.toBe(key(other))
  })

  test('nor when they rest at other times', () => {
    expect(key(tcpCheck(), { scope: '10.8.0.100' })).not.toBe(key(tcpCheck()))
  })

  test('a program runs for each checker', () => {
    expect(key(miscCheck(), {}, 'a')).not.toBe(key(miscCheck(), {}, 'b'))
    expect(key(miscCheck(), {}, 'a')).toBe(key(miscCheck(), {}, 'a'))
  })
})

describe('a check of before that asks the same', () => {
  test.each<readonly [string, Check, Check]>([
    ['delays and retries', tcpCheck(), tcpCheck({ timing: timing({ retry: 2, warmup: seconds(3) }) })],
    ['alpha', tcpCheck(), tcpCheck({ alpha: true })],
    ['log_all_failures', tcpCheck(), tcpCheck({ logAllFailures: true })],
    ['misc_timeout', miscCheck(), miscCheck({ timeout: seconds(9) })],
    ['fast_recovery', httpCheck(), httpCheck({ fastRecovery: true })],
  ])('may have another %s', (_what, one, other) => {
    expect(questionOf(other)).toBe(questionOf(one))
  })

  test.each<readonly [string, Check, Check]>([
    ['connect_timeout', tcpCheck(), tcpCheck({ connection: connection(80, { connectTimeout: seconds(9) }) })],
    ['port', tcpCheck(), tcpCheck({ connection: connection(81) })],
    ['misc_dynamic', miscCheck(), miscCheck({ dynamic: true })],
    ['path', httpCheck(), httpCheck({ urls: [urlCheck('/x')] })],
  ])('has no other %s', (_what, one, other) => {
    expect(questionOf(other)).not.toBe(questionOf(one))
  })
})
