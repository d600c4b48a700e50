/**
 * Links that become something else under a Master: another hardware address, name, flags, MTU. Frames are
 * compared in the order in which one observer saw them.
 */

import { describe, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import { patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'
import { tell, type SoloStory } from './solo.ts'

const OLD = '02:00:00:00:00:01'
const NEW = '02:11:22:33:44:55'
const vips = ['10.9.0.100', '10.9.0.101'] as const

interface Wish {
  readonly link?: string
  /** Seconds; 0: never. */
  readonly refresh?: number
  readonly addresses?: readonly string[]
  readonly global?: string
}

const configOf = ({ link = 'eth0', refresh = 0, addresses = vips, global = '' }: Wish): string => `
global_defs {
  script_user root
  ${global}
}
vrrp_instance VI_1 {
  interface ${link}
  virtual_router_id 51
  priority 150
  garp_master_delay 600
  garp_master_repeat 3
  garp_master_refresh ${refresh}
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
}
`

interface Scene {
  readonly router: Host
  readonly capture: Capture
  readonly daemon: Daemon
  /** Waits until the observer has seen so many gratuitous ARPs from that hardware address. */
  heard(mac: string, count: number): Promise<void>
}

/** Runs with a Master whose first burst has been seen. */
async function withMaster(
  kind: DaemonKind,
  wish: Wish,
  body: (scene: Scene) => Promise<void>,
  prepare?: (router: Host) => Promise<void>,
): Promise<void> {
  const lans = [
    { link: 'eth0', subnet: '10.9.0.0/24' },
    { link: 'eth1', subnet: '10.8.0.0/24' },
  ]
  const lab = await Lab.create({ hosts: ['router', 'probe'], lans })
  try {
    const router = lab.host('router')
    await prepare?.(router)
    const capture = await lab.host('probe').capture('eth0')
    const daemon = await router.start({ kind, config: configOf(wish) })
    const heard = (mac: string, count: number): Promise<void> =>
      until(
        `${count} gratuitous ARPs of ${mac}`,
        async () => (await capture.gratuitousArps()).filter((each) => each.mac === mac).length >= count,
        patiently,
      )
    // At a pace some still wait.
    await heard(OLD, wish.global === undefined ? 3 * (wish.addresses ?? vips).length : 3)
    await body({ router, capture, daemon, heard })
  } finally {
    await lab.destroy()
  }
}

/** Whom the frames come from and whom they tell, repetitions left out. */
async function tellers(capture: Capture): Promise<readonly string[]> {
  const each = (await capture.gratuitousArps()).map(({ mac, bytes }) => {
    const frame = [...bytes.subarray(6, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
    return frame === mac ? mac : `${frame} tells ${mac}`
  })
  return each.filter((one, index) => one !== each[index - 1])
}

async function eventTexts(daemon: Daemon): Promise<readonly string[]> {
  const { stdout } = await runAnyway(['bin/vrrpd', 'events', '--json', '--control', daemon.controlSocket])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { text: string }).text)
}

describe.concurrent('a link that changes under a Master', () => {
  needs('netns', 'built')('of vrrpd', () => {
    test('another hardware address is announced at once: one burst, from it and of it', () =>
      withMaster('vrrpd', {}, async ({ router, capture, daemon, heard }) => {
        await router.ip('link', 'set', 'eth0', 'address', NEW)
        await heard(NEW, 6)
        // As long as it takes to be sure that there is no second burst.
        await pause(seconds(2.5))
        expect(await tellers(capture)).toEqual([OLD, NEW])
        const news = (await capture.gratuitousArps()).filter(({ mac }) => mac === NEW)
        expect(news.map(({ address }) => address)).toEqual([...vips, ...vips, ...vips])
        const log = await daemon.log()
        expect(log.match(/\(eth0\) MAC Address changed from .*/g)).toEqual([
          `(eth0) MAC Address changed from ${OLD} to ${NEW}: the virtual addresses on it are announced again`,
        ])
        expect(await eventTexts(daemon)).toContain(
          `eth0 has the hardware address ${NEW} now, not ${OLD}: the virtual addresses on it are announced again`,
        )
      }))

    test('one that changes all the time is announced as what it is in the end', () =>
      withMaster('vrrpd', {}, async ({ router, capture, heard }) => {
        const macs = Array.from({ length: 60 }, (_, n) => `02:99:00:00:00:${(n + 16).toString(16)}`)
        const commands = [...macs, NEW].map((mac) => `link set eth0 address ${mac}\n`).join('')
        await router.exec(['ip', '-batch', '-'], commands)
        await heard(NEW, 6)
        expect((await tellers(capture)).at(-1)).toBe(NEW)
      }))

    test('what waits at a pace has the new one as well', () =>
      withMaster('vrrpd', { global: 'vrrp_garp_interval 0.2' }, async ({ router, capture, heard }) => {
        await router.ip('link', 'set', 'eth0', 'address', NEW)
        await heard(NEW, 6)
        expect(await tellers(capture)).toEqual([OLD, NEW])
      }))

    test('a bridge that gets a port with a lower one', () =>
      withMaster(
        'vrrpd',
        { link: 'br0' },
        async ({ router, capture, heard }) => {
          await router.ip('link', 'add', 'port1', 'address', '00:11:00:00:00:01', 'type', 'veth')
          await router.ip('link', 'set', 'port1', 'master', 'br0', 'up')
          await heard('00:11:00:00:00:01', 6)
          expect(await tellers(capture)).toEqual([OLD, '00:11:00:00:00:01'])
        },
        async (router) => {
          await router.ip('link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0')
          await router.ip('addr', 'flush', 'dev', 'eth0')
          await router.ip('link', 'set', 'eth0', 'master', 'br0')
          await router.ip('addr', 'add', '10.9.0.1/24', 'dev', 'br0')
          await router.ip('link', 'set', 'br0', 'up')
        },
      ))

    test('without ARP nothing is announced, with it all of it again', () =>
      withMaster('vrrpd', { refresh: 1 }, async ({ router, capture, daemon, heard }) => {
        await router.ip('link', 'set', 'eth0', 'arp', 'off')
        await router.ip('link', 'set', 'eth0', 'address', NEW)
        await pause(seconds(3.5))
        expect(await tellers(capture)).toEqual([OLD])
        await router.ip('link', 'set', 'eth0', 'arp', 'on')
        await heard(NEW, 6)
        expect(await tellers(capture)).toEqual([OLD, NEW])
        await daemon.logs('eth0 can be announced on again', patiently)
      }))

    test('an address on a link of another name is announced still, and removed in the end', () =>
      withMaster(
        'vrrpd',
        { link: 'eth1', refresh: 1, addresses: ['10.9.0.100/24 dev eth0 no_track'] },
        async ({ router, capture, daemon, heard }) => {
          await router.ip('link', 'set', 'eth0', 'name', 'lan0')
          await router.ip('link', 'set', 'lan0', 'address', NEW)
          await heard(NEW, 6)
          expect(await tellers(capture)).toEqual([OLD, NEW])
          expect(await router.holds('10.9.0.100', 'eth1')).toBe(false)
          await daemon.stop()
          expect(await router.ip('-j', 'addr', 'show', 'dev', 'lan0')).not.toContain('10.9.0.100')
        },
      ))
  })

  needs(
    'netns',
    'built',
    'keepalived',
  )('beside keepalived', () => {
    test.each(['keepalived', 'vrrpd'] as const)(
      '%s refreshes and advertises with the new hardware address, MTU and flags, and stays MASTER',
      (kind) =>
        withMaster(kind, { refresh: 1 }, async ({ router, capture, daemon, heard }) => {
          await router.ip('link', 'set', 'eth0', 'address', NEW)
          await heard(NEW, 2)
          await router.ip('link', 'set', 'eth0', 'mtu', '1400')
          await router.ip('link', 'set', 'eth0', 'multicast', 'off')
          const before = (await capture.gratuitousArps()).length
          await heard(NEW, before + 4)
          expect(await tellers(capture)).toEqual([OLD, NEW])
          const adverts = (await capture.adverts()).map(({ mac, priority }) => `${mac} ${priority}`)
          const told = adverts.filter((one, index) => one !== adverts[index - 1])
          expect(told).toEqual([`${OLD} 150`, `${NEW} 150`])
          await daemon.logs(`(eth0) MAC Address changed from ${OLD} to ${NEW}`, patiently)
        }),
    )

    test('a renamed interface is a lost one: FAULT, until it has its name again', async () => {
      const story: SoloStory = {
        config: (notify) =>
          configOf({ addresses: ['10.9.0.100'] }).replace('priority', `notify ${notify}\n  priority`),
        run: async ({ router, start, notified, look }) => {
          await start()
          await notified('MASTER')
          await router.holdsWithin('10.9.0.100', patiently)
          await router.ip('link', 'set', 'eth0', 'name', 'lan0')
          await notified('FAULT')
          await until(
            'the address to go',
            async () => !(await router.ip('-j', 'addr')).includes('10.9.0.100'),
            patiently,
          )
          await look('renamed')
          await router.ip('link', 'set', 'lan0', 'name', 'eth0')
          await router.holdsWithin('10.9.0.100', patiently)
          await look('has its name again')
        },
      }
      const [keepalived, vrrpd] = await Promise.all([tell(story, 'keepalived'), tell(story, 'vrrpd')])
      expect(vrrpd.looks).toEqual(keepalived.looks)
      expect(vrrpd.notifies).toEqual(keepalived.notifies)
      expect(vrrpd.arps).toEqual(keepalived.arps)
      // keepalived has closed its socket by then: its neighbours wait for a Master_Down_Interval.
      expect(keepalived.adverts.slice(0, 2)).toEqual(['10.9.0.1 150'])
      expect(vrrpd.adverts.slice(0, 2)).toEqual(['10.9.0.1 150', '10.9.0.1 0'])
    })
  })
})
