/** What this kernel refuses with, in the C library's words where the kernel has none of its own. Pure. */

import { errnoText } from '../../base/errno-text.ts'
import type { Refusal } from '../../netlink/types.ts'

/** <asm-generic/errno.h> */
const ERRORS = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ENXIO: 6,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  EHOSTUNREACH: 113,
} as const

export type ErrorCode = keyof typeof ERRORS

/** @param words the kernel's own (extended ack) */
export function refuse(code: ErrorCode, words?: string): Refusal {
  const errno = ERRORS[code]
  return { errno, code, text: words ?? errnoText(errno) }
}
