/** authentication { auth_type … auth_pass … }: without a usable password there is none. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { authPass, authType, authentication } from '../keywords/authentication.ts'
import type { Authentication } from '../model.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import type { Node } from '../syntax/tree.ts'
import { readValues } from '../values/values.ts'

export const NO_AUTHENTICATION: Authentication = { type: 'none', password: new Uint8Array() }

export function resolveAuthentication(nodes: readonly Node[], report: Report): Authentication {
  const blocks = nodes.filter(({ keyword }) => keyword === authentication)
  const block = blocks.at(-1)
  if (block === undefined) return NO_AUTHENTICATION
  const values = readValues(
    blocks.flatMap((one) => one.nodes),
    report,
  )
  const type = values.last(authType)
  const password = values.last(authPass)
  const place = block.statement.words[0]
  if (type === undefined) {
    if (password !== undefined) {
      const message = 'a password without auth_type PASS: there is no authentication at all'
      report(warningAt(place, 'no-authentication', message, { inKeepalived: 'no' }))
    }
    return NO_AUTHENTICATION
  }
  if (password === undefined || password.length === 0) {
    report(errorAt(place, 'no-authentication', 'there is no password, so there is no authentication at all'))
    return NO_AUTHENTICATION
  }
  return { type, password }
}
