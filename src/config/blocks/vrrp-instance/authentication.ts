/** `authentication { auth_type … auth_pass … }` and its newer sibling. Without a usable password there is none. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, notYet, section, table, value } from '../../syntax/keyword.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { decodeText, encodeText } from '../../syntax/text.ts'
import type { Node } from '../../syntax/tree.ts'
import { choice, text, words } from '../../values/basic.ts'
import { integer } from '../../values/number.ts'
import { asWord, block } from '../../values/printing.ts'
import { readValues } from '../../values/values.ts'

const LONGEST = 8

/** Bytes, not characters: at most eight; empty for `""`. */
const password: Arguments<Uint8Array> = {
  syntax: 'PASSWORD',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    const bytes = encodeText(given.text)
    if (bytes.length > LONGEST) {
      const message = `the password has ${bytes.length} bytes: only the first ${LONGEST} are used`
      report(warningAt(given, 'password-truncated', message))
    }
    return bytes.slice(0, LONGEST)
  },
}

export const authType: Keyword<'PASS' | 'AH'> = value(
  'auth_type',
  1,
  choice(['PASS', 'AH'], 'the line is ignored'),
  'password in clear, or the old IPsec AH',
)
export const authPass: Keyword<Uint8Array> = value('auth_pass', 1, password, 'its first eight bytes are used')

export const authentication: Keyword = section(
  'authentication',
  1,
  table(authType, authPass),
  'VRRPv2 only; must be the same on all routers',
)

const standing = notYet('advertisements are not signed')

export const authHmac: Keyword = section(
  'auth_hmac',
  3,
  table(
    value('key', 3, words('ID SECRET', 2), 'a key and its number', { standing }),
    value('active_key', 3, integer({ minimum: 0, maximum: 255 }), 'the key that signs', { standing }),
    value('anti_replay', 3, text('time|monotonic'), 'how old advertisements are told', { standing }),
    value('time_window', 3, integer({ minimum: 1, maximum: 300 }), 'seconds of clock difference', {
      standing,
    }),
    value('mode', 3, text('enforce|permissive|receive-only'), 'what unsigned ones mean', { standing }),
  ),
  'sign advertisements',
  { standing, since: '2.4.0' },
)

export type AuthType = 'none' | 'PASS' | 'AH'

export interface Authentication {
  readonly type: AuthType
  /** Up to 8 bytes; empty for `none`. Never logged, dumped or shown. */
  readonly password: Uint8Array
}

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

export const authenticationBlock = ({ type, password }: Authentication): readonly string[] =>
  type === 'none'
    ? []
    : block('authentication', [`auth_type ${type}`, `auth_pass ${asWord(decodeText(password))}`])
