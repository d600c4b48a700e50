/** Checks and notify scripts as real processes. */

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { milliseconds, seconds, type Duration } from '../../src/base/time.ts'
import type { CheckEvent, CheckReport } from '../../src/scripts/check-events.ts'
import { CheckScheduler } from '../../src/scripts/check-scheduler.ts'
import { openingCommand } from '../../src/scripts/file-check.ts'
import { scriptEnvironment } from '../../src/scripts/environment.ts'
import { NotifyQueue } from '../../src/scripts/notify-queue.ts'
import type { ScriptPorts } from '../../src/scripts/types.ts'
import { systemClock } from '../../src/system/clock.ts'
import { createLauncher } from '../../src/system/spawn.ts'
import { SystemTimers } from '../../src/system/timers.ts'
import { isAlive } from '../support/lab/processes.ts'

const timers = new SystemTimers()
const ports: ScriptPorts = { launcher: createLauncher(), timers, clock: systemClock }
const environment = scriptEnvironment({})
let directory = ''
let schedulers: CheckScheduler[] = []

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-scripts-'))
})
afterEach(() => {
  for (const scheduler of schedulers) scheduler.stop()
  schedulers = []
})
afterAll(() => {
  timers.close()
  rmSync(directory, { recursive: true })
})

function script(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, 0o755)
  return path
}

