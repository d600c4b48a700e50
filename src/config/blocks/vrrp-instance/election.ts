/** Who becomes Master and when: state, priority, adverts and preemption, which depend on one another and on the version. */

import { type Duration, milliseconds, seconds, toMilliseconds, toSeconds } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, value } from '../../syntax/keyword.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { choice, flag, optionalBoolean } from '../../values/basic.ts'
import { instead, integer, secondsBetween } from '../../values/number.ts'
import type { Values } from '../../values/values.ts'

export const state: Keyword<'MASTER' | 'BACKUP'> = value(
  'state',
  1,
  choice(['MASTER', 'BACKUP'], 'BACKUP is used', 'BACKUP'),
  'wanted state; below priority 255 it mainly clears nopreempt and preempt_delay',
  { default: 'BACKUP, or MASTER with priority 255' },
)

export const priority: Keyword<number> = value(
  'priority',
  1,
  integer({ minimum: 1, maximum: 255 }, instead(100, '100 is used')),
  'the highest becomes MASTER; 255 owns the addresses',
  { default: '100; 255 with state MASTER' },
)
export const advertInt: Keyword<Duration> = value(
  'advert_int',
  1,
  secondsBetween({ minimum: 0.01, maximum: 255 }),
  'seconds between advertisements; whole ones in VRRPv2',
  { default: '1' },
)
export const version: Keyword<number> = value(
  'version',
  2,
  integer({ minimum: 2, maximum: 3 }),
  'of the protocol',
  { default: 'vrrp_version' },
)
export const nopreempt: Keyword<true> = value('nopreempt', 1, flag, 'leave a MASTER of lower priority alone')
export const preempt: Keyword<true> = value('preempt', 3, flag, 'the default; takes nopreempt back')
export const preemptDelay: Keyword<Duration> = value(
  'preempt_delay',
  2,
  secondsBetween({ minimum: 0, maximum: 1000 }, instead(seconds(0), '0 is used')),
  'seconds a MASTER of lower priority is left alone',
  { default: '0' },
)

export const downTimerAdverts: Keyword<number> = value(
  'down_timer_adverts',
  3,
  integer({ minimum: 1, maximum: 100 }),
  'advertisements that may be missing before a takeover',
  { default: 'vrrp_down_timer_adverts' },
)
export const lowerPrioNoAdvert: Keyword<boolean> = value(
  'lower_prio_no_advert',
  3,
  optionalBoolean,
  'do not answer advertisements of lower priority',
  { default: 'vrrp_lower_prio_no_advert' },
)
export const higherPrioSendAdvert: Keyword<boolean> = value(
  'higher_prio_send_advert',
  3,
  optionalBoolean,
  'send one advertisement before yielding',
  { default: 'vrrp_higher_prio_send_advert' },
)
export const skipCheckAdvAddr: Keyword<boolean> = value(
  'skip_check_adv_addr',
  2,
  optionalBoolean,
  'do not compare the addresses of a known MASTER',
  { default: 'vrrp_skip_check_adv_addr' },
)

/** Who becomes Master, and when. */
export interface Election {
  /** 3 in `version 3` and in every IPv6 instance. */
  readonly version: 2 | 3
  /** `state`, as written or as keepalived derives it from the priority. */
  readonly wantedState: 'MASTER' | 'BACKUP'
  /** 1..255 */
  readonly priority: number
  /** Whole seconds in VRRPv2. */
  readonly advertInterval: Duration
  /** false with `nopreempt`, unless keepalived would clear it (state MASTER, priority 255). */
  readonly preempt: boolean
  readonly preemptDelay: Duration
  /** `down_timer_adverts`, 3 by default. */
  readonly downTimerAdverts: number
  readonly lowerPrioNoAdvert: boolean
  readonly higherPrioSendAdvert: boolean
  readonly skipCheckAdvAddr: boolean
}

/** IPv6 takes VRRPv3. @param fallback `vrrp_version` */
export const resolveVersion = (values: Values, family: 4 | 6, fallback: number): 2 | 3 =>
  family === 6 || (values.last(version) ?? fallback) === 3 ? 3 : 2

/** The first one holds. */
export function resolveState(values: Values, report: Report): 'MASTER' | 'BACKUP' | undefined {
  const [first, ...others] = values.all(state)
  for (const { node, value } of others)
    if (value !== first?.value)
      report(
        errorAt(node.statement.place, 'already-given', `state is already ${first?.value ?? ''}: ignored`),
      )
  return first?.value
}

