/** Gratuitous ARP: the instance's own words over the global ones. */

import { seconds } from '../../base/time.ts'
import * as keywords from '../keywords/garp.ts'
import * as globals from '../keywords/global-defs.ts'
import { vrrpGarpExtraIf, vrrpVmacGarpIntvl } from '../keywords/global-other.ts'
import type { Garp } from '../model.ts'
import type { ExtraInterfaces } from '../values/global-words.ts'
import type { Values } from '../values/values.ts'

const REPEAT = 5
const DELAY = seconds(5)

export function globalGarp(values: Values): Garp {
  const least = values.last(globals.vrrpMinGarp) === true
  const masterDelay = values.last(globals.vrrpGarpMasterDelay) ?? (least ? seconds(0) : DELAY)
  const masterRepeat = values.last(globals.vrrpGarpMasterRepeat) ?? (least ? 1 : REPEAT)
  return {
    masterRepeat,
    masterDelay,
    masterRefresh: values.last(globals.vrrpGarpMasterRefresh) ?? seconds(0),
    masterRefreshRepeat: values.last(globals.vrrpGarpMasterRefreshRepeat) ?? 1,
    lowerPrioDelay: values.last(globals.vrrpGarpLowerPrioDelay) ?? masterDelay,
    lowerPrioRepeat: values.last(globals.vrrpGarpLowerPrioRepeat) ?? masterRepeat,
    ...extraOf(values.last(vrrpGarpExtraIf) ?? values.last(vrrpVmacGarpIntvl) ?? OFF),
  }
}

const OFF: ExtraInterfaces = { all: false, interval: seconds(0) }

const extraOf = ({ all, interval }: ExtraInterfaces): Pick<Garp, 'extraInterval' | 'extraOnAll'> => ({
  extraInterval: interval,
  extraOnAll: all && interval > 0,
})

export const resolveGarp = (values: Values, defaults: Garp): Garp => ({
  masterRepeat: values.last(keywords.garpMasterRepeat) ?? defaults.masterRepeat,
  masterDelay: values.last(keywords.garpMasterDelay) ?? defaults.masterDelay,
  masterRefresh: values.last(keywords.garpMasterRefresh) ?? defaults.masterRefresh,
  masterRefreshRepeat: values.last(keywords.garpMasterRefreshRepeat) ?? defaults.masterRefreshRepeat,
  lowerPrioDelay: values.last(keywords.garpLowerPrioDelay) ?? defaults.lowerPrioDelay,
  lowerPrioRepeat: values.last(keywords.garpLowerPrioRepeat) ?? defaults.lowerPrioRepeat,
  ...extraOf(
    values.last(keywords.garpExtraIf) ??
      values.last(keywords.vmacGarpIntvl) ?? { all: defaults.extraOnAll, interval: defaults.extraInterval },
  ),
})
