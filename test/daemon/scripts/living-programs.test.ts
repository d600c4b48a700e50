import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import { LivingPrograms } from '../../../src/daemon/scripts/living-programs.ts'
import { exits, fakeWorld, hangsOnTerm, specOf, type Behaviour } from '../../scripts/fake-launcher.ts'

const ignored = { onOutput: () => undefined, onExit: () => undefined }
const GRACE = seconds(1)

function started(...behaviours: readonly Behaviour[]) {
  const { launcher, timers } = fakeWorld(({ argv }) => behaviours[Number(argv[0])]!)
  const living = new LivingPrograms(launcher)
  for (const number of behaviours.keys()) living.launch(specOf(String(number)), ignored)
  return { living, launcher, timers }
}

test('who is alive when the grace is over is killed, and nobody else', async () => {
  const { living, launcher, timers } = started(hangsOnTerm, exits(0), hangsOnTerm)
  const ended = living.end(GRACE, timers)
  timers.advance(milliseconds(999))
  await turn()
  expect(launcher.programs.flatMap(({ signals }) => signals)).toEqual([])
  timers.advance(milliseconds(1))
  await ended
  expect(launcher.programs.map(({ signals }) => signals)).toEqual([['SIGKILL'], [], ['SIGKILL']])
})

test('it is over as soon as the last of them is', async () => {
  const { living, launcher, timers } = started(exits(0, milliseconds(10)), exits(0, milliseconds(20)))
  const ended = living.end(GRACE, timers)
  timers.advance(milliseconds(20))
  await ended
  expect(launcher.programs.flatMap(({ signals }) => signals)).toEqual([])
  expect(timers.pending).toBe(0)
})

test('with nobody alive there is nothing to wait for', async () => {
  const { living, timers } = started()
  await living.end(GRACE, timers)
  expect(timers.pending).toBe(0)
})
