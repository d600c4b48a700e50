/** Which files are being read, and which are to be. */

import { error, type Report, type Span } from '../../diagnostics/diagnostics.ts'
import type { Source } from '../../diagnostics/sources.ts'
import type { Words } from '../lexer.ts'
import { type Line, spanOf } from '../line.ts'
import { type Context, includeDirectory } from './definitions.ts'
import {
  changeChecks,
  checksOf,
  type IncludeChecks,
  type IncludeLine,
  type IncludeRequest,
  NO_CHECKS,
  reportAnswer,
  requestKey,
} from './include.ts'

const MOST = 10_000
const DEEPEST = 64

/** Owns the files of one reading and what is minded about missing ones. */
export class Inclusions {
  readonly #context: Context
  readonly #report: Report
  readonly #wanted = new Map<string, IncludeRequest>()
  /** Files being read, the innermost last. */
  readonly #files: Source[] = []
  #count = 0
  #checks: IncludeChecks

  constructor(context: Context, report: Report) {
    this.#context = context
    this.#report = report
    this.#checks = context.requireAllFiles ? checksOf('a', NO_CHECKS) : NO_CHECKS
  }

  wanted(): readonly IncludeRequest[] {
    return [...this.#wanted.values()]
  }

  /** What a file changes about the checks holds to its end. */
  enter(file: Source): () => void {
    const checks = this.#checks
    this.#files.push(file)
    return () => {
      this.#files.pop()
      this.#checks = checks
    }
  }

  /** `include_check` takes effect where it stands. */
  notice({ words }: Words): void {
    const [keyword, ...names] = words
    if (keyword.text === 'include_check')
      this.#checks = changeChecks(
        names.map(({ text }) => text),
        this.#checks,
      )
  }

  /** The files that an include line means: none if they have still to be read. */
  find(line: Line, { letter, patternAt }: IncludeLine): readonly Source[] {
    const pattern = line.text.slice(patternAt).trimEnd()
    const span = spanOf({ line, from: patternAt, to: patternAt + pattern.length })
    const request = { directory: includeDirectory(this.#files.at(-1)?.file ?? ''), pattern }
    const answer = this.#context.answers.get(requestKey(request))
    if (answer === undefined) {
      this.#wanted.set(requestKey(request), request)
      return []
    }
    reportAnswer(request, answer, checksOf(letter, this.#checks), span, this.#report)
    return answer.files.filter((file) => this.#admits(file, span))
  }

  #admits(file: Source, span: Span): boolean {
    this.#count += 1
    if (this.#files.includes(file)) {
      this.#report(error('include-cycle', span, `${file.file} includes itself: it is not read again`))
      return false
    }
    if (this.#count <= MOST && this.#files.length <= DEEPEST) return true
    const message = 'too many includes, or too deep ones: this is not read'
    this.#report(error('include-limit', span, message, { fatal: true }))
    return false
  }
}
