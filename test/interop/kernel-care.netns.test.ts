/** Kernel state that others change under a running daemon: static items, --restore-addresses, promote_secondaries. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Namespace } from '../netlink/namespace.ts'
import { promptly } from '../support/lab.ts'
import { Capture, inject } from '../support/lab/capture.ts'
import { craftGratuitousArp } from '../support/lab/craft.ts'
import { Daemon, type DaemonKind } from '../support/lab/daemon.ts'
import { eventually, patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { run } from '../support/tools.ts'

interface Scene {
  readonly namespace: Namespace
  readonly directory: string
  start(kind: DaemonKind, config: string, args?: readonly string[]): Promise<Daemon>
  /** Lines of `ip route` and `ip rule` that are not the kernel's own. */
  routing(): Promise<string[]>
  locals(link?: string): Promise<string[]>
}

async function inScene(tell: (scene: Scene) => Promise<void>): Promise<void> {
  const namespace = await Namespace.create()
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-care-'))
  const daemons: Daemon[] = []
  try {
    // Not eth1: with that eth0 would go, too.
    await namespace.batch(['link add st0 type veth peer name st1', 'link set st0 up', 'link set st1 up'])
    await tell({
      namespace,
      directory,
      start: async (kind, config, args = []) => {
        const daemon = await Daemon.start(namespace.name, directory, { kind, config, args })
        daemons.push(daemon)
        return daemon
      },
      routing: async () => {
        const texts = await Promise.all([
          namespace.ip('-4', 'route', 'show', 'table', 'all'),
          namespace.ip('-4', 'rule'),
        ])
        return texts
          .join('')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !/kernel|lookup (local|main|default)/.test(line))
      },
      locals: async (link) => (await namespace.addresses(link)).map(({ local }) => local),
    })
  } finally {
    for (const daemon of daemons) if (daemon.running) await daemon.kill()
    await namespace.destroy()
    rmSync(directory, { recursive: true })
  }
}

const instance = (more = '', addresses = ['10.9.0.100']): string => `
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
  ${more}
}
`

const statics = (more = ''): string => `
global_defs {
  dynamic_interfaces
}
static_ipaddress {
  10.20.0.1/24 dev eth0
  10.21.0.1/24 dev st0 scope link label st0:st
}
static_routes {
  192.168.1.0/24 via 10.20.0.9 dev eth0
  192.168.2.0/24 via 10.21.0.9 dev st0 src 10.21.0.1
  192.168.3.0/24 nexthop via 10.20.0.9 dev eth0 nexthop via 10.21.0.9 dev st0
  blackhole 192.168.4.0/24
  ${more}
}
static_rules {
  from 10.20.0.0/24 table 100 priority 100
  from 10.21.0.0/24 table 100 priority 101 no_track
}
`

async function indexOf(namespace: Namespace, name: string): Promise<number> {
  const [link] = JSON.parse(await namespace.ip('-j', 'link', 'show', 'dev', name)) as { ifindex: number }[]
  return link!.ifindex
}

/** Two in a row, whatever else the machine does. */
const same = (get: () => Promise<unknown>, wanted: unknown, what: string): Promise<void> =>
  until(what, async () => JSON.stringify(await get()) === JSON.stringify(wanted), patiently)

const master = ({ namespace }: Scene): Promise<void> =>
  until('the address', async () => (await namespace.address('10.9.0.100')) !== undefined, patiently)

