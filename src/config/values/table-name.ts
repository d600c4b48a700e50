/** `[TABLE]` of nftables: it becomes part of a script for nft(8), so that it has to be a plain name. */

import type { Arguments } from '../syntax/keyword.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'

export const isTableName = (text: string): boolean => /^[A-Za-z_]\w{0,30}$/.test(text)

/** As written, whether it can be one or not: keepalived finds out when it becomes MASTER. */
export const tableName: Arguments<string> = {
  syntax: '[TABLE]',
  needed: 0,
  read({ words }, report) {
    const given = words[1]
    if (given !== undefined && !isTableName(given.text)) {
      const message = `'${given.text}' is no name for a table; the default is used`
      report(warningAt(given, 'invalid-value', message, { inKeepalived: 'no' }))
    }
    return given?.text
  },
}
