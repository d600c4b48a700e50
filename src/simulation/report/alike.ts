/** Virtual addresses that were had by the same hosts at the same times: told once. Pure. */

import { seconds, toMilliseconds } from '../../base/time.ts'
import { tenuresOf, type Tenure } from './intervals.ts'
import type { Observed, ObservedAddress } from './observed.ts'
import type { AddressReport } from './report.ts'

/** What is said of the first of them is true of all, to the millisecond. */
export interface Alike
  extends Pick<ObservedAddress, 'instances' | 'masterDownInterval'>, Omit<AddressReport, 'address'> {
  readonly addresses: readonly string[]
  /** Who had them, one after the other; empty hosts: nobody, though they were wanted. */
  readonly tenures: readonly Tenure[]
}

/** So many blocks or lanes can be taken in; with more, instances that fare alike are told together, too. */
const FEW = 8

/** As people are told of them. */
export function foldForReaders(observed: Observed, reports: readonly AddressReport[]): readonly Alike[] {
  const each = foldAlike(observed, reports)
  return each.length <= FEW ? each : folded(each, (alike) => timesKey(alike))
}

/**
 * Those of the same instances.
 *
 * @param reports of `observed.addresses`, in their order
 */
export function foldAlike(
  { addresses, until }: Observed,
  reports: readonly AddressReport[],
): readonly Alike[] {
  const each = reports.flatMap((report, at): readonly Alike[] => {
    const observed = addresses[at]
    if (!observed) return []
    const { address, ...served } = report
    const { instances, masterDownInterval, wantedFrom } = observed
    const tenures = tenuresOf(report.held, wantedFrom, until)
    return [{ ...served, addresses: [address], instances, masterDownInterval, tenures }]
  })
  return folded(each, (alike) => JSON.stringify([alike.instances, timesKey(alike)]))
}

/** In the order of the first ones. */
function folded(all: readonly Alike[], keyOf: (alike: Alike) => string): readonly Alike[] {
  const found = new Map<string, [Alike, ...Alike[]]>()
  for (const alike of all) {
    const key = keyOf(alike)
    const others = found.get(key)
    if (others) others.push(alike)
    else found.set(key, [alike])
  }
  return [...found.values()].map((same) => ({
    ...same[0],
    addresses: same.flatMap(({ addresses }) => addresses),
    instances: [...new Set(same.flatMap(({ instances }) => instances))],
  }))
}

/** Unserved time is among the tenures, so that it need not be known from when an address was wanted. */
function timesKey({ tenures, masterDownInterval }: Alike): string {
  const times = tenures.map(({ hosts, from, to }) => [hosts, rounded(from), to === null ? null : rounded(to)])
  return JSON.stringify([masterDownInterval, times])
}

const rounded = (time: number): number => Math.round(toMilliseconds(seconds(time)))