describe.concurrent('what others change', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('as keepalived', () => {
    test('static items are there with the start and gone with the end', async () => {
      const told = await Promise.all(
        (['keepalived', 'vrrpd'] as const).map(async (kind) => {
          const looks: unknown[] = []
          await inScene(async (scene) => {
            const look = async (): Promise<void> => {
              looks.push([await scene.routing(), await scene.locals('eth0'), await scene.locals('st0')])
            }
            const daemon = await scene.start(kind, statics() + instance())
            await master(scene)
            await until('the rules', async () => (await scene.routing()).length >= 8, patiently)
            await look()
            await scene.namespace.ip('addr', 'del', '10.20.0.1/24', 'dev', 'eth0')
            await until('it again', async () => (await scene.locals()).includes('10.20.0.1'), patiently)
            await daemon.stop()
            await look()
          })
          return looks
        }),
      )
      expect(told[1]).toEqual(told[0])
    })

    test('the neighbours are told of IPv6 addresses', async () => {
      const told = await Promise.all(
        (['keepalived', 'vrrpd'] as const).map(async (kind) => {
          let frames: string[] = []
          await inScene(async (scene) => {
            const { namespace } = scene
            for (const link of ['eth0', 'eth1'])
              await namespace.sysctl(`net/ipv6/conf/${link}/disable_ipv6`, 0)
            await namespace.sysctl('net/ipv6/conf/eth0/forwarding', 1)
            const capture = Capture.start(namespace.name, await indexOf(namespace, 'eth1'))
            const excluded =
              'virtual_ipaddress_excluded {\n fd00:9::101/64\n 10.9.0.101\n }\ngarp_master_delay 60'
            const daemon = await scene.start(kind, instance(excluded))
            const seen = async (): Promise<string[]> =>
              (await capture.frames())
                .map(({ bytes }) => bytes)
                .filter((bytes) => bytes.readUInt16BE(12) === 0x86dd && bytes[54] === 136 && bytes[59] === 0)
                .map((bytes) => bytes.toString('hex'))
                .filter((hex) => hex.includes('fd000009000000000000000000000101'))
            await until('five of them', async () => (await seen()).length >= 5, patiently)
            await pause(seconds(0.5))
            frames = await seen()
            capture.stop()
            await daemon.stop()
          })
          return frames
        }),
      )
      expect(told[1]).toEqual(told[0])
      expect(told[1]).toHaveLength(5)
    })

    test('promote_secondaries is set on the own interface, and put back', async () => {
      const told = await Promise.all(
        (['keepalived', 'vrrpd'] as const).map(async (kind) => {
          const looks: unknown[] = []
          await inScene(async (scene) => {
            const { namespace } = scene
            const setting = async (): Promise<string> =>
              (
                await run([
                  ...['ip', 'netns', 'exec', namespace.name, 'sh', '-c'],
                  'cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries /proc/sys/net/ipv4/conf/eth1/promote_secondaries',
                ])
              ).trim()
            const daemon = await scene.start(
              kind,
              instance('promote_secondaries', ['10.9.0.100', '10.31.0.1/24']),
            )
            await master(scene)
            await until('all', async () => (await scene.locals()).includes('10.31.0.1'), patiently)
            looks.push(await setting())
            await namespace.ip('addr', 'add', '10.31.0.50/24', 'dev', 'eth0')
            await daemon.stop()
            looks.push(await setting(), await scene.locals())
          })
          return looks
        }),
      )
      expect(told[1]).toEqual(told[0])
      expect(told[1]?.[2]).toContain('10.31.0.50')
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('better than keepalived', () => {
    test('static items are restored whatever goes, and with their links', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        const daemon = await scene.start('vrrpd', statics('192.168.5.0/24 dev eth9') + instance())
        await master(scene)
        await eventually(async () => expect(await scene.routing()).toHaveLength(8))
        const before = (await scene.routing()).sort()
        const all = async (): Promise<readonly unknown[]> => [
          (await scene.routing()).sort(),
          await scene.locals('st0'),
        ]
        await namespace.batch([
          'rule del priority 100',
          'rule del priority 101',
          'route del blackhole 192.168.4.0/24',
          'route del 192.168.3.0/24',
          'route del 192.168.2.0/24',
          'addr del 10.21.0.1/24 dev st0',
        ])
        await eventually(async () => {
          expect(await all()).toEqual([before, expect.arrayContaining(['10.21.0.1'])])
        })
        await namespace.batch(['link del st0', 'link add st0 type veth peer name st1'])
        await namespace.batch(['link set st0 up', 'link set st1 up'])
        await eventually(async () => {
          expect(await all()).toEqual([before, expect.arrayContaining(['10.21.0.1'])])
        })
        await namespace.batch([
          'link add eth9 type veth peer name eth7',
          'link set eth9 up',
          'link set eth7 up',
        ])
        await until('the last one', async () => (await scene.routing()).length === 9, patiently)
        const unset = 'cannot set static route to 192.168.5.0/24 before there is an interface eth9'
        await daemon.logs(unset, patiently)
        await daemon.logs('Restoring deleted static rule 100 (IPv4)', patiently)
        await daemon.stop()
        expect(await daemon.log()).not.toMatch(/FAULT/)
        expect(await scene.routing()).toEqual([])
      })
    })

    test('a reload changes what differs of static items', async () => {
      await inScene(async (scene) => {
        const daemon = await scene.start('vrrpd', statics() + instance())
        await master(scene)
        const changed = statics()
          .replace('10.20.0.1/24 dev eth0', '10.20.0.1/24 dev eth0\n  10.22.0.1/24 dev eth0')
          .replace('blackhole 192.168.4.0/24', '192.168.6.0/24 via 10.22.0.9 dev eth0')
          .replace('priority 100', 'priority 99')
        await daemon.rewrite(changed + instance())
        daemon.signal('SIGHUP')
        await daemon.logs('Reload complete', patiently)
        await eventually(async () => {
          const routing = (await scene.routing()).join('\n')
          expect(routing).toMatch(/192.168.6.0\/24 via 10.22.0.9/)
          expect(routing).not.toMatch(/192.168.4.0/)
          expect(routing).toMatch(/^99:/m)
          expect(routing).not.toMatch(/^100:/m)
        })
        await daemon.stop()
        expect(await daemon.log()).not.toContain('Restoring')
        expect(await scene.routing()).toEqual([])
        expect(await scene.locals()).toEqual(['10.9.0.1'])
      })
    })

    const contested = `
      virtual_routes {
        192.168.1.0/24 via 10.9.0.9 dev eth0
        blackhole 192.168.2.0/24
      }
      virtual_rules {
        from 10.20.0.0/24 table 100 priority 100
      }`

    test('--restore-addresses: all is put back, and the Master stays', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        // Never without an address to send from.
        await namespace.ip('addr', 'add', '10.50.0.1/24', 'dev', 'eth0')
        const config = instance(contested, ['10.9.0.100', '10.9.0.101/24'])
        const daemon = await scene.start('vrrpd', config, ['--restore-addresses'])
        await master(scene)
        const all = async (): Promise<unknown> => [
          (await scene.routing()).sort(),
          (await scene.locals()).sort(),
        ]
        await until('the rule', async () => (await scene.routing()).length === 3, patiently)
        const before = await all()
        await namespace.batch([
          'addr del 10.9.0.100/32 dev eth0',
          'route del 192.168.1.0/24',
          'route del blackhole 192.168.2.0/24',
          'rule del priority 100',
        ])
        await same(all, before, 'all of it')
        // Its own address takes along the virtual one that is its secondary.
        await namespace.batch(['addr del 10.9.0.1/24 dev eth0', 'addr add 10.9.0.1/24 dev eth0'])
        await same(all, before, 'the secondary')
        await daemon.logs(/IP 10.9.0.100\/32 on eth0 was removed by .*: it is put back/, promptly)
        await daemon.stop()
        expect((await daemon.log()).match(/Entering \w+ STATE/g)).toEqual(['Entering MASTER STATE'])
        expect(await scene.routing()).toEqual([])
      })
    })

    test('--restore-addresses: who removes it over and over is not fought at full speed', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        const daemon = await scene.start('vrrpd', instance(), ['--restore-addresses'])
        await master(scene)
        const churn = run([
          ...['ip', 'netns', 'exec', namespace.name, 'timeout', '3', 'sh', '-c'],
          'while :; do ip addr del 10.9.0.100/32 dev eth0 2>/dev/null; done; true',
        ]).catch(() => '')
        await churn
        await until('it to be back', async () => (await scene.locals()).includes('10.9.0.100'), patiently)
        await daemon.stop()
        const log = await daemon.log()
        expect(log.match(/it is put back/g)).toHaveLength(1)
        expect(log.match(/Entering \w+ STATE/g)).toEqual(['Entering MASTER STATE'])
      })
    })

    test('an address that another host uses is seen, and changes nothing', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        const daemon = await scene.start('vrrpd', instance('', ['10.9.0.100', '10.9.0.101']))
        await master(scene)
        const eth1 = await indexOf(namespace, 'eth1')
        const claims = (address: string): void => {
          inject(namespace.name, eth1, craftGratuitousArp('02:00:00:00:ff:fe', address))
        }
        await until(
          'a line about it',
          async () => {
            claims('10.9.0.100')
            claims('10.9.0.77')
            return (await daemon.log()).includes('is also used by')
          },
          patiently,
        )
        const lines = (await daemon.log()).split('\n').filter((line) => line.includes('also used by'))
        expect(lines).toEqual([
          expect.stringContaining(
            '(VI_1) 10.9.0.100 on eth0 is also used by 02:00:00:00:ff:fe: another host has our address, or there is a second master',
          ),
        ])
        expect((await daemon.log()).match(/Entering \w+ STATE/g)).toEqual(['Entering MASTER STATE'])
        await daemon.stop()
      })
    })

    test('an interface that is renamed away and back', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        const daemon = await scene.start('vrrpd', instance())
        await master(scene)
        await namespace.batch(['link set eth0 down', 'link set eth0 name wan', 'link set wan up'])
        await daemon.logs(/Entering FAULT STATE/, patiently)
        await eventually(async () => expect(await scene.locals('wan')).not.toContain('10.9.0.100'))
        await pause(seconds(0.2))
        await namespace.batch(['link set wan down', 'link set wan name eth0', 'link set eth0 up'])
        await master(scene)
        await daemon.stop()
        expect(await scene.locals()).toEqual(['10.9.0.1'])
      })
    })

    test('an interface that is renamed while it is up', async () => {
      await inScene(async (scene) => {
        const { namespace } = scene
        const daemon = await scene.start('vrrpd', instance())
        await master(scene)
        const renamed = await run([
          ...['ip', '-n', namespace.name, 'link', 'set', 'eth0', 'name', 'wan'],
        ]).then(
          () => true,
          () => false,
        )
        // Older kernels rename only interfaces that are down.
        if (renamed) {
          await daemon.logs(/Entering FAULT STATE/, patiently)
          await until(
            'no address',
            async () => !(await scene.locals('wan')).includes('10.9.0.100'),
            patiently,
          )
          await namespace.ip('link', 'set', 'wan', 'name', 'eth0')
          await master(scene)
        }
        await daemon.stop()
      })
    })
  })
})
