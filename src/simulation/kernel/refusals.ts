/** What this kernel refuses with, in the words of libuv's table where the kernel has none of its own. Pure. */

import type { Refusal } from '../../netlink/types.ts'

/** <asm-generic/errno.h> */
const ERRORS = {
  EPERM: [1, 'operation not permitted'],
  ENOENT: [2, 'no such file or directory'],
  ESRCH: [3, 'no such process'],
  ENXIO: [6, 'no such device or address'],
  EACCES: [13, 'permission denied'],
  EBUSY: [16, 'resource busy or locked'],
  EEXIST: [17, 'file already exists'],
  ENODEV: [19, 'no such device'],
  EINVAL: [22, 'invalid argument'],
  EOPNOTSUPP: [95, 'operation not supported on socket'],
  EADDRINUSE: [98, 'address already in use'],
  EADDRNOTAVAIL: [99, 'address not available'],
  ENETDOWN: [100, 'network is down'],
  ENETUNREACH: [101, 'network is unreachable'],
  EHOSTUNREACH: [113, 'host is unreachable'],
} as const

export type ErrorCode = keyof typeof ERRORS

/** @param words the kernel's own (extended ack) */
export function refuse(code: ErrorCode, words?: string): Refusal {
  const [errno, usual] = ERRORS[code]
  return { errno, code, text: words ?? usual }
}
