import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { milliseconds, seconds, toMilliseconds, type Duration } from '../../src/base/time.ts'
import { describeNotify, type NotifyEvent } from '../../src/scripts/notify-events.ts'
import { MOST_RUNNING, MOST_WAITING, PATIENCE } from '../../src/scripts/notify-lane.ts'
import { NotifyQueue } from '../../src/scripts/notify-queue.ts'
import type { Notification, NotifyState } from '../../src/scripts/notify.ts'
import { exits, fakeWorld, hangs, hangsOnTerm, refused, specOf, type Behaviour } from './fake-launcher.ts'

/** `word` and further ones are programs, by name; the name says how one behaves. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  quick: exits(0, milliseconds(10)),
  second: exits(0, seconds(1)),
  slow: exits(0, seconds(4)),
  hang: hangs,
  stubborn: hangsOnTerm,
  missing: refused,
}

const notify = (state: NotifyState, programs: string, name = 'VI_1'): Notification => ({
  subject: { type: 'INSTANCE', name },
  state,
  programs: programs.split(' ').map((program) => specOf(program, name, state)),
})

function queued() {
  const world = fakeWorld(({ argv }) => behaviours[argv[0]] ?? exits(0))
  const events: NotifyEvent[] = []
  const queue = new NotifyQueue(world.ports, (event) => events.push(event))
  const begin = world.timers.clock.now()
  return {
    ...world,
    queue,
    events,
    kinds: () => events.map(({ note }) => note.kind),
    /** Each start as `milliseconds program state`. */
    starts: () =>
      world.launcher.programs.map(({ startedAt, argv }) =>
        [toMilliseconds((startedAt - begin) as Duration), argv[0], argv[2]].join(' '),
      ),
  }
}

describe('many lanes', () => {
  test('no two of them start a program in one turn of the event loop', () => {
    const { launcher, queue, timers } = queued()
    for (let count = 0; count < 250; count++) queue.submit(notify('MASTER', 'quick', `VI_${count}`))
    expect(launcher.programs, 'submitting starts nothing itself').toHaveLength(0)
    timers.step()
    expect(launcher.programs).toHaveLength(1)
    timers.step()
    expect(launcher.programs).toHaveLength(2)
    timers.advance(seconds(1))
    expect(launcher.programs.map(({ argv }) => argv[1])).toEqual(
      Array.from({ length: 250 }, (_, count) => `VI_${count}`),
    )
  })
})

