import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { after, between, instant, seconds, toSeconds, type Instant } from '../../src/base/time.ts'
import {
  attempt,
  begin,
  dueAt,
  policyOf,
  restart,
  resume,
  settle,
  suspend,
  type CheckerState,
  type Policy,
  type Step,
} from '../../src/checkers/retry.ts'
import {
  failure,
  noResult,
  SUCCESS,
  type Outcome,
  type TimedCheck,
  type UrlCheck,
} from '../../src/checkers/types.ts'
import { dnsCheck, httpCheck, miscCheck, smtpCheck, tcpCheck, timing, urlCheck } from './specs.ts'

const START = instant(1e12)
const outcomes: Readonly<Record<string, Outcome>> = {
  o: SUCCESS,
  x: failure({ kind: 'connect', error: 'ECONNREFUSED' }),
  t: failure({ kind: 'connect-timeout', timeout: seconds(1) }),
  n: noResult({ kind: 'bind', error: 'EADDRNOTAVAIL' }),
}

interface Played {
  /** `1 o`, `2/1 x`: second of the beginning, URL where there are several, answer; `UP` and `DOWN` after it. */
  readonly lines: readonly string[]
  readonly state: CheckerState
  readonly steps: readonly Step[]
}

/** A server that answers by a list: o passes, x fails at once, t fails after a second, n comes to nothing. */
function play(check: TimedCheck, answers: string, took: Readonly<Record<string, number>> = { t: 1 }): Played {
  const policy = policyOf(check)
  let state = begin(policy, check.alpha, START, 0)
  let now = START
  const lines: string[] = []
  const steps: Step[] = []
  for (const answer of answers) {
    now = dueAt(state)!
    const running = attempt(state, now)!
    const began = toSeconds(between(START, now))
    now = after(now, seconds(took[answer] ?? 0))
    const step = settle(running, policy, outcomes[answer]!, now)!
    const url = policy.urls !== undefined && policy.urls.count > 1 ? `/${running.url + 1}` : ''
    lines.push(`${began}${url} ${answer}${step.change === undefined ? '' : ` ${step.change.toUpperCase()}`}`)
    steps.push(step)
    state = step.state
  }
  return { lines, state, steps }
}

const twoUrls: readonly [UrlCheck, UrlCheck] = [urlCheck('/u1'), urlCheck('/u2')]
const retry = (count: number): ReturnType<typeof timing> => timing({ retry: count })

