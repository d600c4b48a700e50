/** systemd/vrrpd.service, judged by systemd itself. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from './support/privileges.ts'
import { runAnyway } from './support/tools.ts'

needs('systemd-analyze')('the unit', () => {
  test('has nothing that systemd does not understand', async ({ onTestFinished }) => {
    const directory = await mkdtemp(join(tmpdir(), 'vrrpd-unit-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const unit = await readFile('systemd/vrrpd.service', 'utf8')
    const path = join(directory, 'vrrpd.service')
    // It is not installed here; its program is the checkout's.
    await writeFile(path, unit.replace('/usr/bin/vrrpd', resolve('bin/vrrpd')))
    const { code, stdout, stderr } = await runAnyway(['systemd-analyze', 'verify', '--man=no', path])
    expect({ code, said: `${stdout}${stderr}` }).toEqual({ code: 0, said: '' })
  })
})
