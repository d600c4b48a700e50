/** The words a route line is made of. */

import { parseIp, type IpAddress } from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { Word } from '../lexer.ts'
import { errorAt, noteAt, warningAt } from '../report.ts'
import { bare, valued, type Handlers, type LineOption, type Outcome } from '../values/line-options.ts'
import { readScope } from '../values/scope.ts'
import { parseUnsigned } from '../values/unsigned.ts'
import { readDestination, type RouteDraft } from './route-draft.ts'

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
const target = (draft: RouteDraft): { gateway?: IpAddress; link?: string; onlink: boolean } =>
  draft.nexthops.at(-1) ?? draft

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
  return undefined
}

/** Accepted as keepalived accepts them, with one value. */
const LATER = [
  ...[
    'advmss',
    'rtt',
    'rttvar',
    'reordering',
    'window',
    'cwnd',
    'initcwnd',
    'initrwnd',
    'ssthresh',
    'realms',
    'rto_min',
  ],
  ...[
    'hoplimit',
    'features',
    'quickack',
    'congctl',
    'fastopen_no_cookie',
    'expires',
    'pref',
    'as',
    'ttl-propagate',
  ],
]

const later: Option = {
  takesValue: true,
  prefixes: ['lock'],
  apply(_, given, report) {
    report(noteAt(given, 'not-acted-on', 'this property of the route is not set yet'))
    return undefined
  },
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
  ['mtu', { ...number('MTU', MOST_32_BITS, (draft, value) => void (draft.mtu = value)), prefixes: ['lock'] }],
  ['weight', valued(setWeight)],
  ['encap', valued(refuseEncapsulation)],
  ['nexthop', bare((draft) => void draft.nexthops.push({ weight: 1, onlink: false }))],
  ['onlink', bare((draft) => void (target(draft).onlink = true))],
  ['append', bare((draft) => void (draft.append = true))],
  ['no_track', bare((draft) => void (draft.track = false))],
  // A family may stand before an address; the address says it as well.
  ...FAMILIES.map((name) => [name, bare<RouteDraft>(() => undefined)] as const),
  ...LATER.map((name) => [name, later] as const),
])

function setWeight(draft: RouteDraft, given: Word, report: Report): Outcome {
  const nexthop = draft.nexthops.at(-1)
  const value = parseUnsigned(given.text)
  if (nexthop === undefined) return drop(given, 'weight of a nexthop', report)
  if (value === undefined || value < 1 || value > 256) return drop(given, 'weight, 1..256', report)
  nexthop.weight = value
  return undefined
}

function refuseEncapsulation(_: RouteDraft, given: Word, report: Report): Outcome {
  report(noteAt(given, 'not-acted-on', 'encapsulating routes are not installed yet: this line is ignored'))
  return 'drop'
}

export const routeHandlers: Handlers<RouteDraft> = {
  options,
  /** The destination needs no `to` before it. */
  unknown(draft, given, report) {
    if (draft.destination === undefined) return setDestination(draft, given, report)
    report(errorAt(given, 'unknown-option', `'${given.text}' is no option of a route: the line is ignored`))
    return 'drop'
  },
  missing(option, report) {
    const place = { ...option, from: option.to }
    const message = `'${option.text}' needs a value`
    report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
  },
}
