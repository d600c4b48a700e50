/** Passwords of which only a part is used: how much is said, and never what. */

import { authPass } from '../../blocks/vrrp-instance/authentication.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { SourceMap } from '../../diagnostics/sources.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { encodeText } from '../../syntax/text.ts'
import type { Node } from '../../syntax/tree.ts'
import { warn } from './context.ts'

export function lintPasswords(nodes: readonly Node[], sources: SourceMap, report: Report): void {
  for (const { keyword, statement, nodes: inner } of nodes) {
    lintPasswords(inner, sources, report)
    if (keyword !== authPass) continue
    const [word, given, more] = statement.words
    const cause = causeOf(given ?? word, more, statement.cut === true, sources)
    if (cause === undefined) continue
    // Where nothing is used the keyword is pointed at: behind it stands what nobody may see.
    const message = `${used(given)}: ${cause}. ${QUOTE_IT}`
    warn(report, 'password-cut', spanOf(given ?? word), message, { secret: given !== undefined })
  }
}

const QUOTE_IT =
  'Put the whole password into double quotes; a double quote itself cannot be part of it, and all routers have to agree'

function used(given: Word | undefined): string {
  if (given === undefined) return 'nothing of this password is used'
  const bytes = encodeText(given.text).length
  return `only the first ${bytes === 1 ? 'byte' : `${bytes} bytes`} of this password ${bytes === 1 ? 'is' : 'are'} used`
}

/** @param last what is used, or the keyword where nothing is */
function causeOf(last: Word, more: Word | undefined, isCut: boolean, sources: SourceMap): string | undefined {
  const { file, end } = spanOf(last)
  const rest = (sources.get(file)?.text.slice(end) ?? '').split('\n', 1)[0] ?? ''
  const comment = /^([ \t]*)([#!])(.?)/.exec(rest)
  const isKeyword = last.text === authPass.name && !last.quoted && more === undefined
  if (comment !== null) {
    const [, blanks = '', mark = '', next = ''] = comment
    // Behind a password and a blank it is what it looks like: a comment.
    const isMeant = blanks !== '' && (!isKeyword || next.trim() === '')
    if (!isMeant && !last.quoted) return `${mark} begins a comment`
  }
  if (more === undefined && !isCut) return undefined
  return last.quoted ? 'the quote behind them ends it' : 'a blank, a quote or a brace ends it'
}
