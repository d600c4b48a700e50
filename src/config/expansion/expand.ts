/**
 * Files → statements. Every line is put through what keepalived does with it,
 * in its order: the comment goes; `@id` keeps or drops the line; `$NAME=`
 * defines; `~SEQ(…)` repeats the rest; `$NAME ` and `${NAME}` are replaced,
 * and what they bring is looked at again; `{` and `}` end a part, behind which
 * all this begins anew.
 */

import { error, type Report, type Span } from '../diagnostics.ts'
import { commentStart, firstBrace, lexLine, type Statement } from '../lexer.ts'
import {
  computedLine,
  frameAt,
  inFrame,
  joinLines,
  sliceLine,
  spanOf,
  typedLine,
  type Frame,
  type Line,
  type Place,
} from '../line.ts'
import { errorAt, warningAt } from '../report.ts'
import { announcesSecret } from '../secrets.ts'
import { lineText, type Source } from '../sources.ts'
import { definitionAt, includeDirectory, predefined, type Definition, type Context } from './definitions.ts'
import {
  NO_CHECKS,
  changeChecks,
  checksOf,
  includeAt,
  reportAnswer,
  requestKey,
  type IncludeChecks,
  type IncludeRequest,
} from './include.ts'
import { sequenceAt, type Sequence } from './sequence.ts'
import { findUse, type Use } from './uses.ts'

/** Enough for the 65024 instances of keepalived's own example, and an end to what has none. */
const MOST_EXPANSIONS = 1_500_000
const MOST_CHARACTERS = 64 << 20
const DEEPEST = 100
const MOST_INCLUSIONS = 10_000

export interface Expanded {
  readonly statements: readonly Statement[]
  /** Includes that have not been read yet: without them the statements are not complete. */
  readonly wanted: readonly IncludeRequest[]
}

export function expand(root: Source, context: Context, report: Report): Expanded {
  const expander = new Expander(context, report)
  expander.file(root)
  return { statements: expander.statements, wanted: [...expander.wanted.values()] }
}

/** Owns the definitions and the budget of one reading. */
class Expander {
  readonly statements: Statement[] = []
  readonly wanted = new Map<string, IncludeRequest>()
  readonly #context: Context
  readonly #report: Report
  readonly #definitions = new Map<string, Definition>()
  /** A definition whose last line has not been read yet. */
  #open: { name: string; lines: Line[] } | undefined
  /** Files being read, the innermost last. */
  readonly #files: Source[] = []
  #inclusions = 0
  #checks: IncludeChecks
  #expansions = 0
  #characters = 0
  #exhausted = false
  #truncated = false

  constructor(context: Context, report: Report) {
    this.#context = context
    this.#report = report
    this.#checks = context.requireAllFiles ? checksOf('a', NO_CHECKS) : NO_CHECKS
  }

  file(source: Source): void {
    const checks = this.#checks
    this.#files.push(source)
    for (const [index, start] of source.lineStarts.entries())
      this.#physicalLine(typedLine(lineText(source, index), source.file, start))
    this.#files.pop()
    // What an included file changes holds to its end.
    this.#checks = checks
  }

