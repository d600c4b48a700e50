/** A refused system call as a value. */

import { constants } from 'node:os'
import { errnoText } from '../base/errno-text.ts'

export interface SystemError {
  /** Positive: 1 is EPERM. */
  readonly errno: number
  /** `EPERM` */
  readonly code: string
  /** The system call: `bind`, `setsockopt`, … */
  readonly call: string
  /** The C library's words: `Operation not permitted`. */
  readonly text: string
}

/** Where several names share a number (EAGAIN, EWOULDBLOCK), the first one listed. */
const codes: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([code, errno]) => [errno, code]),
)

export const errnoCode = (errno: number): string => codes.get(errno) ?? `E${errno}`

/** What node:fs threw; anything else is thrown on. */
export function fromNodeError(call: string, thrown: unknown): SystemError {
  if (!(thrown instanceof Error) || !('errno' in thrown) || typeof thrown.errno !== 'number') throw thrown
  const errno = -thrown.errno
  return { errno, code: errnoCode(errno), call, text: errnoText(errno) }
}

/** `bind: Permission denied` */
export const describeSystemError = (error: SystemError): string => `${error.call}: ${error.text}`
