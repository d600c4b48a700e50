/** auth_pass: bytes, not characters. */

import type { Arguments } from '../syntax/keyword.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'
import { encodeText } from '../syntax/text.ts'

const LONGEST = 8

/** At most eight bytes; empty for `""`. */
export const password: Arguments<Uint8Array> = {
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
