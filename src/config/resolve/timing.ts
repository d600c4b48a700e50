/** state, priority and advert_int, which depend on one another and on the protocol's version. */

import { milliseconds, seconds, toMilliseconds, toSeconds, type Duration } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import * as keywords from '../keywords/vrrp-instance.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import type { Values } from '../values/values.ts'

/** The first one holds. */
export function resolveState(values: Values, report: Report): 'MASTER' | 'BACKUP' | undefined {
  const [first, ...others] = values.all(keywords.state)
  for (const { node, value } of others)
    if (value !== first?.value)
      report(
        errorAt(node.statement.place, 'already-given', `state is already ${first?.value ?? ''}: ignored`),
      )
  return first?.value
}

export const resolvePriority = (values: Values, state: 'MASTER' | 'BACKUP' | undefined): number =>
  values.last(keywords.priority) ?? (state === 'MASTER' ? 255 : 100)

const V3_STEP_MILLISECONDS = 10
const V3_LONGEST_MILLISECONDS = 40_950

/** VRRPv2 carries whole seconds, VRRPv3 hundredths of one in 12 bits. */
export function resolveAdvertInterval(values: Values, version: 2 | 3, report: Report): Duration {
  const given = values.lastGiven(keywords.advertInt)
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
