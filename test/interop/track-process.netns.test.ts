/**
 * track_process in a running pair. keepalived is no measure here: in a network
 * namespace it does not hear of processes (docs/decisions/0018).
 */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Lab } from '../support/lab.ts'
import { patiently } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { findProgram } from '../support/tools.ts'
import { instance } from './scenarios/kit.ts'
import { VIP } from './scenarios/matrix.ts'

needs('netns', 'built')('track_process', () => {
  test('who loses the tracked process loses its weight, and regains it', async ({ onTestFinished }) => {
    const lab = await Lab.create({ hosts: ['a', 'b'] })
    onTestFinished(() => lab.destroy())
    const [a, b] = [lab.host('a'), lab.host('b')]
    const name = `vt-${randomBytes(4).toString('hex')}`
    const program = join(a.directory, name)
    await copyFile(findProgram('sleep')!, program)
    const run = (): (() => boolean) => {
      const child = spawn(program, ['60'], { stdio: 'ignore' })
      onTestFinished(() => void child.kill('SIGKILL'))
      return () => child.kill('SIGKILL')
    }
    const tracking = `vrrp_track_process served {\n process ${name}\n weight 60\n}\n`
    const end = run()
    const daemon = await a.start({
      kind: 'vrrpd',
      config: tracking + instance({ priority: 90, more: 'track_process {\n served\n}' }),
    })
    await daemon.logs('Entering MASTER STATE', patiently)
    const other = await b.start({ kind: 'vrrpd', config: instance({ priority: 100 }) })
    await other.logs('Entering BACKUP STATE', patiently)
    expect(await b.holds(VIP)).toBe(false)
    end()
    await b.holdsWithin(VIP, patiently)
    await a.lacksWithin(VIP, patiently)
    run()
    await a.holdsWithin(VIP, patiently)
    await b.lacksWithin(VIP, patiently)
    const log = await daemon.log()
    expect(log).toContain('Quorum lost for tracked process served (0 running)')
    expect(log).toContain('Quorum gained for tracked process served (1 running)')
    expect(log).toMatch(/Changing effective priority from 150 to 90/)
  })
})
