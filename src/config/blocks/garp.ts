/** Gratuitous ARP: each keyword of an instance defaults to its namesake in global_defs. */

import { type Duration, seconds, toSeconds } from '../../base/time.ts'
import { type Arguments, type Keyword, value } from '../syntax/keyword.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { optionalBoolean } from '../values/basic.ts'
import { atLeastOne, integer, type Range, readInteger, UNSIGNED, wholeSeconds } from '../values/number.ts'
import { nothing, type Printers, printFields, when } from '../values/printing.ts'
import type { Values } from '../values/values.ts'

const IGNORED = 'the line is ignored'

export interface ExtraInterfaces {
  readonly all: boolean
  readonly interval: Duration
}

/** `[all] SECONDS`, as garp_extra_if has it. */
const extraInterval = (range: Range): Arguments<ExtraInterfaces> => ({
  syntax: `[all] ${range.minimum}..${range.maximum}`,
  needed: 1,
  missing: 'ignored',
  read({ words }, report) {
    const [, first, second, third] = words
    const all = first?.text === 'all'
    const rest = all ? [second, third] : [first, second]
    const [given, extra] = rest
    if (given === undefined) {
      if (first !== undefined) report(errorAt(first, 'missing-value', `a time must follow 'all'; ${IGNORED}`))
      return undefined
    }
    const interval = readInteger(extra ?? given, range, IGNORED, report)
    return interval === undefined ? undefined : { all, interval: seconds(interval) }
  },
})

const garpMasterDelay: Keyword<Duration> = value(
  'garp_master_delay',
  2,
  wholeSeconds(UNSIGNED),
  'seconds until the second burst of gratuitous ARP; 0 for none',
  { default: 'vrrp_garp_master_delay' },
)
const garpMasterRepeat: Keyword<number> = value(
  'garp_master_repeat',
  2,
  atLeastOne(),
  'gratuitous ARPs per address in a burst',
  { default: 'vrrp_garp_master_repeat' },
)
const garpMasterRefresh: Keyword<Duration> = value(
  'garp_master_refresh',
  2,
  wholeSeconds(UNSIGNED),
  'seconds between gratuitous ARPs while MASTER; 0 for none',
  { default: 'vrrp_garp_master_refresh' },
)
const garpMasterRefreshRepeat: Keyword<number> = value(
  'garp_master_refresh_repeat',
  2,
  atLeastOne(),
  'gratuitous ARPs per address and refresh',
  { default: 'vrrp_garp_master_refresh_repeat' },
)
export const garpLowerPrioDelay: Keyword<Duration> = value(
  'garp_lower_prio_delay',
  2,
  wholeSeconds(UNSIGNED),
  'as garp_master_delay, after an advertisement of lower priority',
  { default: 'vrrp_garp_lower_prio_delay, else garp_master_delay' },
)
export const garpLowerPrioRepeat: Keyword<number> = value(
  'garp_lower_prio_repeat',
  2,
  integer(UNSIGNED),
  'as garp_master_repeat, after an advertisement of lower priority',
  { default: 'vrrp_garp_lower_prio_repeat, else garp_master_repeat' },
)

const EXTRA = { minimum: 0, maximum: 86_400 }

const garpExtraIf: Keyword<ExtraInterfaces> = value(
  'garp_extra_if',
  3,
  extraInterval(EXTRA),
  'seconds between gratuitous ARPs on interfaces other than the instance’s; all: not virtual MACs only',
  { default: 'vrrp_garp_extra_if' },
)
const vmacGarpIntvl: Keyword<ExtraInterfaces> = value(
  'vmac_garp_intvl',
  3,
  extraInterval(EXTRA),
  'the same',
  { renamed: 'garp_extra_if' },
)

export const garpKeywords: readonly Keyword[] = [
  garpMasterDelay,
  garpMasterRepeat,
  garpMasterRefresh,
  garpMasterRefreshRepeat,
  garpLowerPrioDelay,
  garpLowerPrioRepeat,
  garpExtraIf,
  vmacGarpIntvl,
]

export const vrrpGarpMasterDelay: Keyword<Duration> = value(
  'vrrp_garp_master_delay',
  2,
  wholeSeconds(UNSIGNED),
  'seconds until the second burst of gratuitous ARP; 0 for none',
  { default: '5' },
)
export const vrrpGarpMasterRepeat: Keyword<number> = value(
  'vrrp_garp_master_repeat',
  2,
  atLeastOne(),
  'gratuitous ARPs per address in a burst',
  { default: '5' },
)
export const vrrpGarpMasterRefresh: Keyword<Duration> = value(
  'vrrp_garp_master_refresh',
  2,
  wholeSeconds(UNSIGNED),
  'seconds between gratuitous ARPs while MASTER; 0 for none',
  { default: '0' },
)
export const vrrpGarpMasterRefreshRepeat: Keyword<number> = value(
  'vrrp_garp_master_refresh_repeat',
  3,
  atLeastOne(),
  'gratuitous ARPs per address and refresh',
  { default: '1' },
)
export const vrrpGarpLowerPrioDelay: Keyword<Duration> = value(
  'vrrp_garp_lower_prio_delay',
  3,
  wholeSeconds(UNSIGNED),
  'as vrrp_garp_master_delay, after an advertisement of lower priority',
  { default: 'vrrp_garp_master_delay' },
)
export const vrrpGarpLowerPrioRepeat: Keyword<number> = value(
  'vrrp_garp_lower_prio_repeat',
  3,
  integer(UNSIGNED),
  'as vrrp_garp_master_repeat, after an advertisement of lower priority',
  { default: 'vrrp_garp_master_repeat' },
)
export const vrrpMinGarp: Keyword<boolean> = value(
  'vrrp_min_garp',
  3,
  optionalBoolean,
  'one gratuitous ARP per address and no second burst',
  { default: 'off' },
)

