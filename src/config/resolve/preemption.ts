/** nopreempt and preempt_delay, and what takes them back. */

import { seconds, type Duration } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import * as keywords from '../keywords/vrrp-instance.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'
import type { Values } from '../values/values.ts'

export interface Preemption {
  readonly preempt: boolean
  readonly preemptDelay: Duration
}

export function resolvePreemption(
  values: Values,
  wanted: 'MASTER' | 'BACKUP',
  priority: number,
  report: Report,
): Preemption {
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
  const off = values.lastGiven(keywords.nopreempt)
  const on = values.lastGiven(keywords.preempt)
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
  const given = values.lastGiven(keywords.preemptDelay)
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
