/**
 * A notify FIFO in the file system. Open for reading and writing, so that it
 * is there before its reader and survives it; never waiting, so that a reader
 * that has stopped reading holds up nobody. One that was there before is used
 * as it is, and stays at the end, as with keepalived (measured); what is there
 * and is no FIFO is left alone (keepalived 2.2.7 appends to it).
 */

import { constants } from 'node:fs'
import { lchown, lstat, open, unlink, type FileHandle } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../base/result.ts'
import type { WriteResult } from './fifo-lines.ts'

export interface FifoOwner {
  readonly uid: number
  readonly gid: number
}

export interface FifoOptions {
  /** The umask applies to it. */
  readonly mode: number
  /** Undefined: the daemon's user. */
  readonly owner: FifoOwner | undefined
}

export interface OpenFifo {
  /** Does not wait for a reader. */
  write(text: string): Promise<WriteResult>
  /** Removed only if it was made when it was opened. */
  close(): Promise<void>
}

export interface FifoPorts {
  /** Rejected: what went wrong. */
  readonly openFifo: (path: string, options: FifoOptions) => Promise<Result<OpenFifo, string>>
}

/** mkfifo(3). @returns what went wrong */
export type MakeFifo = (path: string, mode: number) => string | undefined

export class Fifo implements OpenFifo {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #isOurs: boolean

  private constructor(path: string, handle: FileHandle, isOurs: boolean) {
    this.#path = path
    this.#handle = handle
    this.#isOurs = isOurs
  }

  static async open(
    path: string,
    { mode, owner }: FifoOptions,
    makeFifo: MakeFifo,
  ): Promise<Result<Fifo, string>> {
    try {
      const isOurs = !(await exists(path))
      // A file system that does not answer has held up the thread that looked, and not this one.
      const refusal = isOurs ? makeFifo(path, mode) : undefined
      if (refusal !== undefined) return rejected(refusal)
      if (isOurs && owner) await lchown(path, owner.uid, owner.gid)
      const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
      if ((await handle.stat()).isFIFO()) return accepted(new Fifo(path, handle, isOurs))
      await handle.close()
      return rejected('it is there and is no FIFO')
    } catch (error) {
      return rejected(codeOf(error))
    }
  }

  async write(text: string): Promise<WriteResult> {
    try {
      await this.#handle.write(text)
      return 'written'
    } catch (error) {
      const code = codeOf(error)
      return code === 'EAGAIN' ? 'full' : { refused: code }
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
    if (this.#isOurs) await unlink(this.#path).catch(() => undefined)
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    if (!found.isFIFO()) throw Object.assign(new Error(), { code: 'it is there and is no FIFO' })
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined) throw error
  return code
}
