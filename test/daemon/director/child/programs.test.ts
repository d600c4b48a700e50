/** Scripts of virtual and real servers: when they are started, what is said of them, and how they end. */

import { expect, test } from 'vitest'
import { microseconds, milliseconds, seconds } from '../../../../src/base/time.ts'
import { ServerScripts } from '../../../../src/daemon/director/child/programs.ts'
import { exits, fakeWorld, hangs, refused, specOf, type Behaviour } from '../../../scripts/fake-launcher.ts'

function burst(names: readonly string[], behaviour: Behaviour = exits(0)) {
  const { ports, launcher, timers } = fakeWorld(() => behaviour)
  const warnings: string[] = []
  const log = { detail: () => undefined, warn: (text: string) => void warnings.push(text) }
  const scripts = new ServerScripts(ports, log)
  for (const name of names) {
    const spec = specOf(name)
    const script = { kind: 'runnable', spec, warnings: [], insecure: false } as const
    scripts.run('notify_down', { argv: spec.argv }, script)
  }
  return { scripts, timers, launcher, warnings, started: () => launcher.programs.map(({ argv }) => argv[0]) }
}

test('they are started one a turn, in their order: whatever else is due comes in between', () => {
  const { timers, started } = burst(['/n/1', '/n/2', '/n/3'])
  const turns: string[] = []
  const other = (): void => {
    turns.push(`${started().length} started`)
    timers.after(microseconds(0), other)
  }
  timers.after(microseconds(0), other)
  expect(started()).toEqual([])
  while (turns.length < 4) timers.step()
  expect(turns).toEqual(['1 started', '2 started', '3 started', '3 started'])
  expect(started()).toEqual(['/n/1', '/n/2', '/n/3'])
})

test('at the end those that wait are started, and all have a second', async () => {
  const { scripts, timers, launcher, started } = burst(['/n/1', '/n/2', '/n/3'], hangs)
  const end = scripts.finish()
  expect(started()).toEqual(['/n/1', '/n/2', '/n/3'])
  timers.advance(milliseconds(999))
  expect(launcher.alive).toHaveLength(3)
  timers.advance(milliseconds(1))
  await end
  expect(launcher.programs.map(({ signals }) => signals)).toEqual([['SIGKILL'], ['SIGKILL'], ['SIGKILL']])
})

test.each([
  ['fails', exits(3), 'notify_down /n/1 exited with status 3'],
  [
    'fails, and says why',
    { ...exits(3), prints: 'no route' },
    'notify_down /n/1 exited with status 3: no route',
  ],
  ['cannot be started', refused, 'notify_down /n/1 cannot be run: Permission denied'],
])('one that %s is said', (_what, behaviour, said) => {
  const { timers, warnings } = burst(['/n/1'], behaviour)
  timers.advance(seconds(1))
  expect(warnings).toEqual([said])
})
