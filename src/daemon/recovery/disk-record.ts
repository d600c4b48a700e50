/** The run record on the disk, beside the pid file. */

import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type { RecordFile } from '../../world/world.ts'

/** `unknown` where the kernel does not say: then records of all boots are as good as each other. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return 'unknown'
  }
}

export const diskRecord = (path: string): RecordFile => new DiskRecord(path)

class DiskRecord implements RecordFile {
  readonly path: string
  private readonly temporary: string
  /** Of what is on disk now. */
  private handle: FileHandle | undefined

  constructor(path: string) {
    this.path = path
    this.temporary = `${path}.new`
  }

  readNow(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8')
    } catch {
      return undefined
    }
  }

  writeNow(text: string): Result<undefined, string> {
    try {
      rmSync(this.temporary, { force: true })
      const fd = openSync(this.temporary, 'wx', 0o600)
      try {
        writeSync(fd, text)
      } finally {
        closeSync(fd)
      }
      renameSync(this.temporary, this.path)
      return accepted(undefined)
    } catch (error) {
      return rejected(wordsOf(error))
    }
  }

  replace(text: string): Promise<Result<undefined, string>> {
    return attempt(async () => {
      const handle = await open(this.temporary, 'w', 0o600)
      try {
        await handle.writeFile(text)
        await rename(this.temporary, this.path)
      } catch (error) {
        await handle.close()
        await rm(this.temporary, { force: true })
        throw error
      }
      await this.handle?.close()
      this.handle = handle
    })
  }

  overwriteBeginning(text: string): Promise<Result<undefined, string>> {
    return attempt(async () => {
      this.handle ??= await open(this.path, 'r+')
      await this.handle.write(text, 0)
    })
  }

  remove(): Promise<Result<undefined, string>> {
    return attempt(async () => {
      await this.handle?.close()
      await rm(this.path, { force: true })
    })
  }
}

async function attempt(operation: () => Promise<void>): Promise<Result<undefined, string>> {
  try {
    await operation()
    return accepted(undefined)
  } catch (error) {
    return rejected(wordsOf(error))
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
