/** Why the kernel (or the way to it) refused, as one value. */

import { getSystemErrorMap } from 'node:util'
import { errnoCode, type SystemError } from '../system/system-error.ts'
import type { Refusal } from './types.ts'

/** <asm-generic/errno.h>: those that this folder reacts to. */
export const ERRNO = {
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  ENXIO: 6,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRNOTAVAIL: 99,
  ENOBUFS: 105,
  ETIMEDOUT: 110,
} as const

/** @param text the kernel's own words; without them the errno's usual ones */
export function refusal(errno: number, text?: string): Refusal {
  const code = errnoCode(errno)
  return { errno, code, text: text ?? getSystemErrorMap().get(-errno)?.[1] ?? code }
}

/** A system call that failed: the request never reached the kernel's netlink code. */
export const refusalOfCall = ({ errno, code, call, text }: SystemError): Refusal => ({
  errno,
  code,
  text: `${call}: ${text}`,
})
