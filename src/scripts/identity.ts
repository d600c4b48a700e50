/** Whom a script runs as. */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { DisabledReason, Identity } from './types.ts'
import type { UserDirectory } from './users.ts'

export interface UserChoice {
  readonly user: string
  /** The user's own group when absent. */
  readonly group?: string | undefined
}

export interface SecuritySettings {
  readonly enableScriptSecurity: boolean
  readonly scriptUser?: UserChoice | undefined
  /** The daemon's own ids. */
  readonly own: { readonly uid: number; readonly gid: number }
}

export interface RunAs {
  /** Absent: the daemon's own, unchanged. */
  readonly identity: Identity | undefined
  readonly uid: number
  readonly gid: number
}

export interface Unknown {
  readonly reason: Extract<DisabledReason, 'unknown-user' | 'unknown-group'>
  readonly text: string
}

const DEFAULT_USER = 'keepalived_script'

/**
 * The script's own `user`, else `script_user`, else keepalived_script, else the
 * daemon's own; with enable_script_security the last must not be root.
 *
 * @param wanted the script's own choice.
 */
export async function runAs(
  wanted: UserChoice | undefined,
  settings: SecuritySettings,
  users: UserDirectory,
): Promise<Result<RunAs, Unknown>> {
  const choice = wanted ?? settings.scriptUser
  if (choice !== undefined) return chosen(choice, users)
  const account = await users.localUser(DEFAULT_USER)
  if (account !== undefined) return accepted(as(account.uid, account.gid))
  const { own, enableScriptSecurity } = settings
  if (enableScriptSecurity && own.uid === 0) return rejected(noSuchUser(DEFAULT_USER))
  return accepted({ identity: undefined, ...own })
}

async function chosen({ user, group }: UserChoice, users: UserDirectory): Promise<Result<RunAs, Unknown>> {
  const account = await users.user(user)
  if (account === undefined) return rejected(noSuchUser(user))
  const gid = group === undefined ? account.gid : await users.group(group)
  if (gid === undefined) {
    return rejected({ reason: 'unknown-group', text: `Script group '${group ?? ''}' does not exist` })
  }
  return accepted(as(account.uid, gid))
}

/** keepalived gives no supplementary groups. */
const as = (uid: number, gid: number): RunAs => ({ identity: { uid, gid, groups: [] }, uid, gid })

const noSuchUser = (user: string): Unknown => ({
  reason: 'unknown-user',
  text: `Script user '${user}' does not exist`,
})
