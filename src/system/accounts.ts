/** Users and groups by name. The databases behind may be slow (LDAP): at start and reload only. */

import type { Result } from '../base/result.ts'
import { native, outcome, type UserAccount } from './native.ts'
import type { SystemError } from './system-error.ts'

export type { UserAccount } from './native.ts'

/** Undefined when there is no such user. */
export const lookupUser = (name: string): Result<UserAccount | undefined, SystemError> =>
  isName(name) ? outcome(native().lookupUser(name)) : outcome<UserAccount | undefined>(undefined)

/** The group's id; undefined when there is no such group. */
export const lookupGroup = (name: string): Result<number | undefined, SystemError> =>
  isName(name) ? outcome(native().lookupGroup(name)) : outcome<number | undefined>(undefined)

/** What the addon takes: nothing else can be in the databases. */
const isName = (name: string): boolean => name !== '' && !name.includes('\0') && Buffer.byteLength(name) < 256
