/** Processes of this machine that begin, become other programs and end, as /proc shows them. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import type { ProcessToTrack } from '../../../src/scripts/tracking/process-match.ts'
import { TrackedProcesses } from '../../../src/scripts/tracking/tracked-processes.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { findProgram } from '../../support/tools.ts'
import { ports } from './ports.ts'

/** A program that nobody else on this machine runs, and who looks for it. */
async function setup({ onTestFinished }: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'vrrpd-track-process-'))
  const name = `vt-${randomBytes(4).toString('hex')}`
  const path = join(directory, name)
  await copyFile(findProgram('sleep')!, path)
  const verdicts: string[] = []
  const notes: string[] = []
  const processes = new TrackedProcesses(ports, {
    onVerdict: (_name, verdict) => void verdicts.push(verdict),
    onNote: (text) => void notes.push(text),
  })
  const children: ChildProcess[] = []
  onTestFinished(async () => {
    processes.stop()
    for (const child of children) child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  })
  return {
    name,
    path,
    verdicts,
    notes,
    track: (change: Partial<ProcessToTrack> = {}) => {
      const usual = { name: 'p', program: name, parameters: [], match: 'name', quorum: 1 } as const
      processes.replace([{ ...usual, terminateDelay: seconds(0), forkDelay: seconds(0), ...change }])
    },
    run: (program = path, args: readonly string[] = ['60']) => {
      const child = spawn(program, args, { stdio: 'ignore' })
      children.push(child)
      return child
    },
    counts: (running: number) =>
      until(`${running} to run`, () => processes.reports()[0]?.running === running, patiently),
  }
}

test.concurrent('begin and end, and the quorum with them', async (context) => {
  const { track, run, counts, verdicts, notes } = await setup(context)
  track({ quorum: 2 })
  await counts(0)
  const first = run()
  await counts(1)
  expect(verdicts).toEqual(['down'])
  run()
  await counts(2)
  expect(verdicts).toEqual(['down', 'up'])
  first.kill('SIGKILL')
  await counts(1)
  expect(verdicts).toEqual(['down', 'up', 'down'])
  expect(notes).toEqual([
    'Quorum lost for tracked process p (0 running)',
    'Quorum gained for tracked process p (2 running)',
    'Quorum lost for tracked process p (1 running)',
  ])
})

test.concurrent('one that runs before it is looked for; more than the quorum allows', async (context) => {
  const { track, run, counts, verdicts } = await setup(context)
  run()
  track({ quorumMax: 1 })
  await counts(1)
  expect(verdicts).toEqual(['up'])
  run()
  await counts(2)
  expect(verdicts).toEqual(['up', 'down'])
})

test.concurrent('a shell that becomes the program later', async (context) => {
  const { track, run, counts, path } = await setup(context)
  track()
  run('/bin/sh', ['-c', `sleep 0.6; exec ${path} 60`])
  await counts(1)
})

test.concurrent('by its parameters', async (context) => {
  const { track, run, counts, path } = await setup(context)
  run(path, ['61'])
  track({ program: path, match: 'exact', parameters: ['62'] })
  await counts(0)
  run(path, ['62'])
  await counts(1)
})

test.concurrent('one that is restarted within terminate_delay was never missed', async (context) => {
  const { track, run, counts, verdicts, notes } = await setup(context)
  const first = run()
  track({ terminateDelay: seconds(600) })
  await counts(1)
  first.kill('SIGKILL')
  await counts(0)
  run()
  await counts(1)
  expect([verdicts, notes]).toEqual([['up'], []])
})
