/** When checks run: what a checker says itself, and what it has from its real_server and virtual_server. */

import { type Duration, seconds } from '../../../base/time.ts'
import { type Arguments, type Keyword, value } from '../../syntax/keyword.ts'
import { spanOf } from '../../syntax/line.ts'
import type { Node } from '../../syntax/tree.ts'
import { optionalBoolean } from '../../values/basic.ts'
import { integer, LONGEST_SECONDS, POSITIVE, secondsBetween, UNSIGNED } from '../../values/number.ts'
import { inSeconds, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'
import type { Timed } from './load-balancing.ts'

/** Microseconds in 64 bits: whatever anybody writes. */
const FOREVER = 18_446_744_073_709
const delay = secondsBetween({ minimum: 0, maximum: FOREVER })
const loop: Arguments<Duration> = secondsBetween({ minimum: 0.000001, maximum: FOREVER })
export const connectSeconds: Arguments<Duration> = secondsBetween({
  minimum: 0.000001,
  maximum: LONGEST_SECONDS,
})

export const ofServers: {
  readonly connectTimeout: Keyword<Duration>
  readonly retry: Keyword<number>
  readonly delayBeforeRetry: Keyword<Duration>
  readonly warmup: Keyword<Duration>
  readonly delayLoop: Keyword<Duration>
} = {
  connectTimeout: value('connect_timeout', 2, connectSeconds, 'seconds a check may take to connect', {
    default: '5',
  }),
  retry: value('retry', 2, integer(POSITIVE), 'further attempts of checks'),
  delayBeforeRetry: value('delay_before_retry', 2, delay, 'seconds between attempts'),
  warmup: value('warmup', 2, delay, 'seconds the first check may wait', { default: 'delay_loop' }),
  delayLoop: value('delay_loop', 1, loop, 'seconds between checks', { default: '60' }),
}

const keywords = {
  retry: value('retry', 1, integer(UNSIGNED), 'further attempts', {
    default: '1; DNS_CHECK 3, MISC_CHECK 0',
  }),
  delayBeforeRetry: value('delay_before_retry', 1, delay, 'seconds between them', {
    default: '1; HTTP_GET and SSL_GET 3, DNS_CHECK delay_loop',
  }),
  warmup: value('warmup', 3, delay, 'seconds the first one may wait', { default: 'delay_loop' }),
  delayLoop: value('delay_loop', 2, loop, 'seconds between checks'),
  alpha: value('alpha', 3, optionalBoolean, 'down until checked'),
  logAllFailures: value('log_all_failures', 3, optionalBoolean, 'log each', {
    default: 'checker_log_all_failures',
  }),
}

/** Of every checker but those that ask nobody. */
export const timing: readonly Keyword[] = Object.values(keywords)

/** Of HTTP_GET and SSL_GET. */
export const nbGetRetry: Keyword<number> = value(
  'nb_get_retry',
  2,
  integer(UNSIGNED),
  'the old name of retry',
  { renamed: 'retry' },
)

/** What a server has as its checkers' default. */
export interface CheckDefaults {
  readonly connectTimeout: Duration
  readonly retry?: number | undefined
  readonly delayBeforeRetry?: Duration | undefined
  readonly warmup?: Duration | undefined
  readonly delayLoop: Duration
  readonly alpha: boolean
}

const DEFAULTS: CheckDefaults = { connectTimeout: seconds(5), delayLoop: seconds(60), alpha: false }

/** @param inherited a virtual server's; absent for itself */
export const checkDefaultsOf = (
  values: Values,
  alpha: boolean | undefined,
  inherited: CheckDefaults = DEFAULTS,
): CheckDefaults => ({
  connectTimeout: values.last(ofServers.connectTimeout) ?? inherited.connectTimeout,
  retry: values.last(ofServers.retry) ?? inherited.retry,
  delayBeforeRetry: values.last(ofServers.delayBeforeRetry) ?? inherited.delayBeforeRetry,
  warmup: values.last(ofServers.warmup) ?? inherited.warmup,
  delayLoop: values.last(ofServers.delayLoop) ?? inherited.delayLoop,
  alpha: alpha ?? inherited.alpha,
})

/** What a kind of checker has where nobody says anything. */
export interface OwnDefaults {
  readonly retry: number
  readonly delayBeforeRetry: Duration | 'delay_loop'
}

export const USUAL: OwnDefaults = { retry: 1, delayBeforeRetry: seconds(1) }
/** Of HTTP_GET and SSL_GET (measured, 2.2.7). */
export const OF_HTTP: OwnDefaults = { retry: 1, delayBeforeRetry: seconds(3) }
export const OF_DNS: OwnDefaults = { retry: 3, delayBeforeRetry: 'delay_loop' }
export const OF_MISC: OwnDefaults = { retry: 0, delayBeforeRetry: seconds(1) }

export function timedOf(
  { statement }: Node,
  values: Values,
  server: CheckDefaults,
  own: OwnDefaults,
  logAllFailures: boolean,
): Timed {
  const delayLoop = values.last(keywords.delayLoop) ?? server.delayLoop
  const usual = own.delayBeforeRetry === 'delay_loop' ? delayLoop : own.delayBeforeRetry
  return {
    span: spanOf(statement.words[0]),
    delayLoop,
    retry: retryOf(values) ?? server.retry ?? own.retry,
    delayBeforeRetry: values.last(keywords.delayBeforeRetry) ?? server.delayBeforeRetry ?? usual,
    warmup: values.last(keywords.warmup) ?? server.warmup ?? delayLoop,
    alpha: values.last(keywords.alpha) ?? server.alpha,
    // What is on for all is on, whatever the check says (measured, 2.2.7).
    logAllFailures: logAllFailures || (values.last(keywords.logAllFailures) ?? false),
  }
}

/** Under either of its names, the last one. */
function retryOf(values: Values): number | undefined {
  const given = values.lastGiven(keywords.retry)
  const old = values.lastGiven(nbGetRetry)
  if (given === undefined || old === undefined) return (given ?? old)?.value
  return given.order > old.order ? given.value : old.value
}

/**
 * What differs from what reads back so by itself.
 *
 * @param delayLoop the virtual server's, as printed
 */
export function timingLines(timed: Timed, own: OwnDefaults, delayLoop: Duration): readonly string[] {
  const usual = own.delayBeforeRetry === 'delay_loop' ? timed.delayLoop : own.delayBeforeRetry
  return [
    ...when(timed.retry !== own.retry, `retry ${timed.retry}`),
    ...when(timed.delayBeforeRetry !== usual, `delay_before_retry ${inSeconds(timed.delayBeforeRetry)}`),
    ...when(timed.warmup !== timed.delayLoop, `warmup ${inSeconds(timed.warmup)}`),
    ...when(timed.delayLoop !== delayLoop, `delay_loop ${inSeconds(timed.delayLoop)}`),
    ...when(timed.alpha, 'alpha'),
    ...when(timed.logAllFailures, 'log_all_failures'),
  ]
}
