/** What keepalived does at a reload is told in scenarios/reload*.netns.test.ts; here is what it does not: surviving a bad file. */

import { expect, test } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { notifyLines } from '../support/lab/recorder.ts'
import { eventually, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway, type Finished } from '../support/tools.ts'
import { takeover } from './scenarios/matrix.ts'

const VIP = '10.9.0.100'

const text = (more: string): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  garp_master_delay 60
  virtual_ipaddress {
    ${VIP}/24
  }
${more}
}
`

needs('netns', 'built')('a reload of vrrpd', () => {
  async function master(finished: (end: () => Promise<void>) => void) {
    const lab = await Lab.create({ hosts: ['a', 'probe'] })
    finished(() => lab.destroy())
    const a = lab.host('a')
    const capture = await lab.host('probe').capture()
    const recorder = await a.recorder()
    const config = `global_defs {\n script_user root\n}\n${text(notifyLines(recorder))}`
    const daemon = await a.start({ kind: 'vrrpd', config })
    await a.holdsWithin(VIP, takeover(100))
    // Two of BACKUP and two of MASTER.
    await until('all scripts to be called', async () => (await recorder.calls()).length === 4, patiently)
    return { a, capture, daemon, recorder }
  }

  const badFiles = [
    ['a missing parameter', text('  debug\n')],
    ['a virtual router id out of range', text('').replace('virtual_router_id 51', 'virtual_router_id 300')],
    ['an instance without an interface', text('').replace('interface eth0', '')],
  ] as const
  for (const [what, bad] of badFiles) {
    test.concurrent(`${what} changes nothing`, async ({ onTestFinished }) => {
      const { a, capture, daemon, recorder } = await master(onTestFinished)
      const since = wallNow()
      await daemon.rewrite(bad)
      daemon.signal('SIGHUP')
      await daemon.logs('Reload refused: the daemon goes on with the configuration it has', promptly)
      await pause(seconds(3))
      expect(await a.holds(VIP)).toBe(true)
      expect(daemon.running).toBe(true)
      const adverts = await capture.adverts(since)
      expect(adverts.map(({ priority }) => priority)).not.toContain(0)
      expect(adverts.length).toBeGreaterThanOrEqual(2)
      await daemon.logs(/keepalived\.conf:\d+:\d+: error: /, promptly)
      // And the next good file is taken.
      await daemon.rewrite(text('  priority 120'))
      daemon.signal('SIGHUP')
      await daemon.logs('Reload complete', promptly)
      await eventually(async () => expect((await capture.adverts()).at(-1)?.priority).toBe(120))
      await pause(seconds(1.5))
      expect((await capture.adverts()).at(-1)?.priority).toBe(120)
      expect(await recorder.calls()).toHaveLength(4)
    })
  }

  test.concurrent(
    'twenty in a row: adverts keep their interval and nobody is notified',
    async ({ onTestFinished }) => {
      const { capture, daemon, recorder } = await master(onTestFinished)
      await pause(seconds(1))
      const since = wallNow()
      for (let count = 0; count < 20; count++) {
        daemon.signal('SIGHUP')
        await pause(milliseconds(150))
      }
      await pause(seconds(1.5))
      const times = (await capture.adverts(since)).map(({ at }) => at)
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
      // A Backup gives up after three intervals; a reload must not cost even one.
      expect(Math.max(...gaps)).toBeLessThan(plus(seconds(1), seconds(1)))
      expect(await recorder.calls()).toHaveLength(4)
      expect(await capture.gratuitousArps(since)).toEqual([])
    },
  )

  test.concurrent('vrrpd reload tells what changes, does it, or says why not', async ({ onTestFinished }) => {
    const { daemon, capture } = await master(onTestFinished)
    const reload = (...args: readonly string[]): Promise<Finished> =>
      runAnyway(['bin/vrrpd', 'reload', '--control', daemon.controlSocket, ...args])
    await daemon.rewrite(text('  priority 120'))
    const rehearsed = await reload('--dry-run')
    expect(rehearsed.code).toBe(0)
    expect(rehearsed.stdout).toContain('    + priority 120\n')
    expect((await capture.adverts()).at(-1)?.priority).not.toBe(120)
    expect((await reload()).stdout).toContain('    + priority 120\n')
    await eventually(async () => expect((await capture.adverts()).at(-1)?.priority).toBe(120))
    expect((await reload()).stdout).toBe('Reloaded: nothing has changed\n')
    await daemon.rewrite('vrrp_instance VI_1 {')
    for (const args of [['--dry-run'], []]) {
      const refused = await reload(...args)
      expect([refused.code, refused.stdout]).toEqual([1, ''])
      expect(refused.stderr).toMatch(/keepalived\.conf:1:/)
    }
  })
})