describe('one lane', () => {
  test('starts at once, and the next when the one before has ended', () => {
    const { timers, queue, starts } = queued()
    queue.submit(notify('BACKUP', 'second quick'))
    queue.submit(notify('MASTER', 'quick quick'))
    timers.advance(seconds(3))
    expect(starts()).toEqual([
      '0 second BACKUP',
      '1000 quick BACKUP',
      '1010 quick MASTER',
      '1020 quick MASTER',
    ])
  })

  test('waits at most a second for the notify_ script of the same transition', () => {
    const { timers, queue, starts } = queued()
    queue.submit(notify('MASTER', 'slow quick'))
    timers.advance(seconds(5))
    expect(starts()).toEqual(['0 slow MASTER', '1000 quick MASTER'])
  })

  test('the next transition waits for all of the one before', () => {
    const { timers, queue, starts } = queued()
    queue.submit(notify('MASTER', 'slow quick'))
    queue.submit(notify('BACKUP', 'quick'))
    timers.advance(seconds(5))
    expect(starts().at(-1)).toBe('4000 quick BACKUP')
  })

  test('but not longer than five seconds from its own arrival', () => {
    const { timers, queue, starts, kinds } = queued()
    queue.submit(notify('MASTER', 'slow'))
    queue.submit(notify('BACKUP', 'slow'))
    queue.submit(notify('MASTER', 'quick'))
    timers.advance(seconds(10))
    expect(starts()).toEqual(['0 slow MASTER', '4000 slow BACKUP', '5000 quick MASTER'])
    expect(kinds()).toContain('overtaken')
  })

  test('nor for one that has been running for five seconds: a hung script delays nothing later', () => {
    const { timers, launcher, queue, starts, events } = queued()
    queue.submit(notify('MASTER', 'hang'))
    timers.advance(seconds(60))
    queue.submit(notify('BACKUP', 'second'))
    queue.submit(notify('MASTER', 'quick'))
    timers.advance(seconds(10))
    expect(starts()).toEqual(['0 hang MASTER', '60000 second BACKUP', '61000 quick MASTER'])
    expect(launcher.programs[0]?.signals).toEqual([])
    expect(events.map(describeNotify)).toContain(
      'notify script of INSTANCE VI_1 for MASTER (hang VI_1 MASTER) is still running after 60.0 s: ' +
        'the next one does not wait for it',
    )
  })

  test('a script that cannot be started does not stop the next', () => {
    const { timers, queue, starts, events } = queued()
    queue.submit(notify('MASTER', 'missing quick'))
    timers.advance(seconds(1))
    expect(starts()).toEqual(['0 quick MASTER'])
    expect(describeNotify(events[0]!)).toBe(
      'notify script of INSTANCE VI_1 for MASTER (missing VI_1 MASTER) cannot be run: Permission denied',
    )
  })

  test('tells how each went', () => {
    const { timers, launcher, queue, events } = queued()
    queue.submit(notify('FAULT', 'second'))
    timers.advance(milliseconds(0))
    launcher.programs[0]?.print('mail sent\n')
    timers.advance(seconds(2))
    expect(events.map(describeNotify)).toEqual([
      'notify script of INSTANCE VI_1 for FAULT (second VI_1 FAULT) started',
      'notify script of INSTANCE VI_1 for FAULT (second VI_1 FAULT) exited with status 0 after 1.000 s: mail sent',
    ])
  })

  test('hung scripts do not pile up: the oldest is ended, the newest is started', () => {
    const { timers, launcher, queue, kinds } = queued()
    for (let count = 0; count < MOST_RUNNING + 3; count++) {
      queue.submit(notify('MASTER', 'stubborn'))
      timers.advance(seconds(10))
    }
    expect(launcher.programs).toHaveLength(MOST_RUNNING + 3)
    expect(launcher.alive).toHaveLength(MOST_RUNNING)
    expect(launcher.programs.slice(0, 3).map(({ signals }) => signals.slice(0, 2))).toEqual([
      ['SIGTERM', 'SIGKILL'],
      ['SIGTERM', 'SIGKILL'],
      ['SIGTERM', 'SIGKILL'],
    ])
    expect(kinds().filter((kind) => kind === 'crowded-out')).toHaveLength(3)
  })

  test('too far behind, the oldest that wait are skipped, and the newest runs', () => {
    const { timers, launcher, queue, kinds } = queued()
    queue.submit(notify('MASTER', 'slow'))
    for (let count = 0; count < MOST_WAITING; count++) queue.submit(notify('BACKUP', 'quick'))
    queue.submit(notify('FAULT', 'quick quick'))
    queue.submit(notify('STOP', 'quick'))
    timers.advance(seconds(5))
    expect(kinds().filter((kind) => kind === 'skipped')).toHaveLength(2)
    const states = launcher.programs.map(({ argv }) => argv[2])
    expect(states.filter((state) => state === 'BACKUP')).toHaveLength(MOST_WAITING - 2)
    expect(states.slice(-3)).toEqual(['FAULT', 'FAULT', 'STOP'])
  })

  test('what has begun is completed, not skipped', () => {
    const { timers, queue, starts } = queued()
    queue.submit(notify('MASTER', 'slow second'))
    for (let count = 0; count < MOST_WAITING; count++) queue.submit(notify('BACKUP', 'quick'))
    timers.advance(seconds(1))
    expect(starts()).toEqual(['0 slow MASTER', '1000 second MASTER'])
  })

  test('a transition without scripts needs no turn', () => {
    const { launcher, timers, queue } = queued()
    queue.submit({ ...notify('MASTER', 'quick'), programs: [] })
    expect([launcher.programs.length, timers.pending]).toEqual([0, 0])
  })
})

