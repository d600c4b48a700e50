/** The running daemon as the operating system and an operator see it. */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { VERSION } from '../../src/base/version.ts'
import { Lab, promptly } from '../support/lab.ts'
import { memoryOf } from '../support/lab/processes.ts'
import { masterDownInterval, pause } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

const vip = '10.9.0.100'

const config = (priority: number, password: string): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  authentication {
    auth_type PASS
    auth_pass ${password}
  }
  virtual_ipaddress {
    ${vip}/24
  }
}
`

async function makeLab({ onTestFinished }: TestContext): Promise<Lab<'a' | 'b'>> {
  const lab = await Lab.create({ hosts: ['a', 'b'] })
  onTestFinished(() => lab.destroy())
  return lab
}

needs('netns', 'built')('a running vrrpd', () => {
  test.concurrent('loads no native code but ours, and is small', async (context) => {
    const lab = await makeLab(context)
    const daemon = await lab.host('a').start({ kind: 'vrrpd', config: config(100, '1111') })
    await lab.host('a').holdsWithin(vip, plus(masterDownInterval(100), promptly))
    const maps = readFileSync(`/proc/${daemon.pid}/maps`, 'utf8')
    const addons = new Set([...maps.matchAll(/\S+\.node$/gm)].map(([path]) => path))
    expect([...addons]).toEqual([resolve('native/build/vrrpd_system.node')])
    expect(memoryOf(daemon.pid).rssKib).toBeLessThan(60 * 1024)
  })

  test.concurrent('never says a password', async (context) => {
    const lab = await makeLab(context)
    const [ours, theirs] = ['0ur-pw', 'their-pw']
    const args = ['-d']
    const a = await lab.host('a').start({ kind: 'vrrpd', config: config(100, ours), args })
    const b = await lab.host('b').start({ kind: 'vrrpd', config: config(90, `${theirs}-too-long`), args })
    await lab.host('a').holdsWithin(vip, plus(masterDownInterval(100), promptly))
    await lab.host('b').holdsWithin(vip, plus(masterDownInterval(90), promptly))
    await pause(seconds(1.5))
    // Exit code 1: the other one's password is a problem.
    const { stdout: status } = await runAnyway([
      ...[resolve('bin/vrrpd'), 'status', '--json', '--control', a.controlSocket],
    ])
    const said = [await a.log(), await b.log(), status, readFileSync(`/proc/${a.pid}/cmdline`, 'utf8')].join(
      '\n',
    )
    expect(said, 'both speak of the other’s adverts').toMatch(/passwd|auth/i)
    expect(said).not.toContain(ours)
    expect(said).not.toContain(theirs.slice(0, 8))
  })
})

needs('built')('bin/vrrpd', () => {
  test('runs through a symbolic link', async ({ onTestFinished }) => {
    const directory = await mkdtemp(join(tmpdir(), 'vrrpd-link-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const link = join(directory, 'vrrpd')
    await symlink(resolve('bin/vrrpd'), link)
    const { code, stdout, stderr } = await runAnyway([link, '--version'])
    expect(code).toBe(0)
    expect(`${stdout}${stderr}`).toContain(VERSION)
  })
})
