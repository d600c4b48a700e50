/** `$NAME=value`: what has been defined so far, and what is defined from the start. */

import type { Surroundings } from '../io.ts'
import type { Line } from '../line.ts'
import type { IncludeAnswer } from './include.ts'

export interface Definition {
  readonly name: string
  /** One line, or several for a definition that ends its lines with `\`. */
  readonly lines: readonly [Line, ...Line[]]
}

/** `$NAME=…` at the start of a line (which has lost its leading blanks): the name, and where the value begins. */
export function definitionAt(text: string): { name: string; valueAt: number } | undefined {
  const match = /^\$([A-Za-z_]\w*)=/.exec(text)
  return match === null ? undefined : { name: match[1] ?? '', valueAt: match[0].length }
}

const DEFAULT_RANDOM = { minimum: 0, maximum: 32_767 }

export interface Context {
  /** `-i`, or the host name up to its first dot: what `@id` is compared with. */
  readonly configId: string
  readonly surroundings: Surroundings
  readonly requireAllFiles: boolean
  /** What has been read for includes so far, by requestKey. */
  readonly answers: ReadonlyMap<string, IncludeAnswer>
}

/**
 * The value of a predefined name with its arguments (`_RANDOM 1 6`);
 * undefined when it is none.
 *
 * @param file that the line stands in.
 */
export function predefined(written: string, file: string, context: Context): string | undefined {
  const [name, first, second] = written.trim().split(/[ \t]+/)
  switch (name) {
    case '_PWD':
      return directoryOf(absolute(file, context.surroundings.workingDirectory()))
    case '_INSTANCE':
      return context.configId
    case '_HASH':
      return '#'
    case '_BANG':
      return '!'
    case '_ENV':
      return first === undefined ? undefined : (context.surroundings.variable(first) ?? '')
    case '_RANDOM':
      return String(random(first, second, context))
    default:
      return undefined
  }
}

function random(first: string | undefined, second: string | undefined, context: Context): number {
  const minimum = first !== undefined && /^\d+$/.test(first) ? Number(first) : DEFAULT_RANDOM.minimum
  const maximum = second !== undefined && /^\d+$/.test(second) ? Number(second) : DEFAULT_RANDOM.maximum
  return context.surroundings.random(minimum, Math.max(minimum, maximum))
}

/** Without the last `/`; `.` for a bare name. */
export function includeDirectory(file: string): string {
  const slash = file.lastIndexOf('/')
  return slash === -1 ? '.' : file.slice(0, slash) || '/'
}

const absolute = (file: string, directory: string): string =>
  file.startsWith('/') ? file : `${directory}/${file.replace(/^(\.\/+)+/, '')}`

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