test('a slow script of one lane does not touch another, nor a group the instance of its name', () => {
  const { timers, queue, starts } = queued()
  queue.submit(notify('MASTER', 'hang'))
  queue.submit(notify('MASTER', 'quick', 'VI_2'))
  queue.submit({ ...notify('MASTER', 'quick'), subject: { type: 'GROUP', name: 'VI_1' } })
  timers.advance(milliseconds(1))
  expect(starts()).toEqual(['0 hang MASTER', '0 quick MASTER', '0 quick MASTER'])
})

describe('the end', () => {
  const grace = seconds(1)

  test('is at once when nothing runs, or as soon as everything has run', async () => {
    const { timers, queue, starts } = queued()
    await queue.finish(grace)
    expect(timers.pending).toBe(0)
    queue.submit(notify('MASTER', 'quick quick'))
    queue.submit(notify('STOP', 'quick'))
    const finished = queue.finish(grace)
    timers.advance(milliseconds(30))
    await finished
    expect(starts().at(-1)).toBe('20 quick STOP')
    expect(timers.pending).toBe(0)
  })

  test('starts what still waits after half of its grace, in order, and ends what still runs after it', async () => {
    const { timers, launcher, queue, starts, kinds } = queued()
    queue.submit(notify('MASTER', 'hang quick'))
    queue.submit(notify('BACKUP', 'hang'))
    queue.submit(notify('STOP', 'slow quick'))
    const finished = queue.finish(grace)
    timers.advance(milliseconds(499))
    expect(starts()).toEqual(['0 hang MASTER'])
    timers.advance(milliseconds(1))
    expect(starts().slice(1)).toEqual([
      '500 quick MASTER',
      '500 hang BACKUP',
      '500 slow STOP',
      '500 quick STOP',
    ])
    timers.advance(milliseconds(500))
    await finished
    timers.advance(milliseconds(1))
    expect(launcher.alive).toEqual([])
    expect(kinds().filter((kind) => kind === 'ended-at-exit')).toHaveLength(3)
  })
})

describe('any course of transitions', () => {
  const program = fc.constantFrom(...Object.keys(behaviours))
  const programs = fc.array(program, { minLength: 1, maxLength: 2 }).map((names) => names.join(' '))
  const pause = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 3000 }),
    fc.integer({ min: 0, max: 20_000 }),
  )
  const course = fc.array(
    fc.record({ programs, lane: fc.constantFrom('A', 'B'), pause: pause.map(milliseconds) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )

  test('per lane: started in order, none twice, the newest always within its patience', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (steps) => {
        const { timers, launcher, queue, events } = queued()
        const lastOf = new Map<string, { readonly id: string; readonly at: number }>()
        for (const [index, step] of steps.entries()) {
          const id = String(index)
          const specs = step.programs.split(' ').map((name) => specOf(name, step.lane, id))
          queue.submit({ subject: { type: 'GROUP', name: step.lane }, state: 'MASTER', programs: specs })
          lastOf.set(step.lane, { id, at: timers.clock.now() })
          timers.advance(step.pause)
          expect(launcher.alive.length).toBeLessThanOrEqual(2 * (MOST_RUNNING + 2))
        }
        timers.advance(PATIENCE)
        for (const [lane, last] of lastOf) {
          const tried = events.filter(
            ({ notification, note }) =>
              notification.subject.name === lane && (note.kind === 'started' || note.kind === 'not-started'),
          )
          const ids = tried.map(({ program }) => Number(program[2]))
          expect(ids).toEqual(ids.toSorted((a, b) => a - b))
          expect(ids.at(-1)).toBe(Number(last.id))
          const skipped = events.filter(
            ({ notification, note }) => notification.subject.name === lane && note.kind === 'skipped',
          )
          const submitted = steps
            .filter((step) => step.lane === lane)
            .flatMap((step) => step.programs.split(' '))
          expect(tried.length + skipped.length).toBe(submitted.length)
        }
        const finished = queue.finish(seconds(1))
        timers.advance(seconds(1))
        await finished
        timers.advance(seconds(3))
        expect([launcher.alive.length, timers.pending]).toEqual([0, 0])
      }),
    )
  })
})
