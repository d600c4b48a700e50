/**
 * From a path to everything that decides what it means: each directory passed
 * through, each symbolic link followed, and the file itself. Whoever may
 * replace one of them decides what is run.
 */

import { posix } from 'node:path'
import { accepted, rejected, type Result } from '../base/result.ts'

/** What lstat says of one step. */
export interface Step {
  readonly path: string
  readonly kind: 'directory' | 'link' | 'file' | 'other'
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export interface Files {
  /** Does not follow a link; the error is an errno's name. */
  examine(path: string): Promise<Result<Step, string>>
  readLink(path: string): Promise<Result<string, string>>
}

/** The kernel's own limit (path_resolution(7)). */
const MOST_LINKS = 40

/**
 * @param path absolute.
 * @returns the steps in the order of their resolution, the last one is what the path leads to; or an errno's name.
 */
export async function walkPath(path: string, files: Files): Promise<Result<readonly Step[], string>> {
  const steps: Step[] = []
  const names = ['/', ...namesIn(path)]
  let at = '/'
  let links = 0
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    at = posix.join(at, name)
    const examined = await files.examine(at)
    if (!examined.ok) return examined
    steps.push(examined.value)
    if (examined.value.kind === 'link') {
      if (++links > MOST_LINKS) return rejected('ELOOP')
      const target = await files.readLink(at)
      if (!target.ok) return target
      names.unshift(...namesIn(target.value))
      at = target.value.startsWith('/') ? '/' : posix.dirname(at)
    } else if (examined.value.kind !== 'directory' && names.length > 0) {
      return rejected('ENOTDIR')
    }
  }
  return accepted(steps)
}

/** `at` is always free of links, so that going up by text is going up in the file system. */
const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')
