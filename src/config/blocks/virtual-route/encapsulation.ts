/** `encap ip|ip6 WORDS` of a route line: into a tunnel device that takes the tunnel’s ends from the route. */

import { formatIp, isIpv4, parseIp } from '../../../base/address.ts'
import type { Encapsulation } from '../../../base/routing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { bare, type LineOption, type Outcome, valued } from '../../values/line-options.ts'
import { joined } from '../../values/printing.ts'
import { parseDecimal, parseUnsigned } from '../../values/unsigned.ts'
import type { EncapsulationDraft, RouteDraft } from './draft.ts'

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
    const value = (field === 'ttl' ? parseDecimal : parseUnsigned)(given.text)
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

const LABELS = /^\w+(?:\/\w+)*$/
const MOST_LABEL = 0xf_ffff
const LOCATOR = /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}$/i

/** Not installed: their value is only read. */
const UNUSABLE: Readonly<Record<'mpls' | 'ila', (text: string) => boolean>> = {
  mpls: (text) =>
    LABELS.test(text) && text.split('/').every((label) => (parseUnsigned(label) ?? Infinity) <= MOST_LABEL),
  ila: (text) => LOCATOR.test(text),
}

export const encap: Option = {
  takesValue: 'if-any',
  apply(draft, given, report, word): Outcome {
    if (given === word) {
      const message = "'encap' needs a kind of encapsulation: there is none"
      report(errorAt({ ...word, from: word.to }, 'missing-value', message))
      return undefined
    }
    if (given.text === 'mpls' || given.text === 'ila') {
      const message = `routes with ${given.text} encapsulation are not installed: this line is ignored`
      report(warningAt(given, 'not-acted-on', message, { inKeepalived: 'no' }))
      draft.unusable = true
      draft.encapsulating = given.text
      return undefined
    }
    if (given.text !== 'ip' && given.text !== 'ip6') {
      const message = `'${given.text}' is no encapsulation: there is none, and the next word is skipped`
      report(errorAt(given, 'invalid-value', message))
      draft.encapsulating = 'unknown'
      return undefined
    }
    draft.encapsulation = { kind: given.text }
    draft.encapsulating = given.text
    return undefined
  },
}

/** The encapsulation's words end with the first that is none of them: `src` and `tos` are the route's again. */
export function innerWord(draft: RouteDraft, word: string): Option | undefined {
  const kind = draft.encapsulating
  draft.encapsulating = undefined
  if (kind === undefined) return undefined
  if (kind === 'unknown') return SKIPPED
  if (kind === 'mpls' || kind === 'ila') return unusable(kind)
  const option = WORDS[kind].get(word)
  if (option === undefined) return undefined
  draft.encapsulating = kind
  return { ...option, takesValue: 'if-any', apply: orMissing(option) }
}

const SKIPPED: Option = bare(() => undefined)

const unusable = (kind: 'mpls' | 'ila'): Option => ({
  takesValue: false,
  apply: (_, given, report) =>
    UNUSABLE[kind](given.text) ? undefined : drop(given, `value of ${kind}`, report),
})

/** Such a word without its value is not the end of everything in keepalived, as others are. */
const orMissing =
  ({ apply }: Option): Option['apply'] =>
  (draft, given, report, word) => {
    if (given !== word) return apply(draft, given, report, word)
    const message = `'${word.text}' needs a value: the line is ignored`
    report(errorAt({ ...word, from: word.to }, 'missing-value', message))
    return 'drop'
  }

/** Where nothing says whereto, the kernel refuses the route. */
export function checkEncapsulation({ encapsulation }: RouteDraft, first: Word, report: Report): void {
  if (encapsulation === undefined) return
  const { kind, id, destination } = encapsulation
  if (id !== undefined || destination !== undefined) return
  report(errorAt(first, 'missing-value', `encap ${kind} needs an id or dst`))
}

export function encapsulationWords(encapsulation: Encapsulation | undefined): string {
  if (encapsulation === undefined) return ''
  const { kind, id, source, destination, ttl, tos } = encapsulation
  return joined([
    `encap ${kind}`,
    id === undefined ? '' : `id ${id}`,
    source === undefined ? '' : `src ${formatIp(source)}`,
    destination === undefined ? '' : `dst ${formatIp(destination)}`,
    ttl === undefined ? '' : `${kind === 'ip' ? 'ttl' : 'hoplimit'} ${ttl}`,
    tos === undefined ? '' : `${kind === 'ip' ? 'tos' : 'tc'} ${tos}`,
  ])
}
