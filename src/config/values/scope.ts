/** rtnetlink scopes, by name or number. */

import type { Report } from '../diagnostics/diagnostics.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import type { KernelNames } from './kernel-names.ts'
import { parseUnsigned } from './unsigned.ts'

/** rtnetlink's scopes, by name where there is one. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | number

/** RT_SCOPE_* of linux/rtnetlink.h */
const NUMBERS: ReadonlyMap<number, Scope> = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
])

const NAMES = ['global', 'site', 'link', 'host', 'nowhere'] as const

export function readScope(
  given: Word,
  names: KernelNames,
  report: Report,
  otherwise: string,
): Scope | undefined {
  const name = NAMES.find((one) => one === given.text)
  if (name !== undefined) return name
  const number = names.scopes.get(given.text) ?? parseUnsigned(given.text)
  if (number !== undefined && number <= 255) return NUMBERS.get(number) ?? number
  const message = `${NAMES.join(', ')} or a number up to 255 is expected here; ${otherwise}`
  report(errorAt(given, 'invalid-value', message))
  return undefined
}
