/* eslint-disable no-template-curly-in-string -- keepalived’s definitions look like that */

/**
 * A file that was to be rendered and was not: what a template engine, or whoever defines the names,
 * would have replaced. Its braces are braces to keepalived, so that one such place upsets the whole
 * block around it; one finding then says more than forty that follow from it.
 */

import type { DiagnosticCode } from '../../diagnostics/codes.ts'
import { type Diagnostic, error, warning } from '../../diagnostics/diagnostics.ts'
import { lineIndexOf, lineText, type Source, type SourceMap } from '../../diagnostics/sources.ts'
import { commentStart } from '../../syntax/lexer.ts'

/** What marks a place, and whose mark it is. Each of them is no configuration to keepalived. */
const MARKS: readonly (readonly [RegExp, string, string])[] = [
  [/\{\{[^{}]+\}\}/g, '{{ … }}', 'Jinja2, Go or Helm templates'],
  [/\{%.+?%\}/g, '{% … %}', 'Jinja2 templates'],
  [/<%.+?%>/g, '<% … %>', 'ERB templates'],
  [/%\{[^{}]+\}/g, '%{ … }', 'Terraform templates'],
  [/@[A-Z][A-Z0-9_]*@/g, '@NAME@', 'autoconf or CMake'],
]

const UNDEFINED = 'undefined-name'

interface Place {
  readonly start: number
  readonly end: number
  readonly mark: string
  readonly engine: string
}

/**
 * @param diagnostics all that was found
 * @returns the same, with one finding for each file that holds such places, instead of what follows from them
 */
export function withTemplates(diagnostics: readonly Diagnostic[], sources: SourceMap): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  let left = diagnostics
  for (const source of sources.values()) {
    const places = placesIn(source, diagnostics)
    const [first] = places
    if (first === undefined) continue
    const isWithin = regionsOf(source, places)
    const kept = left.filter((one) => !isConsequence(one, source, isWithin))
    const hidden = left.filter((one) => !kept.includes(one))
    left = kept
    found.push(finding(source, first, places, hidden))
  }
  return [...left, ...found]
}

function placesIn(source: Source, diagnostics: readonly Diagnostic[]): readonly Place[] {
  const places: Place[] = []
  for (const [index, start] of source.lineStarts.entries()) {
    const line = lineText(source, index)
    if (!/[{<%@]/.test(line)) continue
    // What stands within such a place may look like a comment.
    const comment = commentStart(line)
    for (const [pattern, mark, engine] of MARKS)
      for (const match of line.matchAll(pattern))
        if (match.index < comment)
          places.push({
            start: start + match.index,
            end: start + match.index + match[0].length,
            mark,
            engine,
          })
  }
  for (const { code, span } of diagnostics)
    if (code === UNDEFINED && span.file === source.file)
      places.push({ ...span, mark: '${NAME}', engine: 'a shell, envsubst or Terraform, or its definition' })
  return places.sort((a, b) => a.start - b.start)
}

function finding(
  source: Source,
  first: Place,
  places: readonly Place[],
  hidden: readonly Diagnostic[],
): Diagnostic {
  const count = hidden.length
  const marks = [...new Set(places.map(({ mark }) => mark))].join(', ')
  const engines = [...new Set(places.map(({ engine }) => engine))].join('; ')
  const where = places.length === 1 ? `${marks} is` : `${marks} (in ${places.length} places) are`
  const rest =
    count === 0
      ? ''
      : `; ${count === 1 ? 'one finding that follows' : `${count} findings that follow`} from it ${count === 1 ? 'is' : 'are'} not shown`
  const message = `${where} not filled in: this file has not been rendered (${engines}). Render it, and check what comes of it${rest}`
  const span = { file: source.file, start: first.start, end: first.end }
  // As bad as what it stands for.
  const isError = hidden.some(({ severity }) => severity === 'error')
  return (isError ? error : warning)('unrendered-template', span, message, { inKeepalived: 'no' })
}

/** Where a block outside of all others begins; braces do not tell in such a file. */
const HEAD =
  /^[ \t]*(?:global_defs|vrrp_instance|vrrp_sync_group|vrrp_script|vrrp_track_\w+|virtual_server(?:_group)?|static_\w+|track_group|bfd_instance|garp_group|linkbeat_interfaces|interface_up_down_delays)\b/

/** Whether an offset is in a block, or between blocks, where something was not filled in. */
function regionsOf(source: Source, places: readonly Place[]): (offset: number) => boolean {
  let region = 0
  const regions = source.lineStarts.map((_, index) =>
    HEAD.test(lineText(source, index)) ? ++region : region,
  )
  const regionAt = (offset: number): number => regions[lineIndexOf(source, offset)] ?? 0
  const touched = new Set(places.map(({ start }) => regionAt(start)))
  return (offset) => touched.has(regionAt(offset))
}

/** True, whatever else is. */
const OF_TEXT: ReadonlySet<DiagnosticCode> = new Set(['invisible-character', 'typographic-quote'])

/** The end of the file is where missing braces are missed. */
const isConsequence = (
  { code, span }: Diagnostic,
  source: Source,
  isWithin: (offset: number) => boolean,
): boolean =>
  span.file === source.file &&
  !OF_TEXT.has(code) &&
  (isWithin(span.start) || code === 'missing-close-brace' || code === 'unexpected-close-brace')
