/** A host that has no room left: no disk, no descriptors, no queue, no time. Adverts go on, one line says so, and it passes. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { milliseconds, plus, seconds, times } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import type { Daemon } from '../support/lab/daemon.ts'
import { masterDownInterval, patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { run, runAnyway } from '../support/tools.ts'

const vip = '10.9.1.1'
const takeover = plus(masterDownInterval(100), seconds(10))
/** What the other one needs to find out that it hears nobody. */
const untilNoticed = plus(masterDownInterval(100), seconds(1))

const config = (priority: number, more = ''): string => `
vrrp_script chk {
  script "/bin/true"
  interval 1
  weight 10
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${String(priority)}
  virtual_ipaddress {
    ${vip}/24
  }
  ${more}
}
`

const tracked = 'track_script {\n chk\n }'

async function makeLab({ onTestFinished }: TestContext): Promise<Lab<'a' | 'b'>> {
  const lab = await Lab.create({ hosts: ['a', 'b'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
  onTestFinished(() => lab.destroy())
  return lab
}

/** `a` is Master, `b` its Backup; each is told by what it has logged whether it has ever been anything else. */
async function makePair(
  lab: Lab<'a' | 'b'>,
  options: { readonly args?: readonly string[]; readonly under?: readonly string[]; readonly more?: string },
): Promise<{ a: Host; b: Host; daemon: Daemon; backup: Daemon }> {
  const [a, b] = [lab.host('a'), lab.host('b')]
  const { more, ...how } = options
  const daemon = await a.start({ kind: 'vrrpd', config: config(150, more), ...how })
  await a.holdsWithin(vip, takeover)
  const backup = await b.start({ kind: 'vrrpd', config: config(100) })
  await backup.logs('(VI_1) Entering BACKUP STATE', patiently)
  await pause(seconds(1.5))
  return { a, b, daemon, backup }
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

/** A file system of its own with so much room. */
const onDisk = (path: string, size: string): readonly string[] => [
  ...['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=${size} none ${path} && exec "$@"`, 'sh'],
]
const beside = ({ pid }: Daemon, ...argv: readonly string[]): readonly string[] => [
  ...['nsenter', '-t', String(pid), '-m', ...argv],
]

const limitDescriptors = (daemon: Daemon, most: number): Promise<string> =>
  run(['prlimit', '--pid', String(daemon.pid), `--nofile=${String(most)}:`])

describe.concurrent('a Master goes on', () => {
  needs(
    'netns',
    'root',
    'built',
  )('without', () => {
    test('room on the disk of its record and its log', async (context) => {
      const lab = await makeLab(context)
      const disk = join(lab.host('a').directory, 'small')
      await mkdir(disk)
      const { a, b, daemon, backup } = await makePair(lab, {
        under: onDisk(disk, '256k'),
        args: ['-p', `${disk}/daemon.pid`, '-r', `${disk}/vrrp.pid`, '-g', `${disk}/log`],
      })
      const record = `${disk}/daemon.pid.state`
      await runAnyway(beside(daemon, 'dd', 'if=/dev/zero', `of=${disk}/ballast`, 'bs=4k'))
      daemon.signal('SIGHUP')
      await daemon.logs(`cannot write ${record}: ENOSPC`, patiently)
      daemon.signal('SIGHUP')
      await pause(untilNoticed)
      expect([await a.holds(vip), await b.holds(vip)]).toEqual([true, false])
      expect(count(await daemon.log(), /cannot write/g)).toBe(1)
      await run(beside(daemon, 'rm', `${disk}/ballast`))
      await daemon.logs(`${record} is written again`, patiently)
      const [, json = ''] = (await run(beside(daemon, 'cat', record))).split('\n')
      expect(JSON.parse(json)).toMatchObject({ instances: [{ name: 'VI_1', isMaster: true }, {}] })
      await until(
        'the log file to have what could not be written',
        async () => (await run(beside(daemon, 'cat', `${disk}/log`))).includes('is written again'),
        patiently,
      )
      expect(await backup.log()).not.toContain('MASTER STATE')
    })

    test('descriptors: its script is said not to start, and a link is listened to as soon as that goes', async (context) => {
      const { a, b, daemon, backup } = await makePair(await makeLab(context), { more: tracked })
      await limitDescriptors(daemon, 3)
      await daemon.logs(/chk.*(EMFILE|too many open files)/i, patiently)
      await pause(untilNoticed)
      expect(await backup.log()).not.toContain('MASTER STATE')
      await a.removeLink()
      await a.restoreLink()
      await daemon.logs(/cannot open the VRRP sockets on eth0: .*EMFILE/, patiently)
      await limitDescriptors(daemon, 1024)
      await daemon.logs('the VRRP sockets on eth0 are open now', patiently)
      await a.holdsWithin(vip, takeover)
      await b.lacksWithin(vip, takeover)
      expect(count(await daemon.log(), /cannot open the VRRP sockets/g)).toBe(1)
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('while', () => {
    test('its link drops all that is sent, and is the only one again afterwards', async (context) => {
      const { a, b, daemon } = await makePair(await makeLab(context), { more: 'garp_master_delay 1' })
      await a.exec(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'pfifo', 'limit', '0'])
      await b.holdsWithin(vip, takeover)
      // It answers the other one's adverts, in vain.
      await daemon.logs(/cannot send gratuitous ARP on eth0: .*ENOBUFS/, patiently)
      await pause(seconds(2.5))
      expect(await a.holds(vip)).toBe(true)
      await a.exec(['tc', 'qdisc', 'del', 'dev', 'eth0', 'root'])
      await b.lacksWithin(vip, takeover)
      expect(await a.holds(vip)).toBe(true)
      expect(count(await daemon.log(), /cannot send gratuitous ARP on eth0: .*ENOBUFS/g)).toBe(1)
    })

    test('its wall clock is put forward and back by an hour', async (context) => {
      const lab = await makeLab(context)
      const [a, b] = [lab.host('a'), lab.host('b')]
      const clock = join(a.directory, 'clock.mjs')
      await writeFile(
        clock,
        `const real = Date.now
         let by = 0
         Date.now = () => real() + by
         setInterval(() => { by = by > 0 ? -3_600_000 : 3_600_000 }, 1_300).unref()`,
      )
      await a.start({ kind: 'vrrpd', config: config(150), env: { NODE_OPTIONS: `--import=${clock}` } })
      await a.holdsWithin(vip, takeover)
      const backup = await b.start({ kind: 'vrrpd', config: config(100) })
      await pause(plus(untilNoticed, seconds(3)))
      expect(await a.holds(vip)).toBe(true)
      await backup.logs('BACKUP STATE', patiently)
      expect(await backup.log()).not.toContain('MASTER STATE')
    })

    test('it is stopped and misses so much of the kernel’s news that a part of it is lost', async (context) => {
      const a = (await makeLab(context)).host('a')
      const daemon = await a.start({ kind: 'vrrpd', config: config(150) })
      await a.holdsWithin(vip, takeover)
      daemon.freeze()
      const churn = Array.from({ length: 5_000 }, (_, index) =>
        ['add', 'del'].map((verb) => `addr ${verb} 10.9.7.${String((index % 250) + 1)}/32 dev eth0`),
      ).flat()
      await until(
        'news to be dropped',
        async () => {
          await a.exec(['ip', '-batch', '-'], churn.join('\n'))
          return (await dropsIn(a)) > 0
        },
        times(patiently, 4),
      )
      await a.ip('addr', 'del', `${vip}/24`, 'dev', 'eth0')
      await a.ip('addr', 'add', '10.9.7.251/32', 'dev', 'eth0')
      daemon.thaw()
      await daemon.logs(/BACKUP STATE[^]*BACKUP STATE/, patiently)
      await a.holdsWithin(vip, takeover)
    })
  })
})

/** Datagrams that the kernel could not queue on the daemon's sockets: all that are there, but for ours (by its port, our id). */
async function dropsIn(host: Host): Promise<number> {
  const lines = (await host.exec(['cat', '/proc/net/netlink'])).split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , port]) => port !== String(process.pid))
    .reduce((sum, columns) => sum + (Number(columns[8]) || 0), 0)
}

needs(
  'netns',
  'root',
  'built',
)('a start', () => {
  test.concurrent(
    'on a full disk is one, and the files are written as soon as that goes',
    async (context) => {
      const a = (await makeLab(context)).host('a')
      const disk = join(a.directory, 'small')
      await mkdir(disk)
      const fill = `dd if=/dev/zero of=${disk}/ballast bs=4k 2> /dev/null; exec "$@"`
      const daemon = await a.start({
        kind: 'vrrpd',
        config: config(150),
        under: [...onDisk(disk, '64k'), 'sh', '-c', fill, 'sh'],
        args: ['-p', `${disk}/daemon.pid`, '-r', `${disk}/vrrp.pid`],
      })
      await a.holdsWithin(vip, takeover)
      await daemon.logs(/cannot write the pid file: .*ENOSPC/, patiently)
      await run(beside(daemon, 'rm', `${disk}/ballast`))
      await daemon.logs('the pid file is written now', patiently)
      await daemon.logs('daemon.pid.state is written again', patiently)
      expect(await run(beside(daemon, 'cat', `${disk}/daemon.pid`))).toBe(`${String(daemon.pid)}\n`)
      expect(count(await daemon.log(), /ENOSPC/g)).toBe(2)
    },
  )
})

needs(
  'netns',
  'root',
  'built',
)('vrrpd cleanup', () => {
  const routers = Array.from({ length: 40 }, (_, index) => index + 1)
  const many = routers
    .map(
      (vrid) => `
vrrp_instance VI_${String(vrid)} {
  interface eth0
  virtual_router_id ${String(vrid)}
  priority 100
  virtual_ipaddress {
    10.9.2.${String(vrid)}/24
    10.9.3.${String(vrid)}/24
  }
  virtual_routes {
    192.0.2.${String(vrid)}/32 via 10.9.0.200
  }
  virtual_rules {
    from 10.9.2.${String(vrid)} table ${String(1000 + vrid)} priority ${String(2000 + vrid)}
  }
}`,
    )
    .join('')

  test.concurrent.each([0, 3, 30])(
    'leaves nothing of forty instances killed %d ms after the first of them has begun',
    async (delay) => {
      const lab = await Lab.create({ hosts: ['a'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
      try {
        const a = lab.host('a')
        const state = async (): Promise<unknown> => [
          await a.addresses(),
          await a.routes(),
          await a.ip('rule'),
        ]
        const before = await state()
        const daemon = await a.start({ kind: 'vrrpd', config: many })
        // The first address of the first of them is what can be seen from outside.
        await a.hasWithin({ addresses: ['10.9.2.1'] }, takeover)
        await pause(milliseconds(delay))
        await daemon.kill()
        const { code, stderr } = await runAnyway([
          ...['ip', 'netns', 'exec', a.namespace, resolve('bin/vrrpd'), 'cleanup', '-n', '-D'],
          ...['-p', `${daemon.directory}/daemon.pid`, '-r', `${daemon.directory}/vrrp.pid`],
        ])
        expect([code, stderr]).toEqual([0, expect.stringContaining('removed 10.9.2.1/24 from eth0 (VI_1)')])
        expect(await state()).toEqual(before)
      } finally {
        await lab.destroy()
      }
    },
  )
})
