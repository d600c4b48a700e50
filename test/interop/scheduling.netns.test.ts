/** vrrp_rt_priority and its like: what the kernel says of the daemon, and of the scripts it starts. */

import { existsSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { Lab, type Host } from '../support/lab.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { global, instance } from './scenarios/kit.ts'
import { VIP } from './scenarios/matrix.ts'

const KEYWORDS = 'vrrp_rt_priority 40\nvrrp_cpu_affinity 0\nvrrp_no_swap'

const config = (script: string, keywords: string): string =>
  global(keywords) +
  `vrrp_script check {\n script "${script} check"\n interval 1\n}\n` +
  instance({ priority: 250, more: `notify "${script} notify"\ntrack_script {\n check\n}` })

/** A thread's or program's share of the machine. */
interface Share {
  readonly policy: 'ordinary' | 'round robin'
  readonly realTime: number
  readonly nice: number
  readonly processors: string
  readonly locked: boolean
}

/** @param text proc(5)'s stat, then its status */
function shareIn(text: string): Share {
  const [stat = ''] = text.split('\n', 1)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  const of = (name: string): string => new RegExp(`^${name}:\\s+(.*)`, 'm').exec(text)?.[1] ?? ''
  return {
    // Without SCHED_RESET_ON_FORK, of which stat does not tell.
    policy: field(41) === 2 ? 'round robin' : 'ordinary',
    realTime: field(40),
    nice: field(19),
    processors: of('Cpus_allowed_list'),
    locked: of('VmLck') !== '0 kB',
  }
}

const ORDINARY = { policy: 'ordinary', realTime: 0, nice: 0, locked: false } as const
const given = shareIn(`x\n${readFileSync('/proc/self/status', 'latin1')}`).processors

interface Scene {
  readonly host: Host
  readonly daemon: Daemon
  /** Of the process that does VRRP: keepalived has one for it. */
  daemonShare(): Promise<Share>
  /** Of a call; after a reload of one that came later. */
  scriptShare(name: 'check' | 'notify'): Promise<Share>
  reload(wanted: string): Promise<void>
}

async function play(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  kind: DaemonKind,
  { keywords = KEYWORDS, under = [] }: { keywords?: string; under?: readonly string[] } = {},
): Promise<Scene> {
  const lab = await Lab.create({ hosts: ['router'] })
  onTestFinished(() => lab.destroy())
  const host = lab.host('router')
  const script = join(host.directory, 'script')
  const told = join(host.directory, 'told')
  const body = `cat /proc/self/stat /proc/self/status >"${told}.$1.new" && mv "${told}.$1.new" "${told}.$1"`
  await writeFile(script, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  const daemon = await host.start({ kind, config: config(script, keywords), under })
  await host.holdsWithin(VIP, patiently)
  const read = (path: string): Promise<string> => readFile(path, 'latin1')
  return {
    host,
    daemon,
    daemonShare: async () => {
      const pid = (await read(join(daemon.directory, 'vrrp.pid'))).trim()
      return shareIn((await read(`/proc/${pid}/stat`)) + (await read(`/proc/${pid}/status`)))
    },
    scriptShare: async (name) => {
      await until(`a call of ${name}`, () => existsSync(`${told}.${name}`), patiently)
      return shareIn(await read(`${told}.${name}`))
    },
    reload: async (wanted) => {
      await daemon.rewrite(config(script, wanted))
      await rm(`${told}.check`, { force: true })
      daemon.signal('SIGHUP')
    },
  }
}

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('the scheduling keywords', () => {
  test.concurrent('do to the daemon what they do to keepalived, and nothing to scripts', async (context) => {
    const scenes = await Promise.all((['keepalived', 'vrrpd'] as const).map((kind) => play(context, kind)))
    for (const { daemon, daemonShare, scriptShare, reload } of scenes) {
      // keepalived lets its scripts have its own processors only, and never gets the others back.
      const processors = daemon.kind === 'keepalived' ? '0' : given
      const becomes = (share: Share): Promise<void> =>
        context.expect.poll(daemonShare, { timeout: 20_000, message: daemon.kind }).toEqual(share)
      const real = { policy: 'round robin', realTime: 40, nice: 0, processors: '0', locked: true } as const
      await becomes(real)
      for (const name of ['check', 'notify'] as const) {
        expect(await scriptShare(name), daemon.kind).toEqual({ ...ORDINARY, processors })
      }
      await reload('vrrp_priority -5')
      await becomes({ ...ORDINARY, nice: -5, processors })
      expect(await scriptShare('check'), daemon.kind).toEqual({ ...ORDINARY, processors })
      await reload('')
      await becomes({ ...ORDINARY, processors })
    }
  })

  test.concurrent('are for all threads of the daemon, the event loop first', async (context) => {
    const { daemon, host } = await play(context, 'vrrpd', { keywords: `${KEYWORDS}\nvrrp_priority -5` })
    const pid = (await readFile(join(daemon.directory, 'vrrp.pid'), 'latin1')).trim()
    const threads = (await host.exec(['sh', '-c', `cat /proc/${pid}/task/*/stat`])).trim().split('\n')
    expect(threads.length).toBeGreaterThan(1)
    for (const thread of threads) {
      const realTime = thread.startsWith(`${pid} `) ? 40 : 39
      expect(shareIn(thread)).toMatchObject({ realTime, nice: -5 })
    }
  })

  test.concurrent(
    'that the kernel refuses are said, with what to do, and the daemon goes on',
    async (context) => {
      const { daemon, daemonShare } = await play(context, 'vrrpd', {
        keywords: `${KEYWORDS}\nvrrp_priority -5`,
        under: ['setpriv', '--bounding-set', '-sys_nice,-ipc_lock', 'prlimit', '--memlock=65536'],
      })
      expect(await daemonShare()).toEqual({ ...ORDINARY, processors: '0' })
      const log = await daemon.log()
      expect(log).toMatch(/vrrp_rt_priority has no effect: sched_setscheduler: EPERM .*CAP_SYS_NICE/)
      expect(log).toMatch(/vrrp_priority has no effect: setpriority: EACCES .*CAP_SYS_NICE/)
      expect(log).toMatch(/vrrp_no_swap has no effect: mlock2: ENOMEM .*CAP_IPC_LOCK/)
      expect(log.match(/has no effect: /g)).toHaveLength(3)
      expect(log).toContain('Scheduling: processors 0\n')
    },
  )
})
