import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LogFile } from '../../../src/daemon/log/log-file.ts'

interface Opened {
  readonly file: LogFile
  readonly path: string
  readonly problems: readonly string[]
}

function openIn(folder = ''): Opened {
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-log-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  if (folder !== '') mkdirSync(join(directory, folder))
  const path = join(directory, folder, 'a.log')
  const problems: string[] = []
  const file = new LogFile(path, {
    lostLine: (count) => `lost ${String(count)}\n`,
    onProblem: (text) => {
      problems.push(text)
    },
  })
  return { file, path, problems }
}

/** As if the last look had been a minute ago. */
function letTimePass(): void {
  const now = performance.now()
  const spy = vi.spyOn(performance, 'now').mockReturnValue(now + 60_000)
  onTestFinished(() => {
    spy.mockRestore()
  })
}

test('the first line after a rotation is in the new file', async () => {
  const { file, path } = openIn()
  file.write('before\n')
  await sleep(10)
  renameSync(path, `${path}.1`)
  letTimePass()
  file.write('after\n')
  file.write('and more\n')
  await file.close(10_000)
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n')
  expect(readFileSync(path, 'utf8')).toBe('after\nand more\n')
})

test('a look makes the file anew although nothing is logged', async () => {
  const { file, path } = openIn()
  file.write('before\n')
  renameSync(path, `${path}.1`)
  file.look()
  await vi.waitFor(() => {
    expect(existsSync(path)).toBe(true)
  })
  file.write('after\n')
  await file.close(10_000)
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n')
  expect(readFileSync(path, 'utf8')).toBe('after\n')
})

test('a file that is only copied and truncated stays open', async () => {
  const { file, path } = openIn()
  file.write('before\n')
  await sleep(10)
  const { ino } = statSync(path)
  execFileSync('truncate', ['-s', '0', path])
  letTimePass()
  file.write('after\n')
  await file.close(10_000)
  expect(readFileSync(path, 'utf8')).toBe('after\n')
  expect(statSync(path).ino).toBe(ino)
})

test('where no new one can be made, lines go into the old one, and that is told once', async () => {
  const { file, path, problems } = openIn('folder')
  renameSync(join(path, '..'), join(path, '..', '..', 'elsewhere'))
  letTimePass()
  file.write('one\n')
  await sleep(10)
  file.look()
  file.write('two\n')
  await file.close(10_000)
  expect(readFileSync(join(path, '..', '..', 'elsewhere', 'a.log'), 'utf8')).toBe('one\ntwo\n')
  expect(problems).toEqual([`cannot log to ${path} any more: ENOENT; lines go where that file has gone`])
})

test('many lines in one turn stay in order across a rotation', async () => {
  const { file, path } = openIn()
  const lines = Array.from({ length: 3_000 }, (_, index) => `${String(index)}\n`)
  for (const [index, line] of lines.entries()) {
    if (index === 1_000) renameSync(path, `${path}.1`)
    if (index === 2_000) file.look()
    file.write(line)
    if (index % 500 === 0) await sleep(1)
  }
  await file.close(10_000)
  expect(readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8')).toBe(lines.join(''))
})
