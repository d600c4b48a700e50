/** Cases that a shell script goes through on a User Mode Linux booted for it, once for all of them. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { sharedDirectory } from './privileges.ts'
import { runAnyway } from './tools.ts'

/** A boot and its cases take a quarter of this where nothing else runs. */
const LIMIT_SECONDS = 240

/**
 * @param guest a script that says `ok NAME` or `FAIL NAME: why` for each of its `done_with 'NAME'`
 * @param options of with-kernel.sh
 */
export function bootCases(guest: string, options: readonly string[]): void {
  let said = ''
  beforeAll(
    async () => {
      const boot = join(sharedDirectory() ?? '', 'lab', 'with-kernel.sh')
      const { code, stdout, stderr } = await runAnyway([
        ...[boot, ...options, '-t', String(LIMIT_SECONDS)],
        ...['--', 'bash', guest],
      ])
      said = `${stdout}${stderr}exit code ${String(code)}`
    },
    (LIMIT_SECONDS + 10) * 1_000,
  )

  const cases = [...readFileSync(guest, 'utf8').matchAll(/^done_with '(.*)'$/gm)].map(
    ([, name]) => name ?? '',
  )
  test.each(cases)('%s', (name) => {
    const wrong = new RegExp(`^FAIL ${name}: .*(\n  .*)*`, 'm').exec(said)?.[0]
    expect(wrong).toBeUndefined()
    expect(said).toContain(`ok ${name}\n`)
  })
}
