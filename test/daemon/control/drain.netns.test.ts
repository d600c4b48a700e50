/** Two real routers: one is taken out and let in again, as an operator does it, with the command line. */

import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import type { DrainNews } from '../../../src/control/drain.ts'
import type { EventReport } from '../../../src/control/events.ts'
import type { StatusReport } from '../../../src/control/report.ts'
import type { WhyReport } from '../../../src/control/why.ts'
import { schemaErrors } from '../../support/json-schema.ts'
import { Lab } from '../../support/lab.ts'
import type { Daemon } from '../../support/lab/daemon.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'

const vrrpd = fileURLToPath(new URL('../../../bin/vrrpd', import.meta.url))

const config = (priority: number): string => `
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
${[1, 2]
  .map(
    (vrid) => `vrrp_instance VI_${vrid} {
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
    virtual_ipaddress {
        10.9.0.${100 + vrid}/24
    }
}`,
  )
  .join('\n')}
`

interface Ran {
  readonly code: number
  readonly out: string
}

const run = (daemon: Daemon, ...argv: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(
      vrrpd,
      [...argv, '--control', daemon.controlSocket],
      { timeout: 30_000 },
      (_, out) => {
        resolve({ code: child.exitCode ?? -1, out })
      },
    )
  })

async function ask(daemon: Daemon, ...argv: readonly string[]): Promise<unknown> {
  const { out } = await run(daemon, ...argv, '--json')
  return JSON.parse(out)
}

const statusOf = async (daemon: Daemon): Promise<StatusReport> =>
  (await ask(daemon, 'status')) as StatusReport

/** `vrrpd status --watch --json`: the states of both instances, one entry for each line. */
function watch(daemon: Daemon) {
  const child = spawn(vrrpd, ['status', '--watch', '--json', '--control', daemon.controlSocket], {
    timeout: 180_000,
  })
  let out = ''
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return {
    states: (): readonly string[] =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as StatusReport).instances.map(({ state }) => state).join(' ')),
    interrupt: () => {
      child.kill('SIGINT')
      return ended
    },
  }
}

const lines = ({ out }: Ran): readonly unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

/** It listens to adverts first, and to clients a moment later. */
async function statesOf(daemon: Daemon): Promise<string> {
  const { code, out } = await run(daemon, 'status', '--json')
  if (code === 2) return 'no answer'
  const { instances } = JSON.parse(out) as StatusReport
  return instances.map(({ state }) => state).join(' ')
}

const becomes = (daemon: Daemon, states: string): Promise<unknown> =>
  until(states, async () => (await statesOf(daemon)) === states, seconds(12))

needs('netns', 'built')('vrrpd drain', () => {
  let lab: Lab<'alpha' | 'beta'>
  let alpha: Daemon

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['alpha', 'beta'] })
    alpha = await lab.host('alpha').start({ kind: 'vrrpd', config: config(150) })
    await becomes(alpha, 'MASTER MASTER')
  })

  afterAll(async () => {
    await lab.destroy()
  })

  test('hands over with the whole sync group, outlives a reload, and ends with resume', async () => {
    // Alone: nobody takes over, and it is taken back after the longest Master_Down_Interval.
    const watched = watch(alpha)
    await until('the first report', () => Promise.resolve(watched.states().length > 0), seconds(10))
    const alone = await run(alpha, 'drain', 'VI_1', '--json')
    expect(alone.code).toBe(1)
    expect((lines(alone) as DrainNews[]).map(({ kind }) => kind)).toEqual([
      'drained',
      'not-taken-over',
      'resumed',
    ])
    await becomes(alpha, 'MASTER MASTER')
    const isBack = (): boolean => watched.states().at(-1) === 'MASTER MASTER'
    await until('the watcher to see it', () => Promise.resolve(isBack()), seconds(10))
    expect(watched.states()[0]).toBe('MASTER MASTER')
    expect(watched.states()).toContain('FAULT FAULT')
    expect(await watched.interrupt()).toBe(0)

    const beta = await lab.host('beta').start({ kind: 'vrrpd', config: config(100) })
    await becomes(beta, 'BACKUP BACKUP')
    // With the next advert.
    await until(
      'beta to hear alpha',
      async () => (await statusOf(beta)).instances[0]?.master?.priority === 150,
      patiently,
    )

    const drained = await run(alpha, 'drain', 'VI_1', '--json')
    expect(drained.code).toBe(0)
    const takenOver = (lines(drained) as DrainNews[]).filter((news) => news.kind === 'taken-over')
    expect(takenOver.map(({ instance, by }) => `${instance} ${by}`).toSorted()).toEqual([
      'VI_1 10.9.0.2',
      'VI_2 10.9.0.2',
    ])
    // Skew_Time of priority 100, and no Master_Down_Interval.
    for (const { afterMs } of takenOver) {
      expect(afterMs).toBeGreaterThan(600)
      expect(afterMs).toBeLessThan(3_600)
    }
    expect(await statesOf(alpha)).toBe('FAULT FAULT')

    const status = await statusOf(alpha)
    expect(status.problems.map(({ code }) => code).toSorted()).toEqual(['drained', 'group-fault'])
    const schema = JSON.parse(readFileSync('docs/status.schema.json', 'utf8')) as Record<string, unknown>
    expect(schemaErrors(schema, status)).toEqual([])
    expect(schemaErrors(schema, await statusOf(beta))).toEqual([])

    const why = (await ask(alpha, 'why', '10.9.0.102')) as WhyReport
    expect(why.chain.map(({ text }) => text)).toEqual([
      'the operator takes VI_1 out',
      'VI_1 is FAULT (was MASTER): drained by the operator',
      'sync group G takes its members to FAULT',
      'VI_2 is FAULT (was MASTER): sync group member VI_1 (drained by the operator)',
      'VI_2 gave up 10.9.0.102/24',
      '10.9.0.2 is MASTER of VI_2, priority 100',
    ])

    process.kill(alpha.pid, 'SIGHUP')
    await alpha.logs('Reload complete', patiently)
    expect(await statesOf(alpha)).toBe('FAULT FAULT')
    expect(await run(alpha, 'drain', 'VI_1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('still out') as unknown,
    })

    const resumed = await run(alpha, 'resume', 'G')
    expect(resumed).toEqual({ code: 0, out: 'VI_1 may serve again\nnot drained: VI_2\n' })
    await becomes(alpha, 'MASTER MASTER')
    expect(await run(alpha, 'drain', 'VI_9')).toMatchObject({ code: 3 })

    const events = lines(await run(alpha, 'events', '--json')) as EventReport[]
    const kinds = new Set(events.map(({ kind }) => kind))
    for (const kind of ['started', 'drain', 'resume', 'reloaded', 'transition', 'master-heard'] as const)
      expect(kinds).toContain(kind)
    const causes = events.flatMap(({ id, cause }) => (cause === null ? [] : [cause < id]))
    expect(causes).not.toContain(false)
  })
})
