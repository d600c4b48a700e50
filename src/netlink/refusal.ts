/** Why the kernel (or the way to it) refused, as one value. */

import { errnoText } from '../base/errno-text.ts'
import { errnoCode, type SystemError } from '../system/system-error.ts'
import type { Refusal } from './types.ts'

/** @param text the kernel's own words; without them the C library's */
export const refusal = (errno: number, text?: string): Refusal => ({
  errno,
  code: errnoCode(errno),
  text: text ?? errnoText(errno),
})

/** A system call that failed: the request never reached the kernel's netlink code. */
export const refusalOfCall = ({ errno, code, call, text }: SystemError): Refusal => ({
  errno,
  code,
  text: `${call}: ${text}`,
})

/** What was asked reached the kernel, and this is what it said. */
export const refusalOfAnswer = ({ errno, code, text }: SystemError): Refusal => ({ errno, code, text })
