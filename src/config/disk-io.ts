/** The only file here that touches the disk, and asks name servers: ConfigIo over node:fs. */

import { lookup } from 'node:dns/promises'
import { readdir, readFile, stat } from 'node:fs/promises'
import type { ConfigIo, FileContents, FileProblem, ReadProblem } from './syntax/io.ts'

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

/** Milliseconds; a name server that does not answer is no reason to wait for long. */
const PATIENCE = 5000

/** Whether a host's name, or address, stands for an address; true where there is nothing to ask for. */
export async function hasAddress(host: string | undefined): Promise<boolean> {
  if (host === undefined) return true
  const patience = new Promise<boolean>((resolve) => {
    setTimeout(resolve, PATIENCE, false).unref()
  })
  const answer = lookup(host).then(
    () => true,
    () => false,
  )
  return Promise.race([answer, patience])
}
