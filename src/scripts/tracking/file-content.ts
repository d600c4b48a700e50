/** The host's own files, as far as they are tracked. */

import { constants, watch, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { Content, InitialContent, TrackedFileSystem } from './types.ts'

/** Far more than a number takes. */
const MOST_BYTES = 128

async function readBeginning(path: string): Promise<Content> {
  try {
    // Not waiting for a writer where somebody has put a FIFO.
    return await using(await open(path, constants.O_RDONLY | constants.O_NONBLOCK), async (file) => {
      if (!(await file.stat()).isFile()) return { kind: 'unreadable', because: 'it is not a file' }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
      return { kind: 'text', text: buffer.toString('latin1', 0, bytesRead) }
    })
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing' }
      : { kind: 'unreadable', because: code }
  }
}

async function writeInitial(path: string, { value, overwrite }: InitialContent): Promise<string | undefined> {
  const how = overwrite ? constants.O_TRUNC | constants.O_NOFOLLOW : constants.O_EXCL
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK | how
  try {
    await using(await open(path, flags, 0o644), (file) => file.writeFile(`${String(value)}\n`))
    return undefined
  } catch (error) {
    const code = codeOf(error)
    return code === 'EEXIST' ? undefined : code
  }
}

async function directoryIdentity(path: string): Promise<string | undefined> {
  const found: Stats | undefined = await stat(path).catch(() => undefined)
  return found?.isDirectory() === true ? `${String(found.dev)} ${String(found.ino)}` : undefined
}

async function using<T>(file: FileHandle, use: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined) throw error
  return code
}

/** By inotify. Undefined: no inotify instance is left, or the directory has just gone. */
function watchDirectory(
  path: string,
  changed: (name: string | null) => void,
  failed: () => void,
): (() => void) | undefined {
  try {
    const watcher = watch(path, { persistent: false }, (_event, name) => {
      changed(name)
    })
    watcher.on('error', failed)
    return () => {
      watcher.close()
    }
  } catch {
    return undefined
  }
}

export const trackedFiles: TrackedFileSystem = {
  readBeginning,
  writeInitial,
  directoryIdentity,
  watchDirectory,
}
