/** The only file here that touches the disk: ConfigIo over node:fs. */

import { readdir, readFile, stat } from 'node:fs/promises'
import type { ConfigIo, FileContents, FileProblem, ReadProblem } from './io.ts'

const LARGEST_FILE_BYTES = 64 << 20

export const diskIo: ConfigIo = {
  read,
  list,
  workingDirectory: () => process.cwd(),
  variable: (name) => process.env[name],
  random: (minimum, maximum) => minimum + Math.floor(Math.random() * (maximum - minimum + 1)),
}

async function read(path: string): Promise<FileContents | FileProblem> {
  try {
    const status = await stat(path)
    if (!status.isFile() && !status.isFIFO()) return problem('not-a-file')
    if (status.size > LARGEST_FILE_BYTES) return problem('too-large')
    return { kind: 'contents', bytes: await readFile(path) }
  } catch (cause) {
    return problem(problemOf(cause))
  }
}

async function list(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch {
    // A pattern below a directory that is not there matches nothing.
    return []
  }
}

const problem = (what: ReadProblem): FileProblem => ({ kind: 'problem', problem: what })

function problemOf(cause: unknown): ReadProblem {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
  if (code === 'EACCES' || code === 'EPERM') return 'not-permitted'
  return 'unreadable'
}
