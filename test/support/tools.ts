/** Programs of the system that tests and the laboratory run. */

import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** An ordinary user's PATH on Debian lacks the two directories where `ip` and keepalived live. */
const searchPath: readonly string[] = [
  ...(process.env['PATH'] ?? '').split(':').filter((directory) => directory !== ''),
  '/usr/sbin',
  '/sbin',
]

/** The absolute path of an executable, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const directory of searchPath) {
    const path = join(directory, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this directory.
    }
  }
  return undefined
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. A program that cannot be started throws; its exit code is the caller's to judge. */
export function runAnyway(argv: readonly string[], input = ''): Promise<Finished> {
  const [name = '', ...args] = argv
  const program = name.includes('/') ? name : findProgram(name)
  if (program === undefined) throw new Error(`${name} is not installed`)
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number')
        reject(new Error(`cannot run ${program}`, { cause: error }))
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
    // A program need not read what it is given, and may have ended before.
    child.stdin?.on('error', () => {}).end(input)
  })
}

/** Runs a program that has to succeed; returns what it printed. */
export async function run(argv: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await runAnyway(argv, input)
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
  return stdout
}
