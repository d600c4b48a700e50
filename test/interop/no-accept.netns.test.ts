/** no_accept: who may talk to a virtual address, beside keepalived, and what is left in the kernel. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { Daemon } from '../support/lab/daemon.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'
import { answers } from './answers.ts'
import { takeover } from './scenarios/matrix.ts'

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
      await until('rules', async () => (await rulesOf(router)).includes('table ip vrrpd'), patiently)
      expect(await answers(probe, VIP)).toBe(false)
      expect(await router.holds(VIP)).toBe(true)
      await daemon.rewrite(config('no_accept\naccept'))
      daemon.signal('SIGHUP')
      await until('no rules', async () => (await rulesOf(router)) === '', patiently)
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
    await until('no rules', async () => (await rulesOf(router)) === '', patiently)
  })

  /** A Master with no_accept and the rules it has made, killed. */
  async function crash(context: TestContext): Promise<{ router: Host; killed: Daemon }> {
    const lab = await Lab.create({ hosts: ['router', 'probe'] })
    context.onTestFinished(() => lab.destroy())
    const router = lab.host('router')
    const killed = await router.start({ kind: 'vrrpd', config: config('no_accept', 'nftables left') })
    await router.holdsWithin(VIP, takeover(200))
    await until('rules', async () => (await rulesOf(router)).includes('table ip left'), promptly)
    await router.exec(['nft', 'add table ip bystander'])
    await killed.kill()
    return { router, killed }
  }

  const commandOf = ({ directory }: Daemon): readonly string[] => [
    ...[resolve('bin/vrrpd'), 'cleanup', '-p', `${directory}/daemon.pid`, '-r', `${directory}/vrrp.pid`],
  ]

  test.concurrent(
    'vrrpd cleanup: takes away the table of a run that crashed, and no other',
    async (context) => {
      const { router, killed } = await crash(context)
      const inside = ['ip', 'netns', 'exec', router.namespace, ...commandOf(killed)]
      expect(await runAnyway(inside)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('vrrpd cleanup: removed nftables table left (no_accept)\n') as string,
      })
      expect(await rulesOf(router)).toBe('table ip bystander {\n}\n')
      expect(await runAnyway(inside)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('nothing to clean up') as string,
      })
    },
  )

  test.concurrent(
    'vrrpd: the table of a run that crashed goes also at a start without no_accept',
    async (context) => {
      const { router, killed } = await crash(context)
      router.daemons.push(
        await Daemon.start(router.namespace, killed.directory, { kind: 'vrrpd', config: config('accept') }),
      )
      await until('no rules', async () => (await rulesOf(router)) === 'table ip bystander {\n}\n', seconds(5))
    },
  )

  test.concurrent(
    'the command by hand in decision 0020 removes the table, whether there is one or not',
    async (context) => {
      const text = await readFile('docs/decisions/0020-no-accept.md', 'utf8')
      const [, command = ''] = /^ {4}(nft '.*')$/m.exec(text) ?? []
      const lab = await Lab.create({ hosts: ['router'] })
      context.onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      await router.exec(['sh', '-c', command])
      await router.exec(['nft', 'add table ip vrrpd'])
      await router.exec(['sh', '-c', command])
      expect(await rulesOf(router)).toBe('')
    },
  )
})
