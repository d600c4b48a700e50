/** `user [group]`, after `script_user`, `user` and at the end of notify lines. */

import type { Word } from '../lexer.ts'
import type { ScriptUser } from '../model.ts'

export function readScriptUser(given: readonly Word[]): ScriptUser | undefined {
  const [user, group] = given
  if (user === undefined) return undefined
  return { user: user.text, ...(group !== undefined && { group: group.text }) }
}
