/** A refused system call as a value. */

import { constants } from 'node:os'

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

/** `bind: Permission denied` */
export const describeSystemError = (error: SystemError): string => `${error.call}: ${error.text}`
