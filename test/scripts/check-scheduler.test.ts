import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { between, milliseconds, seconds, type Duration } from '../../src/base/time.ts'
import { describeCheckNote, type CheckEvent } from '../../src/scripts/check-events.ts'
import type { Check } from '../../src/scripts/check-runner.ts'
import { CheckScheduler } from '../../src/scripts/check-scheduler.ts'
import type { LaunchSpec, Script } from '../../src/scripts/types.ts'
import { exits, fakeWorld, hangs, hangsOnTerm, refused, specOf, type Behaviour } from './fake-launcher.ts'

const runnable = (spec: LaunchSpec): Script => ({ kind: 'runnable', spec, warnings: [], insecure: false })

const check = (change: Partial<Check> = {}): Check => ({
  name: 'chk',
  script: runnable(specOf('/bin/chk')),
  interval: seconds(1),
  timeout: seconds(1),
  rise: 1,
  fall: 1,
  initFail: false,
  ...change,
})

/** @param behaviours of the runs, one after the other; the last one stays. */
function scheduled(behaviours: readonly Behaviour[], ...checks: readonly Check[]) {
  const left = [...behaviours]
  const world = fakeWorld(() => (left.length > 1 ? left.shift()! : left[0]!))
  const events: CheckEvent[] = []
  const begin = world.timers.clock.now()
  const scheduler = new CheckScheduler(world.ports, (event) => events.push(event))
  scheduler.start(checks.length > 0 ? checks : [check()])
  return {
    ...world,
    scheduler,
    events,
    verdicts: () => events.filter((event) => event.type === 'verdict').map((event) => event.verdict),
    /** What the log would say since the last call. */
    said: () =>
      events
        .splice(0)
        .flatMap((event) => (event.type === 'note' ? [describeCheckNote(event.check, event.note)] : [])),
    starts: () => world.launcher.programs.map(({ startedAt }) => between(begin, startedAt)),
  }
}

describe('what an earlier daemon has found', () => {
  test.each([
    ['stands until the first result', 'up', 1, false, ['down']],
    ['is not said again', 'up', 0, false, []],
    ['is more than init_fail knows', 'up', 0, true, []],
    ['may be bad', 'down', 0, false, ['up']],
  ] as const)('%s', (_what, known, code, initFail, expected) => {
    const { timers, verdicts, scheduler } = scheduled(
      [exits(code, milliseconds(300))],
      check({ known, initFail }),
    )
    expect(verdicts()).toEqual([])
    expect(scheduler.report()[0]?.verdict).toBe(known)
    timers.advance(milliseconds(500))
    expect(verdicts()).toEqual(expected)
  })

  test('does not make up for a script that cannot be run', () => {
    const script: Script = { kind: 'disabled', reason: 'not-found', text: 'no', warnings: [] }
    expect(scheduled([], check({ known: 'up', script })).verdicts()).toEqual(['disabled'])
  })
})

describe('when it runs', () => {
  test('at once, then at whole intervals from the start, however long a run takes', () => {
    const { timers, starts } = scheduled([exits(0, milliseconds(300)), exits(0, milliseconds(700))])
    timers.advance(milliseconds(3500))
    expect(starts()).toEqual([0, 1, 2, 3].map(seconds))
  })

  test('not while the previous run lives; that is said once', () => {
    const { timers, starts, said, scheduler } = scheduled([hangs], check({ timeout: milliseconds(2500) }))
    timers.advance(milliseconds(10_500))
    expect(starts()).toEqual([0, 3, 6, 9].map(seconds))
    expect(said()).toEqual([
      'Track script chk is already running, expect idle - skipping run',
      'VRRP_Script(chk) timed_out',
    ])
    expect(scheduler.report()[0]?.skippedRuns).toBe(7)
  })

  test('not while it is being timed out', () => {
    const { timers, starts, said } = scheduled([hangsOnTerm], check({ timeout: milliseconds(500) }))
    timers.advance(milliseconds(3400))
    expect(starts()).toEqual([0, 3].map(seconds))
    expect(said()).toContain('Track script chk is being timed out, expect idle - skipping run')
  })

  test('a timeout as long as the interval: every second run is skipped, as with keepalived', () => {
    const { timers, starts } = scheduled([hangs])
    timers.advance(milliseconds(6500))
    expect(starts()).toEqual([0, 2, 4, 6].map(seconds))
  })

  test('what a suspended machine missed is not made up for', () => {
    const { timers, starts, scheduler } = scheduled([exits(0)])
    timers.advance(milliseconds(500))
    timers.clock.skip(seconds(100))
    timers.advance(milliseconds(1600))
    // The one that was due, late; then back in step.
    expect(starts()).toEqual([0, 100.5, 101, 102].map(seconds))
    expect(scheduler.report()[0]?.skippedRuns).toBe(0)
  })

  test('never after stop, whose running programs are ended', () => {
    const { timers, launcher, events, scheduler } = scheduled([hangsOnTerm])
    timers.advance(milliseconds(100))
    events.length = 0
    scheduler.stop()
    timers.advance(seconds(10))
    expect(launcher.programs.map((program) => program.signals)).toEqual([['SIGTERM', 'SIGKILL', 'SIGKILL']])
    expect([launcher.alive.length, timers.pending, events.length]).toEqual([0, 0, 0])
    expect(scheduler.report()).toEqual([])
  })
})

