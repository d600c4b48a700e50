import { describe, expect, test } from 'vitest'
import { after, between, seconds, toSeconds, type Instant } from '../../src/base/time.ts'
import { Checkers, type Prober } from '../../src/checkers/checkers.ts'
import { Schedule } from '../../src/checkers/schedule.ts'
import type { Wanted } from '../../src/checkers/sharing.ts'
import {
  failure,
  SUCCESS,
  type Check,
  type FileCheck,
  type Outcome,
  type TimedCheck,
} from '../../src/checkers/types.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { connection, httpCheck, miscCheck, tcpCheck, timing, urlCheck } from './specs.ts'

const refused: Outcome = failure({ kind: 'connect', error: 'ECONNREFUSED' })

/** Checkers in time of their own, and servers that a test answers for. */
class Lab {
  readonly clock = new ManualClock()
  readonly start: Instant = this.clock.now()
  readonly schedule = new Schedule()
  /** Attempts under way, in the order in which they began. */
  readonly open: { readonly check: TimedCheck; readonly url: number; answer(outcome: Outcome): void }[] = []
  /** `3 a success`, `4 b down`. */
  told: string[] = []
  readonly began: number[] = []
  alarm: Instant | undefined
  alarms = 0
  /** What is to be called when all has been heard. */
  soon: (() => void)[] = []
  /** Present: attempts come to this at once. */
  answers: ((check: TimedCheck) => Outcome) | undefined
  readonly #prober: Prober = {
    start: (check, url, done) => {
      this.began.push(this.#second())
      if (this.answers !== undefined) {
        done(this.answers(check))
        return { cancel: () => expect.unreachable('it is over') }
      }
      const attempt = {
        check,
        url,
        answer: (outcome: Outcome) => {
          this.open.splice(this.open.indexOf(attempt), 1)
          done(outcome)
        },
      }
      this.open.push(attempt)
      return { cancel: () => void this.open.splice(this.open.indexOf(attempt), 1) }
    },
  }
  readonly checkers: Checkers = new Checkers(
    {
      clock: this.clock,
      schedule: this.schedule,
      prober: this.#prober,
      digest: (text) => text,
      soon: (callback) => this.soon.push(callback),
      random: () => 0.5,
      setAlarm: (at) => {
        this.alarm = at
        this.alarms++
      },
    },
    {
      onStep: (id, _check, { finding, change }) => this.#tell(id, change ?? finding.kind),
      onFile: (id, _check, outcome, change) => this.#tell(id, change ?? outcome.kind),
    },
  )

  apply(checks: Readonly<Record<string, Check>>, changes: Partial<Wanted> = {}): void {
    this.checkers.apply(
      new Map(
        Object.entries(checks).map(([id, check]): [string, Wanted] => [
          id,
          { check, scope: '', initial: 'up', ...changes },
        ]),
      ),
    )
  }

  /** Up to that second since the start, each alarm at its moment. */
  runTo(second: number): void {
    const end = after(this.start, seconds(second))
    while (this.alarm !== undefined && this.alarm <= end) {
      this.clock.moveTo(this.alarm)
      // It rings once.
      this.alarm = undefined
      this.checkers.runDue()
    }
    this.clock.moveTo(end)
  }

  verdict(id: string): string | undefined {
    return this.checkers.report(id)?.verdict
  }

  #second(): number {
    return toSeconds(between(this.start, this.clock.now()))
  }

  #tell(id: string, what: string): void {
    this.told.push(`${this.#second()} ${id} ${what}`)
  }
}

const lab = (): Lab => new Lab()

const portOf = ({ check }: { readonly check: TimedCheck }): number | undefined =>
  'connection' in check ? check.connection.target.port : undefined

