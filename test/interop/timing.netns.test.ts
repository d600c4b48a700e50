/** Timing knobs that hold the daemon back or space its gratuitous ARP, beside keepalived. */

import { expect, test, type TestContext } from 'vitest'
import { plus, seconds, toSeconds, type Duration } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import { craftAdvert } from '../support/lab/craft.ts'
import { eventually, masterDownInterval, pause, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { expectAsKeepalived } from './solo.ts'

const VIP = '10.9.0.100'
const kinds = ['keepalived', 'vrrpd'] as const

const config = (globals: string, lines: string, others = ''): string => `
global_defs {
  script_user root
  enable_script_security
  ${globals}
}
${others}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  ${lines}
}
`

async function stage({
  onTestFinished,
}: TestContext): Promise<{ router: Host; capture: Capture; probe: Host }> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [router, probe] = [lab.host('router'), lab.host('probe')]
  return { router, probe, capture: await probe.capture() }
}

needs(
  'netns',
  'built',
  'keepalived',
)('timing', () => {
  for (const kind of kinds) {
    test.concurrent(
      `vrrp_startup_delay: ${kind} hears nothing before, and waits its whole time after`,
      async (context) => {
        const { router, probe, capture } = await stage(context)
        // To vrrpd something is sent meanwhile, which takes a busy machine some seconds.
        const delay = kind === 'vrrpd' ? 12 : 2
        const text = config(`vrrp_startup_delay ${delay}`, `priority 150\nvirtual_ipaddress {\n ${VIP}/24\n}`)
        const daemon = await router.start({ kind, config: text })
        await daemon.logs(`Delaying startup for ${delay} seconds`, promptly)
        const started = wallNow()
        // keepalived 2.2.7 reads what has arrived when the delay is over, and would go by that; later ones discard it.
        if (kind === 'vrrpd') {
          const goodbye = { source: '10.9.0.2', vrid: 51, priority: 0, addresses: [VIP] }
          await pause(seconds(0.5))
          await probe.inject(craftAdvert(goodbye))
        }
        await router.holdsWithin(VIP, seconds(delay + 10))
        const [first] = await capture
          .adverts(started)
          .then((all) => all.filter(({ source }) => source === router.address()))
        const expected = plus(seconds(delay), masterDownInterval(150))
        // It began to count after it was started, and before its first line was seen.
        expect(toSeconds((first!.at - daemon.startedAt) as Duration)).toBeGreaterThanOrEqual(
          toSeconds(expected),
        )
        expect(toSeconds((first!.at - started) as Duration)).toBeLessThanOrEqual(
          toSeconds(plus(expected, seconds(1))),
        )
      },
    )

    test.concurrent(
      `vrrp_garp_interval and garp_group: ${kind} keeps the distance, whatever waits`,
      async (context) => {
        const { router, capture } = await stage(context)
        const group = 'garp_group {\n garp_interval 0.2\n interfaces {\n eth0\n }\n}'
        const lines = `priority 150
garp_master_repeat 2
garp_master_delay 0
virtual_ipaddress {
 ${VIP}/24
 10.9.0.101/24
 10.9.0.102/24
}`
        await router.start({ kind, config: config('vrrp_garp_interval 5', lines, group) })
        await router.holdsWithin('10.9.0.102', seconds(10))
        await eventually(async () => {
          const addresses = (await capture.gratuitousArps()).map(({ address }) => address)
          expect(new Set(addresses)).toEqual(new Set([VIP, '10.9.0.101', '10.9.0.102']))
        })
        await pause(seconds(2))
        const arps = await capture.gratuitousArps()
        const gaps = arps.slice(1).map(({ at }, index) => toSeconds((at - arps[index]!.at) as Duration))
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.19)
        // keepalived 2.2.7 forgets repetitions of what waits already.
        if (kind === 'vrrpd') expect(arps).toHaveLength(6)
      },
    )
  }

  test.concurrent('garp_extra_if all: addresses on other links once every so many seconds', async () => {
    await expectAsKeepalived({
      lans: [
        { link: 'eth0', subnet: '10.9.0.0/24' },
        { link: 'eth1', subnet: '10.8.0.0/24' },
      ],
      config: (notify) =>
        config(
          '',
          `priority 200
garp_extra_if all 2
garp_master_delay 0
notify ${notify}
virtual_ipaddress {
 ${VIP}/24
 10.8.0.100/24 dev eth1
}`,
        ),
      run: async ({ start, notified, router }) => {
        await start()
        await notified('MASTER')
        await router.holdsWithin('10.8.0.100', promptly, 'eth1')
        await pause(seconds(5))
      },
    })
  })
})