describe('what it tells', () => {
  test('pending until the first result, which counts at once', () => {
    const { timers, verdicts } = scheduled([exits(0)], check({ rise: 3, fall: 3 }))
    expect(verdicts()).toEqual(['pending'])
    timers.advance(milliseconds(100))
    expect(verdicts()).toEqual(['pending', 'up'])
  })

  test('with init_fail it is down until then', () => {
    const { timers, verdicts } = scheduled([exits(0)], check({ rise: 3, initFail: true }))
    expect(verdicts()).toEqual(['down'])
    timers.advance(milliseconds(100))
    expect(verdicts()).toEqual(['down', 'up'])
  })

  test('exit codes, signals and timeouts are failures, in keepalived’s words', () => {
    const killed: Behaviour = { ends: { after: milliseconds(1), status: { kind: 'signalled', signal: 9 } } }
    const runs = [exits(0), exits(1), exits(2), exits(0), killed, exits(2), exits(0), hangs, exits(0)]
    const { timers, said, verdicts } = scheduled(runs, check({ timeout: milliseconds(500) }))
    timers.advance(milliseconds(8900))
    expect(verdicts()).toEqual(['pending', 'up', 'down', 'up', 'down', 'up', 'down', 'up'])
    expect(said()).toEqual([
      'VRRP_Script(chk) succeeded',
      'Script `chk` now returning 1',
      'VRRP_Script(chk) failed (exited with status 1)',
      'Script `chk` now returning 2',
      'Script `chk` now returning 0',
      'VRRP_Script(chk) succeeded',
      'VRRP_Script(chk) failed (due to signal 9)',
      'Script `chk` now returning 2',
      'Script `chk` now returning 0',
      'VRRP_Script(chk) succeeded',
      'VRRP_Script(chk) timed_out',
      'VRRP_Script(chk) succeeded',
    ])
  })

  test('rise and fall', () => {
    const runs = [0, 1, 1, 0, 1, 1, 1, 0, 0].map((code) => exits(code))
    const { timers, verdicts } = scheduled(runs, check({ rise: 2, fall: 3 }))
    timers.advance(milliseconds(6500))
    expect(verdicts()).toEqual(['pending', 'up', 'down'])
    timers.advance(seconds(2))
    expect(verdicts()).toEqual(['pending', 'up', 'down', 'up'])
  })

  test('the output of a run that returns something else', () => {
    const { timers, said } = scheduled([{ ...exits(7), prints: 'no route to\nhost\n' }])
    timers.advance(milliseconds(100))
    expect(said()[0]).toBe('Script `chk` now returning 7: no route to host')
  })

  test('a script that cannot be run has no influence, and is seen', () => {
    const script: Script = {
      kind: 'disabled',
      reason: 'not-found',
      text: 'Script /x cannot be accessed',
      warnings: [],
    }
    const { timers, launcher, said, verdicts, scheduler } = scheduled([exits(0)], check({ script }))
    expect(verdicts()).toEqual(['disabled'])
    timers.advance(seconds(5))
    expect(launcher.programs).toEqual([])
    expect(said()).toEqual([
      'Disabling track script chk since not found/accessible: Script /x cannot be accessed',
    ])
    expect(scheduler.report()[0]).toMatchObject({
      verdict: 'disabled',
      disabledBecause: 'Script /x cannot be accessed',
      nextRunAt: undefined,
    })
  })
})

describe('a run that cannot be started', () => {
  test('says nothing about the service: the verdict stays; it is told once', () => {
    const { timers, said, verdicts, scheduler } = scheduled([exits(0), refused, refused, exits(1)])
    timers.advance(milliseconds(2500))
    expect(said()).toEqual([
      'VRRP_Script(chk) succeeded',
      'Track script chk cannot be run (/bin/chk): Permission denied',
    ])
    expect(scheduler.report()[0]).toMatchObject({ verdict: 'up', lastResult: { kind: 'not-started' } })
    timers.advance(seconds(1))
    expect(verdicts()).toEqual(['down'])
  })

  test('has no influence when it is the first, until one gives a result', () => {
    const { timers, verdicts } = scheduled([refused, exits(0)], check({ rise: 3 }))
    timers.advance(milliseconds(500))
    expect(verdicts()).toEqual(['pending', 'disabled'])
    timers.advance(seconds(1))
    expect(verdicts()).toEqual(['pending', 'disabled', 'up'])
  })
})

