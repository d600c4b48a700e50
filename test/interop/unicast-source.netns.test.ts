/** Unicast when the own address or a peer is not there: where vrrpd is meant to do better than keepalived. */

import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { eventually, patiently, pause } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { takeover } from './scenarios/matrix.ts'

const VIP = '10.9.0.100'
const SOURCE = '10.9.0.50'
const PROBE = '10.9.0.2'

const config = (lines: string): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 200
  garp_master_delay 60
  ${lines}
  virtual_ipaddress {
    ${VIP}/32
  }
}
`

async function stage({ onTestFinished }: TestContext): Promise<{ router: Host; probe: Host }> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [router, probe] = [lab.host('router'), lab.host('probe')]
  // Else the kernel removes an address together with the first one of its network.
  await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'])
  return { router, probe }
}

const linesWith = (words: string, log: string): readonly string[] =>
  log.split('\n').filter((line) => line.includes(words))

needs('netns', 'built')('unicast', () => {
  test.concurrent('follows its own address: FAULT without it, a goodbye when it goes', async (context) => {
    const { router, probe } = await stage(context)
    const capture = await probe.capture()
    const daemon = await router.start({
      kind: 'vrrpd',
      config: config(`unicast_src_ip ${SOURCE}\nunicast_peer {\n ${PROBE}\n}`),
    })
    await daemon.logs(`entering FAULT state (src address ${SOURCE} not configured)`, promptly)
    await router.ip('addr', 'add', `${SOURCE}/32`, 'dev', 'lo')
    await daemon.logs('Entering BACKUP STATE', promptly)
    await router.holdsWithin(VIP, takeover(200))
    await router.ip('addr', 'del', `${SOURCE}/32`, 'dev', 'lo')
    await router.lacksWithin(VIP, promptly)
    const lastTwo = async (): Promise<unknown> =>
      (await capture.adverts()).slice(-2).map(({ priority }) => priority)
    await eventually(async () => expect(await lastTwo()).toEqual([0, 0]))
    await pause(seconds(1.2))
    expect(await lastTwo()).toEqual([0, 0])
    expect((await capture.adverts()).every(({ source }) => source === SOURCE)).toBe(true)
    await router.ip('addr', 'add', `${SOURCE}/32`, 'dev', 'lo')
    await router.holdsWithin(VIP, takeover(200))
  })

  test.concurrent(
    'without a source of its own it goes with the address of the interface',
    async (context) => {
      const { router, probe } = await stage(context)
      const capture = await probe.capture()
      await router.start({ kind: 'vrrpd', config: config(`unicast_peer {\n ${PROBE}\n}`) })
      await router.holdsWithin(VIP, takeover(200))
      await router.ip('addr', 'add', '10.9.0.60/24', 'dev', 'eth0')
      await router.ip('addr', 'del', '10.9.0.1/24', 'dev', 'eth0')
      await pause(seconds(2.5))
      await eventually(async () => {
        const sources = (await capture.adverts()).map(({ source }) => source)
        expect([...new Set(sources)]).toEqual(['10.9.0.1', '10.9.0.60'])
      })
      expect(await router.holds(VIP)).toBe(true)
    },
  )
})

needs(
  'netns',
  'built',
  'nft',
)('unicast that a firewall of this host refuses', () => {
  test('a peer that cannot be reached costs one line, and no other peer an advert', async (context) => {
    const { router, probe } = await stage(context)
    const capture = await probe.capture()
    const nft = (rules: string): Promise<string> => router.exec(['nft', '-f', '-'], rules)
    await nft('table ip t { chain c { type filter hook output priority 0; ip daddr 192.0.2.7 drop; }; }')
    const daemon = await router.start({
      kind: 'vrrpd',
      config: config(`unicast_peer {\n 192.0.2.7\n 10.9.0.1\n ${PROBE}\n}`),
    })
    await router.holdsWithin(VIP, takeover(200))
    await eventually(async () => expect((await capture.adverts()).length).toBeGreaterThanOrEqual(3))
    const times = (await capture.adverts()).map(({ at }) => at)
    const gaps = times.slice(1).map((at, index) => at - times[index]!)
    expect(Math.max(...gaps), 'none is left out').toBeLessThan(seconds(2))
    const refused = 'cannot send adverts to 192.0.2.7 on eth0: Operation not permitted [EPERM]'
    await daemon.logs(refused, promptly)
    expect(linesWith(refused, await daemon.log())).toHaveLength(1)
    await nft('delete table ip t')
    await daemon.logs('adverts to 192.0.2.7 on eth0 can be sent again', patiently)
    // A peer that is the host itself hears itself, which is a mistake to be told of, and no more.
    const own = 'equal priority advert received from remote host with our IP address'
    await daemon.logs(own, promptly)
    expect(linesWith(own, await daemon.log())).toHaveLength(1)
    expect(await router.holds(VIP)).toBe(true)
  })
})
