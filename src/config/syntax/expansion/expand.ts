/**
 * Files → statements. Every line is put through what keepalived does with it,
 * in its order: the comment goes; `@id` keeps or drops the line; `$NAME=`
 * defines; `~SEQ(…)` repeats the rest; `$NAME ` and `${NAME}` are replaced,
 * and what they bring is looked at again; `{` and `}` end a part, behind which
 * all this begins anew.
 */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { lineText, type Source } from '../../diagnostics/sources.ts'
import { commentStart, firstBrace, lexLine, type Statement } from '../lexer.ts'
import { computedLine, joinLines, type Line, sliceLine, spanOf, typedLine } from '../line.ts'
import { errorAt, warningAt } from '../place-diagnostic.ts'
import { Budget } from './budget.ts'
import { type Context, definitionAt } from './definitions.ts'
import { includeAt, type IncludeRequest } from './include.ts'
import { Inclusions } from './inclusions.ts'
import { cutAt, endOfText, markSecret, trimEnd, trimStart, undefinedNameAt } from './line-edges.ts'
import { Scope } from './scope.ts'
import { sequenceAt } from './sequence.ts'
import { findUse } from './uses.ts'

export interface Expanded {
  readonly statements: readonly Statement[]
  /** Includes that have not been read yet: without them the statements are not complete. */
  readonly wanted: readonly IncludeRequest[]
}

export function expand(root: Source, context: Context, report: Report): Expanded {
  const expander = new Expander(context, report)
  expander.file(root)
  return { statements: expander.statements, wanted: expander.wanted() }
}

/** To keepalived, a line ends at a zero byte. */
const beforeZero = (text: string): string => {
  const zero = text.indexOf('\0')
  return zero === -1 ? text : text.slice(0, zero)
}

/** What is still to be done with a line, the next thing last. */
type Work =
  | {
      readonly kind: 'line'
      readonly line: Line
      /** In this version of the scope nothing in the line is to be replaced. */
      readonly replaced?: number
    }
  | {
      readonly kind: 'rounds'
      readonly names: readonly string[]
      readonly rounds: Iterator<readonly string[]>
      readonly sequence: Line
      readonly rest: Line
    }

const asWork = (line: Line): Work => ({ kind: 'line', line })

/** Owns one reading: the statements so far, and the definition that is still open. */
class Expander {
  readonly statements: Statement[] = []
  readonly #context: Context
  readonly #report: Report
  readonly #budget: Budget
  readonly #scope: Scope
  readonly #inclusions: Inclusions
  /** A definition whose last line has not been read yet. */
  #open: { readonly name: string; readonly lines: Line[] } | undefined
  #truncated = false

  constructor(context: Context, report: Report) {
    this.#context = context
    this.#report = report
    this.#budget = new Budget(report)
    this.#scope = new Scope(context, this.#budget, report)
    this.#inclusions = new Inclusions(context, report)
  }

  wanted(): readonly IncludeRequest[] {
    return this.#inclusions.wanted()
  }

  file(source: Source): void {
    const leave = this.#inclusions.enter(source)
    for (const [index, start] of source.lineStarts.entries()) {
      const before = this.statements.length
      this.#physicalLine(typedLine(beforeZero(lineText(source, index)), source.file, start))
      if (!this.#budget.exhausted || this.#truncated) continue
      // What came of a line that comes to too much is of no use to anybody.
      this.statements.length = before
      this.#truncated = true
    }
    leave()
  }

  #physicalLine(line: Line): void {
    const trimmed = line.text.slice(0, endOfText(line.text))
    const continued = trimmed.endsWith('\\')
    const content = continued ? sliceLine(line, 0, trimmed.length - 1) : line
    const visible = this.#withoutComment(content)
    if (this.#open !== undefined) {
      this.#open.lines.push(visible)
      if (!continued) this.#close(this.#open)
    } else if (!continued) {
      this.#logicalLine(visible)
    } else {
      this.#continuedLine(visible, sliceLine(line, trimmed.length - 1, trimmed.length))
    }
  }

