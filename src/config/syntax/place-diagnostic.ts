/** Diagnostics about a word or another part of a line, with the expansions that brought it there. */

import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { type Details, type Diagnostic, error, note, warning } from '../diagnostics/diagnostics.ts'
import { announcesSecret, secretStart } from '../diagnostics/secrets.ts'
import { expansionChain, type Place, spanOf } from './line.ts'

type Make = typeof error

const at =
  (make: Make) =>
  (place: Place, code: DiagnosticCode, message: string, details: Details = {}): Diagnostic => {
    const related = [...(details.related ?? []), ...expansionChain(place)]
    const { line, from, to } = place
    if (line.secret !== true) return make(code, spanOf(place), message, { ...details, related })
    const written = line.text.slice(from, to)
    const isAnnouncement =
      announcesSecret(line.text) && line.text.slice(0, from).trim() === '' && to <= secretStart(line.text)
    if (isAnnouncement || written === '') return make(code, spanOf(place), message, { ...details, related })
    const safe = message.replaceAll(written, '…')
    return make(code, spanOf(place), safe, { ...details, suggestion: undefined, related, secret: true })
  }

export const errorAt: (place: Place, code: DiagnosticCode, message: string, details?: Details) => Diagnostic =
  at(error)

export const warningAt: typeof errorAt = at(warning)

export const noteAt: typeof errorAt = at(note)
