/** The words a rule line is made of. */

import { ipv4FromNumber } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import type { RuleAction } from '../model.ts'
import { errorAt, noteAt } from '../report.ts'
import { readCidr } from '../values/address.ts'
import { bare, valued, type Handlers, type LineOption, type Outcome } from '../values/line-options.ts'
import { parseUnsigned } from '../values/unsigned.ts'
import type { RuleDraft } from './rule.ts'

type Option = LineOption<RuleDraft>

const MOST_32_BITS = 4_294_967_295

function drop(given: Word, what: string, report: Report): 'drop' {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: the line is ignored`))
  return 'drop'
}

const number = (what: string, most: number, set: (draft: RuleDraft, value: number) => void): Option =>
  valued((draft, given, report) => {
    const value = parseUnsigned(given.text)
    if (value === undefined || value > most) return drop(given, what, report)
    set(draft, value)
    return undefined
  })

const network = (key: 'from' | 'to'): Option =>
  valued((draft, given, report) => {
    const everywhere = given.text === 'all' || given.text === 'any' || given.text === 'default'
    const cidr = everywhere ? { address: ipv4FromNumber(0), prefixLength: 0 } : readCidr(given, report)
    if (cidr === undefined) return drop(given, 'network', report)
    draft[key] = cidr
    return undefined
  })

function setAction(draft: RuleDraft, action: RuleAction, given: Word, report: Report): Outcome {
  if (draft.action !== undefined || draft.l3mdev) {
    report(errorAt(given, 'invalid-value', 'a rule can do one thing only: the line is ignored'))
    return 'drop'
  }
  draft.action = action
  return undefined
}

const table: Option = valued((draft, given, report) => {
  const value = draft.names.tables.get(given.text) ?? parseUnsigned(given.text)
  if (value === undefined || value > MOST_32_BITS) return drop(given, 'routing table', report)
  return setAction(draft, { kind: 'table', table: value }, given, report)
})

const goto: Option = valued((draft, given, report) => {
  const value = parseUnsigned(given.text)
  if (value === undefined || value > MOST_32_BITS) return drop(given, 'preference', report)
  return setAction(draft, { kind: 'goto', preference: value }, given, report)
})

const verdict = (kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop'): Option => ({
  takesValue: false,
  apply: (draft, given, report) => setAction(draft, { kind }, given, report),
})

const VERDICTS = ['blackhole', 'unreachable', 'prohibit', 'nop'] as const

/** `MARK[/MASK]` */
const fwmark: Option = valued((draft, given, report) => {
  const [mark, mask, ...more] = given.text.split('/').map(parseUnsigned)
  if (mark === undefined || more.length > 0 || (given.text.includes('/') && mask === undefined))
    return drop(given, 'firewall mark', report)
  draft.fwmark = mark
  if (mask !== undefined) draft.fwmask = mask
  return undefined
})

const tableOnly: Option = valued((draft, given, report) => {
  draft.tableOnly = given
  report(noteAt(given, 'not-acted-on', 'this property of the rule is not set yet'))
  return undefined
})

const later: Option = valued((_, given, report) => {
  report(noteAt(given, 'not-acted-on', 'this property of the rule is not set yet'))
  return undefined
})

const preference: Option = number(
  'preference',
  MOST_32_BITS,
  (draft, value) => void (draft.preference = value),
)
const iif: Option = valued((draft, { text }) => void (draft.iif = text))
const tos: Option = number('type of service, 0..255', 255, (draft, value) => void (draft.tos = value))

const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['from', network('from')],
  ['to', network('to')],
  ['table', table],
  ['lookup', table],
  ['goto', goto],
  ...VERDICTS.map((kind) => [kind, verdict(kind)] as const),
  ['not', bare((draft) => void (draft.not = true))],
  ['preference', preference],
  ['priority', preference],
  ['order', preference],
  ['fwmark', fwmark],
  ['iif', iif],
  ['dev', iif],
  ['oif', valued((draft, { text }) => void (draft.oif = text))],
  ['tos', tos],
  ['dsfield', tos],
  ['l3mdev', bare((draft) => void (draft.l3mdev = true))],
  ['no_track', bare((draft) => void (draft.track = false))],
  ['inet', bare((draft) => void (draft.family = 4))],
  ['inet6', bare((draft) => void (draft.family = 6))],
  ...['suppress_prefixlength', 'suppress_prefixlen', 'suppress_ifgroup', 'realms'].map(
    (name) => [name, tableOnly] as const,
  ),
  ...['uidrange', 'sport', 'dport', 'ipproto', 'protocol', 'tunnel-id'].map((name) => [name, later] as const),
])

export const ruleHandlers: Handlers<RuleDraft> = {
  options,
  unknown(_, given, report) {
    report(errorAt(given, 'unknown-option', `'${given.text}' is no option of a rule: the line is ignored`))
    return 'drop'
  },
  missing(option, report) {
    const message = `'${option.text}' needs a value`
    report(
      errorAt({ ...option, from: option.to }, 'missing-parameter', message, {
        fatal: true,
        inKeepalived: 'abort',
      }),
    )
  },
}
