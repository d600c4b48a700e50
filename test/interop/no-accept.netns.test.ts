/** no_accept: who may talk to a virtual address, beside keepalived, and what is left in the kernel. */

import { expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { takeover } from './matrix.ts'

const VIP = '10.9.0.100'

const config = (lines: string, globals = ''): string => `
global_defs {
  ${globals}
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 200
  ${lines}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`

/** Nobody listens there: a host that answers refuses, one that drops says nothing. */
async function answers(from: Host, address: string): Promise<boolean> {
  const attempt = `timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/9' 2>/dev/null; [ $? = 124 ] && echo silent || echo refused`
  return (await from.exec(['bash', '-c', attempt])).trim() === 'refused'
}

const rulesOf = (host: Host): Promise<string> => host.exec(['nft', 'list', 'ruleset'])

needs(
  'netns',
  'built',
  'nft',
  'keepalived',
)('no_accept', () => {
  for (const kind of ['keepalived', 'vrrpd'] as const) {
    test.concurrent(
      `${kind}: drops packets to the address of a Master, and leaves nothing`,
      async (context) => {
        const lab = await Lab.create({ hosts: ['router', 'probe'] })
        context.onTestFinished(() => lab.destroy())
        const [router, probe] = [lab.host('router'), lab.host('probe')]
        const daemon = await router.start({
          kind,
          config: config('no_accept', 'nftables_counters\nnftables'),
        })
        await router.holdsWithin(VIP, takeover(200))
        await until('rules', async () => (await rulesOf(router)).includes(`elements = { ${VIP} }`), promptly)
        expect(await answers(probe, VIP)).toBe(false)
        expect(await answers(probe, router.address())).toBe(true)
        expect(await rulesOf(router)).toMatch(/ip daddr @vips counter packets [1-9]\d* bytes \d+ drop/)
        await daemon.stop()
        expect(await rulesOf(router)).toBe('')
      },
    )
  }

  test.concurrent(
    'vrrpd: strict mode alone drops nothing and says so; a reload adds and takes away',
    async (context) => {
      const lab = await Lab.create({ hosts: ['router', 'probe'] })
      context.onTestFinished(() => lab.destroy())
      const [router, probe] = [lab.host('router'), lab.host('probe')]
      const daemon = await router.start({ kind: 'vrrpd', config: config('', 'vrrp_strict') })
      await daemon.logs(/vrrp_strict: keepalived drops all packets .* VI_1; vrrpd does so only/, promptly)
      await router.holdsWithin(VIP, takeover(200))
      expect(await answers(probe, VIP)).toBe(true)
      expect(await rulesOf(router)).toBe('')
      await daemon.rewrite(config('no_accept', 'vrrp_strict'))
      daemon.signal('SIGHUP')
      await until('rules', async () => (await rulesOf(router)).includes('table ip vrrpd'), seconds(5))
      expect(await answers(probe, VIP)).toBe(false)
      expect(await router.holds(VIP)).toBe(true)
      await daemon.rewrite(config('no_accept\naccept'))
      daemon.signal('SIGHUP')
      await until('no rules', async () => (await rulesOf(router)) === '', seconds(5))
    },
  )

  test.concurrent('vrrpd: rules of a run that crashed go at the next start', async (context) => {
    const lab = await Lab.create({ hosts: ['router', 'probe'] })
    context.onTestFinished(() => lab.destroy())
    const router = lab.host('router')
    const first = await router.start({ kind: 'vrrpd', config: config('no_accept') })
    await router.holdsWithin(VIP, takeover(200))
    await until('rules', async () => (await rulesOf(router)).includes('table ip vrrpd'), promptly)
    await first.kill()
    expect(await rulesOf(router)).toContain('table ip vrrpd')
    await router.setCable('down')
    await router.start({ kind: 'vrrpd', config: config('no_accept') })
    await until('no rules', async () => (await rulesOf(router)) === '', seconds(5))
  })
})
