/** `USER [GROUP]`, after `script_user` and `user`. */

import type { Arguments } from '../syntax/keyword.ts'
import { spanOf } from '../syntax/line.ts'
import type { ScriptUser } from '../model.ts'

export const scriptUserArguments: Arguments<ScriptUser> = {
  syntax: 'USER [GROUP]',
  needed: 1,
  read({ words }) {
    const [, user, group] = words
    if (user === undefined) return undefined
    return { user: user.text, span: spanOf(user), ...(group !== undefined && { group: group.text }) }
  },
}
