/** The same remark about many servers is one finding, at the first of them. */

import type { DiagnosticCode } from '../../diagnostics/codes.ts'
import type { Related, Report, Span } from '../../diagnostics/diagnostics.ts'
import { namesOf, remark, warn } from './context.ts'

interface Gathered {
  readonly severity: 'warning' | 'note'
  readonly code: DiagnosticCode
  readonly span: Span
  readonly related: readonly Related[]
  readonly names: Set<string>
  readonly message: (names: string, count: number) => string
}

interface One {
  readonly severity: 'warning' | 'note'
  readonly code: DiagnosticCode
  readonly span: Span
  /** Whom it is about. */
  readonly name: string
  /** Remarks of one code that differ in more than the name have keys of their own. */
  readonly key?: string
  readonly related?: readonly Related[]
  /** @param names `a, b and 12 more` */
  readonly message: (names: string, count: number) => string
}

export class Gathering {
  readonly #found = new Map<string, Gathered>()

  add({ severity, code, span, name, key = '', related = [], message }: One): void {
    const id = `${code} ${key}`
    const known = this.#found.get(id)
    if (known === undefined)
      this.#found.set(id, { severity, code, span, related, names: new Set([name]), message })
    else known.names.add(name)
  }

  /** In the order in which each was first added. */
  tell(report: Report): void {
    for (const { severity, code, span, related, names, message } of this.#found.values()) {
      const say = severity === 'warning' ? warn : remark
      say(report, code, span, message(namesOf([...names]), names.size), { related })
    }
  }
}
