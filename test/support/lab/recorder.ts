/** Scripts for a daemon to call: one that writes down how it was called, one that succeeds while a file exists. */

import { statSync } from 'node:fs'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WallTime } from './time.ts'

export interface Call {
  readonly at: WallTime
  readonly args: readonly string[]
}

export interface Recorder {
  /** The script's path, to be used in a configuration, arguments after it. */
  readonly command: string
  /** What it was called with so far, in order. */
  calls(): Promise<Call[]>
  /** When the last of them was written down; before the first: when the recorder was made. */
  lastCallAt(): WallTime
}

export async function makeRecorder(directory: string, name: string): Promise<Recorder> {
  const record = join(directory, `${name}.calls`)
  const command = await writeScript(
    join(directory, name),
    // One write per call: appended lines never mix.
    `line=$(date +%s%6N)\nfor a; do line="$line\t$a"; done\nprintf '%s\\n' "$line" >>'${record}'`,
  )
  await writeFile(record, '')
  await chmod(record, 0o666)
  return {
    command,
    calls: async () => {
      const lines = (await readFile(record, 'utf8')).split('\n').slice(0, -1)
      return lines.map((line) => {
        const [at, ...args] = line.split('\t')
        return { at: Number(at), args }
      })
    },
    lastCallAt: () => statSync(record).mtimeMs * 1_000,
  }
}

export interface Check {
  readonly command: string
  pass(): Promise<void>
  fail(): Promise<void>
}

/** A check script; it passes at first. */
export async function makeCheck(directory: string, name: string): Promise<Check> {
  const flag = join(directory, `${name}.passes`)
  const check: Check = {
    command: await writeScript(join(directory, name), `test -e '${flag}'`),
    pass: () => writeFile(flag, ''),
    fail: () => rm(flag, { force: true }),
  }
  await check.pass()
  return check
}

async function writeScript(path: string, body: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
  return path
}

/** The notify lines of an instance or group, every one of them calling the recorder. */
export const notifyLines = (recorder: Recorder): string => `
  notify_master "${recorder.command} notify_master"
  notify_backup "${recorder.command} notify_backup"
  notify_fault "${recorder.command} notify_fault"
  notify_stop "${recorder.command} notify_stop"
  notify "${recorder.command} notify"
`
