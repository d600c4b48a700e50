/** What is counted for each virtual router; shown by `vrrpd status`, in the groups of keepalived's stats. */

import type { Effect, StateKind } from './election/state.ts'

export interface Counters {
  readonly advertsReceived: number
  readonly advertsSent: number
  readonly becameMaster: number
  readonly releasedMaster: number
  readonly priorityZeroReceived: number
  readonly priorityZeroSent: number
  readonly addressListDiffers: number
  /** By the wire's rejection reason. */
  readonly rejected: Readonly<Record<string, number>>
}

export const zeroCounters: Counters = {
  advertsReceived: 0,
  advertsSent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  addressListDiffers: 0,
  rejected: {},
}

export function countStep(
  counters: Counters,
  from: StateKind,
  to: StateKind,
  effects: readonly Effect[],
): Counters {
  let { advertsSent, priorityZeroSent } = counters
  for (const effect of effects) {
    if (effect.type !== 'send-advert') continue
    advertsSent += effect.copies
    if (effect.priority === 0) priorityZeroSent += effect.copies
  }
  return {
    ...counters,
    advertsSent,
    priorityZeroSent,
    becameMaster: counters.becameMaster + (to === 'master' && from !== 'master' ? 1 : 0),
    releasedMaster: counters.releasedMaster + (from === 'master' && to !== 'master' ? 1 : 0),
  }
}

export const countAdvert = (counters: Counters, priority: number): Counters => ({
  ...counters,
  advertsReceived: counters.advertsReceived + 1,
  priorityZeroReceived: counters.priorityZeroReceived + (priority === 0 ? 1 : 0),
})

export const countRejection = (counters: Counters, reason: string): Counters => ({
  ...counters,
  rejected: { ...counters.rejected, [reason]: (counters.rejected[reason] ?? 0) + 1 },
})

export const countAddressListDiffers = (counters: Counters): Counters => ({
  ...counters,
  addressListDiffers: counters.addressListDiffers + 1,
})
