/**
 * A file and everything it includes → statements. Which files are included
 * may depend on conditions and definitions, so the text is expanded, what it
 * asks for is read, and it is expanded again, until it asks for nothing new.
 */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Source, source } from '../diagnostics/sources.ts'
import type { Context } from './expansion/definitions.ts'
import { expand, type Expanded } from './expansion/expand.ts'
import { type IncludeAnswer, type IncludeRequest, requestKey } from './expansion/include.ts'
import { glob } from './glob.ts'
import type { ConfigIo, ReadProblem, Surroundings } from './io.ts'
import type { Statement } from './lexer.ts'
import { decodeText } from './text.ts'

export interface Reading {
  readonly statements: readonly Statement[]
  readonly sources: ReadonlyMap<string, Source>
  /** Why the file itself could not be read. */
  readonly unreadable?: ReadProblem
}

export interface ReadingOptions {
  readonly io: ConfigIo
  readonly configId: string
  /** Missing includes are errors, whatever kind of include asks for them. */
  readonly requireAllFiles: boolean
}

/** Far more than anybody needs, far less than would hurt. */
const MOST_CHARACTERS = 64 << 20

export async function readStatements(
  path: string,
  options: ReadingOptions,
  report: Report,
): Promise<Reading> {
  const library = new Library(options.io)
  const root = await library.open(path)
  if (typeof root === 'string') return { statements: [], sources: library.sources, unreadable: root }
  const answers = new Map<string, IncludeAnswer>()
  const drawn: number[] = []
  for (;;) {
    const found: Parameters<Report>[0][] = []
    const context: Context = { ...options, surroundings: repeatable(options.io, drawn), answers }
    const expanded: Expanded = expand(root, context, (diagnostic) => void found.push(diagnostic))
    if (expanded.wanted.length === 0) {
      found.forEach(report)
      return { statements: expanded.statements, sources: library.sources }
    }
    for (const request of expanded.wanted) answers.set(requestKey(request), await library.answer(request))
  }
}

/** Numbers that are random, but the same in every expansion of one reading. */
function repeatable(surroundings: Surroundings, drawn: number[]): Surroundings {
  let next = 0
  return {
    workingDirectory: () => surroundings.workingDirectory(),
    variable: (name) => surroundings.variable(name),
    random: (minimum, maximum) => (drawn[next++] ??= surroundings.random(minimum, maximum)),
  }
}

/** Owns the texts that have been read: each file once. */
class Library {
  readonly sources = new Map<string, Source>()
  readonly #io: ConfigIo
  #characters = 0

  constructor(io: ConfigIo) {
    this.#io = io
  }

  async open(path: string): Promise<Source | ReadProblem> {
    const known = this.sources.get(path)
    if (known !== undefined) return known
    if (this.#characters > MOST_CHARACTERS) return 'too-large'
    const contents = await this.#io.read(path)
    if (contents.kind === 'problem') return contents.problem
    const read = source(path, decodeText(contents.bytes))
    this.#characters += read.text.length
    this.sources.set(path, read)
    return read
  }

  async answer({ pattern, directory }: IncludeRequest): Promise<IncludeAnswer> {
    const files: Source[] = []
    const unreadable: { path: string; problem: ReadProblem }[] = []
    const missing: string[] = []
    for (const { alternative, paths } of await glob(pattern, directory, this.#io)) {
      for (const path of paths) {
        const opened = await this.open(path)
        if (typeof opened !== 'string') files.push(opened)
        else if (opened === 'missing') missing.push(alternative)
        else unreadable.push({ path, problem: opened })
      }
    }
    return { files, unreadable, missing }
  }
}
