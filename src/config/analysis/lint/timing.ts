/** How long a takeover takes, from the RFC's formulas. Only said when asked for. */

import { masterDownInterval, skewTime } from '../../../base/intervals.ts'
import { plus, times } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { VrrpInstance, VrrpScript } from '../../model.ts'
import { describeChecks } from './checks.ts'
import { inSeconds, remark, type Subject } from './context.ts'

export function describeTiming({ model }: Subject, report: Report): void {
  for (const instance of model.instances) remark(report, 'timing', instance.span, ofInstance(instance))
  for (const script of model.scripts) remark(report, 'timing', script.span, ofScript(script))
  describeChecks(model, report)
}

function ofInstance(instance: VrrpInstance): string {
  const { advertInterval, downTimerAdverts, name, preempt, preemptDelay } = instance
  const skew = skewTime(instance, instance.priority)
  const down = masterDownInterval(instance, instance.priority)
  const takeover = `${name} takes over ${inSeconds(down)} after the last advert of a MASTER that fails (${downTimerAdverts} × ${inSeconds(advertInterval)} + ${inSeconds(skew)}), ${inSeconds(skew)} after one that stops or is in FAULT`
  if (!preempt) return `${takeover}; it never takes over from a MASTER that is alive`
  const after = preemptDelay > 0 ? `${inSeconds(preemptDelay)} preempt_delay and up to ` : 'up to '
  return `${takeover}; from a MASTER of lower priority, ${after}${inSeconds(down)} after it hears it`
}

function ofScript({ fall, interval, name, rise, timeout }: VrrpScript): string {
  const failure = plus(times(interval, fall), timeout)
  const recovery = times(interval, rise)
  return `${name}: a failure counts ${inSeconds(times(interval, fall))} later at most, ${inSeconds(failure)} if the check hangs; a recovery ${inSeconds(recovery)} later`
}
