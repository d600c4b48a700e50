/** Start, sleep, signals and end of the process, wherever it may be in them. */

import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import type { LanOptions } from '../support/lab/network.ts'
import { processTree } from '../support/lab/processes.ts'
import { eventually, masterDownInterval, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway, type Finished } from '../support/tools.ts'
import { expectAsKeepalived, type Scene } from './solo.ts'

const vip = '10.9.1.1'
const vrrpd = resolve('bin/vrrpd')

const takeover = plus(masterDownInterval(100), patiently)
/** More than an advert. */
const settle = seconds(1.3)

interface InstanceOptions {
  readonly name?: string
  readonly link?: string
  readonly vrid?: number
  readonly address?: string
  readonly priority?: number
  readonly more?: string
}

const instance = ({
  name = 'VI_1',
  link = 'eth0',
  vrid = 51,
  address = vip,
  priority = 100,
  more = '',
}: InstanceOptions = {}): string => `
vrrp_instance ${name} {
  interface ${link}
  virtual_router_id ${vrid}
  priority ${priority}
  garp_master_delay 60
  virtual_ipaddress {
    ${address}/24
  }
  ${more}
}
`

async function makeLab(
  { onTestFinished }: TestContext,
  lans: readonly LanOptions[] = [{ link: 'eth0', subnet: '10.9.0.0/24' }],
): Promise<Lab<'a' | 'b'>> {
  const lab = await Lab.create({ hosts: ['a', 'b'], lans })
  onTestFinished(() => lab.destroy())
  return lab
}

/** Two links, one sync group. */
const grouped = (priority: number, more = ''): string => `
vrrp_sync_group G {
  group {
    VI_1
    VI_2
  }
}
${instance({ priority, more })}
${instance({ name: 'VI_2', link: 'eth1', vrid: 52, address: '10.8.1.1', priority, more })}`

