/** Whether an instance takes over from a master of lower priority, and what keeps it from doing so now. */

import { formatIp } from '../../base/address.ts'
import { toSeconds, type Instant } from '../../base/time.ts'
import type { PreemptReport } from '../../control/report.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'

/** @param iso an instant by the wall clock */
export function preemptReport(record: RouterRecord, iso: (at: Instant) => string): PreemptReport {
  const { router } = record
  const delaySeconds = toSeconds(router.preemptDelay)
  return { enabled: router.preempt, delaySeconds, because: because(record, delaySeconds, iso) }
}

function because(
  { router, state, conditions }: RouterRecord,
  delaySeconds: number,
  iso: (at: Instant) => string,
): string {
  const master = state.kind === 'backup' ? state.master : undefined
  const lower = master !== undefined && master.priority > 0 && master.priority < conditions.priority
  if (!router.preempt) {
    return lower
      ? `nopreempt: ${formatIp(master.address)} is left alone, though its priority ${master.priority} is lower`
      : 'nopreempt: a master of lower priority is left alone'
  }
  const preemptAt = state.kind === 'backup' ? state.preemptAt : undefined
  if (preemptAt !== undefined) return `takes over at ${iso(preemptAt)} (preempt_delay ${delaySeconds})`
  return delaySeconds > 0
    ? `takes over from a master of lower priority after ${delaySeconds} s (preempt_delay)`
    : 'takes over from a master of lower priority'
}
