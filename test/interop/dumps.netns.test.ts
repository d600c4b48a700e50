/**
 * The files that signals ask for, beside the real keepalived's. Both write to
 * fixed places in /tmp, so they are asked one after the other.
 */

import { lstat, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const patiently = seconds(10)
const paths = {
  data: '/tmp/keepalived.data',
  parent: '/tmp/keepalived_parent.data',
  stats: '/tmp/keepalived.stats',
  json: '/tmp/keepalived.json',
}

const config = `
global_defs {
  router_id R1
  script_user root
}
vrrp_script chk {
  script "/usr/bin/true"
  weight 3
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass sesame
  }
  virtual_ipaddress {
    10.9.0.100/24
    10.9.0.101
  }
  virtual_ipaddress_excluded {
    10.9.0.102/24 label eth0:x
  }
  virtual_routes {
    10.77.0.0/24 via 10.9.0.7 dev eth0
  }
  virtual_rules {
    from 10.88.0.0/16 table 100 priority 1000
  }
  track_script {
    chk
  }
}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  nopreempt
  virtual_ipaddress {
    10.9.0.200/24
  }
}
`

type Shape = readonly { readonly data: Record<string, unknown>; readonly stats: Record<string, unknown> }[]

async function play({ onTestFinished }: TestContext, kind: DaemonKind) {
  const lab = await Lab.create({ hosts: ['router'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const precious = join(router.directory, 'precious')
  await writeFile(precious, 'keep')
  for (const path of Object.values(paths)) await rm(path, { force: true })
  if (kind === 'vrrpd') await symlink(precious, paths.json)
  const daemon = await router.start({ kind, config })
  await daemon.logs(/\(VI_2\) Entering MASTER STATE/, patiently)
  await daemon.logs(/\(VI_1\) Entering MASTER STATE/, patiently)
  await pause(seconds(0.3))
  for (const number of [10, 12, 36]) process.kill(daemon.pid, number)
  const isWritten = async (path: string): Promise<boolean> =>
    lstat(path).then(
      (found) => found.isFile() && found.size > 0,
      () => false,
    )
  await until(
    `${kind} to write its dumps`,
    async () => (await Promise.all(Object.values(paths).map(isWritten))).every(Boolean),
    patiently,
  )
  await pause(seconds(0.2))
  const text = (path: string): Promise<string> => readFile(path, 'utf8')
  const found = {
    mode: ((await lstat(paths.json)).mode & 0o7777).toString(8),
    json: JSON.parse(await text(paths.json)) as Shape,
    stats: await text(paths.stats),
    data: (await text(paths.data)).split('\n'),
    precious: await readFile(precious, 'utf8'),
  }
  process.kill(daemon.pid, 63)
  await pause(seconds(0.3))
  process.kill(daemon.pid, 12)
  await pause(seconds(0.3))
  return { ...found, cleared: await text(paths.stats) }
}

/** What depends on the moment, and the password, which is masked. */
const still = (shape: Shape): unknown =>
  shape.map(({ data, stats }) => ({
    data: { ...data, last_transition: 0, ...('auth_data' in data && { auth_data: '' }) },
    stats: { ...stats, advert_sent: 0 },
  }))

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('dumps', () => {
  test('are keepalived’s, field by field', async (context) => {
    const keepalived = await play(context, 'keepalived')
    const vrrpd = await play(context, 'vrrpd')
    expect(still(vrrpd.json)).toEqual(still(keepalived.json))
    for (const [index, { data, stats }] of keepalived.json.entries()) {
      expect(Object.keys(vrrpd.json[index]?.data ?? {})).toEqual(Object.keys(data))
      expect(Object.keys(vrrpd.json[index]?.stats ?? {})).toEqual(Object.keys(stats))
    }
    const names = (text: string): string => text.replaceAll(/\d+$/gm, 'n')
    expect(names(vrrpd.stats)).toBe(names(keepalived.stats))
    expect(vrrpd.cleared).toContain('Became master: 0')
    expect(keepalived.cleared).toContain('Became master: 0')
    expect(vrrpd.mode).toBe('600')
    expect(vrrpd.data.join('\n')).not.toContain('sesame')
    // Every line about instances is one of keepalived's, but for moments and the password.
    const told = new Set(keepalived.data)
    const own = vrrpd.data.filter((line) => !told.has(line) && !/Last transition|Password|Timeout/.test(line))
    expect(own).toEqual([])
    // A link that somebody has laid out is replaced, not followed.
    expect(vrrpd.precious).toBe('keep')
    expect(await readlink(paths.json).catch(() => 'a file')).toBe('a file')
  })
})
