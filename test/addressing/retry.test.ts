import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginning, isSeen, reconsidered, timesToTell, tried, wasSeen } from '../../src/addressing/retry.ts'
import {
  after,
  between,
  instant,
  milliseconds,
  seconds,
  toSeconds,
  type Duration,
} from '../../src/base/time.ts'
import type { Outcome } from '../../src/netlink/types.ts'

const refusal = (code: string): Outcome => ({ errno: 101, code, text: code })

/** What the kernel says to it, what happened before it, and how long after it could have been it is. */
interface Attempt {
  readonly outcome: Outcome
  readonly before: 'nothing' | 'seen' | 'changed'
  readonly late: Duration
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  outcome: fc.constantFrom(undefined, refusal('ENETUNREACH'), refusal('EINVAL')),
  before: fc.constantFrom('nothing', 'nothing', 'seen', 'changed'),
  late: fc.nat(3_000).map(milliseconds),
})

interface Told {
  readonly code: string | undefined
  readonly news: 'restored' | 'refused' | undefined
  readonly before: string
  /** How long after the attempt before this one. */
  readonly wait: number | undefined
}

/** Tries whenever it may, or somewhat later. */
function run(attempts: readonly Attempt[]): readonly Told[] {
  let retry = beginning(instant(0))
  const told: Told[] = []
  for (const { outcome, before, late } of attempts) {
    if (before === 'seen') retry = isSeen(retry)
    if (before === 'changed') retry = reconsidered(retry)
    const now = after(retry.notBefore, late)
    const wait = retry.triedAt === undefined ? undefined : toSeconds(between(retry.triedAt, retry.notBefore))
    const result = tried(retry, outcome, now)
    retry = result.retry
    told.push({ code: outcome?.code, news: result.news, before, wait })
  }
  return told
}

test('attempts are a second to a minute apart, and a tenth of a second after a change that may help', () => {
  fc.assert(
    fc.property(fc.array(attempt), (attempts) => {
      for (const { wait, before } of run(attempts)) {
        if (wait === undefined) continue
        expect(wait).toBeLessThanOrEqual(60)
        expect(wait).toBeGreaterThanOrEqual(before === 'changed' ? 0.1 : 1)
      }
    }),
  )
})

test('while it is refused the pauses double, up to a minute', () => {
  const refused = Array.from({ length: 9 }, (): Attempt => ({
    outcome: refusal('EINVAL'),
    before: 'nothing',
    late: seconds(0),
  }))
  expect(run(refused).map(({ wait }) => wait)).toEqual([undefined, 1, 2, 4, 8, 16, 32, 60, 60])
})

test('a refusal is told once for every reason in a row', () => {
  fc.assert(
    fc.property(fc.array(attempt), (attempts) => {
      const told = run(attempts)
      for (const [at, { code, news, before }] of told.entries()) {
        const last = before === 'seen' ? undefined : told[at - 1]?.code
        expect(news === 'refused').toBe(code !== undefined && code !== last)
      }
    }),
  )
})

test('what was never seen is set, what was is restored, and that is counted', () => {
  const now = instant(0)
  expect(tried(beginning(now), undefined, now).news).toBeUndefined()
  const again = tried(wasSeen(beginning(now)), undefined, now)
  expect([again.news, again.retry.restored]).toEqual(['restored', 1])
  expect(tried(again.retry, undefined, now).retry.restored).toBe(2)
})

test('a change is no reason to try what the kernel has taken', () => {
  const now = instant(0)
  const { retry } = tried(beginning(now), undefined, now)
  expect(reconsidered(retry)).toEqual(retry)
})

test('of every sixty times that it is put back one is told', () => {
  const told = Array.from({ length: 200 }, (_, index) => timesToTell(index + 1))
  expect(told.filter((each) => each !== undefined)).toEqual([
    '',
    ' (61 times)',
    ' (121 times)',
    ' (181 times)',
  ])
})
