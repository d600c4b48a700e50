/** What inotify(7) tells of a directory. Node's own watcher knows no IN_CLOSE_WRITE; this needs 'cc'. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { patiently, until } from './lab/time.ts'
import { run } from './tools.ts'

export interface DirectoryWatch {
  /** `EVENT NAME` each, in the kernel's order; what repeats itself in a row once. */
  events(): readonly string[]
  stop(): void
}

/** @param scratch a directory for the program, another one than that which is watched */
export async function watchDirectory(directory: string, scratch: string): Promise<DirectoryWatch> {
  const program = join(scratch, 'inotify')
  const source = fileURLToPath(new URL('inotify.c', import.meta.url))
  await run(['cc', '-o', program, source])
  const child = spawn(program, [directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  await until('inotify to watch', () => text.startsWith('ready\n'), patiently)
  return {
    events: () => {
      const lines = text.split('\n').slice(1, -1)
      return lines.filter((line, index) => line !== lines[index - 1])
    },
    stop: () => void child.kill(),
  }
}
