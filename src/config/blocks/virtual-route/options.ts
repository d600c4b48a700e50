/** The words a route line is made of. */

import { type IpAddress, isIpv4, parseIp } from '../../../base/address.ts'
import type { RouteType } from '../../../base/routing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
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
import { readScope } from '../../values/scope.ts'
import { isCutOff, parseDecimal, parseUnsigned } from '../../values/unsigned.ts'
import { joinTrackGroup, onlyStatic } from '../track-group.ts'
import { isEverywhere, joinFamily, readDestination, type RouteDraft } from './draft.ts'
import { encap, innerWord } from './encapsulation.ts'
import { metricOptions } from './metrics.ts'

type Option = LineOption<RouteDraft>

function mixed(given: Word, report: Report): 'drop' {
  report(errorAt(given, 'family-mismatch', 'IPv4 and IPv6 addresses in one route: the line is ignored'))
  return 'drop'
}

const number = (what: string, most: number, set: (draft: RouteDraft, value: number) => void): Option =>
  valued((draft, given, report) => {
    const value = parseDecimal(given.text)
    if (value === undefined || value > most) return drop(given, what, report)
    set(draft, value)
    return undefined
  })

const address = (what: string, set: (draft: RouteDraft, value: IpAddress) => void): Option =>
  valued((draft, given, report) => {
    const value = parseIp(given.text)
    if (value === undefined) return drop(given, what, report)
    if (!joinFamily(draft, value)) return mixed(given, report)
    set(draft, value)
    return undefined
  })

/** keepalived's own older words. */
const renamed = (option: Option, better: string): Option => ({
  ...option,
  apply(draft, given, report, word) {
    const message = `'${word.text}' is an old name: use '${better}'`
    report(warningAt(word, 'deprecated', message, { suggestion: better }))
    return option.apply(draft, given, report, word)
  },
})

const named = (
  what: string,
  names: 'tables' | 'protocols',
  most: number,
  set: (draft: RouteDraft, value: number) => void,
): Option =>
  valued((draft, given, report) => {
    const value = draft.names[names].get(given.text) ?? parseUnsigned(given.text)
    if (names === 'tables' && isCutOff(given.text, most)) return leaveOut(draft, given, what, report)
    if (value === undefined || value > most) return drop(given, what, report)
    set(draft, value)
    return undefined
  })

/** The last `nexthop` if there is one, else the route itself. */
const target = (
  draft: RouteDraft,
): { gateway?: IpAddress; link?: string; onlink: boolean; realms?: number } => draft.nexthops.at(-1) ?? draft

const FAMILIES = ['inet', 'inet6']

const gateway: Option = address('gateway', (draft, value) => void (target(draft).gateway = value))
const via: Option = {
  ...gateway,
  prefixes: FAMILIES,
  apply(draft, given, report, word, prefix) {
    const value = parseIp(given.text)
    if (prefix !== undefined && value !== undefined && isIpv4(value) !== (prefix.text === 'inet'))
      return mixed(given, report)
    return gateway.apply(draft, given, report, word)
  },
}
const dev: Option = valued((draft, { text }) => void (target(draft).link = text))
const tos: Option = valued((draft, given, report) => {
  const value = parseUnsigned(given.text)
  if (isCutOff(given.text, 255)) return leaveOut(draft, given, 'type of service, 0..255', report)
  if (value === undefined || value > 255) return drop(given, 'type of service, 0..255', report)
  draft.tos = value
  return undefined
})
const metric: Option = number('metric', MOST_32_BITS, (draft, value) => void (draft.metric = value))
const source: Option = address('source address', (draft, value) => void (draft.source = value))

const destination: Option = valued(setDestination)

function setDestination(draft: RouteDraft, given: Word, report: Report): Outcome {
  const value = readDestination(given, report)
  if (value === undefined) return drop(given, 'network', report)
  draft.isDefault = isEverywhere(given.text)
  // Such a word has no family of its own, and stands before what has one.
  if (draft.isDefault ? draft.family !== undefined : !joinFamily(draft, value.address))
    return mixed(given, report)
  draft.destination = value
  return undefined
}