  #physicalLine(line: Line): void {
    const before = this.statements.length
    this.#readLine(line)
    // What came of a line that expands to too much is of no use to anybody.
    if (this.#exhausted && !this.#truncated) {
      this.statements.length = before
      this.#truncated = true
    }
  }

  #readLine(line: Line): void {
    const { text } = line
    const trimmed = text.trimEnd()
    const continued = trimmed.endsWith('\\')
    const content = continued ? sliceLine(line, 0, trimmed.length - 1) : line
    const visible = trimEnd(cutAt(content, commentStart(content.text)))
    if (this.#open !== undefined) {
      this.#open.lines.push(visible)
      if (!continued) this.#close()
    } else if (!continued) {
      this.#logicalLine(visible)
    } else {
      this.#continuedLine(visible, sliceLine(line, trimmed.length - 1, trimmed.length))
    }
  }

  /** Only a definition goes on in the next line; elsewhere the backslash is part of the last word. */
  #continuedLine(line: Line, backslash: Line): void {
    const content = this.#condition(trimStart(line))
    if (content === undefined) return
    const definition = definitionAt(content.text)
    if (definition === undefined) {
      const place = { line: backslash, from: 0, to: 1 }
      const message = `only a definition can be continued in the next line: here '\\' is a character like any other`
      this.#report(errorAt(place, 'stray-backslash', message))
      this.#logicalLine(joinLines(line, backslash))
      return
    }
    const value = sliceLine(content, definition.valueAt)
    this.#open = { name: definition.name, lines: value.text.trim() === '' ? [] : [value] }
  }

  #close(): void {
    if (this.#open === undefined) return
    const [first, ...rest] = this.#open.lines
    const { name } = this.#open
    if (first !== undefined) this.#definitions.set(name, { name, lines: [first, ...rest] })
    this.#open = undefined
  }

  /** The line if its condition holds, or if it has none; without the condition. */
  #condition(line: Line): Line | undefined {
    const match = /^@(\^?)([^ \t]*)/.exec(line.text)
    if (match === null) return line
    const [whole, negated, id] = match
    const holds = (id === this.#context.configId) !== (negated === '^')
    return holds ? trimStart(sliceLine(line, whole.length)) : undefined
  }

  #logicalLine(written: Line): void {
    // The common case by far; the rest of this class is for the others.
    if (!/[$@~]|include/.test(written.text)) {
      this.#lex(written)
      return
    }
    const line = this.#condition(trimStart(written))
    if (line === undefined || line.text === '') return
    const definition = definitionAt(line.text)
    if (definition !== undefined) {
      const { name, valueAt } = definition
      this.#definitions.set(name, { name, lines: [sliceLine(line, valueAt)] })
      return
    }
    const sequence = sequenceAt(line.text)
    if (sequence !== undefined) this.#sequence(line, sequence)
    else this.#replace(line)
  }

  #sequence(written: Line, found: Sequence | 'wrong'): void {
    // The numbers themselves may be definitions.
    const line = this.#replaceUpTo(written, written.text.indexOf(')'))
    const sequence = found === 'wrong' ? sequenceAt(line.text) : found
    const place = { line, from: 0, to: Math.max(1, line.text.indexOf(')') + 1) }
    if (sequence === undefined || sequence === 'wrong') {
      this.#report(errorAt(place, 'invalid-sequence', 'this sequence cannot be read: the line is ignored'))
      return
    }
    const rest = trimStart(sliceLine(line, sequence.end))
    const use = spanOf({ line, from: 0, to: sequence.end })
    if (!this.#mayExpand(place, sequence.length, rest.text.length * sequence.length)) return
    for (const values of sequence.rounds()) {
      if (this.#exhausted) return
      for (const [index, name] of sequence.names.entries())
        this.#definitions.set(name, { name, lines: [computedLine(values[index] ?? '', use)] })
      this.#logicalLine(rest)
    }
  }

  #replaceUpTo(line: Line, end: number): Line {
    let current = line
    for (let limit = end; ;) {
      const use = findUse(current.text, 0)
      if (use === undefined || use.from >= limit) return current
      const value = this.#value(current, use)
      if (value === undefined || value.length > 1 || value[0] === undefined) return current
      current = joinLines(sliceLine(current, 0, use.from), value[0], sliceLine(current, use.to))
      limit = current.text.indexOf(')')
    }
  }

  /** Replaces the first name that is defined, and looks at what has become of the line again. */
  #replace(line: Line): void {
    for (let from = 0; ;) {
      const use = findUse(line.text, from)
      if (use === undefined) {
        this.#finished(line)
        return
      }
      const value = this.#value(line, use)
      if (value === undefined) {
        from = use.from + 1
        continue
      }
      const before = sliceLine(line, 0, use.from)
      const after = sliceLine(line, use.to)
      const last = value.length - 1
      for (const [index, part] of value.entries()) {
        const head = index === 0 ? joinLines(before, part) : part
        this.#logicalLine(index === last ? joinLines(head, after) : head)
      }
      return
    }
  }

  /** What a name stands for here; undefined: it is not defined, or may not be used here, and stays as it is. */
  #value(line: Line, use: Use): readonly Line[] | undefined {
    const span = spanOf({ line, from: use.from, to: use.to })
    const definition = this.#definitions.get(use.name)
    if (definition === undefined) {
      const value = use.braced ? predefined(use.name, span.file, this.#context) : undefined
      return value === undefined ? undefined : [computedLine(value, span, frameAt(line, use.from))]
    }
    const parent = frameAt(line, use.from)
    const place = { line, from: use.from, to: use.to }
    if (isRecursive(definition, parent)) {
      const message = `$${use.name} is defined by itself: it stays as it is`
      this.#report(errorAt(place, 'recursive-definition', message, { fatal: true }))
      return undefined
    }
    const size = definition.lines.reduce((sum, { text }) => sum + text.length, 0)
    if (!this.#mayExpand(place, 1, size)) return undefined
    const description = `in the expansion of $${use.name} here`
    const frame: Frame = { of: definition, use: span, description, parent, depth: (parent?.depth ?? 0) + 1 }
    return definition.lines.map((one) => inFrame(one, frame))
  }

  #mayExpand(place: Place, times: number, characters: number): boolean {
    this.#expansions += times
    this.#characters += characters
    if (this.#expansions <= MOST_EXPANSIONS && this.#characters <= MOST_CHARACTERS) return true
    if (!this.#exhausted)
      this.#report(
        errorAt(
          place,
          'expansion-limit',
          'definitions and sequences expand to too much: nothing more is expanded',
          {
            fatal: true,
          },
        ),
      )
    this.#exhausted = true
    return false
  }

  /** A line with nothing left to expand. */
  #finished(line: Line): void {
    const include = line.text.startsWith('include') ? includeAt(line.text) : undefined
    if (include === undefined) this.#parts(line)
    else this.#include(line, include.letter, include.patternAt)
  }

  #include(line: Line, letter: string, patternAt: number): void {
    const pattern = line.text.slice(patternAt).trimEnd()
    const span = spanOf({ line, from: patternAt, to: patternAt + pattern.length })
    const request = { directory: includeDirectory(this.#files.at(-1)?.file ?? ''), pattern }
    const key = requestKey(request)
    const answer = this.#context.answers.get(key)
    if (answer === undefined) {
      this.wanted.set(key, request)
      return
    }
    reportAnswer(request, answer, checksOf(letter, this.#checks), span, this.#report)
    for (const file of answer.files) this.#includeFile(file, span)
  }

  #includeFile(file: Source, span: Span): void {
    this.#inclusions += 1
    if (this.#files.includes(file)) {
      const message = `${file.file} includes itself: it is not read again`
      this.#report(error('include-cycle', span, message))
    } else if (this.#inclusions > MOST_INCLUSIONS) {
      if (this.#inclusions === MOST_INCLUSIONS + 1)
        this.#report(error('include-limit', span, 'too many includes: nothing more is read', { fatal: true }))
    } else {
      this.file(file)
    }
  }

  /** A brace ends a part; what follows it may be a condition, a definition or a sequence again. */
  #parts(written: Line): void {
    const line = markSecret(written)
    const brace = firstBrace(line.text)
    if (brace === -1 || !/[$@~]|include/.test(line.text)) {
      this.#lex(line)
      return
    }
    const undefinedName = /\$\{[A-Za-z_]\w*\}/y
    undefinedName.lastIndex = brace - 1
    const name = brace > 0 ? undefinedName.exec(line.text)?.[0] : undefined
    if (name !== undefined) {
      const place = { line, from: brace - 1, to: brace - 1 + name.length }
      const message = `${name} is not defined: it stays as it is, and its braces are braces`
      this.#report(warningAt(place, 'undefined-name', message, { inKeepalived: 'no' }))
    }
    this.#lex(sliceLine(line, 0, brace + 1))
    const rest = trimStart(sliceLine(line, brace + 1))
    if (rest.text !== '') this.#logicalLine(rest)
  }

  #lex(line: Line): void {
    const { statements, unterminated } = lexLine(markSecret(line))
    for (const statement of statements) {
      this.statements.push(statement)
      if (statement.kind === 'words' && statement.words[0].text === 'include_check') {
        const names = statement.words.slice(1).map(({ text }) => text)
        this.#checks = changeChecks(names, this.#checks)
      }
    }
    if (unterminated !== undefined)
      this.#report(
        errorAt(unterminated, 'unterminated-quote', 'this quote is never closed: what follows it is lost'),
      )
  }
}

function isRecursive(definition: Definition, frame: Frame | undefined): boolean {
  for (let outer = frame; outer !== undefined; outer = outer.parent)
    if (outer.of === definition || outer.depth > DEEPEST) return true
  return false
}

function trimStart(line: Line): Line {
  const trimmed = line.text.trimStart()
  return trimmed.length === line.text.length ? line : sliceLine(line, line.text.length - trimmed.length)
}

/** What stands behind a brace on such a line may still be part of the password. */
const markSecret = (line: Line): Line => (announcesSecret(line.text) ? { ...line, secret: true } : line)

const trimEnd = (line: Line): Line => cutAt(line, line.text.trimEnd().length)

const cutAt = (line: Line, end: number): Line => (end === line.text.length ? line : sliceLine(line, 0, end))
