/**
 * net_namespace, instance, use_pid_dir and data_use_instance, and json_version: what a daemon that
 * is started outside of its namespace makes where, beside keepalived.
 */

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { Lab, type Host } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { eventually, patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { findProgram, runAnyway } from '../support/tools.ts'

const VIP = '10.9.0.100'

const config = (head: string, globals = ''): string => `
${head}
global_defs {
  ${globals}
}
vrrp_track_process init {
  process nobody-has-this-name
  weight 5
  terminate_delay 1.5
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 200
  track_process {
    init
  }
  virtual_ipaddress {
    ${VIP}/24
  }
}
`

interface Running {
  readonly pid: number
  readonly log: () => string
  stop(): Promise<void>
}

/** Started where this test runs: nothing but the file says which namespace is meant. */
async function start(
  { onTestFinished }: TestContext,
  kind: DaemonKind,
  host: Host,
  text: string,
): Promise<Running> {
  const file = join(host.directory, `${kind}.conf`)
  const log = join(host.directory, `${kind}.log`)
  await writeFile(file, text)
  const program = kind === 'vrrpd' ? resolve('bin/vrrpd') : findProgram('keepalived')!
  const child = spawn('sh', ['-c', `exec "$@" >'${log}' 2>&1`, 'sh', program, '-n', '-l', '-D', '-f', file], {
    stdio: 'ignore',
  })
  const ended = new Promise<void>((settle) => {
    child.once('exit', () => {
      settle()
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  onTestFinished(stop)
  await until(
    `${kind} to begin`,
    () => Promise.resolve(read(log).includes('Entering BACKUP STATE')),
    patiently,
  )
  return { pid: child.pid!, log: () => read(log), stop }
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

const filesIn = (directory: string): readonly string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.pid'))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : []

const networkOf = (pid: number): string => readlinkSync(`/proc/${pid}/ns/net`)

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('a daemon with a name and a network namespace of its own', () => {
  test('has them from its file, with keepalived’s pid files and dumps', async (context) => {
    const lab = await Lab.create({ hosts: ['router'] })
    context.onTestFinished(() => lab.destroy())
    const host = lab.host('router')
    const { namespace } = host
    const suffix = `${namespace}_foo`
    const directory = `/run/keepalived/${namespace}`
    const dumps = [`/tmp/keepalived.${suffix}.data`, `/tmp/keepalived_parent.${suffix}.data`]
    const json = join(host.directory, 'dump.json')
    context.onTestFinished(() => Promise.all(dumps.map((path) => rm(path, { force: true }))).then(() => {}))
    const head = `net_namespace ${namespace}\ninstance foo`
    const network = execFileSync('ip', ['netns', 'exec', namespace, 'readlink', '/proc/self/ns/net'], {
      encoding: 'utf8',
    })
    for (const kind of ['keepalived', 'vrrpd'] as const) {
      await Promise.all(dumps.map((path) => rm(path, { force: true })))
      const globals = `data_use_instance\n${kind === 'vrrpd' ? `json_version 2\njson_dump_file ${json}` : ''}`
      const daemon = await start(context, kind, host, config(head, globals))
      expect(filesIn(directory)).toEqual([`${directory}/keepalived_foo.pid`, `${directory}/vrrp_foo.pid`])
      expect(read(`${directory}/keepalived_foo.pid`)).toBe(`${String(daemon.pid)}\n`)
      expect(networkOf(Number(read(`${directory}/vrrp_foo.pid`)))).toBe(network.trim())
      await host.holdsWithin(VIP, patiently)
      process.kill(daemon.pid, 'SIGUSR1')
      // keepalived writes them piece by piece.
      await eventually(() => {
        for (const path of dumps) {
          expect(read(path)).toContain(` Network namespace = ${namespace}\n`)
          expect(read(path)).toContain(' Instance name = foo\n')
        }
      })
      if (kind === 'vrrpd') {
        await until('the socket', () => Promise.resolve(existsSync(`/run/vrrpd_${suffix}.sock`)), patiently)
        process.kill(daemon.pid, 36)
        await until('the JSON', () => read(json) !== '', patiently)
        expect(JSON.parse(read(json))).toMatchObject({
          vrrp: [{ data: { iname: 'VI_1', state: 2 }, stats: { become_master: 1 } }],
          track_process: [
            {
              process: 'nobody-has-this-name',
              param_match: 'none',
              min_processes: 1,
              current_processes: 0,
              have_quorum: false,
              weight: 5,
              terminate_delay: 1.5,
              fork_delay: 0,
              fork_delay_timer_running: false,
              terminate_delay_timer_running: false,
              full_command: false,
            },
          ],
        })
        await writeFile(
          join(host.directory, 'vrrpd.conf'),
          config(`net_namespace ${namespace}\ninstance bar`),
        )
        process.kill(daemon.pid, 'SIGHUP')
        const held = 'instance has changed: that takes a restart, a reload goes on as before'
        await until('its word', () => Promise.resolve(daemon.log().includes(held)), patiently)
        expect(await host.holds(VIP)).toBe(true)
      }
      await daemon.stop()
      await eventually(async () => {
        expect(filesIn(directory)).toEqual([])
        expect(await host.holds(VIP)).toBe(false)
      })
    }
  })

  test('is cleaned up by what its file says, and tells when there is no such namespace', async (context) => {
    const lab = await Lab.create({ hosts: ['router'] })
    context.onTestFinished(() => lab.destroy())
    const host = lab.host('router')
    const head = `net_namespace ${host.namespace}\ninstance crash`
    const daemon = await start(context, 'vrrpd', host, config(head))
    await host.holdsWithin(VIP, patiently)
    process.kill(daemon.pid, 'SIGKILL')
    await daemon.stop()
    const file = join(host.directory, 'vrrpd.conf')
    expect(await runAnyway([resolve('bin/vrrpd'), 'cleanup', '-f', file])).toMatchObject({
      code: 0,
      stderr: `vrrpd cleanup: removed ${VIP}/24 from eth0 (VI_1)\n`,
    })
    expect(await host.holds(VIP)).toBe(false)
    await writeFile(file, config('net_namespace no-such-namespace'))
    for (const args of [['-n', '-l', '-G'], ['-t'], ['cleanup']]) {
      const argv = [resolve('bin/vrrpd'), ...args, '-f', file]
      const { code, stderr } = await runAnyway(argv)
      expect([args[0], code]).toEqual([args[0], args[0] === 'cleanup' ? 1 : 2])
      expect(stderr).toContain('cannot enter network namespace no-such-namespace: ')
    }
  })

  test('is tested in that namespace', async (context) => {
    const lab = await Lab.create({ hosts: ['router'], link: 'only0' })
    context.onTestFinished(() => lab.destroy())
    const host = lab.host('router')
    const file = join(host.directory, 'test.conf')
    const text = config(`net_namespace ${host.namespace}`).replace('interface eth0', 'interface only0')
    await writeFile(file, text)
    expect((await runAnyway([resolve('bin/vrrpd'), '-t', '-f', file])).code).toBe(0)
    expect((await runAnyway(['keepalived', '-t', '-f', file])).code).toBe(0)
    await writeFile(file, text.replace('net_namespace', '! net_namespace'))
    expect((await runAnyway([resolve('bin/vrrpd'), '-t', '-f', file])).code).toBe(5)
    expect((await runAnyway(['keepalived', '-t', '-f', file])).code).toBe(5)
  })
})
