/** interface_up_down_delays: a cable that is out for a moment, and for longer, beside keepalived. */

import { describe, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { settle, takeover } from './scenarios/matrix.ts'
import { expectAsKeepalived } from './solo.ts'

const VIP = '10.9.0.100'

/** Twice the advert interval less a little is the most: keepalived cuts down what is longer. */
const config = (delays: string, more = ''): string => `
interface_up_down_delays {
  eth0 ${delays}
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 200
  advert_int 2
  garp_master_delay 60
  ${more}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`

needs(
  'netns',
  'built',
  'keepalived',
)('interface_up_down_delays', () => {
  describe.concurrent('a Master', () => {
    test('holds on while its cable is out for less than the delay, and for the rest waits both ways', async () => {
      const told = await expectAsKeepalived({
        config: (notify) => config('3 2', `notify "${notify}"`),
        run: async ({ router, start, look, notified }) => {
          await start()
          await router.holdsWithin(VIP, takeover(200, seconds(2)))
          await notified('MASTER')
          await router.setCable('down')
          await pause(seconds(0.5))
          await router.setCable('up')
          await pause(seconds(3))
          await look('after a moment')
          const out = wallNow()
          await router.setCable('down')
          await notified('FAULT')
          expect(wallNow() - out).toBeGreaterThanOrEqual(seconds(3))
          await look('after longer')
          await router.setCable('up')
          await pause(seconds(0.5))
          await router.setCable('down')
          await pause(seconds(2.5))
          await look('in again for a moment')
          const back = wallNow()
          await router.setCable('up')
          await router.holdsWithin(VIP, seconds(30))
          expect(wallNow() - back).toBeGreaterThanOrEqual(seconds(2))
          await pause(settle)
        },
      })
      expect(told.looks.map(({ state }) => state.some((line) => line.includes(VIP)))).toEqual([
        true,
        false,
        false,
      ])
    })

    test('has what the kernel took away meanwhile, once its interface is up again', async (context) => {
      const lab = await Lab.create({ hosts: ['router'] })
      context.onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      const route = 'virtual_routes {\n192.0.2.0/24 via 10.9.0.77 dev eth0\n}'
      const daemon = await router.start({ kind: 'vrrpd', config: config('3', route) })
      const hasRoute = async (): Promise<boolean> =>
        (await router.routes()).some(({ dst }) => dst === '192.0.2.0/24')
      await until('the route', hasRoute, takeover(200, seconds(2)))
      await router.setLink('down')
      await daemon.logs('eth0 went down: that counts in 3 s, if it stays so', promptly)
      expect(await hasRoute()).toBe(false)
      await router.setLink('up')
      await until('the route again', hasRoute, seconds(5))
      expect(await router.holds(VIP)).toBe(true)
      expect(await daemon.log()).not.toMatch(/FAULT|BACKUP STATE\b(?! \(init)/)
    })

    test('whose delay is too long for its adverts is told what it gets', async (context) => {
      const lab = await Lab.create({ hosts: ['router'] })
      context.onTestFinished(() => lab.destroy())
      const daemon = await lab.host('router').start({ kind: 'vrrpd', config: config('4 1') })
      await daemon.logs(
        'interface_up_down_delays: eth0 gets 3.996094 s down and 1 s up; with more, VI_1 would take over',
        promptly,
      )
    })
  })
})