describe('a process that has not run for a while', () => {
  const stalled = (): Lab => {
    const one = lab()
    one.apply({ a: tcpCheck(), b: tcpCheck({ connection: connection(81) }) })
    one.runTo(1)
    // What a probe has: its patience, which has ended meanwhile.
    for (const { answer } of [...one.open])
      one.schedule.add(after(one.start, seconds(4)), () => {
        answer(failure({ kind: 'connect-timeout', timeout: seconds(3) }))
      })
    one.clock.moveTo(after(one.start, seconds(60)))
    one.alarm = undefined
    one.checkers.runDue()
    return one
  }

  test('hears first what has come, and then what is due', () => {
    const one = stalled()
    one.open[0]!.answer(SUCCESS)
    expect(one.told).toEqual(['60 a success'])
    expect(one.soon).toHaveLength(1)
    // The alarm that the answer has set is for what waits already.
    one.checkers.runDue()
    expect(one.soon).toHaveLength(1)
    one.soon.pop()!()
    expect(one.told).toEqual(['60 a success', '60 b down'])
  })

  test('goes on as before', () => {
    const one = stalled()
    for (const { answer } of [...one.open]) answer(SUCCESS)
    one.soon.pop()!()
    const { length } = one.began
    one.runTo(63)
    expect(one.began.length).toBe(length + 2)
    expect(one.soon).toEqual([])
  })
})

describe('checkers', () => {
  test('ask one at a time, each at its moment, with one alarm for all', () => {
    const one = lab()
    one.apply({ a: tcpCheck(), b: tcpCheck({ connection: connection(81) }) })
    expect(one.alarm).toBe(after(one.start, seconds(1)))
    one.runTo(1)
    expect(one.open).toHaveLength(2)
    one.runTo(2)
    one.open[0]!.answer(SUCCESS)
    expect(one.told).toEqual(['2 a success'])
    one.runTo(100)
    // The second one is still under way, the first one is again.
    expect(one.open.map(portOf)).toEqual([81, 80])
    expect(one.began).toEqual([1, 1, 4])
  })

  test('the first attempt waits for a part of warmup', () => {
    const one = lab()
    one.apply({ a: tcpCheck({ timing: timing({ warmup: seconds(10) }) }) })
    expect(one.alarm).toBe(after(one.start, seconds(6)))
  })

  test('answers that come at once are answers', () => {
    const one = lab()
    one.answers = () => refused
    one.apply({ a: tcpCheck() })
    one.runTo(6)
    expect(one.began).toEqual([1, 3, 5])
    expect(one.told).toEqual(['1 a down', '3 a failure', '5 a failure'])
  })

  test('an alarm is set only when another moment is the next', () => {
    const one = lab()
    one.answers = () => SUCCESS
    const many = Array.from({ length: 50 }, (_, index) => [
      `${index}`,
      tcpCheck({ connection: connection(index + 1) }),
    ])
    one.apply(Object.fromEntries(many) as Record<string, Check>)
    one.runTo(10)
    // At 1, 3, 5, 7, 9, and what is after that; fifty attempts each.
    expect(one.began).toHaveLength(250)
    expect(one.alarms).toBe(6)
  })

  test('what is due within ten milliseconds is done in one wake-up, and nothing early', () => {
    const one = lab()
    const after1 = (span: number): ReturnType<typeof timing> => timing({ warmup: seconds(span) })
    one.apply({
      a: tcpCheck({ timing: after1(0.002) }),
      b: tcpCheck({ timing: after1(0.02) }),
      c: tcpCheck({ timing: after1(0.022) }),
    })
    one.runTo(2)
    // Half of warmup after one second: at 1.001, 1.01 and 1.011.
    expect(one.began).toEqual([1.01, 1.01, 1.02])
  })

  test('a URL a period', () => {
    const one = lab()
    one.apply({ a: httpCheck({ urls: [urlCheck('/1'), urlCheck('/2')] }) })
    one.runTo(1)
    expect(one.open[0]!.url).toBe(0)
    one.open[0]!.answer(SUCCESS)
    one.runTo(3)
    expect(one.open[0]!.url).toBe(1)
  })

  test('ended, they give up what is under way, and ask no more', () => {
    const one = lab()
    one.apply({ a: tcpCheck() })
    one.runTo(1)
    one.checkers.stop()
    expect(one.open).toEqual([])
    one.runTo(100)
    expect(one.began).toEqual([1])
    expect(one.alarm).toBeUndefined()
    expect(one.checkers.report('a')).toBeUndefined()
    expect(one.schedule.size).toBe(0)
  })
})

