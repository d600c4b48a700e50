/** Real files in a directory of their own: every way in which a number comes, changes and goes. */

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import type { FileToTrack } from '../../../src/scripts/tracking/file-watch.ts'
import { TrackedFiles } from '../../../src/scripts/tracking/tracked-files.ts'
import { patiently, until } from '../../support/lab/time.ts'
import { ports } from './ports.ts'

async function setup({ onTestFinished }: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'vrrpd-track-file-'))
  const numbers: number[] = []
  const notes: string[] = []
  const files = new TrackedFiles(ports, {
    onNumber: (_name, number) => void numbers.push(number),
    onNote: (text) => void notes.push(text.replaceAll(directory, '')),
  })
  onTestFinished(async () => {
    files.stop()
    await rm(directory, { recursive: true, force: true })
  })
  const path = join(directory, 'd', 'number')
  const track = (more: Partial<FileToTrack> = {}): void => files.replace([{ name: 'tf', path, ...more }])
  const sees = (number: number): Promise<void> =>
    until(`${String(number)} to be seen`, () => numbers.at(-1) === number, patiently)
  return { directory, path, files, numbers, notes, track, sees }
}

test.concurrent('written, emptied, replaced, removed; its directory, too', async (context) => {
  const { directory, path, track, sees, numbers } = await setup(context)
  track()
  await sees(0)
  await mkdir(join(directory, 'd'))
  await writeFile(path, '5\n')
  await sees(5)
  await writeFile(path, '-3')
  await sees(-3)
  await writeFile(`${path}.new`, '7')
  await rename(`${path}.new`, path)
  await sees(7)
  await rm(path)
  await sees(0)
  await writeFile(path, '8')
  await sees(8)
  await rename(join(directory, 'd'), join(directory, 'e'))
  await sees(0)
  await mkdir(join(directory, 'd'))
  await writeFile(path, '9')
  await sees(9)
  // No other number in between: neither from half a file nor from one that is being replaced.
  expect(numbers).toEqual([0, 5, -3, 7, 0, 8, 0, 9])
})

test.concurrent('what a shell empties before it writes is never taken for 0', async (context) => {
  const { directory, path, track, sees, numbers } = await setup(context)
  await mkdir(join(directory, 'd'))
  await writeFile(path, '1')
  track()
  await sees(1)
  execFileSync('sh', ['-c', 'for n in $(seq 2 40); do : >"$1"; sleep 0.01; echo $n >"$1"; done', 'sh', path])
  await sees(40)
  expect(numbers).not.toContain(0)
})

test.concurrent('what is no file, or no number, is said once', async (context) => {
  const { path, track, sees, notes, files } = await setup(context)
  await mkdir(path, { recursive: true })
  track()
  await sees(0)
  expect(notes).toEqual(['Track file /d/number cannot be read and counts as 0: it is not a file'])
  await rm(path, { recursive: true })
  execFileSync('mkfifo', [path])
  await until('a FIFO to be no file', () => files.reports()[0]?.problem === 'it is not a file', patiently)
  await rm(path)
  await writeFile(path, `4${' '.repeat(1 << 20)}`)
  await sees(4)
  await writeFile(path, '99999999999999999999')
  await until(
    'the number to be refused',
    () => notes.at(-1)?.startsWith('Invalid number 999') === true,
    patiently,
  )
  await sees(4)
})

test.concurrent('init_file makes what is missing, and overwrites only where it says so', async (context) => {
  const { directory, path, track, sees, notes } = await setup(context)
  await mkdir(join(directory, 'd'))
  track({ initial: { value: 7, overwrite: false } })
  await sees(7)
  expect(await readFile(path, 'utf8')).toBe('7\n')
  track({ path: `${path}2`, initial: { value: 3, overwrite: false } })
  await sees(3)
  await writeFile(`${path}2`, '4')
  track({ initial: { value: 6, overwrite: false } })
  await sees(7)
  track({ path: `${path}2`, initial: { value: 6, overwrite: true } })
  await sees(6)
  await writeFile(join(directory, 'precious'), 'keep')
  await symlink(join(directory, 'precious'), `${path}3`)
  track({ path: `${path}3`, initial: { value: 6, overwrite: true } })
  await sees(0)
  expect(await readFile(join(directory, 'precious'), 'utf8')).toBe('keep')
  expect(notes).toContain('Unable to write track file /d/number3: ELOOP')
})

test.concurrent('a reload leaves files that stay undisturbed', async (context) => {
  const { directory, path, track, sees, numbers } = await setup(context)
  await mkdir(join(directory, 'd'))
  await writeFile(path, '2')
  track()
  await sees(2)
  track({ initial: { value: 9, overwrite: true } })
  await writeFile(path, '3')
  await sees(3)
  expect(numbers).toEqual([2, 3])
})