  #withoutComment(line: Line): Line {
    const start = commentStart(line.text)
    if (start === 0 || start === line.text.length || line.text[start - 1] !== '\\')
      return trimEnd(cutAt(line, start))
    // keepalived 2.2.7 takes the backslash away, and then, in its second pass, the comment.
    const place = { line, from: start - 1, to: start + 1 }
    const message = 'a comment begins here, backslash or not: put the word into double quotes'
    this.#report(warningAt(place, 'escaped-comment', message, { inKeepalived: 'no' }))
    return trimEnd(cutAt(line, start - 1))
  }

  /** Only a definition goes on in the next line; elsewhere the backslash is part of the last word. */
  #continuedLine(line: Line, backslash: Line): void {
    const content = this.#condition(trimStart(line))
    if (content === undefined) return
    const definition = definitionAt(content.text)
    if (definition === undefined) {
      const message = `only a definition can be continued in the next line: here '\\' is like any other character`
      this.#report(
        errorAt({ line: backslash, from: 0, to: 1 }, 'stray-backslash', message, { inKeepalived: 'no' }),
      )
      this.#logicalLine(joinLines(line, backslash))
      return
    }
    const value = sliceLine(content, definition.valueAt)
    this.#open = { name: definition.name, lines: value.text.trim() === '' ? [] : [value] }
  }

  #close({ name, lines }: { readonly name: string; readonly lines: readonly Line[] }): void {
    const [first, ...rest] = lines
    if (first !== undefined) this.#scope.define(name, [first, ...rest])
    this.#open = undefined
  }

  /** The line if its condition holds, or if it has none; without the condition. A second one is a word. */
  #condition(line: Line): Line | undefined {
    const match = /^@(\^?)([^ \t]*)/.exec(line.text)
    if (match === null) return line
    const [whole, negated, id] = match
    const holds = (id === this.#context.configId) !== (negated === '^')
    return holds ? trimStart(sliceLine(line, whole.length)) : undefined
  }

  /** A stack instead of recursion: a line may have any number of braces and uses. */
  #logicalLine(line: Line): void {
    // The common case by far; everything below is for the others.
    if (!/[$@~]|include/.test(line.text)) {
      this.#lex(line)
      return
    }
    const stack: Work[] = [asWork(line)]
    for (let work = stack.pop(); work !== undefined; work = stack.pop()) {
      if (this.#budget.exhausted && !this.#truncated) return
      stack.push(...(work.kind === 'line' ? this.#step(work) : this.#round(work)))
    }
  }

  /** One thing keepalived does with a line; what is left to do with it. */
  #step(work: Extract<Work, { kind: 'line' }>): readonly Work[] {
    const line = this.#condition(trimStart(work.line))
    if (line === undefined || line.text === '') return []
    const definition = definitionAt(line.text)
    if (definition !== undefined) {
      this.#scope.define(definition.name, [sliceLine(line, definition.valueAt)])
      return []
    }
    const sequence = sequenceAt(line.text)
    if (sequence !== undefined) return this.#sequence(line)
    const replaced = work.replaced === this.#scope.version ? undefined : this.#replace(line, line.text.length)
    if (replaced !== undefined) return replaced.map(asWork).reverse()
    return this.#finished(line)
  }

  #round(work: Extract<Work, { kind: 'rounds' }>): readonly Work[] {
    const round = work.rounds.next()
    if (round.done === true) return []
    const use = spanOf({ line: work.sequence, from: 0, to: work.sequence.text.length })
    for (const [index, name] of work.names.entries())
      this.#scope.define(name, [computedLine(round.value[index] ?? '', use)])
    return [work, asWork(work.rest)]
  }

  #sequence(written: Line): readonly Work[] {
    // Its numbers may be definitions.
    const line = this.#replaceHead(written)
    const sequence = sequenceAt(line.text)
    const place = { line, from: 0, to: Math.max(1, line.text.indexOf(')') + 1) }
    if (sequence === undefined || sequence === 'wrong') {
      this.#report(errorAt(place, 'invalid-sequence', 'this sequence cannot be read: the line is ignored'))
      return []
    }
    if (!this.#budget.rounds(place, sequence.length)) return []
    const { names, end } = sequence
    const rounds = sequence.rounds()[Symbol.iterator]()
    return [{ kind: 'rounds', names, rounds, sequence: sliceLine(line, 0, end), rest: sliceLine(line, end) }]
  }

  #replaceHead(line: Line): Line {
    for (let current = line; ;) {
      const [next, more] = this.#replace(current, current.text.indexOf(')')) ?? []
      if (next === undefined || more !== undefined) return current
      current = next
    }
  }

  /** Replaces the first name before `limit` that is defined: one line or several; undefined when there is none. */
  #replace(line: Line, limit: number): readonly Line[] | undefined {
    for (let from = 0; ;) {
      const use = findUse(line.text, from)
      if (use === undefined || use.from >= limit) return undefined
      const value = this.#scope.valueOf(line, use)
      if (value === undefined) {
        from = use.from + 1
        continue
      }
      const before = sliceLine(line, 0, use.from)
      const after = sliceLine(line, use.to)
      const last = value.length - 1
      return value.map((part, index) => {
        const head = index === 0 ? joinLines(before, part) : part
        return index === last ? joinLines(head, after) : head
      })
    }
  }

  /** A line in which nothing is left to replace. */
  #finished(written: Line): readonly Work[] {
    const include = includeAt(written.text)
    if (include !== undefined) {
      for (const file of this.#inclusions.find(written, include)) this.file(file)
      return []
    }
    const line = markSecret(written)
    const brace = firstBrace(line.text)
    if (brace === -1) {
      this.#lex(line)
      return []
    }
    const undefinedName = undefinedNameAt(line, brace)
    if (undefinedName !== undefined) this.#report(undefinedName)
    this.#lex(sliceLine(line, 0, brace + 1))
    const rest = sliceLine(line, brace + 1)
    return [{ kind: 'line', line: rest, replaced: this.#scope.version }]
  }

  #lex(line: Line): void {
    const { statements, unterminated } = lexLine(markSecret(line))
    for (const statement of statements) {
      this.statements.push(statement)
      if (statement.kind === 'words') this.#inclusions.notice(statement)
    }
    if (unterminated !== undefined)
      this.#report(
        errorAt(unterminated, 'unterminated-quote', 'this quote is never closed: what follows it is lost'),
      )
  }
}
