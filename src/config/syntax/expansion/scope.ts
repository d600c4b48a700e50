/** Names and what they stand for at this point of the file. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { computedLine, type Frame, frameAt, inFrame, type Line, spanOf } from '../line.ts'
import { errorAt } from '../place-diagnostic.ts'
import type { Budget } from './budget.ts'
import { type Context, type Definition, predefined } from './definitions.ts'
import type { Use } from './uses.ts'

const DEEPEST = 100

/** Owns the definitions of one reading. */
export class Scope {
  /** Changes whenever a name comes to stand for something else. */
  version = 0
  readonly #definitions = new Map<string, Definition>()
  readonly #context: Context
  readonly #budget: Budget
  readonly #report: Report

  constructor(context: Context, budget: Budget, report: Report) {
    this.#context = context
    this.#budget = budget
    this.#report = report
  }

  define(name: string, lines: Definition['lines']): void {
    this.version += 1
    this.#definitions.set(name, { name, lines })
  }

  /** What a name stands for here; undefined: it is not defined, or may not be used here, and stays as it is. */
  valueOf(line: Line, use: Use): readonly [Line, ...Line[]] | undefined {
    const place = { line, from: use.from, to: use.to }
    const span = spanOf(place)
    const parent = frameAt(line, use.from)
    const definition = this.#definitions.get(use.name)
    if (definition === undefined) {
      const value = use.braced ? predefined(use.name, span.file, this.#context) : undefined
      return value === undefined ? undefined : [computedLine(value, span, parent)]
    }
    if (isRecursive(definition, parent)) {
      const message = `$${use.name} is defined by itself: it stays as it is`
      this.#report(errorAt(place, 'recursive-definition', message, { fatal: true }))
      return undefined
    }
    const size = definition.lines.reduce((sum, { text }) => sum + text.length, 0)
    if (!this.#budget.use(place, size)) return undefined
    const description = `in the expansion of $${use.name} here`
    const frame: Frame = { of: definition, use: span, description, parent, depth: (parent?.depth ?? 0) + 1 }
    const [first, ...rest] = definition.lines
    return [inFrame(first, frame), ...rest.map((one) => inFrame(one, frame))]
  }
}

function isRecursive(definition: Definition, frame: Frame | undefined): boolean {
  for (let outer = frame; outer !== undefined; outer = outer.parent)
    if (outer.of === definition || outer.depth > DEEPEST) return true
  return false
}
