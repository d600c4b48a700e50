/** What init scripts do: start in the background, reload, stop, by pid file and name. */

import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { plus } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import { masterDownInterval, patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway, type Finished } from '../support/tools.ts'

const vip = '10.9.1.1'
const vrrpd = resolve('bin/vrrpd')

interface InitScript {
  readonly host: Host
  readonly pidFile: string
  readonly logFile: string
  /** Runs start-stop-daemon with these options and those for the daemon. */
  call(options: readonly string[], forDaemon?: readonly string[]): Promise<Finished>
}

async function makeInitScript({ onTestFinished }: TestContext): Promise<InitScript> {
  const lab = await Lab.create({ hosts: ['a', 'b'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
  onTestFinished(() => lab.destroy())
  const host = lab.host('a')
  const inDirectory = (name: string): string => join(host.directory, name)
  await writeFile(
    inDirectory('k.conf'),
    `vrrp_instance VI_1 {
      interface eth0
      virtual_router_id 51
      priority 200
      virtual_ipaddress {
        ${vip}/24
      }
    }\n`,
  )
  const pidFile = inDirectory('p.pid')
  const usual = ['-G', '-g', inDirectory('k.log'), '-p', pidFile, '-r', inDirectory('r.pid')]
  return {
    host,
    pidFile,
    logFile: inDirectory('k.log'),
    call: (options, forDaemon = ['-f', inDirectory('k.conf')]) =>
      runAnyway([
        ...['ip', 'netns', 'exec', host.namespace, 'timeout', '20', 'start-stop-daemon', ...options],
        ...['--pidfile', pidFile, '--name', 'vrrpd'],
        ...(options.includes('--start')
          ? ['--startas', vrrpd, '--', ...usual, '--control', inDirectory('c.sock'), ...forDaemon]
          : []),
      ]),
  }
}

describe.concurrent('an init script', () => {
  needs(
    'netns',
    'built',
    'start-stop-daemon',
  )('with start-stop-daemon', () => {
    test('starts it once, reloads it and stops it', async (context) => {
      const { host, pidFile, logFile, call } = await makeInitScript(context)
      expect(await call(['--start'])).toMatchObject({ code: 0 })
      const pid = Number(readFileSync(pidFile, 'utf8'))
      expect(await host.exec(['cat', '/proc/net/igmp']), '224.0.0.18 is listened to').toContain('120000E0')
      expect((await call(['--start', '--oknodo', '--quiet'])).code, 'it runs already').toBe(0)
      expect(Number(readFileSync(pidFile, 'utf8'))).toBe(pid)
      expect((await call(['--status'])).code).toBe(0)
      await host.holdsWithin(vip, plus(masterDownInterval(200), patiently))

      expect((await call(['--stop', '--signal', 'HUP'])).code).toBe(0)
      await until('a reload', () => readFileSync(logFile, 'utf8').includes('Reload complete'), patiently)
      expect(await host.holds(vip)).toBe(true)

      expect((await call(['--stop', '--retry', 'TERM/10/KILL/5'])).code).toBe(0)
      expect(await host.holds(vip)).toBe(false)
      expect(existsSync(pidFile)).toBe(false)
      expect(existsSync(`/proc/${String(pid)}`)).toBe(false)
      expect((await call(['--status'])).code, 'start-stop-daemon: not running').toBe(3)
    })

    test('hears of a start that failed', async (context) => {
      const { pidFile, call } = await makeInitScript(context)
      expect((await call(['--start'], ['-f', '/none.conf'])).code).toBe(2)
      expect((await call(['--start'], ['--no-such-option'])).code).toBe(1)
      expect(existsSync(pidFile)).toBe(false)
    })
  })
})
