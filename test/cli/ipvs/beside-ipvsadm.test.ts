/** The installed ipvsadm and vrrpd ipvs, asked for the same that is wrong: the same bytes and exit codes. */

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needs } from '../../support/privileges.ts'
import { findProgram } from '../../support/tools.ts'
import { commandLines, type CommandLine } from './measured.ts'
import { MemoryTable } from './memory-table.ts'
import { run } from './run.ts'

/** Names of hosts are this machine's, or take a resolver. */
const asksForHosts = ({ argv, err = '' }: CommandLine): boolean =>
  /^illegal (virtual|real) server/.test(err) && !argv.some((word) => /^[\d[]/.test(word))

/** What is decided before a kernel is asked. */
const decided = commandLines.filter(
  (line) =>
    !asksForHosts(line) &&
    (line.code === 2 ||
      /^Try|: (unknown option|missing argument|option does not)/.test(line.err ?? '') ||
      line.out?.startsWith('ipvsadm v') === true),
)

needs('ipvsadm', 'cc')('beside ipvsadm', () => {
  let directory: string

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd-ipvsadm-'))
    const source = join(import.meta.dirname, 'no-kernel.c')
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(directory, 'no-kernel.so'), source, '-ldl'])
  })

  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  function ipvsadm(argv: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(findProgram('ipvsadm') ?? '', argv, {
      argv0: 'ipvsadm',
      env: { ...process.env, LC_ALL: 'C', LD_PRELOAD: join(directory, 'no-kernel.so') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    return new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => {
        resolve({ code, out, err })
      })
    })
  }

  test('version 1.31 is installed, whose words ours are', async () => {
    expect(await ipvsadm(['--version'])).toMatchObject({ out: (await run(['--version'])).out })
  })

  test.each(decided.map(({ argv }) => [argv.join(' '), argv] as const))('%s', async (_, argv) => {
    const { code, out, err } = await run(argv, new MemoryTable())
    expect({ code, out, err }).toEqual(await ipvsadm(argv))
  })
})
