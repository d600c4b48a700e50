/**
 * The units under a real systemd: guest.sh beside this file runs on a User Mode Linux that is
 * booted for it, once for all cases.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { needs, sharedDirectory } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

const GUEST = 'test/systemd/guest.sh'
/** It takes a quarter of this where nothing else runs. */
const LIMIT_SECONDS = 180

const cases = [...readFileSync(GUEST, 'utf8').matchAll(/^done_with '(.*)'$/gm)].map(([, name]) => name ?? '')

needs(
  'root',
  'shared',
  'built',
  'linux.uml',
  'modprobe',
  'keepalived',
  'killall',
  'sudo',
)('vrrpd.service', () => {
  let said = ''

  beforeAll(
    async () => {
      const boot = join(sharedDirectory() ?? '', 'lab', 'with-kernel.sh')
      const options = ['-s', '-t', String(LIMIT_SECONDS), '-k', 'veth ip_vs ip_vs_rr']
      const { code, stdout, stderr } = await runAnyway([boot, ...options, '--', 'bash', GUEST])
      said = `${stdout}${stderr}exit code ${String(code)}`
    },
    (LIMIT_SECONDS + 10) * 1_000,
  )

  test.each(cases)('%s', (name) => {
    const wrong = new RegExp(`^FAIL ${name}: .*(\n  .*)*`, 'm').exec(said)?.[0]
    expect(wrong).toBeUndefined()
    expect(said).toContain(`ok ${name}\n`)
  })
})
