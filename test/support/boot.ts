/** Cases that a shell script goes through on a User Mode Linux booted for it, once for all of them. */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { sharedDirectory, type Need } from './privileges.ts'

/** Ends what hangs: a boot and its cases take an eighth of this where nothing else runs. */
const LIMIT_SECONDS = 480

/** A boot alone; some seconds where nothing else runs. */
const BOOT_SECONDS = 120

const ATTEMPTS = 2

/** What every booted kernel takes. */
export const kernelNeeds: readonly Need[] = [
  ...(['root', 'built', 'linux.uml', 'modprobe'] as const),
  // There User Mode Linux needs a library that is compiled when it is booted.
  ...(/\bamx_tile\b/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? (['cc'] as const) : []),
]

/** With systemd on it: the script that can do it is one of the reference files. */
export const machineNeeds: readonly Need[] = [...kernelNeeds, 'with-kernel']

/** A kernel alone with this machine's files, read-only; or a machine with systemd, whose files can be written. */
export type Kind = 'kernel' | 'machine'

/**
 * @param guest a script that says `ok NAME` or `FAIL NAME: why` for each of its `done_with 'NAME'`
 * @param modules that the kernel loads first
 */
export function bootCases(guest: string, kind: Kind, modules: string): void {
  const options = [...(kind === 'machine' ? ['-s'] : []), '-k', modules]
  const program =
    kind === 'machine'
      ? join(sharedDirectory() ?? '', 'lab', 'with-kernel.sh')
      : join(import.meta.dirname, 'uml', 'boot.sh')
  let ended: Booted
  beforeAll(
    async () => {
      ended = await bootPatiently(program, guest, options)
    },
    (ATTEMPTS * BOOT_SECONDS + LIMIT_SECONDS + 10) * 1_000,
  )

  const cases = [...readFileSync(guest, 'utf8').matchAll(/^done_with '(.*)'$/gm)].map(
    ([, name]) => name ?? '',
  )
  test.each(cases)('%s', (name) => {
    const wrong = new RegExp(`^FAIL ${name}: .*(\n  .*)*`, 'm').exec(ended.said)?.[0]
    expect(wrong).toBeUndefined()
    if (!ended.said.includes(`ok ${name}\n`))
      throw new Error(`the guest ended before this case (exit code ${ended.code}):\n${ended.console}`)
  })
}

interface Booted {
  readonly isUp: boolean
  /** The script's, or who boots: 124 time limit, 125 the guest died. */
  readonly code: number | string
  /** By the script. */
  readonly said: string
  /** The last lines of its console, or of the script's standard error. */
  readonly console: string
}

/** A machine that does not boot says nothing about what is tested on it: it gets another chance, and then an error of its own. */
async function bootPatiently(program: string, guest: string, options: readonly string[]): Promise<Booted> {
  for (let attempt = 1; ; attempt++) {
    const booted = await boot(program, guest, options)
    if (booted.isUp) return booted
    if (attempt === ATTEMPTS)
      throw new Error(
        `the guest did not boot (tried twice): exit code ${booted.code}, last lines of its console:\n${booted.console}`,
      )
  }
}

const UP = 'the guest is up\n'

function boot(program: string, guest: string, options: readonly string[]): Promise<Booted> {
  const inside = ['bash', '-c', `printf '${UP.trim()}\\n'; exec bash "$0"`, guest]
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [program, ...options, '-t', String(LIMIT_SECONDS), '--', ...inside], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [said, complained] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
    // With its console, whatever it waits for; the script ends all that belongs to it.
    const late = setTimeout(() => {
      if (!said.includes(UP)) child.kill('SIGTERM')
    }, BOOT_SECONDS * 1_000)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(late)
      const isUp = said.includes(UP)
      resolve({ isUp, code: code ?? signal ?? '', said, console: lastLines(complained || said) })
    })
  })
}

const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n')
