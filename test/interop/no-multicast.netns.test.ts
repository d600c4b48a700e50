/** An interface without the flag MULTICAST, beside keepalived: who serves there, and what -t says. */

import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { pause } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'
import { takeover } from './scenarios/matrix.ts'

const VIP = '10.9.0.100'

const config = (more = ''): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 200
  ${more}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`

async function hostWithout({ onTestFinished }: TestContext): Promise<Host> {
  const lab = await Lab.create({ hosts: ['router', 'peer'] })
  onTestFinished(() => lab.destroy())
  const host = lab.host('router')
  await setMulticast(host, 'off')
  return host
}

const setMulticast = (host: Host, to: 'on' | 'off'): Promise<string> =>
  host.ip('link', 'set', 'eth0', 'multicast', to)

const untilElected = plus(takeover(200), seconds(1))

needs(
  'netns',
  'built',
  'keepalived',
)('without MULTICAST', () => {
  describe.concurrent('an instance', () => {
    for (const kind of ['keepalived', 'vrrpd'] as const) {
      test(`${kind}: does not serve there, unless it has unicast peers`, async (context) => {
        const [group, peers] = await Promise.all([hostWithout(context), hostWithout(context)])
        const daemon = await group.start({ kind, config: config() })
        await daemon.logs(/eth0 does not support multicast/, promptly)
        await peers.start({ kind, config: config('unicast_peer {\n10.9.0.2\n}') })
        await peers.holdsWithin(VIP, takeover(200))
        await pause(seconds(1))
        expect(await group.holds(VIP)).toBe(false)
      })

      test(`${kind}: a Master goes on when its interface loses the flag`, async (context) => {
        const host = await hostWithout(context)
        await setMulticast(host, 'on')
        await host.start({ kind, config: config() })
        await host.holdsWithin(VIP, takeover(200))
        await setMulticast(host, 'off')
        await pause(seconds(2))
        expect(await host.holds(VIP)).toBe(true)
      })
    }

    test('serves once its interface has the flag; keepalived would have to be started again', async (context) => {
      const host = await hostWithout(context)
      const daemon = await host.start({ kind: 'vrrpd', config: config() })
      await daemon.logs('(VI_1) entering FAULT state (interface eth0 does not support multicast)', promptly)
      await setMulticast(host, 'on')
      await host.holdsWithin(VIP, untilElected)
    })

    test('-t: both complain', async (context) => {
      const host = await hostWithout(context)
      const file = join(host.directory, 'test.conf')
      await writeFile(file, config())
      const under = ['ip', 'netns', 'exec', host.namespace]
      const told = await Promise.all(
        ['keepalived', resolve('bin/vrrpd')].map((program) =>
          runAnyway([...under, program, '-t', '-f', file]),
        ),
      )
      for (const { code, stderr } of told) {
        expect(code).toBe(5)
        expect(stderr).toContain('eth0 does not support multicast')
      }
      await writeFile(file, config('unicast_peer {\n10.9.0.2\n}'))
      expect((await runAnyway([...under, resolve('bin/vrrpd'), '-t', '-f', file])).code).toBe(0)
      expect((await runAnyway([...under, 'keepalived', '-t', '-f', file])).code).toBe(0)
    })
  })
})
