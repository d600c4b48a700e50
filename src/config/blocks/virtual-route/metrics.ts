/** The words of a route line that say something about the connections over it. */

import type { MetricName, RouteMetric } from '../../../base/routing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt, noteAt } from '../../syntax/place-diagnostic.ts'
import { type LineOption, type Outcome, valued } from '../../values/line-options.ts'
import { parseDecimal } from '../../values/unsigned.ts'
import type { RouteDraft } from './draft.ts'

type Option = LineOption<RouteDraft>

const MOST_32_BITS = 4_294_967_295

/** RTAX_FEATURE_ECN; keepalived 2.2.7 knows no other. */
const FEATURES: ReadonlyMap<string, number> = new Map([['ecn', 1]])

function set(draft: RouteDraft, name: MetricName, value: number | string, lock: Word | undefined): Outcome {
  draft.metrics.set(name, { name, value, locked: lock !== undefined })
  return undefined
}

function drop(given: Word, what: string, report: Report): 'drop' {
  report(errorAt(given, 'invalid-value', `'${given.text}' is no ${what}: the line is ignored`))
  return 'drop'
}

/** `lock` before a value; keepalived 2.2.7 takes it for some only. */
const LOCK = ['lock']
const LOCKABLE: readonly MetricName[] = ['mtu', 'advmss', 'reordering', 'cwnd', 'ssthresh']

const number = (name: MetricName, most = MOST_32_BITS): Option => ({
  takesValue: true,
  prefixes: LOCKABLE.includes(name) ? LOCK : [],
  apply(draft, given, report, _option, lock) {
    const value = parseDecimal(given.text)
    if (value === undefined || value > most) return drop(given, `value of ${name}, 0..${most}`, report)
    return set(draft, name, value, lock)
  },
})

/** The least and the most that keepalived sets (measured, 2.2.7), in milliseconds. */
const LEAST_MS = 200
const MOST_MS = 120_000

/**
 * Seconds (`1.5s`), milliseconds (`500ms`), or in the kernel's own units, which is ip-route(8)'s
 * old way.
 *
 * @param perMs the kernel's units in a millisecond
 */
const time = (name: MetricName, perMs: number): Option => ({
  takesValue: true,
  prefixes: LOCK,
  apply(draft, given, report, _option, lock) {
    const [, digits = '', unit = ''] = /^(\d+(?:\.\d*)?)(s|ms|)$/.exec(given.text) ?? []
    const value = Math.round(Number(digits) * (unit === 's' ? 1000 * perMs : unit === 'ms' ? perMs : 1))
    if (digits === '' || (value > MOST_MS * perMs && (unit === '' || name === 'rto_min')))
      return drop(given, `time, up to ${MOST_MS / 1000}s`, report)
    const decimals = digits.split('.')[1]?.length ?? 0
    if (decimals > (unit === 's' ? 3 : 0))
      report(errorAt(given, 'too-precise', `'${given.text}' has too many decimal places: it is rounded`))
    const within = Math.min(Math.max(value, LEAST_MS * perMs), MOST_MS * perMs)
    if (within !== value) {
      const message = `${name} is from ${LEAST_MS} ms to ${MOST_MS / 1000} s: ${within / perMs} ms are set`
      report(noteAt(given, 'rounded', message))
    }
    return set(draft, name, within, lock)
  },
})

const features: Option = valued((draft, given, report): Outcome => {
  const bit = FEATURES.get(given.text)
  if (bit === undefined)
    report(errorAt(given, 'invalid-value', `'${given.text}' is no feature of a route: it is ignored`))
  else set(draft, 'features', bit, undefined)
  return undefined
})

const congctl: Option = {
  takesValue: true,
  prefixes: LOCK,
  apply: (draft, { text }, _report, _option, lock) => set(draft, 'congctl', text, lock),
}

export const metricOptions: readonly (readonly [string, Option])[] = [
  ...(['mtu', 'advmss', 'reordering', 'window', 'cwnd', 'initcwnd', 'initrwnd', 'ssthresh'] as const).map(
    (name) => [name, number(name)] as const,
  ),
  ['rtt', time('rtt', 8)],
  ['rttvar', time('rttvar', 4)],
  ['rto_min', time('rto_min', 1)],
  ['hoplimit', number('hoplimit', 255)],
  ['quickack', number('quickack', 1)],
  ['fastopen_no_cookie', number('fastopen_no_cookie', 1)],
  ['features', features],
  ['congctl', congctl],
]

/** RTAX_FEATURE_ECN, the only one. */
export const metricWords = ({ name, value, locked }: RouteMetric): string =>
  `${name} ${locked ? 'lock ' : ''}${name === 'features' ? 'ecn' : value}`
