/** Links, addresses and routes that come and go under a running daemon, or are refused. */

import { describe, expect, test } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { promptly } from '../support/lab.ts'
import { asAdvert, asGratuitousArp } from '../support/lab/frames.ts'
import { masterDownInterval, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'
import { expectAsKeepalived, tell, type SoloStory } from './solo.ts'

const vip = '10.9.1.1'
const twoLans = [
  { link: 'eth0', subnet: '10.9.0.0/24' },
  { link: 'eth1', subnet: '10.8.0.0/24' },
] as const

interface InstanceOptions {
  readonly addresses?: readonly string[]
  readonly priority?: number
  readonly more?: string
}

const instance =
  ({ addresses = [`${vip}/24`], priority = 150, more = '' }: InstanceOptions = {}) =>
  (notify: string): string => `
global_defs {
  script_user root
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  garp_master_delay 60
  notify ${notify}
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
  ${more}
}
`

/** keepalived does without a link only with this. */
const dynamic =
  (config: SoloStory['config']): SoloStory['config'] =>
  (notify) =>
    config(notify).replace('global_defs {', 'global_defs {\n  dynamic_interfaces')

const takeover = plus(masterDownInterval(150), patiently)
/** A Backup stays one for so long that there is time to look at it. */
const unhurried = 'advert_int 3'
const unhurriedTakeover = plus(masterDownInterval(150, seconds(3)), patiently)
/** More than an advert. */
const settle = seconds(1.3)

async function presence(socket: string): Promise<readonly boolean[]> {
  const { stdout } = await runAnyway(['bin/vrrpd', 'status', '--json', '--control', socket])
  const report = JSON.parse(stdout) as { instances: [{ addresses: { present: boolean }[] }] }
  return report.instances[0].addresses.map(({ present }) => present)
}

describe.concurrent('what the kernel has and does', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('the kernel', () => {
    test('refuses an address: the others are installed and announced, and one line says so', async () => {
      const config = instance({
        addresses: [
          `${vip}/24`,
          '10.9.1.2/24 dev lo no_track',
          '10.9.1.3/24 dev absent no_track',
          '10.9.1.4/24',
        ],
      })
      const story: SoloStory = {
        config,
        run: async ({ router, start, look }) => {
          // Too small for IPv4: the link has none any more, and takes no address.
          await router.ip('link', 'set', 'lo', 'mtu', '60')
          const daemon = await start()
          await router.holdsWithin('10.9.1.4', takeover)
          await pause(settle)
          await look('two of four')
          if (daemon.kind === 'vrrpd') {
            const log = await daemon.log()
            const refusals = log.split('\n').filter((line) => line.includes('cannot set address'))
            expect(refusals.map((line) => line.replace(/^.{24}: /, ''))).toEqual([
              '(VI_1) cannot set address 10.9.1.3/24: no interface absent',
              '(VI_1) cannot set address 10.9.1.2/24 on lo: No buffer space available [ENOBUFS]',
            ])
            expect(await presence(daemon.controlSocket)).toEqual([true, false, false, true])
          }
          await daemon.stop()
          await look('stopped')
        },
      }
      const told = await expectAsKeepalived(story, dynamic(config))
      expect(told.arps).toEqual(['10.9.1.1 x5', '10.9.1.4 x5'])
    })

    test('kept addresses of a crashed daemon: they are removed and never used as source', async () => {
      const told = await expectAsKeepalived({
        lans: twoLans,
        config: instance({
          addresses: ['10.9.0.50/24', `${vip}/24`, '10.8.0.50/24 dev eth1'],
          more: unhurried,
        }),
        run: async ({ router, start, daemon, look }) => {
          await start()
          await router.holdsWithin('10.8.0.50', unhurriedTakeover, 'eth1')
          await pause(settle)
          await daemon().kill()
          await look('after the crash')
          // The virtual address is now the first one of its network.
          await router.ip('addr', 'del', '10.9.0.1/24', 'dev', 'eth0')
          await router.ip('addr', 'add', '10.9.0.1/24', 'dev', 'eth0')
          await start()
          await daemon().logs('Entering BACKUP STATE', patiently)
          await look('started again')
          await router.holdsWithin('10.8.0.50', unhurriedTakeover, 'eth1')
          await pause(settle)
          await look('master again')
          await daemon().stop()
          await look('stopped')
        },
      })
      expect(told.looks[1]?.state).toEqual([
        'eth0 10.9.0.1/24 global eth0',
        'eth1 10.8.0.1/24 global eth1',
        'route to 10.8.0.0/24 undefined eth1',
        'route to 10.9.0.0/24 undefined eth0',
      ])
      expect(told.adverts).toEqual(['10.9.0.1 150', '10.9.0.1 0'])
    })

    test('has no such interface yet, loses it, and has it again', async () => {
      const config = instance()
      const told = await expectAsKeepalived(
        {
          config,
          run: async ({ router, start, daemon, look }) => {
            await router.removeLink()
            await start()
            await daemon().logs(/entering FAULT state/i, patiently)
            await look('no interface')
            for (const time of ['first', 'second']) {
              await router.restoreLink()
              await router.holdsWithin(vip, takeover)
              await pause(settle)
              await look(`the ${time} time`)
              await router.removeLink()
              await pause(milliseconds(500))
              await look(`without it the ${time} time`)
            }
            if (daemon().kind === 'vrrpd') {
              const faults = (await daemon().log()).split('\n').filter((line) => /entering FAULT/i.test(line))
              expect(faults[0]).toMatch(/\(VI_1\) entering FAULT state \(interface eth0 does not exist\)$/)
              expect(faults).toHaveLength(3)
            }
            await daemon().stop()
          },
        },
        dynamic(config),
      )
      expect(told.notifies.map((line) => line.split(' ')[2])).toEqual(
        'FAULT BACKUP MASTER FAULT BACKUP MASTER FAULT STOP'.split(' '),
      )
    })

    test('loses the address that adverts come from, gets another, and a third beside it', async () => {
      const told = await expectAsKeepalived({
        config: instance(),
        run: async ({ router, capture, start, daemon, look }) => {
          const comeFrom = (source: string): Promise<void> =>
            until(
              `adverts to come from ${source}`,
              async () => (await capture.adverts()).at(-1)?.source === source,
              patiently,
            )
          await start()
          await router.holdsWithin(vip, takeover)
          await pause(settle)
          await router.ip('addr', 'del', '10.9.0.1/24', 'dev', 'eth0')
          await router.lacksWithin(vip, promptly)
          await look('no source')
          await router.ip('addr', 'add', '10.9.0.9/24', 'dev', 'eth0')
          await router.holdsWithin(vip, takeover)
          await comeFrom('10.9.0.9')
          await look('another source')
          await router.ip('addr', 'add', '10.9.0.10/24', 'dev', 'eth0')
          await router.ip('addr', 'del', '10.9.0.9/24', 'dev', 'eth0')
          await comeFrom('10.9.0.10')
          await look('a third')
          await daemon().stop()
        },
      })
      expect(told.adverts).toEqual([
        '10.9.0.1 150',
        '10.9.0.1 0',
        '10.9.0.1 0',
        '10.9.0.9 150',
        '10.9.0.10 150',
        '10.9.0.10 0',
      ])
    })

    test('deletes an interface that nobody tracks: a Master with addresses on it stays', async () => {
      const told = await expectAsKeepalived({
        lans: twoLans,
        config: instance({ addresses: [`${vip}/24`, '10.8.0.50/24 dev eth1 no_track'] }),
        run: async ({ router, start, daemon, look }) => {
          await start()
          await router.holdsWithin('10.8.0.50', takeover, 'eth1')
          await pause(settle)
          await router.removeLink('eth1')
          await pause(settle)
          await look('without eth1')
          await daemon().stop()
        },
      })
      expect(told.notifies.map((line) => line.split(' ')[2])).toEqual(['BACKUP', 'MASTER', 'STOP'])
    })

    test('deletes an interface that has an address and is tracked', async () => {
      await expectAsKeepalived({
        lans: twoLans,
        config: instance({ addresses: [`${vip}/24`, '10.8.0.50/24 dev eth1'] }),
        run: async ({ router, start, daemon, look }) => {
          await start()
          await router.holdsWithin('10.8.0.50', takeover, 'eth1')
          await pause(settle)
          await router.removeLink('eth1')
          await router.lacksWithin(vip, promptly)
          await pause(settle)
          await look('without eth1')
          await daemon().stop()
        },
      })
    })

    test('has an owner whose address is on the interface already: vrrpd leaves it there at the end', async () => {
      const story: SoloStory = {
        config: instance({ addresses: ['10.9.0.1/24'], priority: 255 }),
        run: async ({ router, start, daemon, look }) => {
          await router.ip('addr', 'add', '10.9.0.7/24', 'dev', 'eth0')
          await start()
          await daemon().logs('Entering MASTER STATE', patiently)
          await pause(settle)
          await look('owner')
          await daemon().stop()
          await look('stopped')
        },
      }
      const [keepalived, vrrpd] = await Promise.all([tell(story, 'keepalived'), tell(story, 'vrrpd')])
      // A deliberate departure: see host-addresses.netns.test.ts.
      const [owner, stopped] = keepalived.looks
      const state = [...(stopped?.state ?? []), 'eth0 10.9.0.1/24 global eth0'].sort()
      // It comes from the owner's own address all the time, as nobody takes that away.
      const adverts = vrrpd.adverts.map((advert) => advert.replace(/^10.9.0.[17] /, ''))
      expect({ ...vrrpd, adverts }).toEqual({
        ...keepalived,
        looks: [owner, { name: 'stopped', state }],
        adverts: keepalived.adverts.map((advert) => advert.replace(/^10.9.0.[17] /, '')),
      })
    })

    test('has an owner that is told to begin as Backup', async () => {
      const told = await expectAsKeepalived({
        config: instance({ priority: 255, more: `state BACKUP\n${unhurried}` }),
        run: async ({ router, start, daemon, notified, look }) => {
          await start()
          await daemon().logs('Entering BACKUP STATE', patiently)
          await look('listening')
          await router.holdsWithin(vip, unhurriedTakeover)
          await notified('MASTER')
          await daemon().stop()
        },
      })
      expect(told.looks[0]?.state.join()).not.toContain(vip)
    })

    test('takes a hundred addresses of one instance at once', async () => {
      const addresses = Array.from({ length: 100 }, (_, index) => `10.9.3.${index + 1}`)
      const told = await expectAsKeepalived({
        config: instance({ addresses }),
        run: async ({ router, capture, start, daemon, look }) => {
          await start()
          await router.holdsWithin('10.9.3.100', takeover)
          await pause(settle)
          await look('all')
          // As the wire sees it: an address is announced once it is there.
          await until('another advert', async () => (await capture.adverts()).length >= 2, patiently)
          const frames = await capture.frames()
          const announced = frames.map((frame) => asGratuitousArp(frame)?.address)
          const [first, second] = frames.flatMap((frame, at) => (asAdvert(frame) === undefined ? [] : [at]))
          expect(first).toBeLessThan(announced.findIndex((address) => address !== undefined))
          expect(announced).toContain('10.9.3.100')
          expect(announced.indexOf('10.9.3.100'), 'before the next advert').toBeLessThan(second!)
          const stopped = wallNow()
          await daemon().stop()
          await look('none')
          expect((await capture.adverts(stopped)).map(({ priority }) => priority)).toContain(0)
        },
      })
      expect(told.arps).toEqual(addresses.map((address) => `${address} x5`))
    })
  })

  needs('netns', 'built')('without keepalived', () => {
    // Measured: keepalived 2.2.7 leaves it there until it is Master.
    test('a route that a crashed daemon left is removed as well', async () => {
      const told = await tell(
        {
          config: instance({
            more: `virtual_routes {\n 192.168.9.0/24 via 10.9.0.254 dev eth0\n }\n${unhurried}`,
          }),
          run: async ({ router, start, daemon, look }) => {
            await start()
            await router.hasWithin({ addresses: [vip], routes: ['192.168.9.0/24'] }, unhurriedTakeover)
            await daemon().kill()
            await look('after the crash')
            await start()
            await daemon().logs('Entering BACKUP STATE', patiently)
            await look('started again')
          },
        },
        'vrrpd',
      )
      const left = 'route to 192.168.9.0/24 10.9.0.254 eth0'
      expect(told.looks.map(({ state }) => state.includes(left))).toEqual([true, false])
    })

    test('a thousand changes of addresses and links in a row are followed', async () => {
      await tell(
        {
          config: instance(),
          run: async ({ router, start, daemon, capture }) => {
            await start()
            await router.holdsWithin(vip, takeover)
            const from = wallNow()
            const churn = Array.from({ length: 500 }, (_, index) =>
              ['add', 'del'].map((verb) => `addr ${verb} 10.9.7.${(index % 250) + 1}/32 dev eth0`),
            )
            await router.ip('link', 'set', 'eth0', 'txqueuelen', '500')
            await router.exec(['ip', '-batch', '-'], churn.flat().join('\n'))
            await pause(settle)
            expect(await router.holds(vip)).toBe(true)
            const adverts = await capture.adverts(from)
            expect(adverts.length).toBeGreaterThan(0)
            expect(new Set(adverts.map(({ source }) => source))).toEqual(new Set(['10.9.0.1']))
            await daemon().stop()
          },
        },
        'vrrpd',
      )
    })
  })
})
