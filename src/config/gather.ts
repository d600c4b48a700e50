/**
 * A file and everything it includes, read before anything is parsed. An
 * include line is recognised before conditions and definitions are looked at,
 * as in keepalived, so that what is read depends on the files alone.
 */

import type { Diagnostic } from './diagnostics.ts'
import { error } from './diagnostics.ts'
import { findIncludes, type Include } from './include.ts'
import type { ConfigIo, ReadProblem } from './io.ts'
import { source, type Source } from './sources.ts'
import { decodeText } from './text.ts'

/** One reading of a file: the same file may be included twice. */
export interface SourceFile {
  readonly source: Source
  /** By the offset of the line's first character. */
  readonly includes: ReadonlyMap<number, readonly SourceFile[]>
}

export interface Gathered {
  readonly root: SourceFile
  readonly sources: ReadonlyMap<string, Source>
  readonly diagnostics: readonly Diagnostic[]
  readonly unreadable?: ReadProblem
}

/** Far more than anybody needs, far less than would hurt. */
const DEEPEST_INCLUDE = 32
const MOST_FILES = 10_000
const MOST_CHARACTERS = 64 << 20

export async function gather(path: string, io: ConfigIo): Promise<Gathered> {
  const gatherer = new Gatherer(io)
  return gatherer.gather(path)
}

/** Owns the budget of one reading. */
class Gatherer {
  readonly #io: ConfigIo
  readonly #sources = new Map<string, Source>()
  readonly #diagnostics: Diagnostic[] = []
  #files = 0
  #characters = 0

  constructor(io: ConfigIo) {
    this.#io = io
  }

  async gather(path: string): Promise<Gathered> {
    const read = await this.#read(path)
    const { sources, diagnostics } = { sources: this.#sources, diagnostics: this.#diagnostics }
    if (read.kind === 'problem') {
      const empty = { source: source(path, ''), includes: new Map<number, readonly SourceFile[]>() }
      return { root: empty, sources, diagnostics, unreadable: read.problem }
    }
    return { root: await this.#includes(read.source, 0), sources, diagnostics }
  }

  async #read(
    path: string,
  ): Promise<{ kind: 'source'; source: Source } | { kind: 'problem'; problem: ReadProblem }> {
    const known = this.#sources.get(path)
    this.#files += 1
    if (known !== undefined) {
      this.#characters += known.text.length
      return { kind: 'source', source: known }
    }
    const contents = await this.#io.read(path)
    if (contents.kind === 'problem') return contents
    const read = source(path, decodeText(contents.bytes))
    this.#characters += read.text.length
    this.#sources.set(path, read)
    return { kind: 'source', source: read }
  }

  async #includes(read: Source, depth: number): Promise<SourceFile> {
    const includes = new Map<number, readonly SourceFile[]>()
    for (const include of findIncludes(read))
      includes.set(include.line, await this.#include(include, read, depth))
    return { source: read, includes }
  }

  async #include(include: Include, from: Source, depth: number): Promise<readonly SourceFile[]> {
    const span = { file: from.file, start: include.start, end: include.end }
    if (depth >= DEEPEST_INCLUDE || this.#files >= MOST_FILES || this.#characters >= MOST_CHARACTERS) {
      const message = `too many or too deeply nested includes (a file that includes itself?): not read`
      this.#diagnostics.push(error('include-limit', span, message, { fatal: true }))
      return []
    }
    const found: SourceFile[] = []
    for (const path of await include.resolve(this.#io)) {
      const read = await this.#read(path)
      if (read.kind === 'source') found.push(await this.#includes(read.source, depth + 1))
    }
    if (found.length === 0)
      this.#diagnostics.push(error('include-missing', span, `no readable file matches '${include.pattern}'`))
    return found
  }
}
