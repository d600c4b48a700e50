/** `include FILE-GLOB` and its stricter variants: finding the lines, and the files they mean. */

import { glob } from './glob.ts'
import type { ConfigIo } from './io.ts'
import type { Source } from './sources.ts'

export interface Include {
  readonly keyword: string
  readonly pattern: string
  /** Offset of the line's first character. */
  readonly line: number
  /** Where the pattern stands. */
  readonly start: number
  readonly end: number
  resolve(io: ConfigIo): Promise<readonly string[]>
}

const INCLUDE_LINE = /^([ \t]*)(include[abmrw]?)([ \t]+)([^\r\n]*)/gm

export function findIncludes({ file, text }: Source): readonly Include[] {
  if (!text.includes('include')) return []
  return [...text.matchAll(INCLUDE_LINE)].flatMap((match) => {
    const [, indent = '', keyword = '', blank = '', rest = ''] = match
    const pattern = /^(?:"([^"]*)"|([^\s#!]+))/.exec(rest)
    if (pattern === null) return []
    const written = pattern[1] ?? pattern[2] ?? ''
    const start =
      match.index + indent.length + keyword.length + blank.length + (pattern[1] === undefined ? 0 : 1)
    return [
      {
        keyword,
        pattern: written,
        line: match.index,
        start,
        end: start + written.length,
        resolve: (io: ConfigIo) => glob(written, directoryOf(file), io),
      },
    ]
  })
}

/** Without the last `/`; `.` for a bare name. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '.' : path.slice(0, slash) || '/'
}