const source6: Option = valued((draft, given, report) => {
  const value = readCidr(given, report)
  if (value === undefined) return drop(given, 'network', report)
  if (!joinFamily(draft, value.address)) return mixed(given, report)
  if (isIpv4(value.address)) {
    report(errorAt(given, 'family-mismatch', "'from' is for IPv6 routes only: the line is ignored"))
    return 'drop'
  }
  const message = "IPv6 routes that depend on the source ('from') are not installed: the line is ignored"
  report(warningAt(given, 'not-acted-on', message, { inKeepalived: 'no' }))
  draft.unusable = true
  return undefined
})

const realms: Option = valued((draft, given, report, word) => {
  const value = parseRealms(given.text, draft.names.realms)
  if (value === undefined) return drop(given, 'realm, or source/destination', report)
  draft.family ??= 4
  if (draft.family === 6) return onlyFor(4, word, report)
  target(draft).realms = value
  return undefined
})

/** RFC 4191 section 2.1, by name or by the kernel's number. */
const PREFERENCES: ReadonlyMap<string, number> = new Map([
  ['medium', 0],
  ['high', 1],
  ['low', 3],
  ...[0, 1, 3].map((value) => [String(value), value] as const),
])

function onlyFor(family: 4 | 6, word: Word, report: Report): 'drop' {
  const message = `'${word.text}' is for IPv${family} routes only: the line is ignored`
  report(errorAt(word, 'family-mismatch', message))
  return 'drop'
}

const ofIpv6 = (option: Option): Option => ({
  ...option,
  takesValue: 'if-any',
  apply(draft, given, report, word) {
    draft.family ??= 6
    if (draft.family === 4) return onlyFor(6, word, report)
    if (given !== word) return option.apply(draft, given, report, word)
    needsValue(word, report)
    return 'drop'
  },
})

const pref: Option = valued((draft, given, report) => {
  const value = PREFERENCES.get(given.text)
  const number = parseDecimal(given.text)
  if (value === undefined && number !== undefined && number <= 255)
    return leaveOut(draft, given, 'preference: low, medium or high', report)
  if (value === undefined) return drop(given, 'preference: low, medium or high', report)
  draft.preference = value
  return undefined
})

const ttlPropagate: Option = valued((draft, given, report) => {
  if (given.text === 'enabled' || given.text === 'disabled') draft.ttlPropagate = given.text === 'enabled'
  else report(errorAt(given, 'invalid-value', 'enabled or disabled is expected here; it is ignored'))
  return undefined
})

/** For MPLS routes, of which keepalived says so. */
const asTo: Option = {
  takesValue: true,
  prefixes: ['to'],
  apply(_, given, report) {
    report(errorAt(given, 'invalid-value', "'as' is for MPLS routes only: it is ignored"))
    return undefined
  },
}

/** A family says nothing that the addresses do not say; keepalived skips the word behind it, if there is one. */
const family = (value: 4 | 6): Option => ({
  takesValue: 'if-any',
  apply(draft, _, report, option) {
    draft.family ??= value
    return draft.family === value ? undefined : drop(option, 'family of this route', report)
  },
})

/** rtnetlink's types, of which those without a name here are none that a route can be of. */
const TYPES: readonly (RouteType | undefined)[] = [
  ...[undefined, ...(['unicast', 'local', 'broadcast', 'anycast', 'multicast'] as const)],
  ...(['blackhole', 'unreachable', 'prohibit', 'throw', 'nat'] as const),
]

/** Undefined for a word that is no type; a number is one, too. */
function typeOf(word: string): Option | undefined {
  const number = parseUnsigned(word)
  const named = TYPES.find((name) => name === (word === 'brd' ? 'broadcast' : word))
  if (named === undefined && word !== 'xresolve' && (number === undefined || number > 255)) return undefined
  const type = named ?? TYPES[number ?? TYPES.length]
  return valued((draft, given, report, option) => {
    if (type === undefined) leaveOut(draft, option, 'type of a route', report)
    else draft.type = type
    if (given.text !== 'to') return setDestination(draft, given, report)
    const message = `the destination itself must follow '${option.text}': the line is ignored`
    report(errorAt(given, 'invalid-address', message))
    return 'drop'
  })
}

