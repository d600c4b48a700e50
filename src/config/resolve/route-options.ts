/** The words a route line is made of. */

import { isIpv4, parseIp, type IpAddress } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import { errorAt, warningAt } from '../report.ts'
import { bare, valued, type Handlers, type LineOption, type Outcome } from '../values/line-options.ts'
import { parseRealms } from '../values/realms.ts'
import { readScope } from '../values/scope.ts'
import { parseUnsigned } from '../values/unsigned.ts'
import { encap, innerWord } from './encapsulation.ts'
import { readDestination, type RouteDraft } from './route-draft.ts'
import { metricOptions } from './route-metrics.ts'

type Option = LineOption<RouteDraft>

const MOST_32_BITS = 4_294_967_295

function drop(given: Word, what: string, report: Report): 'drop' {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: the line is ignored`))
  return 'drop'
}

const number = (what: string, most: number, set: (draft: RouteDraft, value: number) => void): Option =>
  valued((draft, given, report) => {
    const value = parseUnsigned(given.text)
    if (value === undefined || value > most) return drop(given, what, report)
    set(draft, value)
    return undefined
  })

const address = (what: string, set: (draft: RouteDraft, value: IpAddress) => void): Option =>
  valued((draft, given, report) => {
    const value = parseIp(given.text)
    if (value === undefined) return drop(given, what, report)
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
    if (value === undefined || value > most) return drop(given, what, report)
    set(draft, value)
    return undefined
  })

/** The last `nexthop` if there is one, else the route itself. */
const target = (
  draft: RouteDraft,
): { gateway?: IpAddress; link?: string; onlink: boolean; realms?: number } => draft.nexthops.at(-1) ?? draft

const FAMILIES = ['inet', 'inet6']

const via: Option = {
  ...address('gateway', (draft, value) => void (target(draft).gateway = value)),
  prefixes: FAMILIES,
}
const dev: Option = valued((draft, { text }) => void (target(draft).link = text))
const tos: Option = number('type of service, 0..255', 255, (draft, value) => void (draft.tos = value))
const metric: Option = number('metric', MOST_32_BITS, (draft, value) => void (draft.metric = value))
const source: Option = address('source address', (draft, value) => void (draft.source = value))

const destination: Option = valued(setDestination)

function setDestination(draft: RouteDraft, given: Word, report: Report): Outcome {
  const value = readDestination(given, report)
  if (value === undefined) return drop(given, 'network', report)
  draft.destination = value
  draft.isDefault = given.text === 'default'
  return undefined
}

const realms: Option = valued((draft, given, report) => {
  const value = parseRealms(given.text, draft.names.realms)
  if (value === undefined) return drop(given, 'realm, or source/destination', report)
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

const pref: Option = valued((draft, given, report) => {
  const value = PREFERENCES.get(given.text)
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

/** A family says nothing that the addresses do not say; keepalived skips the word behind it. */
function checkFamily(draft: RouteDraft, _: Word, report: Report, option: Word): Outcome {
  const { destination } = draft
  if (destination === undefined || isIpv4(destination.address) === (option.text === 'inet')) return undefined
  return drop(option, 'family of this route', report)
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
  ['weight', valued(setWeight)],
  ['realms', realms],
  ['pref', pref],
  ['expires', number('number of seconds', MOST_32_BITS, (draft, value) => void (draft.expires = value))],
  ['ttl-propagate', ttlPropagate],
  ['as', asTo],
  ['encap', encap],
  ['nexthop', bare((draft) => void draft.nexthops.push({ weight: 1, onlink: false }))],
  ['onlink', bare((draft) => void (target(draft).onlink = true))],
  ['append', bare((draft) => void (draft.append = true))],
  ['no_track', bare((draft) => void (draft.track = false))],
  // A family may stand before an address; the address says it as well.
  ...FAMILIES.map((name) => [name, valued<RouteDraft>(checkFamily)] as const),
  ['track_group', valued((draft, { text }) => void (draft.trackGroup = text))],
])

function setWeight(draft: RouteDraft, given: Word, report: Report): Outcome {
  const nexthop = draft.nexthops.at(-1)
  const value = parseUnsigned(given.text)
  if (nexthop === undefined) return drop(given, 'weight of a nexthop', report)
  if (value === undefined || value < 1 || value > 256) return drop(given, 'weight, 1..256', report)
  nexthop.weight = value
  return undefined
}

export const routeHandlers: Handlers<RouteDraft> = {
  options,
  inner: innerWord,
  /** The destination needs no `to` before it. */
  unknown(draft, given, report) {
    if (draft.destination === undefined || readDestination(given, () => undefined) !== undefined)
      return setDestination(draft, given, report)
    report(errorAt(given, 'unknown-option', `'${given.text}' is no option of a route: the line is ignored`))
    return 'drop'
  },
  missing(option, report) {
    const place = { ...option, from: option.to }
    const message = `'${option.text}' needs a value`
    report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
  },
}
