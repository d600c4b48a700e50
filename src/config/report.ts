/** Diagnostics about a word or another part of a line, with the expansions that brought it there. */

import type { DiagnosticCode } from './codes.ts'
import { error, note, warning, type Details, type Diagnostic } from './diagnostics.ts'
import { expansionChain, spanOf, type Place } from './line.ts'

const withChain = (place: Place, details: Details): Details => ({
  ...details,
  related: [...(details.related ?? []), ...expansionChain(place)],
})

export const errorAt = (
  place: Place,
  code: DiagnosticCode,
  message: string,
  details: Details = {},
): Diagnostic => error(code, spanOf(place), message, withChain(place, details))

export const warningAt = (
  place: Place,
  code: DiagnosticCode,
  message: string,
  details: Details = {},
): Diagnostic => warning(code, spanOf(place), message, withChain(place, details))

export const noteAt = (
  place: Place,
  code: DiagnosticCode,
  message: string,
  details: Details = {},
): Diagnostic => note(code, spanOf(place), message, withChain(place, details))