/** Measured with keepalived 2.2.7: delay_loop 2, delay_before_retry 1, connect_timeout 1, warmup 0. */
const measured: readonly (readonly [string, TimedCheck, string, string])[] = [
  [
    'HTTP_GET: up again after the failed URL and then all of them',
    httpCheck(),
    'oooxxxooo',
    '1 o, 3 o, 5 o, 7 x, 8 x DOWN, 10 x, 12 o, 14 o UP, 16 o',
  ],
  [
    'HTTP_GET, two URLs: one a period, down asks the failed one, then both',
    httpCheck({ urls: twoUrls }),
    'oooxxxoooo',
    '1/1 o, 3/2 o, 5/1 o, 7/2 x, 8/2 x DOWN, 10/2 x, 12/2 o, 14/1 o, 16/2 o UP, 18/1 o',
  ],
  [
    'HTTP_GET: on the way back a URL is asked each delay_before_retry until it passes',
    httpCheck({ urls: twoUrls }),
    'ooooxxxoxxoo',
    '1/1 o, 3/2 o, 5/1 o, 7/2 o, 9/1 x, 10/1 x DOWN, 12/1 x, 14/1 o, 16/1 x, 17/1 x, 18/1 o, 20/2 o UP',
  ],
  [
    'HTTP_GET: more failures than retries on the way back do not lengthen the pause',
    httpCheck({ urls: twoUrls, timing: retry(2) }),
    'xooxxxxo',
    '1/1 x DOWN, 3/1 o, 5/1 o, 7/2 x, 8/2 x, 9/2 x, 10/2 x, 11/2 o UP',
  ],
  [
    'HTTP_GET, alpha: the first failure makes its URL the failed one',
    httpCheck({ urls: twoUrls, alpha: true }),
    'xooo',
    '1/1 x, 3/1 o, 5/1 o, 7/2 o UP',
  ],
  [
    'HTTP_GET, alpha: so does the second URL’s',
    httpCheck({ urls: twoUrls, alpha: true, timing: retry(2) }),
    'oxxxooo',
    '1/1 o, 3/2 x, 5/2 x, 7/2 x, 9/2 o, 11/1 o, 13/2 o UP',
  ],
  [
    'HTTP_GET, alpha, one URL',
    httpCheck({ alpha: true, timing: retry(2) }),
    'xoxxoo',
    '1 x, 3 o, 5 x, 6 x, 7 o UP, 9 o',
  ],
  [
    'HTTP_GET with fast_recovery: no pause on the way up',
    httpCheck({ urls: twoUrls, fastRecovery: true }),
    'ooxxxoooo',
    '1/1 o, 3/2 o, 5/1 x, 6/1 x DOWN, 8/1 x, 10/1 o, 10/1 o, 10/2 o UP, 12/1 o',
  ],
  [
    'HTTP_GET with fast_recovery and alpha',
    httpCheck({ urls: twoUrls, fastRecovery: true, alpha: true }),
    'oooo',
    '1/1 o, 1/2 o UP, 3/1 o, 5/2 o',
  ],
  [
    'HTTP_GET: down, the longer of the two delays',
    httpCheck({ timing: timing({ retry: 2, delayBeforeRetry: seconds(3) }) }),
    'oxxxxooo',
    '1 o, 3 x, 6 x, 9 x DOWN, 12 x, 15 o, 17 o UP, 19 o',
  ],
  [
    'HTTP_GET that times out: delays count from the end',
    httpCheck({ timing: retry(2) }),
    'ottttoo',
    '1 o, 3 t, 5 t, 7 t DOWN, 10 t, 13 o, 15 o UP',
  ],
  ['TCP_CHECK: the first failure counts', tcpCheck({ timing: retry(2) }), 'xo', '1 x DOWN, 3 o UP'],
  [
    'TCP_CHECK: retries, each delay_before_retry apart',
    tcpCheck({ timing: retry(2) }),
    'oxxxo',
    '1 o, 3 x, 4 x, 5 x DOWN, 7 o UP',
  ],
  ['TCP_CHECK: a retry that passes', tcpCheck(), 'oxoxxo', '1 o, 3 x, 4 o, 6 x, 7 x DOWN, 9 o UP'],
  ['TCP_CHECK without retries', tcpCheck({ timing: retry(0) }), 'oxxo', '1 o, 3 x DOWN, 5 x, 7 o UP'],
  [
    'TCP_CHECK that cannot be made',
    tcpCheck({ timing: retry(2) }),
    'nnxnno',
    '1 n, 3 n, 5 x DOWN, 7 n, 9 n, 11 o UP',
  ],
  [
    'SMTP_CHECK: retries at once, and in each period while it is down',
    smtpCheck({ timing: retry(2) }),
    'xxxtttoo',
    '1 x, 2 x, 3 x DOWN, 5 t, 7 t, 9 t, 12 o UP, 14 o',
  ],
  [
    'SMTP_CHECK: up after a failure at the start',
    smtpCheck({ timing: retry(2) }),
    'xoxxxo',
    '1 x, 2 o, 4 x, 5 x, 6 x DOWN, 8 o UP',
  ],
  [
    'DNS_CHECK: each delay_loop while it is down',
    dnsCheck({ timing: retry(2) }),
    'oxxxxxo',
    '1 o, 3 x, 4 x, 5 x DOWN, 7 x, 9 x, 11 o UP',
  ],
]

describe('keepalived’s schedule', () => {
  test.each(measured)('%s', (_what, check, answers, expected) => {
    expect(play(check, answers).lines.join(', ')).toBe(expected)
  })

  test('MISC_CHECK counts from the beginning of an attempt, and retries do, too', () => {
    const { lines } = play(miscCheck({ timing: retry(2) }), 'oxxxxo', { o: 0.5, x: 0.5 })
    expect(lines.join(', ')).toBe('1 o, 3 x, 4 x, 5 x DOWN, 7 x, 9 o UP')
  })

  test('MISC_CHECK that takes longer than its period is followed at once', () => {
    const { lines } = play(miscCheck(), 'ootto', { o: 0.5, t: 3 })
    expect(lines.join(', ')).toBe('1 o, 3 o, 5 t, 8 t DOWN, 11 o UP')
  })

  test('a URL that fails on the way back is never asked without a pause', () => {
    const timing0 = timing({ delayBeforeRetry: seconds(0) })
    const { lines } = play(httpCheck({ fastRecovery: true, timing: timing0 }), 'xoxxo')
    expect(lines.join(', ')).toBe('1 x DOWN, 3 o, 3 x, 5 x, 7 o UP')
  })

  test('the first attempt comes after one second and a part of warmup', () => {
    const policy = policyOf(tcpCheck({ timing: timing({ warmup: seconds(10) }) }))
    expect(dueAt(begin(policy, false, START, 0))).toBe(after(START, seconds(1)))
    expect(dueAt(begin(policy, false, START, 0.5))).toBe(after(START, seconds(6)))
  })
})