async function until(what: string, condition: () => boolean, within: Duration = seconds(10)): Promise<void> {
  const deadline = performance.now() + within / 1000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited for ${what} in vain`)
    await sleep(5)
  }
}

function checked(
  program: string | ReturnType<typeof openingCommand>,
  timeout: Duration,
  interval: Duration = seconds(60),
) {
  const events: CheckEvent[] = []
  const scheduler = new CheckScheduler(ports, (event) => events.push(event))
  schedulers.push(scheduler)
  const argv = typeof program === 'string' ? ([program] as const) : program
  const spec = { argv, identity: undefined, environment }
  const runnable = { kind: 'runnable', spec, warnings: [], insecure: false } as const
  scheduler.start([{ name: 'chk', script: runnable, interval, timeout, rise: 1, fall: 1, initFail: false }])
  const report = (): CheckReport => scheduler.report()[0]!
  return {
    scheduler,
    events,
    report,
    firstResult: () => until('a result', () => report().lastResult !== undefined),
  }
}

const pidIn = (name: string): number => Number(readFileSync(join(directory, name), 'utf8'))

describe('a check', () => {
  test('that passes, fails, or is no executable format', async () => {
    const outcomes = [
      ['pass', '#!/bin/sh\nexit 0\n', 'up', 0],
      ['fail', '#!/bin/sh\nexit 3\n', 'down', 3],
      ['shebangless', 'exit 7\n', 'down', 7],
    ] as const
    for (const [name, content, verdict, code] of outcomes) {
      const { report, firstResult } = checked(script(name, content), seconds(5))
      await firstResult()
      expect(report()).toMatchObject({ verdict, lastResult: { kind: 'exited', code } })
    }
  })

  test('of a file that can be opened passes, and fails where it cannot', async () => {
    const strange = join(directory, "a $(name) with 'everything';")
    writeFileSync(strange, '')
    const outcomes = [
      [strange, 'up', 0],
      [directory, 'up', 0],
      [`${strange}/below`, 'down', 2],
      [join(directory, 'nowhere'), 'down', 2],
    ] as const
    for (const [path, verdict, code] of outcomes) {
      const { report, firstResult } = checked(openingCommand(path), seconds(5))
      await firstResult()
      expect(report()).toMatchObject({ verdict, lastResult: { kind: 'exited', code } })
    }
  })

  test('that hangs is ended with what it started', async () => {
    const pidFile = join(directory, 'grandchild')
    const path = script('hangs', `#!/bin/sh\nsleep 300 & echo $! >'${pidFile}'\nwait\n`)
    const { report, firstResult } = checked(path, milliseconds(300))
    await firstResult()
    expect(report()).toMatchObject({ verdict: 'down', lastResult: { kind: 'timed-out' } })
    expect(report().lastDuration).toBeGreaterThanOrEqual(milliseconds(300))
    await until('the grandchild to be gone', () => !isAlive(pidIn('grandchild')))
  })

  test('that does not listen is killed two seconds later, and its children that do not listen either', async () => {
    const pidFile = join(directory, 'deaf')
    const path = script(
      'deaf',
      `#!/bin/sh\ntrap '' TERM\nsleep 300 & echo $! >'${pidFile}'\nwhile :; do wait; sleep 300; done\n`,
    )
    const { report, firstResult } = checked(path, milliseconds(200))
    await firstResult()
    expect(report()).toMatchObject({ verdict: 'down', lastResult: { kind: 'timed-out' } })
    expect(report().lastDuration).toBeGreaterThanOrEqual(milliseconds(2200))
    await until('its child to be gone', () => !isAlive(pidIn('deaf')))
  })

  test('that leaves a deaf child behind when it is ended takes it along', async () => {
    const pidFile = join(directory, 'left')
    const deaf = `sh -c "trap '' TERM; echo \\$\\$ >'${pidFile}'; while :; do sleep 300; done"`
    const path = script('leaves', `#!/bin/sh\n${deaf} &\nexec sleep 300\n`)
    const { report, firstResult } = checked(path, milliseconds(500))
    await until('the child to be there', () => existsSync(pidFile) && pidIn('left') > 0)
    await firstResult()
    expect(report().lastResult).toEqual({ kind: 'timed-out' })
    await until('the child to be gone', () => !isAlive(pidIn('left')))
  })

  test('that prints megabytes neither blocks nor fills memory', async () => {
    const path = script('loud', `#!/bin/sh\nhead -c 8000000 /dev/zero | tr '\\0' x\necho the end\n`)
    const { report, firstResult } = checked(path, seconds(9))
    await firstResult()
    expect(report().verdict).toBe('up')
    expect(report().lastOutput).toHaveLength(1023)
    expect(report().lastOutput.endsWith('xthe end')).toBe(true)
  })

  test('whose file goes away keeps its verdict and says so once', async () => {
    const path = script('vanishing', '#!/bin/sh\nexit 0\n')
    const { report, events, firstResult } = checked(path, milliseconds(100), milliseconds(100))
    await firstResult()
    rmSync(path)
    await until('a failed start', () => report().lastResult?.kind === 'not-started')
    await sleep(250)
    expect(report()).toMatchObject({ verdict: 'up', lastResult: { refusal: { errno: 2 } } })
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.note.kind] : []))
    expect(notes).toEqual(['succeeded', 'not-started'])
  })

  test('that still runs at the stop is ended', async () => {
    const pidFile = join(directory, 'running')
    const path = script('running-on', `#!/bin/sh\necho $$ >'${pidFile}'\nexec sleep 300\n`)
    const { scheduler } = checked(path, seconds(60))
    await until('it to run', () => existsSync(pidFile) && pidIn('running') > 0)
    scheduler.stop()
    await until('it to be gone', () => !isAlive(pidIn('running')))
  })
})

test('notify scripts write in the order of the transitions', async () => {
  const record = join(directory, 'notified')
  // The first is the slowest: side by side they would finish in the opposite order.
  const path = script('notify', `#!/bin/sh\nsleep "$1"\necho "$2" >>'${record}'\n`)
  const queue = new NotifyQueue(ports, () => {})
  for (const [delay, state] of [
    ['0.3', 'BACKUP'],
    ['0.1', 'MASTER'],
    ['0', 'STOP'],
  ] as const) {
    queue.submit({
      subject: { type: 'INSTANCE', name: 'VI_1' },
      state,
      programs: [{ argv: [path, delay, state], identity: undefined, environment }],
    })
  }
  await queue.finish(seconds(9))
  expect(readFileSync(record, 'utf8')).toBe('BACKUP\nMASTER\nSTOP\n')
})
