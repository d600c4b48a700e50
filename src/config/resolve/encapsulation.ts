/** `encap ip|ip6 WORDS` of a route line: into a tunnel device that takes the tunnel's ends from the route. */

import { isIpv4, parseIp } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import { errorAt, warningAt } from '../report.ts'
import { valued, type LineOption, type Outcome } from '../values/line-options.ts'
import { parseUnsigned } from '../values/unsigned.ts'
import type { EncapsulationDraft, RouteDraft } from './route-draft.ts'

type Option = LineOption<RouteDraft>

function drop(given: Word, what: string, report: Report): 'drop' {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: the line is ignored`))
  return 'drop'
}

const address = (field: 'source' | 'destination'): Option =>
  valued((draft, given, report): Outcome => {
    const value = parseIp(given.text)
    const ipv4 = draft.encapsulation?.kind === 'ip'
    if (value === undefined || isIpv4(value) !== ipv4) return drop(given, 'end of such a tunnel', report)
    if (draft.encapsulation !== undefined) draft.encapsulation[field] = value
    return undefined
  })

const byte = (field: 'ttl' | 'tos'): Option =>
  valued((draft, given, report): Outcome => {
    const value = parseUnsigned(given.text)
    if (value === undefined || value > 255) return drop(given, 'number up to 255', report)
    if (draft.encapsulation !== undefined) draft.encapsulation[field] = value
    return undefined
  })

const id: Option = valued((draft, given, report): Outcome => {
  if (!/^\d{1,19}$/.test(given.text)) return drop(given, 'tunnel id', report)
  if (draft.encapsulation !== undefined) draft.encapsulation.id = BigInt(given.text).toString()
  return undefined
})

const WORDS: Readonly<Record<EncapsulationDraft['kind'], ReadonlyMap<string, Option>>> = {
  ip: new Map([
    ['id', id],
    ['src', address('source')],
    ['dst', address('destination')],
    ['ttl', byte('ttl')],
    ['tos', byte('tos')],
  ]),
  ip6: new Map([
    ['id', id],
    ['src', address('source')],
    ['dst', address('destination')],
    ['hoplimit', byte('ttl')],
    ['tc', byte('tos')],
  ]),
}

export const encap: Option = valued((draft, given, report): Outcome => {
  if (given.text === 'mpls' || given.text === 'ila') {
    const message = `routes with ${given.text} encapsulation are not installed: this line is ignored`
    report(warningAt(given, 'not-acted-on', message, { inKeepalived: 'no' }))
    return 'drop'
  }
  if (given.text !== 'ip' && given.text !== 'ip6') return drop(given, 'encapsulation', report)
  draft.encapsulation = { kind: given.text }
  draft.encapsulating = true
  return undefined
})

/** The encapsulation's words end with the first that is none of them: `src` and `tos` are the route's again. */
export function innerWord(draft: RouteDraft, word: string): Option | undefined {
  if (!draft.encapsulating || draft.encapsulation === undefined) return undefined
  const option = WORDS[draft.encapsulation.kind].get(word)
  draft.encapsulating = option !== undefined
  return option
}
