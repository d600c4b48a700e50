/** The configuration as `vrrpd check` reads it: from disk, or from standard input. */

import type { ConfigIo } from '../config/syntax/io.ts'
import { diskIo } from '../config/disk-io.ts'

/** What stands for standard input among file names. */
export const STDIN = '<stdin>'

export const pathOf = (file: string): string => (file === '-' || file === '/dev/stdin' ? STDIN : file)

const LARGEST_INPUT_BYTES = 64 << 20

/** Includes of standard input are looked for in the working directory. */
export const checkIo = (stdin: () => AsyncIterable<Uint8Array>): ConfigIo => ({
  ...diskIo,
  read: (path) => (path === STDIN ? readAll(stdin()) : diskIo.read(path)),
})

async function readAll(stdin: AsyncIterable<Uint8Array>): ReturnType<ConfigIo['read']> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk)
      length += chunk.length
      if (length > LARGEST_INPUT_BYTES) return { kind: 'problem', problem: 'too-large' }
    }
  } catch {
    // A directory, for instance: `vrrpd check - < /etc`.
    return { kind: 'problem', problem: 'unreadable' }
  }
  return { kind: 'contents', bytes: Buffer.concat(chunks) }
}
