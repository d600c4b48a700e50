/** Whom a script runs as. */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { DisabledReason, Identity } from './types.ts'
import type { UserDirectory, UserIds } from './users.ts'

export interface UserChoice {
  readonly user: string
  /** The user's own group when absent. */
  readonly group?: string | undefined
}

export interface SecuritySettings {
  readonly enableScriptSecurity: boolean
  readonly scriptUser?: UserChoice | undefined
  /** `set_supplementary_groups`: scripts have all groups of their user. */
  readonly supplementaryGroups?: boolean
  /** The daemon's own ids. */
  readonly own: { readonly uid: number; readonly gid: number }
}

export interface RunAs {
  readonly identity: Identity
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
  const groupsOf = (user: string): Promise<readonly number[]> =>
    settings.supplementaryGroups === true ? users.groupsOf(user) : Promise.resolve([])
  if (choice !== undefined) return chosen(choice, users, groupsOf)
  const account = await users.localUser(DEFAULT_USER)
  if (account !== undefined) return accepted(as(account, await groupsOf(DEFAULT_USER)))
  const { own, enableScriptSecurity } = settings
  if (enableScriptSecurity && own.uid === 0) return rejected(noSuchUser(DEFAULT_USER))
  return accepted(as(own, own.uid === 0 ? await groupsOf('root') : []))
}

async function chosen(
  { user, group }: UserChoice,
  users: UserDirectory,
  groupsOf: UserDirectory['groupsOf'],
): Promise<Result<RunAs, Unknown>> {
  const account = await users.user(user)
  if (account === undefined) return rejected(noSuchUser(user))
  const gid = group === undefined ? account.gid : await users.group(group)
  if (gid === undefined) {
    return rejected({ reason: 'unknown-group', text: `Script group '${group ?? ''}' does not exist` })
  }
  return accepted(as({ uid: account.uid, gid }, await groupsOf(user)))
}

/** None of the daemon's own groups is kept (measured: keepalived 2.2.7 keeps none either). */
const as = ({ uid, gid }: UserIds, groups: readonly number[]): RunAs => ({
  identity: { uid, gid, groups },
  uid,
  gid,
})

const noSuchUser = (user: string): Unknown => ({
  reason: 'unknown-user',
  text: `Script user '${user}' does not exist`,
})