describe('equal checks', () => {
  test('are asked once, and each is told', () => {
    const one = lab()
    one.answers = () => refused
    one.apply({ a: tcpCheck(), b: tcpCheck({ logAllFailures: true }), c: tcpCheck({ alpha: true }) })
    one.runTo(2)
    expect(one.began).toEqual([1, 1])
    expect(one.told).toEqual(['1 a down', '1 b down', '1 c down'])
  })

  test('say how many share', () => {
    const one = lab()
    one.apply({ a: tcpCheck(), b: tcpCheck(), c: miscCheck(), d: miscCheck() })
    expect(['a', 'b', 'c', 'd'].map((id) => one.checkers.report(id)?.sharedBy)).toEqual([2, 2, 1, 1])
    one.runTo(1)
    expect(one.open).toHaveLength(3)
  })

  test('one that joins knows at once what the others know', () => {
    const one = lab()
    one.answers = () => refused
    one.apply({ a: tcpCheck() })
    one.runTo(1)
    one.apply({ a: tcpCheck(), b: tcpCheck() })
    expect(one.verdict('b')).toBe('down')
  })
})

describe('a reload', () => {
  test('asks anew after a second, and keeps what is known of what has not changed', () => {
    const one = lab()
    one.answers = ({ kind }) => (kind === 'http' ? SUCCESS : refused)
    one.apply({ a: tcpCheck(), b: httpCheck() })
    one.runTo(1.5)
    expect([one.verdict('a'), one.verdict('b')]).toEqual(['down', 'up'])
    const counts = one.checkers.report('a')?.state?.counts
    one.told = []
    one.apply({ a: tcpCheck(), b: httpCheck() })
    expect(one.alarm).toBe(after(one.start, seconds(2.5)))
    expect(one.verdict('a')).toBe('down')
    expect(one.checkers.report('a')?.state?.counts).toEqual(counts)
    one.runTo(2.5)
    expect(one.told).toEqual(['2.5 a failure', '2.5 b success'])
  })

  test('of what waits nothing is left but what is waited for now', () => {
    const one = lab()
    one.answers = () => SUCCESS
    one.apply({ a: tcpCheck(), b: httpCheck() })
    one.runTo(0.5)
    one.apply({ a: tcpCheck() })
    expect(one.schedule.size).toBe(1)
    one.runTo(2)
    expect(one.told).toEqual(['1.5 a success'])
  })

  test('gives up attempts under way', () => {
    const one = lab()
    one.apply({ a: tcpCheck() })
    one.runTo(1)
    one.apply({ a: tcpCheck() })
    expect(one.open).toEqual([])
    one.runTo(3)
    expect(one.began).toEqual([1, 2])
  })

  test('a check that is another one begins with what is assumed of its server', () => {
    const one = lab()
    one.answers = () => refused
    one.apply({ a: tcpCheck() })
    one.runTo(1)
    one.apply({ a: tcpCheck({ connection: connection(81) }) }, { initial: 'down' })
    // Better than keepalived, which has it up at once: whoever asks knows that it was down.
    expect(one.verdict('a')).toBe('down')
    one.answers = () => SUCCESS
    one.told = []
    one.runTo(2)
    expect(one.told).toEqual(['2 a up'])
  })

  test('with other delays, retries or loudness a check keeps what it knows', () => {
    const one = lab()
    one.answers = () => SUCCESS
    one.apply({ a: tcpCheck() })
    one.runTo(1)
    one.answers = () => refused
    one.told = []
    const changed = { alpha: true, logAllFailures: true, timing: timing({ retry: 2, delayLoop: seconds(3) }) }
    one.apply({ a: tcpCheck(changed) })
    expect(one.verdict('a')).toBe('up')
    one.runTo(2)
    // Begun anew, its first failure would be its last.
    expect(one.told).toEqual(['2 a failure'])
    expect(one.checkers.report('a')?.state?.counts).toEqual({ successes: 1, failures: 1, noResults: 0 })
  })

  test('a check that nobody has answered yet begins anew with other delays', () => {
    const one = lab()
    one.answers = () => refused
    one.apply({ a: tcpCheck({ timing: timing({ retry: 1 }) }) })
    one.apply({ a: tcpCheck({ timing: timing({ retry: 3 }) }) })
    one.runTo(1)
    expect(one.told).toEqual(['1 a down'])
  })

  test('a server that is assumed to be down is up when all of it has passed', () => {
    const one = lab()
    one.answers = () => SUCCESS
    one.apply({ a: httpCheck({ urls: [urlCheck('/1'), urlCheck('/2')] }) }, { initial: 'down' })
    one.runTo(4)
    expect(one.told).toEqual(['1 a success', '3 a up'])
  })
})

