/** Ends without a goodbye: what is left, who cleans it up, and who goes on. */

import { existsSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { Daemon } from '../support/lab/daemon.ts'
import { eventually, masterDownInterval, patiently, pause, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway, type Finished } from '../support/tools.ts'

const vip = '10.9.1.1'
const takeover = plus(masterDownInterval(100), seconds(10))
/** What the lower one of the two needs; nobody may have moved by then. */
const untilNoticed = plus(masterDownInterval(100), seconds(0.5))

/**
 * Where somebody has to be back within two advertisement intervals: long enough for a busy machine.
 * Master_Down_Interval is then 30.6 s.
 */
const unhurried = 'advert_int 10'
const twoIntervals = seconds(20)
const untilNoticedUnhurried = plus(masterDownInterval(100, seconds(10)), seconds(0.5))

const config = (priority: number, more = ''): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${String(priority)}
  garp_master_delay 60
  virtual_ipaddress {
    ${vip}/24
  }
  virtual_routes {
    192.0.2.0/24 via 10.9.0.200
  }
  ${more}
}
`

async function makeLab({ onTestFinished }: TestContext): Promise<Lab<'a' | 'b'>> {
  const lab = await Lab.create({ hosts: ['a', 'b'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
  onTestFinished(() => lab.destroy())
  return lab
}

/** The same command line once more: its pid files, socket and record are where they were; a new log. */
async function restart(host: Host, { directory }: Daemon, text: string): Promise<Daemon> {
  await truncate(`${directory}/log`)
  const daemon = await Daemon.start(host.namespace, directory, { kind: 'vrrpd', config: text })
  host.daemons.push(daemon)
  return daemon
}

const cleanUp = (host: Host, { directory }: Daemon, env: readonly string[] = []): Promise<Finished> =>
  runAnyway([
    ...['ip', 'netns', 'exec', host.namespace, 'env', ...env, resolve('bin/vrrpd'), 'cleanup', '-n', '-D'],
    ...['-p', `${directory}/daemon.pid`, '-r', `${directory}/vrrp.pid`],
  ])

/** Until it has all that a Master has, and its record says so: what is killed then leaves all of it. */
async function untilMaster(host: Host, daemon: Daemon): Promise<void> {
  await host.hasWithin({ addresses: [vip], routes: ['192.0.2.0/24'] }, takeover)
  await daemon.isRecordedAsMaster()
}

describe.concurrent('without a goodbye', () => {
  needs(
    'netns',
    'root',
    'built',
  )('vrrpd cleanup', () => {
    test('takes away what a killed Master has left, once', async (context) => {
      const a = (await makeLab(context)).host('a')
      const before = [await a.addresses(), await a.routes()]
      const daemon = await a.start({ kind: 'vrrpd', config: config(100) })
      await untilMaster(a, daemon)
      await daemon.kill()
      expect(await a.holds(vip)).toBe(true)
      const { code, stderr } = await cleanUp(a, daemon)
      expect([code, stderr]).toEqual([0, `vrrpd cleanup: removed ${vip}/24 from eth0 (VI_1)\n`])
      expect([await a.addresses(), await a.routes()]).toEqual(before)
      const again = await cleanUp(a, daemon)
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('nothing to clean up')])
    })

    test('by the record, whatever the file says now', async (context) => {
      const a = (await makeLab(context)).host('a')
      const daemon = await a.start({ kind: 'vrrpd', config: config(100) })
      await untilMaster(a, daemon)
      await daemon.rewrite(config(100).replace(vip, '10.9.1.2'))
      await daemon.kill()
      expect((await cleanUp(a, daemon)).code).toBe(0)
      expect(await a.holds(vip)).toBe(false)
    })

    test('leaves a running daemon alone, and has nothing to do after a goodbye', async (context) => {
      const a = (await makeLab(context)).host('a')
      const daemon = await a.start({ kind: 'vrrpd', config: config(100) })
      await untilMaster(a, daemon)
      const refused = await cleanUp(a, daemon)
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(`a daemon runs (process ${String(daemon.pid)})`)
      expect(await a.holds(vip)).toBe(true)
      await daemon.stop()
      expect(existsSync(daemon.recordFile)).toBe(false)
      expect(await cleanUp(a, daemon)).toMatchObject({ code: 0 })
    })
  })

  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('a restart', () => {
    /** `a` is Master beside a keepalived of lower priority, and is killed. */
    async function crash(
      context: TestContext,
      more = '',
    ): Promise<{ lab: Lab<'a' | 'b'>; killed: Daemon; at: number }> {
      const lab = await makeLab(context)
      const killed = await lab.host('a').start({ kind: 'vrrpd', config: config(150) })
      await untilMaster(lab.host('a'), killed)
      // A long interval comes by a reload: with it alone nobody would be Master for half a minute.
      await killed.rewrite(config(150, more))
      killed.signal('SIGHUP')
      await killed.logs('Reload complete', patiently)
      const other = await lab.host('b').start({ kind: 'keepalived', config: config(100, more) })
      await other.logs('Entering BACKUP STATE', takeover)
      await pause(seconds(1.5))
      return { lab, killed, at: await killed.kill() }
    }

    test('at once: it goes on as Master, and nobody takes its place', async (context) => {
      const { lab, killed } = await crash(context, unhurried)
      const [a, b] = [lab.host('a'), lab.host('b')]
      const daemon = await restart(a, killed, config(150, unhurried))
      await daemon.logs('(VI_1) was MASTER until this restart, going on as such', twoIntervals)
      const ended = wallNow() + untilNoticedUnhurried
      while (wallNow() < ended) {
        expect([await a.holds(vip), await b.holds(vip)]).toEqual([true, false])
        await pause(seconds(0.1))
      }
      expect(await daemon.log()).not.toContain('BACKUP STATE')
      expect(await a.routes()).toContainEqual(expect.objectContaining({ dst: '192.0.2.0/24' }))
    })

    test('after the cleanup of a service manager, too', async (context) => {
      const { lab, killed } = await crash(context, unhurried)
      const [a, b] = [lab.host('a'), lab.host('b')]
      expect((await cleanUp(a, killed, ['SERVICE_RESULT=signal'])).code).toBe(0)
      expect(await a.holds(vip)).toBe(false)
      await restart(a, killed, config(150, unhurried))
      await a.holdsWithin(vip, twoIntervals)
      await pause(untilNoticedUnhurried)
      expect([await a.holds(vip), await b.holds(vip)]).toEqual([true, false])
    })

    test('after others have elected another: it begins as a Backup, without what was left', async (context) => {
      const { lab, killed } = await crash(context)
      const [a, b] = [lab.host('a'), lab.host('b')]
      await b.holdsWithin(vip, takeover)
      const daemon = await restart(a, killed, config(150, 'nopreempt'))
      await daemon.logs('(VI_1) Entering BACKUP STATE (init)', patiently)
      expect([await a.holds(vip), await b.holds(vip)]).toEqual([false, true])
      await pause(untilNoticed)
      expect([await a.holds(vip), await b.holds(vip)]).toEqual([false, true])
    })

    test('with another configuration: what only the old one had is taken away', async (context) => {
      const { lab, killed } = await crash(context)
      const a = lab.host('a')
      await restart(a, killed, config(150).replace(vip, '10.9.1.2'))
      await a.lacksWithin(vip, patiently)
      await a.holdsWithin('10.9.1.2', patiently)
    })
  })

  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('a Master that slept, with nopreempt', () => {
    test.each([
      ['takes the place back from the lower one, as keepalived does', [], [true, false]],
      ['leaves it to the lower one with --pause-guard', ['--pause-guard'], [false, true]],
    ])('%s', async (_what, args, expected) => {
      const lab = await Lab.create({ hosts: ['a', 'b'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
      try {
        const [a, b] = [lab.host('a'), lab.host('b')]
        const daemon = await a.start({ kind: 'vrrpd', config: config(150, 'nopreempt'), args })
        await untilMaster(a, daemon)
        const other = await b.start({ kind: 'keepalived', config: config(100, 'nopreempt') })
        await other.logs('Entering BACKUP STATE', takeover)
        await pause(seconds(1.5))
        daemon.freeze()
        await b.holdsWithin(vip, takeover)
        await pause(seconds(1.5))
        daemon.thaw()
        await pause(untilNoticed)
        await eventually(async () => {
          expect([await a.holds(vip), await b.holds(vip)]).toEqual(expected)
        }, promptly)
      } finally {
        await lab.destroy()
      }
    })
  })
})
