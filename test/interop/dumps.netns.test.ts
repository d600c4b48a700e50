/**
 * The files that signals ask for, beside the real keepalived's. Both write to
 * fixed places in /tmp, so each has a /tmp of its own.
 */

import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { watchDirectory } from '../support/inotify.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const patiently = seconds(20)

/** Where the files are for us, when /tmp is that directory for the daemon. */
const pathsIn = (tmp: string) => ({
  data: join(tmp, 'keepalived.data'),
  parent: join(tmp, 'keepalived_parent.data'),
  stats: join(tmp, 'keepalived.stats'),
  json: join(tmp, 'keepalived.json'),
})

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Makes the directory /tmp for a program; what it needs of the real one stays where it is. */
async function withOwnTmp(tmp: string, laboratory: string): Promise<readonly string[]> {
  const needed = [laboratory, repository, dirname(process.execPath)].filter((path) =>
    path.startsWith('/tmp/'),
  )
  const mounts = needed.map((path) => [path, join(tmp, relative('/tmp', path))] as const)
  for (const [, place] of mounts) await mkdir(place, { recursive: true })
  const script = [
    ...mounts.map(([path, place]) => `mount --bind '${path}' '${place}'`),
    `mount --rbind '${tmp}' /tmp`,
    'exec "$@"',
  ].join(' && ')
  return ['unshare', '--mount', 'sh', '-c', script, 'sh']
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
  const tmp = join(router.directory, 'tmp')
  const under = await withOwnTmp(tmp, lab.directory)
  const paths = pathsIn(tmp)
  if (kind === 'vrrpd') await symlink(precious, paths.json)
  await mkdir(tmp, { recursive: true })
  const watch = await watchDirectory(tmp, router.directory)
  onTestFinished(() => watch.stop())
  const daemon = await router.start({ kind, config, under })
  await daemon.logs(/\(VI_2\) Entering MASTER STATE/, patiently)
  await daemon.logs(/\(VI_1\) Entering MASTER STATE/, patiently)
  const addresses = ['10.9.0.100', '10.9.0.101', '10.9.0.102', '10.9.0.200']
  await router.hasWithin({ addresses, routes: ['10.77.0.0/24'], rules: [1000] }, patiently)
  // keepalived marks an address as set when the kernel has told it so.
  await untilStill({ kernels: [router.news] })
  for (const number of [10, 12, 36]) process.kill(daemon.pid, number)
  const sizeOf = async (path: string): Promise<number> =>
    lstat(path).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    )
  const closed = (): readonly string[] =>
    watch.events().filter((event) => event.startsWith('CLOSE_WRITE keepalived'))
  const areWhole = async (): Promise<boolean> => {
    const before = await Promise.all(Object.values(paths).map(sizeOf))
    // keepalived writes them piece by piece.
    await pause(seconds(0.5))
    const after = await Promise.all(Object.values(paths).map(sizeOf))
    const areClosed = closed().length >= after.length
    return areClosed && before.every((size, index) => size > 0 && size === after[index])
  }
  await until(`${kind} to write its dumps`, areWhole, patiently)
  const text = (path: string): Promise<string> => readFile(path, 'utf8')
  const found = {
    mode: ((await lstat(paths.json)).mode & 0o7777).toString(8),
    link: await readlink(paths.json).catch(() => 'none'),
    json: JSON.parse(await text(paths.json)) as Shape,
    stats: await text(paths.stats),
    data: (await text(paths.data)).split('\n'),
    precious: await readFile(precious, 'utf8'),
    closed: closed(),
  }
  process.kill(daemon.pid, 63)
  const isCleared = async (): Promise<boolean> => {
    process.kill(daemon.pid, 12)
    await pause(seconds(0.3))
    return !/Became master: [1-9]/.test(await text(paths.stats))
  }
  await until(`${kind} to clear its statistics`, isCleared, patiently)
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
  'cc',
)('dumps', () => {
  test('are keepalived’s, field by field', async (context) => {
    const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
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
    // What tools on the host wait for.
    const closed = ['data', 'json', 'stats', '_parent.data'].map(
      (end) => `CLOSE_WRITE keepalived${end.startsWith('_') ? '' : '.'}${end}`,
    )
    expect(vrrpd.closed.toSorted()).toEqual(closed.toSorted())
    expect(keepalived.closed.toSorted()).toEqual(closed.toSorted())
    // A link that somebody has laid out is replaced, not followed.
    expect(vrrpd.precious).toBe('keep')
    expect(vrrpd.link).toBe('none')
  })
})
