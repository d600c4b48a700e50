/** authentication { auth_type … auth_pass … }: without a usable password there is none. */

import type { Report } from '../diagnostics.ts'
import * as keywords from '../keywords/vrrp-instance.ts'
import type { Authentication } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import { encodeText } from '../text.ts'
import type { Node } from '../tree.ts'
import { readValues } from '../values/values.ts'

const LONGEST_PASSWORD = 8

const NONE: Authentication = { type: 'none', password: new Uint8Array() }

export function resolveAuthentication(nodes: readonly Node[], report: Report): Authentication {
  const blocks = nodes.filter(({ keyword }) => keyword === keywords.authentication)
  const block = blocks.at(-1)
  if (block === undefined) return NONE
  const values = readValues(
    blocks.flatMap((one) => one.nodes),
    report,
  )
  const type = values.last(keywords.authType)
  const word = values.last(keywords.authPass)
  if (type === undefined) return NONE
  if (word === undefined || word.text === '') {
    const place = block.statement.words[0]
    report(errorAt(place, 'no-password', 'there is no password, so there is no authentication at all'))
    return NONE
  }
  const bytes = encodeText(word.text)
  if (bytes.length > LONGEST_PASSWORD) {
    const message = `the password is ${bytes.length} bytes long: only the first ${LONGEST_PASSWORD} are used`
    report(warningAt(word, 'password-truncated', message))
  }
  return { type, password: bytes.slice(0, LONGEST_PASSWORD) }
}
