/** rtnetlink scopes, by name or number. */

import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import type { Scope } from '../model.ts'
import { errorAt } from '../report.ts'

const NAMES = ['global', 'site', 'link', 'host', 'nowhere'] as const

export function readScope(given: Word, report: Report): Scope | undefined {
  const name = NAMES.find((one) => one === given.text)
  if (name !== undefined) return name
  if (/^\d+$/.test(given.text) && Number(given.text) <= 255) return Number(given.text)
  report(errorAt(given, 'invalid-value', `${NAMES.join(', ')} or a number up to 255 is expected; ignored`))
  return undefined
}
