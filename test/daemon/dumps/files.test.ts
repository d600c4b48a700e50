/** A dump's file as those see it who wait for it. */

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile } from '../../../src/daemon/dumps/files.ts'
import { watchDirectory } from '../../support/inotify.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { needs } from '../../support/privileges.ts'

/** Long enough for more than one system call. */
const text = 'a line of a dump\n'.repeat(100_000)

async function inDirectory(body: (tmp: string, beside: string) => Promise<void>): Promise<void> {
  const beside = await mkdtemp(join(tmpdir(), 'dump-'))
  try {
    await mkdir(join(beside, 'tmp'))
    await body(join(beside, 'tmp'), beside)
  } finally {
    await rm(beside, { recursive: true })
  }
}

needs('cc')('who waits for IN_CLOSE_WRITE', () => {
  test.each([
    ['a new file', () => Promise.resolve()],
    ['one that is there', (path: string) => writeFile(path, 'a former one')],
    ['a symbolic link laid out there', (path: string) => symlink('../precious', path)],
  ] as const)('%s: has it under the final name, when all has been written', (_, prepare) =>
    inDirectory(async (tmp, beside) => {
      const path = join(tmp, 'keepalived.data')
      const precious = join(beside, 'precious')
      await writeFile(precious, 'keep')
      await prepare(path)
      const watch = await watchDirectory(tmp, beside)
      try {
        expect(await replaceFile(path, text)).toBeUndefined()
        await until(
          'CLOSE_WRITE',
          () => watch.events().some((event) => event.startsWith('CLOSE_WRITE')),
          patiently,
        )
        const all = watch.events().map((event) => event.replace(/keepalived\.data\.\w+/, 'temporary'))
        // Nothing is written under the final name.
        expect(all).toEqual([
          'CREATE temporary',
          'MODIFY temporary',
          'MOVED_FROM temporary',
          'MOVED_TO keepalived.data',
          'CLOSE_WRITE keepalived.data',
        ])
        expect(await readFile(path, 'utf8')).toBe(text)
        expect(await readFile(precious, 'utf8')).toBe('keep')
        expect(await readdir(tmp)).toEqual(['keepalived.data'])
      } finally {
        watch.stop()
      }
    }),
  )
})

test('what cannot be written is said, and leaves nothing', () =>
  inDirectory(async (tmp) => {
    await mkdir(join(tmp, 'keepalived.data'))
    expect(await replaceFile(join(tmp, 'keepalived.data'), text)).toMatch(/EISDIR/)
    expect(await replaceFile(join(tmp, 'absent', 'keepalived.data'), text)).toMatch(/ENOENT/)
    expect(await readdir(tmp)).toEqual(['keepalived.data'])
  }))
