/** The states of instances as spans of time. Pure. */

import type { Interval } from './intervals.ts'
import type { Observed, ObservedEvent, State } from './observed.ts'

export interface StateSpan extends Interval {
  readonly state: State
  /** Empty for the state before the first change. */
  readonly because: string
}

export interface Lane {
  readonly host: string
  readonly instance: string
  /** One after the other; those that took no time are left out. */
  readonly spans: readonly StateSpan[]
}

type Change = ObservedEvent & { readonly instance: string; readonly to: State }

export const isChange = (event: ObservedEvent): event is Change =>
  event.instance !== null && event.to !== null

/** Of each instance that ever changed its state: by host, then in the order of their first changes. */
export function lanesOf({ hosts, events, until }: Observed): readonly Lane[] {
  const changes = new Map<string, Map<string, Change[]>>(hosts.map((host) => [host, new Map()]))
  for (const event of events) {
    if (!isChange(event) || event.host === null) continue
    const instances = changes.get(event.host) ?? new Map<string, Change[]>()
    changes.set(event.host, instances)
    const of = instances.get(event.instance)
    if (of) of.push(event)
    else instances.set(event.instance, [event])
  }
  return [...changes].flatMap(([host, instances]) =>
    [...instances].map(([instance, of]) => ({ host, instance, spans: spansOf(of, until) })),
  )
}

function spansOf(changes: readonly Change[], until: number): readonly StateSpan[] {
  const first = changes[0]
  const before: StateSpan[] = first?.from ? [{ state: first.from, from: 0, to: first.time, because: '' }] : []
  const spans = changes.map(({ time, to, because }, at): StateSpan => {
    return { state: to, from: time, to: changes[at + 1]?.time ?? null, because }
  })
  return [...before, ...spans].filter(({ from, to }) => from < (to ?? until))
}
