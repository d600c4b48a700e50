/** The files that path-walk.ts asks about: the real ones. */

import { lstat, readlink } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { accepted, rejected, type Result } from '../base/result.ts'
import type { Files, Step } from './path-walk.ts'

export const systemFiles: Files = {
  examine: (path) => attempt(async () => stepOf(path, await lstat(path))),
  readLink: (path) => attempt(() => readlink(path)),
}

async function attempt<T>(operation: () => Promise<T>): Promise<Result<T, string>> {
  try {
    return accepted(await operation())
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    return rejected(code)
  }
}

const stepOf = (path: string, stats: Stats): Step => ({
  path,
  kind: kindOf(stats),
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  gid: stats.gid,
})

function kindOf(stats: Stats): Step['kind'] {
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isDirectory()) return 'directory'
  return stats.isFile() ? 'file' : 'other'
}
