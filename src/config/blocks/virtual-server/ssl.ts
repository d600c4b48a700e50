/** `SSL { … }`: the client's certificate of SSL_GET. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, section, table, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import type { Node } from '../../syntax/tree.ts'
import { lenient, text } from '../../values/basic.ts'
import { asWord, block, type Printers, printFields } from '../../values/printing.ts'
import { readValues } from '../../values/values.ts'
import type { SslFiles } from './load-balancing.ts'

const file = lenient(text('FILE'))

const keywords = {
  password: value('password', 3, lenient(text('PASSWORD')), 'of the key'),
  ca: value('ca', 3, file, 'certificates of authorities; nothing is verified by them'),
  certificate: value('certificate', 3, file, 'the client’s certificate'),
  key: value('key', 3, file, 'its key'),
}

export const sslSection: Keyword = section(
  'SSL',
  3,
  table(Object.values(keywords)),
  'the client’s certificate of SSL_GET',
  { process: 'checker' },
)

/** The last of several blocks holds. */
export function resolveSsl(blocks: readonly Node[], report: Report): SslFiles | undefined {
  let ssl: SslFiles | undefined
  for (const node of blocks) {
    if (ssl !== undefined)
      report(errorAt(node.statement.words[0], 'already-given', 'this SSL block replaces the one above'))
    ssl = sslOf(node, report)
  }
  return ssl
}

function sslOf({ nodes }: Node, report: Report): SslFiles {
  const values = readValues(nodes, report)
  const password = values.last(keywords.password)
  const ca = values.last(keywords.ca)
  const certificate = values.last(keywords.certificate)
  const key = values.last(keywords.key)
  return {
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
  }
}

export function sslBlock(ssl: SslFiles): readonly string[] {
  const lines = printFields(ofSsl, ssl)
  return lines.length === 0 ? ['SSL {', '}'] : block('SSL', lines)
}

const ofSsl: Printers<SslFiles> = {
  password: (password) => [`password ${asWord(password)}`],
  ca: (path) => [`ca ${asWord(path)}`],
  certificate: (path) => [`certificate ${asWord(path)}`],
  key: (path) => [`key ${asWord(path)}`],
}