describe('a reload', () => {
  test('keeps verdict, schedule and a run in progress where name and command are the same', () => {
    const { timers, launcher, events, starts, scheduler } = scheduled([exits(0), exits(1, milliseconds(900))])
    timers.advance(milliseconds(1500))
    events.length = 0
    scheduler.replace([check({ rise: 5, fall: 2 })])
    expect(events).toEqual([])
    expect(launcher.programs[1]?.signals).toEqual([])
    timers.advance(seconds(1))
    expect(scheduler.report()[0]).toMatchObject({ verdict: 'up', lastResult: { kind: 'exited', code: 1 } })
    timers.advance(seconds(1))
    expect(scheduler.report()[0]?.verdict).toBe('down')
    expect(starts()).toEqual([0, 1, 2, 3].map(seconds))
  })

  test('takes a shorter interval up at once, a longer one after the run that is due', () => {
    const { timers, starts, scheduler } = scheduled([exits(0)], check({ interval: seconds(10) }))
    timers.advance(seconds(2))
    scheduler.replace([check({ interval: seconds(3) })])
    timers.advance(seconds(7))
    scheduler.replace([check({ interval: seconds(20) })])
    timers.advance(seconds(30))
    expect(starts()).toEqual([0, 5, 8, 11, 31].map(seconds))
  })

  test('ends what is gone or has another command, and starts what is new', () => {
    const { timers, launcher, verdicts, events, scheduler } = scheduled(
      [hangs],
      check(),
      check({ name: 'gone' }),
    )
    timers.advance(milliseconds(100))
    const [old, gone] = launcher.programs
    events.length = 0
    scheduler.replace([check({ script: runnable(specOf('/bin/other')) }), check({ name: 'new' })])
    expect([old?.signals, gone?.signals]).toEqual([['SIGTERM'], ['SIGTERM']])
    expect(verdicts()).toEqual(['pending', 'pending'])
    timers.advance(milliseconds(100))
    expect(launcher.alive.map((program) => program.argv)).toEqual([['/bin/other'], ['/bin/chk']])
    expect(scheduler.report().map(({ name }) => name)).toEqual(['chk', 'new'])
  })
})

test('a report shows the last run and the next', () => {
  const { timers, scheduler } = scheduled([{ ...exits(2, milliseconds(40)), prints: 'bad' }])
  const start = timers.clock.now()
  timers.advance(milliseconds(1020))
  const [report] = scheduler.report()
  expect(report).toMatchObject({
    name: 'chk',
    verdict: 'down',
    running: true,
    lastResult: { kind: 'exited', code: 2 },
    lastDuration: milliseconds(40),
    lastOutput: 'bad',
    skippedRuns: 0,
  })
  expect(between(start, report!.lastStartedAt!)).toBe(seconds(1))
  expect(between(start, report!.nextRunAt!)).toBe(seconds(2))
})

describe('any course of events', () => {
  const span = fc.integer({ min: 1, max: 3000 }).map(milliseconds)
  const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 2 }), span).map(([code, after]) => exits(code, after)),
    fc.constant(hangs),
    fc.constant(hangsOnTerm),
    fc.constant<Behaviour>({ onTerm: { status: { kind: 'exited', code: 0 } } }),
    fc.constant(refused),
  )
  const plan = fc.record({
    behaviours: fc.array(behaviour, { minLength: 1, maxLength: 30 }),
    interval: fc.integer({ min: 100, max: 3000 }).map(milliseconds),
    timeout: fc.integer({ min: 100, max: 4000 }).map(milliseconds),
    rise: fc.integer({ min: 1, max: 3 }),
    fall: fc.integer({ min: 1, max: 3 }),
    moves: fc.array(span, { maxLength: 30 }),
  })

  test('never two runs at once, SIGTERM before SIGKILL, nobody outlives stop', () => {
    fc.assert(
      fc.property(plan, ({ behaviours, moves, ...settings }) => {
        const { timers, launcher, scheduler, starts } = scheduled(behaviours, check(settings))
        for (const move of moves) {
          // In small steps: two at once must not be missed.
          for (let step = 0; step < 10; step++) {
            timers.advance((move / 10) as Duration)
            expect(launcher.alive.length).toBeLessThanOrEqual(1)
          }
        }
        scheduler.stop()
        timers.advance(seconds(3))
        expect([launcher.alive.length, timers.pending]).toEqual([0, 0])
        for (const { startedAt, endedAt, signals } of launcher.programs) {
          expect(between(startedAt, endedAt!)).toBeLessThanOrEqual(settings.timeout + seconds(2))
          if (signals.length > 0) expect(signals[0]).toBe('SIGTERM')
        }
        expect(starts().every((at) => at % settings.interval === 0)).toBe(true)
      }),
    )
  })
})