/** Reference: how long it takes at worst, from the last attempt that passed. */
describe('worst detection', () => {
  const [delayLoop, delayBeforeRetry, connectTimeout] = [6, 3, 3]
  const table = [
    [tcpCheck, 1, false, 9],
    [tcpCheck, 1, true, 15],
    [tcpCheck, 3, true, 27],
    [smtpCheck, 2, false, 12],
    [dnsCheck, 3, true, 27],
  ] as const

  test.each(table)('%o retry %i, black hole %s: %i s', (make, retries, isBlackHole, expected) => {
    const check = make({
      timing: timing({
        delayLoop: seconds(delayLoop),
        delayBeforeRetry: seconds(delayBeforeRetry),
        retry: retries,
      }),
    })
    const bad = isBlackHole ? 't' : 'x'
    const { steps } = play(check, `o${bad.repeat(retries + 1)}`, { t: connectTimeout })
    const down = steps.find(({ change }) => change === 'down')
    expect(toSeconds(between(steps[0]!.state.last!.at, down!.state.last!.at))).toBe(expected)
  })

  test('HTTP_GET with three URLs needs a period for each', () => {
    const urls = [urlCheck('/1'), urlCheck('/2'), urlCheck('/3')] as const
    const { lines } = play(httpCheck({ urls, timing: timing({ delayLoop: seconds(6) }) }), 'oooooxx')
    // The third URL passed at 13 and is asked again, three periods and one retry later.
    expect(lines.slice(2)).toEqual(['13/3 o', '19/1 o', '25/2 o', '31/3 x', '32/3 x DOWN'])
  })
})

describe('what is told', () => {
  test('good news is the first pass, and each way back', () => {
    const { steps } = play(tcpCheck(), 'ooxoxxo')
    expect(steps.map(({ finding }) => finding.kind === 'success' && finding.isNews)).toEqual([
      ...[true, false, false, false, false, false, true],
    ])
  })

  test('of several URLs, when the last has passed', () => {
    const { steps } = play(httpCheck({ urls: twoUrls }), 'oooo')
    expect(steps.map(({ finding }) => finding.kind === 'success' && finding.isNews)).toEqual([
      ...[false, true, false, false],
    ])
  })

  test('failures are counted within their series', () => {
    const { steps } = play(tcpCheck({ timing: retry(2) }), 'oxoxxxx')
    const told = steps.flatMap(({ finding }) =>
      finding.kind === 'failure' ? [[finding.attempt, finding.isFinal, finding.verdict]] : [],
    )
    expect(told).toEqual([
      [1, false, 'up'],
      [1, false, 'up'],
      [2, false, 'up'],
      [3, true, 'up'],
      [1, true, 'down'],
    ])
  })

  test('the same trouble of ours is told once', () => {
    const { steps } = play(tcpCheck(), 'nnonn')
    expect(steps.map(({ finding }) => finding.kind === 'no-result' && finding.isRepeated)).toEqual([
      ...[false, true, false, false, true],
    ])
  })

  test('counts, and the last attempt', () => {
    const { state } = play(tcpCheck(), 'oxnt')
    expect(state.counts).toEqual({ successes: 1, failures: 2, noResults: 1 })
    expect(state.last?.took).toBe(seconds(1))
    expect(state.last?.outcome).toBe(outcomes['t'])
  })
})

describe('reload and ha_suspend', () => {
  test('after a reload a checker keeps what it knows and is asked as at the start', () => {
    const { state } = play(tcpCheck(), 'ox')
    const now = after(state.last!.at, seconds(0.1))
    const policy = policyOf(tcpCheck())
    const restarted = restart(state, policy, now, 0)
    expect(dueAt(restarted)).toBe(after(now, seconds(1)))
    expect({ ...restarted, activity: state.activity }).toEqual(state)
  })

  test('after a reload to fewer retries the series that is going on has one attempt left', () => {
    const { state } = play(tcpCheck({ timing: timing({ retry: 3 }) }), 'oxxx')
    expect(state.failures).toBe(3)
    const restarted = restart(state, policyOf(tcpCheck({ timing: timing({ retry: 1 }) })), state.last!.at, 0)
    expect(restarted.failures).toBe(1)
  })

  test('what a suspended attempt comes to counts for nothing', () => {
    const policy = policyOf(tcpCheck())
    const running = attempt(begin(policy, false, START, 0), after(START, seconds(1)))!
    const suspended = suspend(running)
    expect(settle(suspended, policy, outcomes['x']!, after(START, seconds(2)))).toBeUndefined()
    expect(dueAt(suspended)).toBeUndefined()
    expect(dueAt(restart(suspended, policy, START, 0))).toBe(after(START, seconds(1)))
    const resumed = resume(suspended, after(START, seconds(9)))
    expect(dueAt(resumed)).toBe(after(START, seconds(9)))
    expect(resumed.verdict).toBe('up')
    expect(resume(resumed, START)).toBe(resumed)
  })
})

