/** Files → statements: includes in their place, conditions, definitions and sequences expanded. */

import type { Report } from './diagnostics.ts'
import type { SourceFile } from './gather.ts'
import { commentStart, lexLine, type Statement } from './lexer.ts'
import { typedLine, type Line } from './line.ts'
import { errorAt } from './report.ts'
import { lineText } from './sources.ts'

export interface ExpansionContext {
  /** `-i`, or the host name up to its first dot: what `@id` is compared with. */
  readonly configId: string
}

export function expand(root: SourceFile, _context: ExpansionContext, report: Report): Statement[] {
  const statements: Statement[] = []
  for (const line of linesOf(root)) statements.push(...lex(line, report))
  return statements
}

function* linesOf({ source, includes }: SourceFile): Generator<Line> {
  for (const [index, start] of source.lineStarts.entries()) {
    const included = includes.get(start)
    if (included === undefined) yield typedLine(lineText(source, index), source.file, start)
    else for (const file of included) yield* linesOf(file)
  }
}

function lex(line: Line, report: Report): readonly Statement[] {
  const comment = commentStart(line.text)
  const { statements, unterminated } = lexLine({ ...line, text: line.text.slice(0, comment) })
  if (unterminated !== undefined)
    report(errorAt(unterminated, 'unterminated-quote', 'this quote is never closed: what follows it is lost'))
  return statements
}
