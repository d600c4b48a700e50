import { describe, expect, test } from 'vitest'
import { accepted, rejected } from '../../../src/base/result.ts'
import { seconds, type Duration } from '../../../src/base/time.ts'
import type { ProgramEnd } from '../../../src/checkers/misc.ts'
import { startProgram, type ProgramLauncher } from '../../../src/checkers/probe/programs.ts'
import { Schedule } from '../../../src/checkers/schedule.ts'
import type { MiscCheck, Outcome } from '../../../src/checkers/types.ts'
import type { createLauncher } from '../../../src/system/spawn.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { miscCheck } from '../specs.ts'

/** The launcher of this host is one: the compiler sees to it. */
export type HostLauncher = ReturnType<typeof createLauncher> extends ProgramLauncher ? true : never
const hostLauncherFits: HostLauncher = true

/** A program that ends when it is told to. */
class Lab {
  readonly clock = new ManualClock()
  readonly schedule = new Schedule()
  readonly signals: string[] = []
  readonly outcomes: Outcome[] = []
  readonly launched: unknown[] = []
  readonly #launcher: ProgramLauncher = {
    launch: (spec, { onExit }) => {
      this.launched.push(spec)
      this.end = onExit
      return accepted({ killGroup: (signal) => this.signals.push(signal) })
    },
  }
  end: (status: ProgramEnd) => void = () => expect.unreachable('nothing runs')

  start(check: MiscCheck, launcher = this.#launcher): { cancel(): void } {
    const { clock, schedule } = this
    const world = { clock, deadlines: schedule, launcher, environment: { PATH: '/bin' } }
    return startProgram(world, check, (outcome) => this.outcomes.push(outcome))
  }

  pass(span: Duration): void {
    this.clock.skip(span)
    this.schedule.run(this.clock.now())
  }
}

describe('MISC_CHECK', () => {
  test('runs what it is told, as whom, and with nothing of ours', () => {
    expect(hostLauncherFits).toBe(true)
    const one = new Lab()
    const identity = { uid: 7, gid: 8, groups: [9] }
    one.start(miscCheck({ command: ['/bin/check', 'a b'], identity }))
    expect(one.launched).toEqual([{ argv: ['/bin/check', 'a b'], identity, environment: { PATH: '/bin' } }])
    one.end({ kind: 'exited', code: 0 })
    expect(one.outcomes).toEqual([{ kind: 'success' }])
    expect(one.schedule.size).toBe(0)
  })

  test('one that takes too long gets SIGTERM, then SIGKILL, and has failed when it has ended', () => {
    const one = new Lab()
    one.start(miscCheck({ timeout: seconds(3) }))
    one.pass(seconds(2.9))
    expect(one.signals).toEqual([])
    one.pass(seconds(0.1))
    expect(one.signals).toEqual(['SIGTERM'])
    one.pass(seconds(2))
    expect(one.signals).toEqual(['SIGTERM', 'SIGKILL'])
    one.pass(seconds(100))
    expect(one.outcomes).toEqual([])
    one.end({ kind: 'signalled', signal: 9 })
    expect(one.outcomes).toEqual([
      { kind: 'failure', reason: { kind: 'program-timeout', timeout: seconds(3) } },
    ])
    expect(one.signals).toHaveLength(2)
  })

  test('one that ends after SIGTERM is not killed', () => {
    const one = new Lab()
    one.start(miscCheck({ timeout: seconds(3) }))
    one.pass(seconds(3))
    one.end({ kind: 'exited', code: 0 })
    one.pass(seconds(10))
    expect(one.signals).toEqual(['SIGTERM'])
    expect(one.outcomes.map(({ kind }) => kind)).toEqual(['failure'])
  })

  test('one that is given up is told to end, and not heard of', () => {
    const one = new Lab()
    const running = one.start(miscCheck())
    running.cancel()
    running.cancel()
    expect(one.signals).toEqual(['SIGTERM'])
    one.pass(seconds(2))
    expect(one.signals).toEqual(['SIGTERM', 'SIGKILL'])
    one.end({ kind: 'signalled', signal: 9 })
    expect(one.outcomes).toEqual([])
    expect(one.schedule.size).toBe(0)
  })

  test('given up while it is being ended, it goes on being ended', () => {
    const one = new Lab()
    const running = one.start(miscCheck({ timeout: seconds(1) }))
    one.pass(seconds(1))
    running.cancel()
    one.pass(seconds(2))
    expect(one.signals).toEqual(['SIGTERM', 'SIGKILL'])
  })

  test('one that cannot be started says nothing of the server', () => {
    const one = new Lab()
    const launcher: ProgramLauncher = { launch: () => rejected({ text: 'Resource temporarily unavailable' }) }
    one.start(miscCheck(), launcher).cancel()
    expect(one.outcomes).toEqual([
      { kind: 'no-result', reason: { kind: 'program', error: 'Resource temporarily unavailable' } },
    ])
  })
})
