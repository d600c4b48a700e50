/** What `vrrpd simulate` tells of a simulation: `--json` prints it as it is. Pure. */

import { findingsOf, type Finding } from './findings.ts'
import { doubledOf, tenuresOf, tidied, unservedOf, type Held, type Interval } from './intervals.ts'
import type { Observed, ObservedAddress, ObservedEvent } from './observed.ts'

export { renderSvg } from './svg.ts'
export { renderTimeline } from './timeline.ts'

/** Times are seconds since the beginning. Everything in it is text, a number, null, or a list or record of these. */
export interface SimulationReport {
  readonly version: 1
  readonly hosts: readonly string[]
  readonly events: readonly ObservedEvent[]
  readonly addresses: readonly AddressReport[]
  /** Sentences on what an operator should know (findings.ts); none when all is well. */
  readonly findings: readonly string[]
}

/** Intervals are sorted, disjoint, not empty and within the simulation; `to` is null for what lasts at its end. */
export interface AddressReport {
  /** With its prefix. */
  readonly address: string
  /** Disjoint for each host. */
  readonly held: readonly Held[]
  /** When nobody had it, from when it was wanted. */
  readonly unserved: readonly Interval[]
  /** When two or more hosts had it at once. */
  readonly doubled: readonly Interval[]
}

export function makeReport(observed: Observed): SimulationReport {
  const { hosts, events } = observed
  const addresses = reportAddresses(observed)
  return {
    version: 1,
    hosts: [...hosts],
    events: events.map(({ time, host, instance, from, to, because }) => ({
      ...{ time, host, instance, from, to, because },
    })),
    addresses,
    findings: findingsOf(observed, addresses).map(({ text }) => text),
  }
}

/** The findings of `makeReport`, for who acts on what they are. */
export const judge = (observed: Observed): readonly Finding[] =>
  findingsOf(observed, reportAddresses(observed))

const reportAddresses = ({ addresses, until }: Observed): readonly AddressReport[] =>
  addresses.map((each) => reportAddress(each, until))

function reportAddress(
  { address, held: observed, wantedFrom }: ObservedAddress,
  until: number,
): AddressReport {
  const held = tidied(observed, until)
  const tenures = tenuresOf(held, wantedFrom, until)
  return { address, held, unserved: unservedOf(tenures), doubled: doubledOf(tenures) }
}
