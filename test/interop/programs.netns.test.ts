/** Programs around the elections: startup_script, shutdown_script, and notify scripts that never end. */

import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import { isAlive } from '../support/lab/processes.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { global, instance } from './scenarios/kit.ts'
import { VIP } from './scenarios/matrix.ts'
import { expectAsKeepalived, type Scene } from './solo.ts'

const lifetime = (startup: string, notify: string): string => `
  startup_script "${startup}"
  startup_script_timeout 1
  shutdown_script "${notify} shutdown"
  shutdown_script_timeout 1
`

/** Elected and ended, each with time for the scripts before the next is called. */
async function electAndEnd({ start, daemon, notified, router, look }: Scene): Promise<void> {
  await start()
  await notified('MASTER')
  await router.holdsWithin(VIP, patiently)
  await look('elected')
  await daemon().stop()
  await look('ended')
}

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('startup_script and shutdown_script', () => {
  test.concurrent('are the first and the last to be called', async () => {
    const { notifies } = await expectAsKeepalived({
      config: (notify) =>
        global(lifetime(`${notify} startup`, notify)) +
        instance({ priority: 250, more: `notify "${notify}"` }),
      run: electAndEnd,
    })
    expect(notifies).toEqual([
      'startup',
      'INSTANCE VI_1 BACKUP 250',
      'INSTANCE VI_1 MASTER 250',
      'INSTANCE VI_1 STOP 250',
      'shutdown',
    ])
  })

  test.concurrent('that fail, or do not end, stop nothing', async () => {
    const { notifies } = await expectAsKeepalived({
      config: (notify) =>
        global(lifetime(join(dirname(notify), 'hanging'), join(dirname(notify), 'failing'))) +
        instance({ priority: 250, more: `notify "${notify}"` }),
      run: async (scene) => {
        const { directory } = scene.router
        const write = (name: string, body: string): Promise<void> =>
          writeFile(join(directory, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
        await write('hanging', `echo $$ >${directory}/hanging.pid; exec sleep 60`)
        await write('failing', 'exit 7')
        await electAndEnd(scene)
        const pid = (await readFile(join(directory, 'hanging.pid'), 'utf8')).trim()
        await until('the startup script to be ended', () => !isAlive(Number(pid)), patiently)
      },
    })
    expect(notifies).toEqual([
      'INSTANCE VI_1 BACKUP 250',
      'INSTANCE VI_1 MASTER 250',
      'INSTANCE VI_1 STOP 250',
    ])
  })
})

needs(
  'netns',
  'root',
  'built',
)('notify scripts that never end', () => {
  // docs/decisions/0011: a transition waits for the scripts of the one before it, but no longer than 5 s.
  test.concurrent(
    'every state gets through, in its order, and adverts wait for none',
    async ({ onTestFinished }) => {
      const lab = await Lab.create({ hosts: ['router', 'probe'] })
      onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      const capture = await lab.host('probe').capture()
      const states = join(router.directory, 'states')
      const stuck = join(router.directory, 'stuck')
      await writeFile(states, '')
      await writeFile(stuck, `#!/bin/sh\necho $$ $3 >>${states}\nexec sleep 80\n`, { mode: 0o755 })
      // Who waits for one that hangs waits no longer than 5 s: two may be started in one moment, and say so in either
      // order. Their process numbers are in the order of their starts.
      const told = async (): Promise<string[]> =>
        (await readFile(states, 'utf8'))
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => line.split(' '))
          .sort(([one], [other]) => Number(one) - Number(other))
          .map(([, state = '']) => state)
      const daemon = await router.start({
        kind: 'vrrpd',
        config: global() + instance({ priority: 200, more: `notify "${stuck}"` }),
      })
      await router.holdsWithin(VIP, patiently)
      await router.setCable('down')
      await daemon.logs('Entering FAULT STATE', patiently)
      await router.setCable('up')
      const wanted = ['BACKUP', 'MASTER', 'FAULT', 'BACKUP', 'MASTER']
      await until('the last of them', async () => (await told()).length >= wanted.length, seconds(60))
      expect(await told()).toEqual(wanted)
      const adverts = await capture.adverts()
      const later = adverts.slice(1).map(({ at }, index) => at - adverts[index]!.at)
      // The one fault is a gap of a whole Master_Down_Interval.
      expect(later.filter((gap) => gap > seconds(3)).length).toBeLessThanOrEqual(1)
    },
  )
})