const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['to', destination],
  ['via', via],
  ['gw', renamed(via, 'via')],
  [
    'or',
    renamed(
      address('gateway', (draft, value) => void (draft.secondGateway = value)),
      'nexthop via',
    ),
  ],
  ['dev', dev],
  ['oif', dev],
  ['src', source],
  ['from', source6],
  ['table', named('routing table', 'tables', MOST_32_BITS, (draft, value) => void (draft.table = value))],
  ['protocol', named('routing protocol', 'protocols', 255, (draft, value) => void (draft.protocol = value))],
  [
    'scope',
    valued((draft, given, report) => {
      const scope = readScope(given, draft.names, report, 'the line is ignored')
      if (scope === undefined) return 'drop'
      draft.scope = scope
      return undefined
    }),
  ],
  ['tos', tos],
  ['dsfield', tos],
  ['metric', metric],
  ['preference', metric],
  ['priority', metric],
  ...metricOptions,
  ['realms', realms],
  ['pref', ofIpv6(pref)],
  [
    'expires',
    ofIpv6(number('number of seconds', MOST_32_BITS, (draft, value) => void (draft.expires = value))),
  ],
  ['ttl-propagate', ttlPropagate],
  ['as', asTo],
  ['encap', encap],
  ['nexthop', bare((draft) => void draft.nexthops.push({ weight: 1, onlink: false }))],
  ['onlink', bare((draft) => void (target(draft).onlink = true))],
  ['append', bare((draft) => void (draft.append = true))],
  ['prepend', bare((draft) => void (draft.append = false))],
  ['no_track', bare((draft) => void (draft.track = false))],
  // A family may stand before an address; the address says it as well.
  ['inet', family(4)],
  ['inet6', family(6)],
])

const trackGroup: Option = valued((draft, given, report) => joinTrackGroup(draft, given, report, 'drop'))

function setWeight(draft: RouteDraft, given: Word, report: Report): Outcome {
  const nexthop = draft.nexthops.at(-1)
  const value = parseDecimal(given.text)
  if (nexthop === undefined) return undefined
  if (value === undefined || value < 1 || value > 256) return drop(given, 'weight, 1..256', report)
  nexthop.weight = value
  return undefined
}

const nexthopOptions: ReadonlyMap<string, Option> = new Map([
  ...[...options].filter(([name]) => ['via', 'dev', 'oif', 'onlink', 'realms', 'as'].includes(name)),
  ['weight', valued(setWeight)] as const,
])

/** A nexthop that is wrong is none, and ends the line; the route itself holds. */
const ofNexthop = (option: Option): Option => ({
  ...option,
  apply(draft, given, report, word, prefix) {
    if (option.apply(draft, given, report, word, prefix) !== 'drop') return undefined
    draft.nexthops.pop()
    return 'stop'
  },
})

const behindNexthops: Option = {
  takesValue: false,
  apply(_, given, report) {
    const message = `'${given.text}' is no word of a nexthop: it is ignored, and what follows it`
    report(errorAt(given, 'unknown-option', message))
    return 'stop'
  },
}

function innerOption(draft: RouteDraft, word: string): Option | undefined {
  const inner = innerWord(draft, word)
  if (inner !== undefined) return inner
  if (draft.nexthops.length > 0 && word !== 'nexthop' && word !== 'encap') {
    const option = nexthopOptions.get(word)
    return option === undefined ? behindNexthops : ofNexthop(option)
  }
  if (word === 'track_group' && draft.trackGroups !== undefined) return trackGroup
  return options.has(word) ? undefined : typeOf(word)
}

function needsValue(option: Word, report: Report): void {
  const place = { ...option, from: option.to }
  const message = `'${option.text}' needs a value`
  report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
}

export const routeHandlers: Handlers<RouteDraft> = {
  options,
  inner: innerOption,
  /** The destination needs no `to` before it. */
  unknown(draft, given, report) {
    if (draft.destination === undefined || readDestination(given, () => undefined) !== undefined)
      return setDestination(draft, given, report)
    const what =
      given.text === 'track_group' ? onlyStatic('routes') : `'${given.text}' is no option of a route`
    report(errorAt(given, 'unknown-option', `${what}: the line is ignored`))
    return 'drop'
  },
  missing: needsValue,
}