export const resolvePriority = (values: Values, state: 'MASTER' | 'BACKUP' | undefined): number =>
  values.last(priority) ?? (state === 'MASTER' ? 255 : 100)

const V3_STEP_MILLISECONDS = 10
const V3_LONGEST_MILLISECONDS = 40_950

/** VRRPv2 carries whole seconds, VRRPv3 hundredths of one in 12 bits. */
export function resolveAdvertInterval(values: Values, version: 2 | 3, report: Report): Duration {
  const given = values.lastGiven(advertInt)
  const word = given?.node.statement.words[1]
  if (given === undefined || word === undefined) return seconds(1)
  const rounded = version === 2 ? wholeSeconds(given.value) : hundredths(given.value)
  if (rounded !== given.value) {
    const unit = version === 2 ? 'whole seconds, from 1' : 'hundredths of a second, up to 40.95 s'
    report(warningAt(word, 'rounded', `VRRPv${version} has ${unit}: ${toSeconds(rounded)} s is used`))
  }
  return rounded
}

const wholeSeconds = (value: Duration): Duration => seconds(Math.max(1, Math.round(toSeconds(value))))

function hundredths(value: Duration): Duration {
  const steps = Math.round(toMilliseconds(value) / V3_STEP_MILLISECONDS)
  const bounded = Math.min(V3_LONGEST_MILLISECONDS, Math.max(1, steps) * V3_STEP_MILLISECONDS)
  return milliseconds(bounded)
}

export function resolvePreemption(
  values: Values,
  wanted: 'MASTER' | 'BACKUP',
  priority: number,
  report: Report,
): Pick<Election, 'preempt' | 'preemptDelay'> {
  const preempt = isPreempting(values, wanted, priority, report)
  return { preempt, preemptDelay: delayOf(values, wanted, preempt, report) }
}

/** `preempt` and `nopreempt` take each other back: the later one holds. */
function isPreempting(
  values: Values,
  wanted: 'MASTER' | 'BACKUP',
  priority: number,
  report: Report,
): boolean {
  const off = values.lastGiven(nopreempt)
  const on = values.lastGiven(preempt)
  if (off === undefined || (on !== undefined && on.order > off.order)) return true
  const place = off.node.statement.words[0]
  if (priority === 255) {
    report(
      warningAt(
        place,
        'cleared',
        'priority 255 owns the addresses and always preempts: nopreempt is ignored',
      ),
    )
    return true
  }
  if (wanted === 'MASTER') {
    const message =
      'state MASTER clears nopreempt, so this router will preempt: use state BACKUP on all routers'
    report(warningAt(place, 'cleared', message))
    return true
  }
  return false
}

function delayOf(values: Values, wanted: 'MASTER' | 'BACKUP', preempt: boolean, report: Report): Duration {
  const none = seconds(0)
  const given = values.lastGiven(preemptDelay)
  if (given === undefined || given.value === 0) return none
  const place = given.node.statement.words[0]
  if (wanted === 'MASTER') {
    report(
      warningAt(
        place,
        'cleared',
        'state MASTER clears preempt_delay, so there will be none: use state BACKUP',
      ),
    )
    return none
  }
  if (!preempt) {
    report(warningAt(place, 'cleared', 'with nopreempt there is nothing to delay: preempt_delay is ignored'))
    return none
  }
  return given.value
}

export type Adverts = Pick<
  Election,
  'downTimerAdverts' | 'lowerPrioNoAdvert' | 'higherPrioSendAdvert' | 'skipCheckAdvAddr'
>

/** What an instance says about its adverts and others', over what global_defs says. */
export const resolveAdverts = (values: Values, defaults: Adverts): Adverts => ({
  downTimerAdverts: values.last(downTimerAdverts) ?? defaults.downTimerAdverts,
  lowerPrioNoAdvert: values.last(lowerPrioNoAdvert) ?? defaults.lowerPrioNoAdvert,
  higherPrioSendAdvert: values.last(higherPrioSendAdvert) ?? defaults.higherPrioSendAdvert,
  skipCheckAdvAddr: values.last(skipCheckAdvAddr) ?? defaults.skipCheckAdvAddr,
})