describe('ha_suspend', () => {
  const scoped = { scope: '10.8.0.100' }

  test('those that rest ask nothing, keep their verdict, and wake within a second', () => {
    const one = lab()
    one.apply({ a: tcpCheck() }, scoped)
    one.runTo(1)
    one.checkers.suspend('10.8.0.100')
    expect(one.open).toEqual([])
    one.runTo(100)
    expect(one.began).toEqual([1])
    expect(one.verdict('a')).toBe('up')
    one.checkers.resume('10.8.0.100')
    one.answers = () => SUCCESS
    one.runTo(101)
    expect(one.began).toEqual([1, 100.5])
  })

  test('those of a short period wake within it', () => {
    const one = lab()
    one.apply({ a: tcpCheck({ timing: timing({ delayLoop: seconds(0.2) }) }) }, scoped)
    one.checkers.suspend('10.8.0.100')
    one.runTo(100)
    one.checkers.resume('10.8.0.100')
    one.runTo(101)
    expect(one.began).toEqual([100.1])
  })

  test('a reload without it wakes those that rest', () => {
    const one = lab()
    one.answers = () => SUCCESS
    one.apply({ a: tcpCheck() }, scoped)
    one.runTo(1)
    one.checkers.suspend('10.8.0.100')
    one.apply({ a: tcpCheck() })
    one.runTo(2)
    expect(one.began).toEqual([1, 2])
  })

  test('a reload wakes nobody', () => {
    const one = lab()
    one.checkers.suspend('10.8.0.100')
    one.apply({ a: tcpCheck() }, scoped)
    one.runTo(50)
    one.apply({ a: tcpCheck() }, scoped)
    one.runTo(100)
    expect(one.began).toEqual([])
    expect(one.checkers.report('a')?.state?.activity.kind).toBe('suspended')
  })

  test('others go on', () => {
    const one = lab()
    one.answers = () => SUCCESS
    one.apply({ a: tcpCheck() })
    one.checkers.suspend('10.8.0.100')
    one.runTo(3)
    expect(one.began).toEqual([1, 3])
  })
})

describe('programs and files', () => {
  test('the weight of the last success is known', () => {
    const one = lab()
    const weight = { kind: 'replace', weight: 28 } as const
    one.answers = () => ({ kind: 'success', weight })
    one.apply({ a: miscCheck({ dynamic: true }) })
    one.runTo(1)
    expect(one.checkers.report('a')?.weight).toEqual(weight)
    one.answers = () => refused
    one.runTo(3)
    expect(one.checkers.report('a')?.state?.counts).toMatchObject({ successes: 1, failures: 1 })
    expect(one.checkers.report('a')?.weight).toEqual(weight)
    one.apply({ a: miscCheck({ dynamic: true }) })
    expect(one.checkers.report('a')?.weight).toEqual(weight)
  })

  test('a file’s number is told to those that look at it', () => {
    const one = lab()
    const file: FileCheck = { kind: 'file', trackFile: 'load', weight: 1, reverse: false }
    one.apply({ a: file, b: { ...file, weight: 0 }, c: { ...file, trackFile: 'other' } })
    one.checkers.fileChanged('load', 4)
    expect(one.told).toEqual(['0 a success', '0 b down'])
    expect(one.checkers.report('a')?.weight).toEqual({ kind: 'add', delta: 4 })
    one.checkers.fileChanged('load', 0)
    expect(one.told.slice(2)).toEqual(['0 a success', '0 b up'])
    one.checkers.fileChanged('load', 4)
    one.apply({ a: file })
    expect(one.checkers.report('a')?.weight).toEqual({ kind: 'add', delta: 4 })
    expect(one.checkers.report('b')).toBeUndefined()
  })
})
