/**
 * Whether the event loop runs so late that it matters. What matters is the
 * others' patience: a Master's next advert is as late as the loop, and a Backup
 * takes over when none has come for three intervals and its Skew_Time. Pure.
 */

import type { Found } from '../../control/problem.ts'
import type { InstanceReport } from '../../control/report.ts'

/** Of the shortest advert interval: a busy host reaches a tenth of that without anybody noticing. */
const WORTH_SAYING = 0.5
/** From here on a Backup of high priority, whose Skew_Time is next to nothing, has taken over. */
const TAKEN_OVER = 2

export function latenessProblems(
  loopLagMs: number,
  instances: readonly Pick<InstanceReport, 'timers'>[],
): readonly Found[] {
  const intervalMs = Math.min(...instances.map(({ timers }) => timers.advertIntervalMs))
  if (loopLagMs <= intervalMs * WORTH_SAYING) return []
  const hasLost = loopLagMs >= intervalMs * TAKEN_OVER
  const interval = `adverts are due every ${intervalMs / 1000} s`
  const late = `the daemon was ${Math.round(loopLagMs)} ms late within the last minute`
  return [
    {
      code: 'loop-lag',
      severity: hasLost ? 'critical' : 'warning',
      text: hasLost
        ? `${late}, and ${interval}: backups may have taken over meanwhile`
        : `${late}, and ${interval}`,
      advice: 'look for a host that is overloaded, short of memory, or paused by its hypervisor',
      instance: null,
    },
  ]
}