/** It never returns, and neither does what it has started. */
async function writeHangingCheck(directory: string): Promise<void> {
  const pids = join(directory, 'pids')
  const body = `sleep 1000 & echo $! $$ >${pids}.new; mv ${pids}.new ${pids}; wait`
  await writeFile(join(directory, 'hanging'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

/** Ends with 0, soon, and leaves no file and no process. */
async function expectCleanEnd({ router, daemon }: Scene): Promise<void> {
  const running = daemon()
  const stopped = wallNow()
  expect(await running.stop()).toEqual({ code: 0, signal: null })
  expect(wallNow() - stopped).toBeLessThan(patiently)
  const files = ['daemon.pid', 'vrrp.pid', ...(running.kind === 'vrrpd' ? ['control.sock'] : [])]
  for (const file of files) {
    expect(existsSync(join(running.directory, file)), file).toBe(false)
  }
  const pids = join(router.directory, 'pids')
  if (!existsSync(pids)) return
  for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) {
    await until(`process ${pid} of the check to end`, () => !existsSync(`/proc/${pid}`), promptly)
  }
}

/** Runs to its end, or to SIGTERM after some seconds; what it printed has no time stamps any more. */
async function runFor(
  host: Host,
  span: number,
  argv: readonly string[],
): Promise<Finished & { lines: string[] }> {
  const limited = ['ip', 'netns', 'exec', host.namespace, 'timeout', String(span), ...argv]
  const finished = await runAnyway(limited)
  const lines = finished.stderr
    .split('\n')
    .map((line) => line.replace(/^\w{3} \w{3} +\d+ [\d:]{8} \d{4}: /, ''))
  return { ...finished, lines: lines.filter((line) => line !== '') }
}

/** The words after options that are always the same. */
const command = (directory: string, config: string, more: readonly string[] = []): readonly string[] => [
  ...[vrrpd, '-n', '-l', '-P', '-f', config],
  ...['-p', join(directory, 'p.pid'), '-r', join(directory, 'r.pid'), '--control', join(directory, 'c.sock')],
  ...more,
]

/** As /proc names it; undefined when there is no such process. */
function stateOf(pid: number): string | undefined {
  if (!existsSync(`/proc/${pid}`)) return undefined
  return /^State:\t(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
}

const commandLineOf = (pid: number): string =>
  existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() : ''

describe.concurrent('the process', () => {
  needs(
    'netns',
    'built',
    'keepalived',
  )('a vrrpd that was stopped for a while', () => {
    test('as Master: it hears its successor before it sends anything', async (context) => {
      const lab = await makeLab(context, [
        { link: 'eth0', subnet: '10.9.0.0/24' },
        { link: 'eth1', subnet: '10.8.0.0/24' },
      ])
      const [a, b] = [lab.host('a'), lab.host('b')]
      const captures = [await b.capture('eth0'), await b.capture('eth1')]
      const daemon = await a.start({ kind: 'vrrpd', config: grouped(100) })
      await a.holdsWithin(vip, takeover)
      const other = await b.start({ kind: 'keepalived', config: grouped(150, 'nopreempt') })
      await other.logs('Entering BACKUP STATE', patiently)
      await pause(seconds(2.5))
      expect(await b.holds(vip)).toBe(false)
      daemon.freeze()
      await b.holdsWithin(vip, takeover)
      // Several adverts wait for it, and its own alarm has been due for long.
      await pause(seconds(2.5))
      const thawed = wallNow()
      daemon.thaw()
      await a.lacksWithin(vip, promptly)
      await a.lacksWithin('10.8.1.1', promptly, 'eth1')
      for (const capture of captures) {
        await eventually(async () => expect((await capture.adverts(thawed)).length).toBeGreaterThan(0))
      }
      await pause(settle)
      for (const [index, capture] of captures.entries()) {
        const since = await capture.adverts(thawed)
        const ours = since.filter(({ source }) => source === a.address(`eth${index}`))
        expect(ours, 'adverts of the one that slept').toEqual([])
      }
      await daemon.logs(/\(VI_1\) Entering BACKUP STATE \(was MASTER/, promptly)
    })

    test('as Backup: it does not take its Master’s place', async (context) => {
      const lab = await makeLab(context)
      const [a, b] = [lab.host('a'), lab.host('b')]
      const capture = await b.capture()
      await b.start({ kind: 'keepalived', config: instance({ priority: 150 }) })
      await b.holdsWithin(vip, takeover)
      const daemon = await a.start({ kind: 'vrrpd', config: instance() })
      await daemon.logs('Entering BACKUP STATE', patiently)
      await pause(settle)
      daemon.freeze()
      await pause(plus(masterDownInterval(100), seconds(1)))
      daemon.thaw()
      await pause(settle)
      expect((await capture.adverts()).filter(({ source }) => source === a.address())).toEqual([])
      expect(await daemon.log()).not.toContain('MASTER')
    })
  })

  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('SIGTERM', () => {
    const states: Readonly<Record<string, { more?: string; reach(scene: Scene): Promise<unknown> }>> = {
      INIT: {
        more: 'track_script {\n chk\n }',
        reach: async ({ router }) => {
          await until('the check to run', () => existsSync(join(router.directory, 'pids')), patiently)
          await pause(milliseconds(200))
        },
      },
      BACKUP: { reach: ({ notified }) => notified('BACKUP') },
      MASTER: { reach: ({ notified }) => notified('MASTER') },
      FAULT: {
        reach: async ({ router, notified }) => {
          await notified('BACKUP')
          await router.setCable('down')
          await notified('FAULT')
        },
      },
    }
    for (const [state, { more = '', reach }] of Object.entries(states)) {
      test(`in ${state}`, async () => {
        const told = await expectAsKeepalived({
          config: (notify) => `
global_defs {
  script_user root
}
vrrp_script chk {
  script "${dirname(notify)}/hanging"
  interval 60
}
${instance({ more: `${more}\n notify ${notify}` })}`,
          run: async (scene) => {
            await writeHangingCheck(scene.router.directory)
            await scene.start()
            await reach(scene)
            await expectCleanEnd(scene)
            await scene.look('stopped')
          },
        })
        expect(told.adverts).toEqual(state === 'MASTER' ? ['10.9.0.1 100', '10.9.0.1 0'] : [])
      })
    }
  })

  needs('netns', 'built')('what vrrpd cannot do without', () => {
    test('is named in one line, and the exit code is not 0', async (context) => {
      const host = (await makeLab(context)).host('a')
      const { directory } = host
      const [good, bad] = ['good', 'bad'].map((name) => join(directory, `${name}.conf`))
      await writeFile(good!, instance())
      await writeFile(bad!, instance().replace('virtual_router_id 51', 'virtual_router_id 300'))
      await mkdir(join(directory, 'folder'))
      const cases: readonly (readonly [readonly string[], string])[] = [
        [command(directory, '/nowhere'), 'Unable to read the configuration /nowhere: no such file'],
        [command(directory, directory), `Unable to read the configuration ${directory}: it is not a file`],
        [
          command(directory, good!, ['-p', '/nowhere/x.pid']),
          'cannot use the pid file /nowhere/x.pid: No such file or directory (another one: -p, -r)',
        ],
        [
          command(directory, good!, ['-r', '/nowhere/x.pid']),
          'cannot use the pid file /nowhere/x.pid: No such file or directory (another one: -p, -r)',
        ],
        [
          command(directory, good!, ['-p', join(directory, 'folder')]),
          `cannot use the pid file ${directory}/folder: Is a directory (another one: -p, -r)`,
        ],
        [
          command(directory, good!, ['-s', 'no-such-namespace']),
          'cannot enter network namespace no-such-namespace: No such file or directory',
        ],
      ]
      for (const [argv, said] of cases) {
        const { code, lines } = await runFor(host, 20, argv)
        expect(lines.filter((line) => !line.startsWith('Starting vrrpd'))).toEqual([said])
        expect(code).toBe(2)
      }
      const { code, lines } = await runFor(host, 20, command(directory, bad!))
      expect(lines).toContainEqual(expect.stringMatching(/bad\.conf:4:21: error: .*1\.\.255/))
      expect(code).toBe(2)
    })

    test('an empty file is run, and is said to be empty', async (context) => {
      const host = (await makeLab(context)).host('a')
      const daemon = await host.start({ kind: 'vrrpd', config: '' })
      await daemon.logs(`Warning - ${daemon.configFile} has nothing to run`, patiently)
      await daemon.logs('Startup complete', patiently)
      expect(await daemon.stop()).toEqual({ code: 0, signal: null })
      await daemon.logs('Stopped', patiently)
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('without privileges', () => {
    test('one line says which are missing', async (context) => {
      const host = (await makeLab(context)).host('a')
      const config = join(host.directory, 'good.conf')
      await writeFile(config, instance())
      const forbidden = join(host.directory, 'forbidden.conf')
      await writeFile(forbidden, instance(), { mode: 0 })
      const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
      const readOnly = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o ro none /run && exec "$@"', 'sh']
      const cases: readonly (readonly [readonly string[], RegExp])[] = [
        [[...nobody, ...command('/tmp', forbidden)], /forbidden\.conf: permission denied$/],
        [[...nobody, ...command('/tmp', config)], /root or CAP_NET_ADMIN and CAP_NET_RAW are needed/],
        [
          [...nobody, vrrpd, '-nlPf', config],
          /cannot use the pid file \/run\/keepalived\.pid: Permission denied/,
        ],
        [
          [...readOnly, vrrpd, '-nlPf', config],
          /cannot use the pid file \/run\/keepalived\.pid: Read-only file system/,
        ],
      ]
      for (const [argv, said] of cases) {
        const { code, lines } = await runFor(host, 20, argv)
        expect(lines.filter((line) => !line.startsWith('Starting vrrpd'))).toEqual([
          expect.stringMatching(said),
        ])
        expect(code).toBe(2)
      }
      await rm('/tmp/p.pid', { force: true })
      await rm('/tmp/r.pid', { force: true })
    })
  })

  needs(
    'netns',
    'built',
    'keepalived',
  )('a second daemon on the same pid file', () => {
    for (const [first, second] of [
      ['vrrpd', 'vrrpd'],
      ['vrrpd', 'keepalived'],
      ['keepalived', 'vrrpd'],
    ] as const) {
      test(`${second} beside ${first} says so and ends with 0`, async (context) => {
        const host = (await makeLab(context)).host('a')
        const daemon = await host.start({ kind: first, config: instance() })
        await daemon.logs('Entering BACKUP STATE', patiently)
        const pidFiles = [
          '-p',
          join(daemon.directory, 'daemon.pid'),
          '-r',
          join(daemon.directory, 'vrrp.pid'),
        ]
        const more = second === 'vrrpd' ? ['--control', join(host.directory, 'other.sock')] : []
        const other = second === 'vrrpd' ? vrrpd : 'keepalived'
        const argv = [other, '-n', '-l', '-P', '-f', daemon.configFile, ...pidFiles, ...more]
        const { code, lines } = await runFor(host, 20, argv)
        expect(lines).toContainEqual(expect.stringContaining('daemon is already running'))
        expect(code).toBe(0)
        await host.holdsWithin(vip, takeover)
        expect(daemon.running).toBe(true)
      })
    }
  })

  needs('netns', 'built')('vrrpd', () => {
    test('leaves a control socket that another daemon serves alone, and runs without', async (context) => {
      const host = (await makeLab(context)).host('a')
      const path = join(host.directory, 'taken.sock')
      const server = createServer()
      await once(server.listen(path), 'listening')
      context.onTestFinished(async () => {
        server.close()
        await once(server, 'close')
      })
      const daemon = await host.start({ kind: 'vrrpd', config: instance(), args: ['--control', path] })
      await daemon.logs(`another daemon holds the control socket ${path}; running on without`, patiently)
      await host.holdsWithin(vip, takeover)
      expect(existsSync(path)).toBe(true)
      await daemon.stop()
      expect(existsSync(path), 'after its end').toBe(true)
    })

    test('without -n is in the background once it listens', async (context) => {
      const host = (await makeLab(context)).host('a')
      // At that interval it is a Backup for as long as it takes to look at it.
      await writeFile(join(host.directory, 'good.conf'), instance({ more: 'advert_int 3' }))
      // With relative paths, which it has to remember when it leaves the directory.
      const [program = '', , ...words] = command('', 'good.conf', ['-D'])
      const { code, lines } = await runFor(host, 30, ['env', '-C', host.directory, program, ...words])
      const groups = await host.exec(['cat', '/proc/net/igmp'])
      expect(code).toBe(0)
      expect(lines).toContainEqual(expect.stringContaining('Entering BACKUP STATE (init)'))
      expect(groups, '224.0.0.18, as the kernel has it').toContain('120000E0')
      const pid = Number(readFileSync(join(host.directory, 'p.pid'), 'utf8'))
      context.onTestFinished(() => {
        if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL')
      })
      const status = await runAnyway([vrrpd, 'status', '--json', '--control', join(host.directory, 'c.sock')])
      expect(JSON.parse(status.stdout)).toMatchObject({ instances: [{ state: 'BACKUP' }] })
      const [, , , parent, group, session] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')
      expect([Number(group), Number(session)], 'a session of its own').toEqual([pid, pid])
      expect(Number(parent), 'whoever started it has gone').not.toBe(process.pid)
      expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/')
      await host.holdsWithin(vip, plus(masterDownInterval(100, seconds(3)), patiently))
      process.kill(pid, 'SIGTERM')
      // Whoever is process 1 here may take its time to bury it.
      await until('it to end', () => [undefined, 'Z'].includes(stateOf(pid)), promptly)
      expect(await host.holds(vip)).toBe(false)
    })

    test('runs in the namespace that -s names', async (context) => {
      const host = (await makeLab(context)).host('a')
      const config = join(host.directory, 'good.conf')
      await writeFile(config, instance())
      // The time limit is for a test that fails before it ends the daemon.
      const running = runAnyway(['timeout', '60', ...command(host.directory, config, ['-s', host.namespace])])
      await host.holdsWithin(vip, takeover)
      process.kill(Number(readFileSync(join(host.directory, 'p.pid'), 'latin1')), 'SIGTERM')
      expect((await running).stderr).toContain('Stopped')
      expect(await host.holds(vip)).toBe(false)
    })

    test('loses nothing by SIGHUP, whatever has become of the file', async (context) => {
      const lab = await makeLab(context)
      const host = lab.host('a')
      const capture = await lab.host('b').capture()
      const daemon = await host.start({ kind: 'vrrpd', config: instance() })
      await host.holdsWithin(vip, takeover)
      const changes = await host.watchAddresses()
      const from = wallNow()
      for (const text of [
        instance(),
        'vrrp_instance {',
        instance({ address: '10.9.1.2' }).replace(/}\n$/, ''),
        '',
        undefined,
      ]) {
        if (text === undefined) await rm(daemon.configFile)
        else await daemon.rewrite(text)
        daemon.signal('SIGHUP')
        await pause(settle)
      }
      expect(daemon.running).toBe(true)
      expect(changes.changes).toEqual([])
      const adverts = await capture.adverts(from)
      expect(adverts.length).toBeGreaterThanOrEqual(3)
      expect(adverts.every(({ priority }) => priority === 100)).toBe(true)
      expect((await daemon.log()).match(/Entering/g), 'BACKUP and MASTER').toHaveLength(2)
    })

    test('ends once, however often it is asked to', async (context) => {
      const lab = await makeLab(context)
      const host = lab.host('a')
      const capture = await lab.host('b').capture()
      const daemon = await host.start({ kind: 'vrrpd', config: instance() })
      await host.holdsWithin(vip, takeover)
      for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        daemon.signal(signal)
      expect(await daemon.stop()).toEqual({ code: 0, signal: null })
      expect(await host.holds(vip)).toBe(false)
      expect((await capture.adverts()).filter(({ priority }) => priority === 0)).toHaveLength(1)
    })

    test('may be asked to end while it starts', async (context) => {
      const host = (await makeLab(context)).host('a')
      for (const delay of [20, 60, 100, 140, 180, 220]) {
        const daemon = await host.start({ kind: 'vrrpd', config: instance({ priority: 255 }) })
        await pause(milliseconds(delay))
        const exit = await daemon.stop()
        // Before it has read its configuration there is nothing to do but end.
        expect([
          { code: 0, signal: null },
          { code: null, signal: 'SIGTERM' },
        ]).toContainEqual(exit)
        expect(await host.holds(vip), `after ${delay} ms`).toBe(false)
      }
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('vrrpd as process 1 of a container', () => {
    test('reaps orphans and ends by SIGTERM', async (context) => {
      const host = (await makeLab(context)).host('a')
      const script = join(host.directory, 'orphaning')
      await writeFile(script, '#!/bin/sh\n(sleep 0.3 & sleep 0.4 & sleep 60 &) \n', { mode: 0o755 })
      const config = `global_defs {\n script_user root\n}\n${instance({ more: `notify ${script}` })}`
      const under = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
      const daemon = await host.start({ kind: 'vrrpd', config, under })
      await host.holdsWithin(vip, takeover)
      // Of every call one orphan lives on, and none is a zombie: those have no command line.
      const orphans = (): string => processTree(daemon.pid).slice(2).map(commandLineOf).join(', ')
      await until('one orphan of each call', () => orphans() === 'sleep 60, sleep 60', patiently)
      const [, inside = 0] = processTree(daemon.pid)
      const stopped = wallNow()
      process.kill(inside, 'SIGTERM')
      expect(await daemon.exited).toEqual({ code: 0, signal: null })
      expect(wallNow() - stopped).toBeLessThan(patiently)
      expect(await host.holds(vip)).toBe(false)
    })
  })
})