describe('for every schedule', () => {
  const span = fc.integer({ min: 0, max: 5_000_000 })
  const timings = fc.record({
    delayLoop: fc.integer({ min: 1, max: 5_000_000 }),
    delayBeforeRetry: span,
    warmup: span,
    retry: fc.integer({ min: 0, max: 4 }),
  })
  const policies: fc.Arbitrary<Policy> = fc
    .tuple(
      timings,
      fc.constantFrom('beginning', 'end'),
      fc.boolean(),
      fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }), fastRecovery: fc.boolean() }), {
        nil: undefined,
      }),
    )
    .map(([times, countsFrom, alwaysRetries, urls]) => ({
      ...(times as unknown as ReturnType<typeof timing>),
      countsFrom,
      alwaysRetries,
      urls,
    }))
  const answers = fc.array(fc.tuple(fc.constantFrom('o', 'x', 'n'), fc.integer({ min: 0, max: 4_000_000 })), {
    maxLength: 60,
  })

  interface Played {
    readonly before: CheckerState
    readonly began: Instant
    readonly ended: Instant
    readonly answer: string
    readonly step: Step
  }

  function run(policy: Policy, alpha: boolean, list: readonly (readonly [string, number])[]): Played[] {
    let state = begin(policy, alpha, START, 0.3)
    return list.map(([answer, took]) => {
      const before = state
      const began = dueAt(state)!
      const running = attempt(state, began)!
      // Never two at once, and never before its time.
      expect(dueAt(running)).toBeUndefined()
      expect(attempt(running, after(began, seconds(1000)))).toBeUndefined()
      expect(attempt(state, instant(began - 1))).toBeUndefined()
      const ended = instant(began + took)
      const step = settle(running, policy, outcomes[answer]!, ended)!
      state = step.state
      return { before, began, ended, answer, step }
    })
  }

  test('no attempt begins before the last has ended', () => {
    fc.assert(
      fc.property(policies, fc.boolean(), answers, (policy, alpha, list) => {
        for (const { ended, step } of run(policy, alpha, list))
          expect(dueAt(step.state)).toBeGreaterThanOrEqual(ended)
      }),
    )
  })

  test('a verdict changes only by what the reference says', () => {
    fc.assert(
      fc.property(policies, fc.boolean(), answers, (policy, alpha, list) => {
        // An oracle of its own: the tails of the list of answers.
        const told: string[] = []
        for (const { before, answer, step } of run(policy, alpha, list)) {
          if (answer !== 'n') told.push(answer)
          const series = told.length - 1 - told.lastIndexOf('o')
          if (step.change === 'down') {
            expect(answer).toBe('x')
            const needed = told.includes('o') || policy.alwaysRetries ? policy.retry + 1 : 1
            expect(series).toBe(needed)
          }
          if (step.change === 'up') {
            expect(answer).toBe('o')
            const needed = policy.urls === undefined ? 1 : policy.urls.count
            expect(told.filter((each) => each === 'o').length).toBeGreaterThanOrEqual(needed)
          }
          if (step.change === undefined) expect(step.state.verdict).toBe(before.verdict)
          // Up and failing longer than its retries is impossible.
          if (step.state.verdict === 'up') expect(series).toBeLessThanOrEqual(policy.retry)
          if (answer === 'n') expect(step.change).toBeUndefined()
        }
      }),
    )
  })

  test('a server whose URLs all pass comes up within one round after the URL that failed', () => {
    fc.assert(
      fc.property(policies, fc.boolean(), answers, (policy, alpha, list) => {
        const last = run(policy, alpha, [...list, ...Array<['o', number]>(5).fill(['o', 0])])
        expect(last.at(-1)?.step.state.verdict).toBe('up')
      }),
    )
  })
})
