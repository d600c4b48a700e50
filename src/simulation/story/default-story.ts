/** What is told when nobody tells a story. Pure. */

import { instant, plus, seconds, times, type Duration } from '../../base/time.ts'
import type { Span } from '../../config/diagnostics/diagnostics.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import type { Model } from '../../config/model.ts'
import type { StoryEvent } from './event.ts'

/** It stands in no file. */
const NOWHERE: Span = { file: 'the default story', start: 0, end: 0 }

/**
 * Each host in turn is killed and brought back, in whole seconds, with enough
 * time before and between for all that comes of it.
 *
 * @param settling what settlingTime says
 */
export function defaultStory(hosts: readonly string[], settling: Duration): readonly StoryEvent[] {
  const gap = Math.ceil(settling / 1_000_000) + 1
  const atStep = (step: number) => ({ at: instant(seconds(step * gap)), span: NOWHERE })
  return hosts.flatMap((host, index): readonly StoryEvent[] => [
    { ...atStep(2 * index + 1), type: 'kill', host },
    { ...atStep(2 * index + 2), type: 'start', host },
  ])
}

/**
 * How long it takes at most until each address is where it stays, after a host is gone or back: the
 * slowest start of a daemon, its scripts' first verdicts and the slowest take-over.
 */
export function settlingTime(models: readonly Model[]): Duration {
  const starting = slowest(models.map(({ global }) => global.startupDelay))
  const checking = slowest(
    models.flatMap(({ scripts }) =>
      scripts.filter(({ initFail }) => initFail).map(({ interval, rise }) => times(interval, rise)),
    ),
  )
  const takingOver = slowest(
    models.flatMap(({ instances }) =>
      instances.map((instance) =>
        plus(
          masterDownInterval(instance, instance.priority),
          instance.preempt ? instance.preemptDelay : seconds(0),
        ),
      ),
    ),
  )
  return plus(plus(starting, checking), takingOver)
}

/** How long it takes at most until a script that fails or succeeds from now on has been found to do so. */
export const findingTime = (models: readonly Model[]): Duration =>
  slowest(
    models.flatMap(({ scripts }) =>
      scripts.map(({ interval, timeout, rise, fall }) =>
        plus(times(interval, Math.max(rise, fall)), timeout),
      ),
    ),
  )

const slowest = (durations: readonly Duration[]): Duration => Math.max(0, ...durations) as Duration
