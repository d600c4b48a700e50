/** Notify FIFOs beside the real keepalived, and where it loses what is written. */

import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { lstat, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, promptly } from '../support/lab.ts'
import { craftAdvert } from '../support/lab/craft.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { run } from '../support/tools.ts'

const instance = (name: string, vrid: number, lines: string): string => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  virtual_ipaddress {
    10.9.1.${vrid}/32
  }
  ${lines}
}
`

const config = (here: string, more: string): string => `
global_defs {
  script_user root
  notify_fifo ${here}/all
  vrrp_notify_fifo ${here}/vrrp
  vrrp_notify_fifo_script "${here}/reader one"
  vrrp_notify_priority_changes
}
track_file number {
  file ${here}/number
}
${instance('VI_1', 1, `track_file {\n number\n }\n notify_master_rx_lower_pri "${here}/lower a"`)}
${more}
`

async function play({ onTestFinished }: TestContext, kind: DaemonKind) {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  const here = router.directory
  const script = (name: string, body: string): Promise<void> =>
    writeFile(join(here, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  await script('reader', `exec cat "$2" >>${here}/read.$1`)
  await script('lower', `echo "$*" >>${here}/lowered`)
  await run(['mkfifo', join(here, 'all')])
  const out = await open(join(here, 'read'), 'w')
  const reader = spawn('sh', ['-c', `exec cat <>${here}/all`], { stdio: ['ignore', out.fd, 'ignore'] })
  onTestFinished(async () => {
    reader.kill('SIGKILL')
    await out.close()
  })
  const lines = async (): Promise<string[]> => (await readFile(join(here, 'read'), 'utf8')).split('\n')
  const hears = (line: string): Promise<void> =>
    until(`${kind} to write ${line}`, async () => (await lines()).includes(line), patiently)
  const daemon = await router.start({ kind, config: config(here, instance('VI_2', 2, 'notify_deleted')) })
  await hears('INSTANCE "VI_1" MASTER 100')
  await hears('INSTANCE "VI_2" MASTER 100')
  const made = await lstat(join(here, 'vrrp'))
  await lab
    .host('probe')
    .inject(craftAdvert({ source: '10.9.0.2', vrid: 1, priority: 50, addresses: ['10.9.1.1'] }))
  await hears('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100')
  await writeFile(join(here, 'number'), '7')
  await hears('INSTANCE "VI_1" MASTER_PRIORITY 107')
  await daemon.rewrite(config(here, ''))
  daemon.signal('SIGHUP')
  await hears('INSTANCE "VI_2" DELETED 100')
  await pause(seconds(0.5))
  await daemon.stop()
  await hears('INSTANCE "VI_1" STOP 107')
  const exists = (name: string): Promise<boolean> =>
    lstat(join(here, name)).then(
      () => true,
      () => false,
    )
  return {
    mode: (made.mode & 0o7777).toString(8),
    // At a reload keepalived reads the file anew, before it is MASTER again.
    one: (await lines()).filter((line) => line.includes('VI_1') && !line.includes('BACKUP_PRIORITY')),
    two: (await lines()).filter((line) => line.includes('VI_2')),
    lowered: await readFile(join(here, 'lowered'), 'utf8'),
    read: (await readFile(join(here, 'read.one'), 'utf8')).split('\n').slice(0, 4).sort(),
    left: [await exists('all'), await exists('vrrp')],
  }
}

describe.concurrent('notify FIFOs', () => {
  needs(
    'netns',
    'root',
    'built',
    'keepalived',
  )('beside keepalived', () => {
    test('tell the same, to the same reader', async (context) => {
      const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
      expect(vrrpd).toEqual(keepalived)
      expect(vrrpd.left).toEqual([true, false])
    })
  })

  needs(
    'netns',
    'root',
    'built',
  )('of vrrpd', () => {
    test('leave alone what is no FIFO, and say so', async ({ onTestFinished }) => {
      const lab = await Lab.create({ hosts: ['router'] })
      onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      const path = join(router.directory, 'all')
      await writeFile(path, 'precious')
      const daemon = await router.start({ kind: 'vrrpd', config: config(router.directory, '') })
      await daemon.logs(`notify FIFO ${path} is not used: it is there and is no FIFO`, patiently)
      await daemon.logs('Entering MASTER STATE', patiently)
      await daemon.stop()
      expect(await readFile(path, 'utf8')).toBe('precious')
    })

    test('tell a reader that comes late how things stand, however full they were', async ({
      onTestFinished,
    }) => {
      const lab = await Lab.create({ hosts: ['router'] })
      onTestFinished(() => lab.destroy())
      const router = lab.host('router')
      const fifo = join(router.directory, 'all')
      await run(['mkfifo', fifo])
      const reader = await open(fifo, constants.O_RDWR | constants.O_NONBLOCK)
      onTestFinished(() => reader.close())
      // Full, but for what no line fits into.
      const block = Buffer.alloc(4096, 'x')
      for (let full = false; !full;)
        full = await reader
          .write(block)
          .then(() => false)
          .catch(() => true)
      const daemon = await router.start({ kind: 'vrrpd', config: config(router.directory, '') })
      await daemon.logs('is full: nobody reads it', patiently)
      await daemon.logs('Entering MASTER STATE', patiently)
      await pause(seconds(0.3))
      let read = ''
      await until(
        'the reader to hear of MASTER',
        async () => {
          const { buffer, bytesRead } = await reader
            .read(Buffer.alloc(1 << 17), 0, 1 << 17)
            .catch(() => ({ buffer: Buffer.alloc(0), bytesRead: 0 }))
          read += buffer.toString('latin1', 0, bytesRead).replaceAll('x', '')
          return read.includes('INSTANCE "VI_1" MASTER 100\n')
        },
        promptly,
      )
      expect(read).toBe('INSTANCE "VI_1" MASTER 100\n')
    })
  })
})
