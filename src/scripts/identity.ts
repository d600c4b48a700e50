/** Whom a script runs as. */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { DisabledReason, Identity } from './types.ts'

/** The system's databases, by name only: keepalived takes no numbers either. */
export interface UserDirectory {
  user(name: string): { readonly uid: number; readonly gid: number } | undefined
  /** A group's id. */
  group(name: string): number | undefined
}

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
export function runAs(
  wanted: UserChoice | undefined,
  settings: SecuritySettings,
  users: UserDirectory,
): Result<RunAs, Unknown> {
  const choice = wanted ?? settings.scriptUser
  if (choice !== undefined) return chosen(choice, users)
  const fallback = chosen({ user: DEFAULT_USER }, users)
  const { own, enableScriptSecurity } = settings
  if (fallback.ok || (enableScriptSecurity && own.uid === 0)) return fallback
  return accepted({ identity: undefined, ...own })
}

function chosen({ user, group }: UserChoice, users: UserDirectory): Result<RunAs, Unknown> {
  const account = users.user(user)
  if (account === undefined) {
    return rejected({ reason: 'unknown-user', text: `Script user '${user}' does not exist` })
  }
  const gid = group === undefined ? account.gid : users.group(group)
  if (gid === undefined) {
    return rejected({ reason: 'unknown-group', text: `Script group '${group ?? ''}' does not exist` })
  }
  const { uid } = account
  // keepalived gives no supplementary groups.
  return accepted({ identity: { uid, gid, groups: [] }, uid, gid })
}
