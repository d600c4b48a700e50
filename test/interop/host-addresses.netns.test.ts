/**
 * Addresses that the host has of its own and the configuration names as well: they are never removed. keepalived
 * 2.2.7 removes them at its start, and is in FAULT for ever where there was no other (measured).
 */

import { resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { milliseconds, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { Daemon } from '../support/lab/daemon.ts'
import { patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { run, runAnyway } from '../support/tools.ts'
import { takeover } from './scenarios/matrix.ts'

/** The address that every host `a` of a laboratory has. */
const OWN = '10.9.0.1'

const instance = (priority: number, ...addresses: readonly string[]): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
}
`

async function inLab(context: TestContext): Promise<{ a: Host; b: Host; lost: () => readonly string[] }> {
  const lab = await Lab.create({ hosts: ['a', 'b'] })
  context.onTestFinished(() => lab.destroy())
  const monitor = await lab.host('a').watchAddresses()
  const lost = (): readonly string[] =>
    monitor.changes.filter(({ change }) => change === 'removed').map(({ cidr }) => cidr)
  return { a: lab.host('a'), b: lab.host('b'), lost }
}

const cidrsOf = async (host: Host): Promise<readonly string[]> =>
  (await host.addresses()).map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort()

const status = async (daemon: Daemon): Promise<string> =>
  (await runAnyway(['bin/vrrpd', 'status', '--control', daemon.controlSocket])).stdout

const isMaster = (daemon: Daemon): Promise<void> => daemon.logs('(VI_1) Entering MASTER STATE', patiently)

describe.concurrent('an address that the host has of its own', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('of an address owner', () => {
    for (const [what, vip, installed] of [
      ['written as the host has it', `${OWN}/24`, []],
      ['written without its prefix length', OWN, [`${OWN}/32`]],
    ] as const) {
      test(`the only one, ${what}: MASTER with it, and it stays`, async (context) => {
        const { a, b, lost } = await inLab(context)
        const daemon = await a.start({ kind: 'vrrpd', config: instance(255, vip) })
        await isMaster(daemon)
        // Who hears its adverts has no reason to take over.
        const peer = await b.start({ kind: 'keepalived', config: instance(100, vip) })
        await peer.logs('Entering BACKUP STATE', takeover(100))
        await pause(seconds(4.5))
        expect(await peer.log()).not.toContain('MASTER STATE')
        expect(await status(daemon)).not.toContain('Problems')
        await daemon.stop()
        expect(await cidrsOf(a)).toEqual([`${OWN}/24`])
        expect(lost()).toEqual(installed)
      })
    }

    test('beside another, tagged or not: neither start, stop, kill nor cleanup removes it', async (context) => {
      const { a, lost } = await inLab(context)
      await a.ip('addr', 'add', '10.9.0.7/24', 'dev', 'eth0')
      const before = await cidrsOf(a)
      // Long enough between two adverts for a restart on a busy machine: see endings.netns.test.ts.
      const config = instance(255, '10.9.0.7/24', '10.9.0.100').replace(
        'priority',
        'advert_int 10\n  priority',
      )
      const daemon = await a.start({ kind: 'vrrpd', config })
      await isMaster(daemon)
      await a.holdsWithin('10.9.0.100', promptly)
      await daemon.isRecordedAsMaster()
      await daemon.kill()
      const pidFiles = ['-p', `${daemon.directory}/daemon.pid`, '-r', `${daemon.directory}/vrrp.pid`]
      const resumed = await Daemon.start(a.namespace, daemon.directory, { kind: 'vrrpd', config })
      a.daemons.push(resumed)
      await resumed.logs('was MASTER until this restart, going on as such', patiently)
      await resumed.isRecordedAsMaster()
      await resumed.kill()
      await a.exec([resolve('bin/vrrpd'), 'cleanup', ...pidFiles])
      expect(await cidrsOf(a)).toEqual(before)
      const again = await a.start({ kind: 'vrrpd', config })
      await isMaster(again)
      await a.holdsWithin('10.9.0.100', promptly)
      await again.stop()
      expect([await cidrsOf(a), lost()]).toEqual([before, ['10.9.0.100/32', '10.9.0.100/32']])
    })

    test('taken out and let in again without a pause: what we set is ours, what was there is not', async (context) => {
      const { a } = await inLab(context)
      const daemon = await a.start({ kind: 'vrrpd', config: instance(255, `${OWN}/24`, '10.9.0.100/24') })
      await isMaster(daemon)
      await a.holdsWithin('10.9.0.100', promptly)
      const control = ['--control', daemon.controlSocket]
      await runAnyway(['bin/vrrpd', 'drain', 'VI_1', '--force', ...control])
      await run(['bin/vrrpd', 'resume', 'VI_1', ...control])
      await a.holdsWithin('10.9.0.100', patiently)
      await daemon.stop()
      expect(await cidrsOf(a)).toEqual([`${OWN}/24`])
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('of an instance that does not own it', () => {
    test('the only one: FAULT for the true reason, and it stays', async (context) => {
      const { a, lost } = await inLab(context)
      const daemon = await a.start({ kind: 'vrrpd', config: instance(100, `${OWN}/24`) })
      await daemon.logs(
        /entering FAULT state \(10\.9\.0\.1 on eth0 is the only IPv4 address there/i,
        promptly,
      )
      expect(await status(daemon)).toMatch(
        /10\.9\.0\.1 on eth0 is the only IPv4\s+address there, and a\s+virtual one/,
      )
      expect(await daemon.log()).not.toContain('no IPv4 address')
      // With another to send from it takes part; then as any virtual address it moves, but never goes at the end.
      await a.ip('addr', 'add', '10.9.0.7/24', 'dev', 'eth0')
      await isMaster(daemon)
      await daemon.stop()
      expect([await cidrsOf(a), lost()]).toEqual([[`${OWN}/24`, '10.9.0.7/24'], []])
    })

    test('beside another: as keepalived has it, what an earlier run left goes at the start', async (context) => {
      const { a, lost } = await inLab(context)
      await a.ip('addr', 'add', '10.9.0.7/24', 'dev', 'eth0')
      const daemon = await a.start({ kind: 'vrrpd', config: instance(100, '10.9.0.7/24') })
      await daemon.logs('(VI_1) Entering BACKUP STATE', patiently)
      const before = (await daemon.log()).split('Entering BACKUP STATE')[0]
      expect(before).toContain('(VI_1) removing VIPs. IP 10.9.0.7/24 on eth0 was there already')
      await until('it to be gone', () => lost().includes('10.9.0.7/24'), patiently)
      expect(await run(['bin/vrrpd', 'events', '--control', daemon.controlSocket])).toContain(
        'VI_1 removes virtual addresses: IP 10.9.0.7/24 on eth0 was there already',
      )
      await a.holdsWithin('10.9.0.7', takeover(100))
      await daemon.stop()
      expect(await cidrsOf(a)).toEqual([`${OWN}/24`])
      // Neither what it gives up itself nor what is not there is told so.
      const next = await a.start({ kind: 'vrrpd', config: instance(100, '10.9.0.7/24') })
      await isMaster(next)
      await next.stop()
      const logs = [await daemon.log(), await next.log()].join('\n')
      expect(logs.match(/was there already/g)).toEqual(['was there already'])
    })

    test('a static one is not removed at the end', async (context) => {
      const { a, lost } = await inLab(context)
      const statics = `static_ipaddress {\n  ${OWN}/24 dev eth0\n  10.9.0.8/24 dev eth0\n}\n`
      const daemon = await a.start({ kind: 'vrrpd', config: statics + instance(100, '10.9.0.100') })
      await until('the static one', async () => (await cidrsOf(a)).includes('10.9.0.8/24'), patiently)
      await pause(milliseconds(500))
      await daemon.stop()
      expect([await cidrsOf(a), lost()]).toEqual([[`${OWN}/24`], ['10.9.0.8/24']])
    })

    test('a network’s others stay when its first one, which was ours, goes', async (context) => {
      const { a, lost } = await inLab(context)
      const daemon = await a.start({ kind: 'vrrpd', config: instance(254, '10.20.0.1/24') })
      await a.holdsWithin('10.20.0.1', takeover(254))
      await a.ip('addr', 'add', '10.20.0.50/24', 'dev', 'eth0')
      // The daemon has heard of it by the time that it has answered.
      expect(await status(daemon)).toContain('MASTER')
      await daemon.stop()
      expect([await cidrsOf(a), lost()]).toEqual([['10.20.0.50/24', `${OWN}/24`], ['10.20.0.1/24']])
    })
  })
})