const GLOBAL_EXTRA = { minimum: 1, maximum: 86_400 }

export const vrrpGarpExtraIf: Keyword<ExtraInterfaces> = value(
  'vrrp_garp_extra_if',
  3,
  extraInterval(GLOBAL_EXTRA),
  'seconds between gratuitous ARPs from virtual MAC interfaces elsewhere than on the instance’s; all: for all addresses on other interfaces',
)
export const vrrpVmacGarpIntvl: Keyword<ExtraInterfaces> = value(
  'vrrp_vmac_garp_intvl',
  3,
  extraInterval(GLOBAL_EXTRA),
  'the same',
  { renamed: 'vrrp_garp_extra_if' },
)

export interface Garp {
  /** `garp_master_repeat`: requests per address and burst. */
  readonly masterRepeat: number
  /** `garp_master_delay`: the second burst; zero for none. */
  readonly masterDelay: Duration
  /** `garp_master_refresh`: zero for none. */
  readonly masterRefresh: Duration
  readonly masterRefreshRepeat: number
  readonly lowerPrioDelay: Duration
  readonly lowerPrioRepeat: number
  /** `garp_extra_if`: how often for addresses on other links than the instance's; zero for not at all. */
  readonly extraInterval: Duration
  /** With `all`: on every such link; without: on virtual MAC interfaces only. */
  readonly extraOnAll: boolean
}

const REPEAT = 5
const DELAY = seconds(5)

/** What global_defs says, and keepalived's defaults. */
export function globalGarp(values: Values): Garp {
  const least = values.last(vrrpMinGarp) === true
  const masterDelay = values.last(vrrpGarpMasterDelay) ?? (least ? seconds(0) : DELAY)
  const masterRepeat = values.last(vrrpGarpMasterRepeat) ?? (least ? 1 : REPEAT)
  return {
    masterRepeat,
    masterDelay,
    masterRefresh: values.last(vrrpGarpMasterRefresh) ?? seconds(0),
    masterRefreshRepeat: values.last(vrrpGarpMasterRefreshRepeat) ?? 1,
    lowerPrioDelay: values.last(vrrpGarpLowerPrioDelay) ?? masterDelay,
    lowerPrioRepeat: values.last(vrrpGarpLowerPrioRepeat) ?? masterRepeat,
    ...extraOf(values.last(vrrpGarpExtraIf) ?? values.last(vrrpVmacGarpIntvl) ?? OFF),
  }
}

const OFF: ExtraInterfaces = { all: false, interval: seconds(0) }

const extraOf = ({ all, interval }: ExtraInterfaces): Pick<Garp, 'extraInterval' | 'extraOnAll'> => ({
  extraInterval: interval,
  extraOnAll: all && interval > 0,
})

/** The instance's own words over the global ones. */
export const resolveGarp = (values: Values, defaults: Garp): Garp => ({
  masterRepeat: values.last(garpMasterRepeat) ?? defaults.masterRepeat,
  masterDelay: values.last(garpMasterDelay) ?? defaults.masterDelay,
  masterRefresh: values.last(garpMasterRefresh) ?? defaults.masterRefresh,
  masterRefreshRepeat: values.last(garpMasterRefreshRepeat) ?? defaults.masterRefreshRepeat,
  lowerPrioDelay: values.last(garpLowerPrioDelay) ?? defaults.lowerPrioDelay,
  lowerPrioRepeat: values.last(garpLowerPrioRepeat) ?? defaults.lowerPrioRepeat,
  ...extraOf(
    values.last(garpExtraIf) ??
      values.last(vmacGarpIntvl) ?? { all: defaults.extraOnAll, interval: defaults.extraInterval },
  ),
})

/** @param strict mode: what it fixes is not said. */
export const garpLines = (garp: Garp, strict: boolean): readonly string[] =>
  printFields(garpPrinters, strict ? { ...garp, lowerPrioDelay: DELAY, lowerPrioRepeat: REPEAT } : garp)

const garpPrinters: Printers<Garp> = {
  masterRepeat: (count) => when(count !== REPEAT, `garp_master_repeat ${count}`),
  masterDelay: (delay) => when(delay !== DELAY, `garp_master_delay ${toSeconds(delay)}`),
  masterRefresh: (interval) => when(interval !== 0, `garp_master_refresh ${toSeconds(interval)}`),
  masterRefreshRepeat: (count) => when(count !== 1, `garp_master_refresh_repeat ${count}`),
  lowerPrioDelay: (delay) => when(delay !== DELAY, `garp_lower_prio_delay ${toSeconds(delay)}`),
  lowerPrioRepeat: (count) => when(count !== REPEAT, `garp_lower_prio_repeat ${count}`),
  extraInterval: (interval, { extraOnAll }) =>
    when(interval !== 0, `garp_extra_if ${extraOnAll ? 'all ' : ''}${toSeconds(interval)}`),
  extraOnAll: nothing,
}
