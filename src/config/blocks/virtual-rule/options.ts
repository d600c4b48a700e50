/** The words a rule line is made of. */

import { isIpv4 } from '../../../base/address.ts'
import type { NumberRange, RuleAction } from '../../../base/routing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, noteAt } from '../../syntax/place-diagnostic.ts'
import { readCidr } from '../../values/address.ts'
import {
  bare,
  drop,
  type Handlers,
  leaveOut,
  type LineOption,
  MOST_32_BITS,
  type Outcome,
  valued,
} from '../../values/line-options.ts'
import { parseRealms } from '../../values/realms.ts'
import { cutOff, isCutOff, parseDecimal, parseUnsigned } from '../../values/unsigned.ts'
import { joinTrackGroup, onlyStatic } from '../track-group.ts'
import type { RuleDraft } from './rule.ts'

type Option = LineOption<RuleDraft>

/** The rule is kept without it. */
function ignore(given: Word, what: string, report: Report): void {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: it is ignored`))
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
    if (given.text === 'all' || given.text === 'any' || given.text === 'default') {
      // Such a word has no family of its own, and stands before what has one.
      if (draft.family !== undefined) return mixed(given, report)
      draft[key] = 'everywhere'
      return undefined
    }
    const cidr = readCidr(given, report)
    if (cidr === undefined) return drop(given, 'network', report)
    if (!joinFamily(draft, isIpv4(cidr.address) ? 4 : 6)) return mixed(given, report)
    draft[key] = cidr
    return undefined
  })

/** False where it is another family than that of what stands before it. */
function joinFamily(draft: RuleDraft, family: 4 | 6): boolean {
  draft.family ??= family
  return draft.family === family
}

function mixed(given: Word, report: Report): 'drop' {
  report(errorAt(given, 'family-mismatch', 'IPv4 and IPv6 in one rule: the line is ignored'))
  return 'drop'
}

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
  // Of those beyond 32 bits keepalived minds only what is 0 when it is cut off.
  if ((cutOff(given.text) ?? 0) !== 0) {
    const outcome = setAction(draft, { kind: 'table', table: 0 }, given, report)
    return outcome ?? leaveOut(draft, given, 'routing table', report)
  }
  if (value === undefined || value === 0 || value > MOST_32_BITS) return drop(given, 'routing table', report)
  return setAction(draft, { kind: 'table', table: value }, given, report)
})

const goto: Option = valued((draft, given, report) => {
  const value = parseDecimal(given.text)
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
  if (/^\d+\/$|^\/\d+$/.test(given.text)) return leaveOut(draft, given, 'firewall mark', report)
  const [mark, mask, ...more] = given.text.split('/').map(parseUnsigned)
  const isMask = mask === undefined ? !given.text.includes('/') : mask <= MOST_32_BITS
  if (mark === undefined || mark > MOST_32_BITS || more.length > 0 || !isMask)
    return drop(given, 'firewall mark', report)
  draft.fwmark = mark
  if (mask !== undefined) draft.fwmask = mask
  return undefined
})

/** Only a table can be looked up with them. */
const withTable = (
  what: string,
  passes: (text: string) => boolean,
  read: (draft: RuleDraft, text: string) => number | undefined,
  set: (draft: RuleDraft, value: number) => void,
): Option =>
  valued((draft, given, report) => {
    const value = read(draft, given.text)
    if (value === undefined && !passes(given.text)) return drop(given, what, report)
    draft.tableOnly = given
    if (value === undefined) return leaveOut(draft, given, what, report)
    set(draft, value)
    return undefined
  })

const suppressLength = withTable(
  'prefix length',
  (text) => (parseDecimal(text) ?? Infinity) <= 0x7fff_ffff,
  (_, text) => atMost(parseDecimal(text), 128),
  (draft, value) => void (draft.suppressPrefixLength = value),
)
const suppressGroup = withTable(
  'interface group',
  (text) => isCutOff(text, MOST_32_BITS - 1),
  ({ names }, text) => names.groups.get(text) ?? atMost(parseUnsigned(text), MOST_32_BITS - 1),
  (draft, value) => void (draft.suppressInterfaceGroup = value),
)
const anyRealms = withTable(
  'realm, or source/destination',
  () => false,
  ({ names }, text) => parseRealms(text, names.realms),
  (draft, value) => void (draft.realms = value),
)
const realms: Option = {
  ...anyRealms,
  apply(draft, given, report, word) {
    const outcome = anyRealms.apply(draft, given, report, word)
    return outcome === undefined && !joinFamily(draft, 4) ? mixed(word, report) : outcome
  },
}

const atMost = (value: number | undefined, most: number): number | undefined =>
  value === undefined || value > most ? undefined : value

/** `FROM-TO`; keepalived 2.2.7 does not take a single number, which we do. */
const range = (what: string, most: number, set: (draft: RuleDraft, value: NumberRange) => void): Option =>
  valued((draft, given, report) => {
    const numbers = given.text.split('-').map(parseDecimal)
    const [from, to = from] = numbers
    if (from === undefined || to === undefined || numbers.includes(undefined))
      return drop(given, what, report)
    if (numbers.length > 2 || from > to || to > most) return leaveOut(draft, given, what, report)
    if (!given.text.includes('-')) {
      const message = `keepalived 2.2.7 wants a range here, such as ${from}-${from}, and ignores the line`
      report(noteAt(given, 'newer-keyword', message, { inKeepalived: 'config' }))
    }
    set(draft, { from, to })
    return undefined
  })

/** IP protocols that rules are written for, by name; /etc/protocols has them on every system. */
const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipencap', 4],
  ['tcp', 6],
  ['udp', 17],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['ospf', 89],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['udplite', 136],
])

const ipproto: Option = valued((draft, given, report) => {
  const value = IP_PROTOCOLS.get(given.text) ?? atMost(parseDecimal(given.text), 255)
  if (value === undefined) ignore(given, 'IP protocol', report)
  else draft.ipProtocol = value
  return undefined
})

const tunnelId: Option = valued((draft, given, report) => {
  if (!/^\d{1,19}$/.test(given.text)) return drop(given, 'tunnel id', report)
  draft.tunnelId = BigInt(given.text).toString()
  return undefined
})

/** As keepalived 2.2.7, which takes a number only. */
const protocol: Option = valued((draft, given, report) => {
  const value = atMost(parseDecimal(given.text), 255)
  if (value === undefined) ignore(given, 'routing protocol, 0..255', report)
  else draft.protocol = value
  return undefined
})

/** keepalived skips the word behind a family, whatever it is, if there is one. */
const family = (value: 4 | 6): Option => ({
  takesValue: 'if-any',
  apply: (draft, _, report, option) => (joinFamily(draft, value) ? undefined : mixed(option, report)),
})

const preference: Option = number(
  'preference',
  MOST_32_BITS,
  (draft, value) => void (draft.preference = value),
)
const iif: Option = valued((draft, { text }) => void (draft.iif = text))
const tos: Option = valued((draft, given, report) => {
  const value = parseUnsigned(given.text)
  if (isCutOff(given.text, 255)) return leaveOut(draft, given, 'type of service, 0..255', report)
  if (value === undefined || value > 255) return drop(given, 'type of service, 0..255', report)
  draft.tos = value
  return undefined
})

const type: Option = {
  takesValue: true,
  prefixes: ['goto'],
  apply(draft, given, report, word, prefix) {
    if (prefix !== undefined) return goto.apply(draft, given, report, word)
    const kind = VERDICTS.find((one) => one === given.text)
    return kind === undefined
      ? drop(given, 'kind of rule', report)
      : setAction(draft, { kind }, given, report)
  },
}

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
  ['l3mdev', { takesValue: false, apply: setL3mdev }],
  ['no_track', bare((draft) => void (draft.track = false))],
  ['inet', family(4)],
  ['inet6', family(6)],
  ['type', type],
  ['suppress_prefixlength', suppressLength],
  ['suppress_ifgroup', suppressGroup],
  ['realms', realms],
  ['uidrange', range('range of user ids', MOST_32_BITS - 1, (draft, value) => void (draft.uidRange = value))],
  ['sport', range('range of ports', 65_535, (draft, value) => void (draft.sourcePorts = value))],
  ['dport', range('range of ports', 65_535, (draft, value) => void (draft.destinationPorts = value))],
  ['ipproto', ipproto],
  ['tunnel-id', tunnelId],
  ['protocol', protocol],
])

const trackGroup: Option = valued((draft, given, report) => joinTrackGroup(draft, given, report, 'stop'))

function setL3mdev(draft: RuleDraft, given: Word, report: Report): Outcome {
  if (draft.action !== undefined || draft.l3mdev) {
    report(errorAt(given, 'invalid-value', 'a rule can do one thing only: the line is ignored'))
    return 'drop'
  }
  draft.l3mdev = true
  return undefined
}

export const ruleHandlers: Handlers<RuleDraft> = {
  options,
  inner(draft, word) {
    return word === 'track_group' && draft.trackGroups !== undefined ? trackGroup : undefined
  },
  unknown(_, given, report) {
    const what = given.text === 'track_group' ? onlyStatic('rules') : `'${given.text}' is no option of a rule`
    report(errorAt(given, 'unknown-option', `${what}: the line is ignored`))
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
