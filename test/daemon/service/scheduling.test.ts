import { describe, expect, test } from 'vitest'
import { accepted, rejected, type Result } from '../../../src/base/result.ts'
import type { Scheduling } from '../../../src/config/model.ts'
import { OwnScheduling } from '../../../src/daemon/service/scheduling.ts'
import { planScheduling } from '../../../src/daemon/service/scheduling-plan.ts'
import type { Scheduler } from '../../../src/system/scheduling.ts'
import type { SystemError } from '../../../src/system/system-error.ts'

const nothing: Scheduling = { noSwap: false }
const everything: Scheduling = { realTime: 50, nice: -5, processors: [0, 1], noSwap: true }
const NICE_AT_START = 3

describe('what is to be changed', () => {
  test.each<[string, Scheduling, Scheduling | undefined, object]>([
    ['what nobody asked for is left alone', nothing, undefined, {}],
    ['also at a reload', nothing, nothing, {}],
    [
      'what is wanted is done',
      everything,
      undefined,
      { realTime: 50, nice: -5, processors: [0, 1], memory: 'lock' },
    ],
    [
      'and done again at a reload, for threads that have come since',
      everything,
      everything,
      { realTime: 50, nice: -5, processors: [0, 1], memory: 'lock' },
    ],
    [
      'what is not wanted any more goes back',
      nothing,
      everything,
      { realTime: 0, nice: NICE_AT_START, processors: 'all', memory: 'unlock' },
    ],
    [
      'each for itself',
      { nice: -5, noSwap: false },
      { realTime: 50, nice: -9, noSwap: false },
      { realTime: 0, nice: -5 },
    ],
  ])('%s', (_, wanted, before, plan) => {
    expect(planScheduling(wanted, before, NICE_AT_START)).toEqual(plan)
  })
})

const refusal = (code: string): Result<never, SystemError> =>
  rejected({ errno: 1, code, call: 'call', text: 'no' })

/** Two threads; it remembers what was asked of it. */
function fakeScheduler(answers: Partial<Scheduler> = {}): { scheduler: Scheduler; asked: string[] } {
  const asked: string[] = []
  const note = (...words: unknown[]): Result<undefined, SystemError> => {
    asked.push(words.join(' '))
    return accepted(undefined)
  }
  const scheduler: Scheduler = {
    threads: () => Promise.resolve([10, 11]),
    mainThread: 10,
    nice: () => NICE_AT_START,
    setRealTime: (thread, priority) => note('real time', thread, priority),
    setNice: (thread, value) => note('nice', thread, value),
    setProcessors: (thread, numbers) => note('processors', thread, numbers),
    lockMemory: () => {
      note('lock')
      return accepted(3 * 2 ** 20)
    },
    unlockMemory: () => {
      note('unlock')
      return accepted(0)
    },
    ...answers,
  }
  return { scheduler, asked }
}

async function lines(scheduler: Scheduler, ...configurations: readonly Scheduling[]): Promise<string[]> {
  const said: string[] = []
  const own = new OwnScheduling(scheduler, {
    info: (text) => void said.push(`info ${text}`),
    warn: (text) => void said.push(`warn ${text}`),
  })
  for (const each of configurations) own.use(each)
  await new Promise((resolve) => void setTimeout(resolve, 0))
  return said
}

describe('changing it', () => {
  test('every thread, real time before nice, one configuration after the other', async () => {
    const { scheduler, asked } = fakeScheduler()
    expect(await lines(scheduler, everything, nothing)).toEqual([
      'info Scheduling: real-time priority 50, nice -5, processors 0 1, 3 MiB kept out of swap',
      'info Scheduling: ordinary scheduling, nice 3, all processors it was given, no memory locked',
    ])
    expect(asked).toEqual([
      ...['real time 10 50', 'real time 11 49', 'nice 10 -5', 'nice 11 -5'],
      ...['processors 10 0,1', 'processors 11 0,1', 'lock'],
      ...['real time 10 0', 'real time 11 0', 'nice 10 3', 'nice 11 3'],
      ...['processors 10 ', 'processors 11 ', 'unlock'],
    ])
  })

  test('the lowest real-time priority is not left for ordinary scheduling', async () => {
    const { scheduler, asked } = fakeScheduler()
    await lines(scheduler, { realTime: 1, noSwap: false })
    expect(asked).toEqual(['real time 10 1', 'real time 11 1'])
  })

  test('nothing is asked of the kernel where nothing is configured', async () => {
    const { scheduler, asked } = fakeScheduler()
    expect(await lines(scheduler, nothing, nothing)).toEqual([])
    expect(asked).toEqual([])
  })

  test('a refusal names keyword, errno and what to do, once for all threads; the others are done', async () => {
    const { scheduler } = fakeScheduler({
      setRealTime: () => refusal('EPERM'),
      lockMemory: () => refusal('ENOMEM'),
    })
    expect(await lines(scheduler, everything)).toEqual([
      'warn vrrp_rt_priority has no effect: call: EPERM (no); it takes CAP_SYS_NICE (under vrrpd-hardened.conf see its last lines)',
      'warn vrrp_no_swap has no effect: call: ENOMEM (no); it takes CAP_IPC_LOCK, or LimitMEMLOCK=infinity in the unit',
      'info Scheduling: nice -5, processors 0 1',
    ])
  })

  test('without /proc the event loop is scheduled all the same', async () => {
    const { scheduler, asked } = fakeScheduler({ threads: () => Promise.resolve([]) })
    await lines(scheduler, { realTime: 50, noSwap: false })
    expect(asked).toEqual(['real time 10 50'])
  })

  test('a thread that has ended meanwhile is no reason to complain', async () => {
    const { scheduler } = fakeScheduler({
      setRealTime: (thread) => (thread === 11 ? refusal('ESRCH') : accepted(undefined)),
    })
    expect(await lines(scheduler, { realTime: 50, noSwap: false })).toEqual([
      'info Scheduling: real-time priority 50',
    ])
  })
})
