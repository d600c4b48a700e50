import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import { succeeded } from '../../../src/control/protocol.ts'
import type { StatusReport } from '../../../src/control/report.ts'
import type { Stream } from '../../../src/control/stream.ts'
import { Journal } from '../../../src/daemon/journal/journal.ts'
import { StatusFeed } from '../../../src/daemon/status/status-feed.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { makeReport } from '../../support/reports.ts'

/** A feed whose reports are numbered in `notices`. */
function setUp(costMs = 0) {
  const timers = new ManualTimers()
  const journal = new Journal()
  const listeners = new Set<() => void>()
  let made = 0
  const feed = new StatusFeed({
    clock: timers.clock,
    timers,
    journal,
    events: {
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    report: () => {
      timers.clock.skip(milliseconds(costMs))
      made += 1
      return makeReport({ notices: [String(made)] })
    },
  })
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    timers,
    feed,
    listeners,
    made: () => made,
    /** Something worth an entry in the journal. */
    happen: () => {
      journal.append({ kind: 'link', subject: 'eth0', text: 'x' }, 0)
      tell()
    },
    /** An advert, say. */
    tell,
  }
}

/** What a client has been given so far, as it reads without a pause. */
function read(stream: Stream): number[] {
  const got: number[] = []
  const go = async (): Promise<void> => {
    for (let answer = await stream.next(); answer; answer = await stream.next())
      if (answer.ok) got.push(Number((answer.result as StatusReport).notices[0]))
    got.push(Number.NaN)
  }
  go().catch(() => got.push(-1))
  return got
}

/** Lets promises settle. */
const settle = (): Promise<void> => setImmediate()

test('at once, after an event, and every second', async () => {
  const { feed, timers, happen, tell } = setUp()
  const got = read(feed.open(succeeded<'watch'>))
  await settle()
  expect(got).toEqual([1])
  timers.advance(milliseconds(300))
  happen()
  await settle()
  // Not within the event itself.
  expect(got).toEqual([1])
  timers.advance(milliseconds(0))
  await settle()
  expect(got).toEqual([1, 2])
  tell()
  timers.advance(milliseconds(999))
  await settle()
  expect(got).toEqual([1, 2])
  timers.advance(milliseconds(1))
  await settle()
  expect(got).toEqual([1, 2, 3])
})

test('a storm is shown ten times a second, and its end is not lost', async () => {
  const { feed, timers, happen } = setUp()
  const got = read(feed.open(succeeded<'watch'>))
  await settle()
  for (let each = 0; each < 400; each++) {
    timers.advance(milliseconds(1))
    happen()
    await settle()
  }
  expect(got).toEqual([1, 2, 3, 4, 5])
  timers.advance(milliseconds(100))
  await settle()
  expect(got).toEqual([1, 2, 3, 4, 5, 6])
})

test('reports that take long are rare', async () => {
  const { feed, timers, happen, made } = setUp(200)
  read(feed.open(succeeded<'watch'>))
  await settle()
  for (let each = 0; each < 100; each++) {
    timers.advance(milliseconds(100))
    happen()
    await settle()
  }
  // 2.2 s each: a tenth of ten seconds.
  expect(made()).toBeLessThanOrEqual(6)
})

test('one report serves many, and each has its own end', async () => {
  const { feed, timers, happen, made, listeners } = setUp()
  const streams = [1, 2, 3].map(() => feed.open(succeeded<'watch'>))
  const got = streams.map(read)
  await settle()
  timers.advance(milliseconds(200))
  happen()
  timers.advance(milliseconds(0))
  await settle()
  expect(got).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ])
  expect(made()).toBe(2)
  streams[0]?.close()
  streams[0]?.close()
  timers.advance(seconds(1))
  await settle()
  expect(got.map((each) => each.length)).toEqual([3, 3, 3])
  expect(got[0]?.at(-1)).toBeNaN()
  streams[1]?.close()
  streams[2]?.close()
  expect({ pending: timers.pending, listeners: listeners.size }).toEqual({ pending: 0, listeners: 0 })
})

test('a client that does not read costs nothing, and gets the newest when it does', async () => {
  const { feed, timers, happen, made } = setUp()
  const stream = feed.open(succeeded<'watch'>)
  await stream.next()
  for (let each = 0; each < 50; each++) {
    timers.advance(seconds(1))
    happen()
  }
  expect(made()).toBe(1)
  const answer = await stream.next()
  expect(answer).toMatchObject({ result: { notices: ['2'] } })
})

test('what goes wrong in a report is for the client alone', async () => {
  const timers = new ManualTimers()
  const feed = new StatusFeed({
    clock: timers.clock,
    timers,
    journal: new Journal(),
    events: { subscribe: () => () => undefined },
    report: () => {
      throw new Error('a defect')
    },
  })
  await expect(feed.open(succeeded<'watch'>).next()).rejects.toThrow('a defect')
})
