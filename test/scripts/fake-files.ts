/** A file system written down as a table, with the ways of a real one: links, types, owners, modes. */

import { accepted, rejected } from '../../src/base/result.ts'
import type { Files, Step } from '../../src/scripts/path-walk.ts'

interface Entry {
  readonly kind: Step['kind']
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly target?: string
  /** lstat fails so. */
  readonly error?: string
}

export type FileTable = Readonly<Record<string, Entry>>

/** The root directory is there without being named. */
export function fakeFiles(table: FileTable): Files {
  const entryAt = (path: string): Entry | undefined => table[path] ?? (path === '/' ? directory() : undefined)
  return {
    examine: (path) => {
      const { kind, mode, uid, gid, error } = entryAt(path) ?? unreadable('ENOENT')
      return Promise.resolve(error === undefined ? accepted({ path, kind, mode, uid, gid }) : rejected(error))
    },
    readLink: (path) => {
      const target = entryAt(path)?.target
      return Promise.resolve(target === undefined ? rejected('EINVAL') : accepted(target))
    },
  }
}

export const file = (mode = 0o755, uid = 0, gid = 0): Entry => ({ kind: 'file', mode, uid, gid })
export const directory = (mode = 0o755, uid = 0, gid = 0): Entry => ({ kind: 'directory', mode, uid, gid })
export const link = (target: string, uid = 0): Entry => ({
  kind: 'link',
  mode: 0o777,
  uid,
  gid: 0,
  target,
})
export const unreadable = (error: string): Entry => ({ ...file(), error })
