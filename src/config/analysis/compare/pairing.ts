/**
 * Which instances of two files are the same virtual router. What tells most
 * comes first; each instance belongs to one pair at most.
 */

import { formatIp } from '../../../base/address.ts'
import type { VrrpInstance } from '../../model.ts'
import type { Pair } from './pair.ts'

export interface Pairing {
  /** In our file's order. */
  readonly pairs: readonly Pair[]
  readonly onlyOurs: readonly VrrpInstance[]
  readonly onlyTheirs: readonly VrrpInstance[]
}

interface Rule {
  /** What two instances must have in common: one of these. */
  readonly keys: (instance: VrrpInstance) => readonly string[]
  readonly certain?: true
}

const addressesOf = ({ addresses, excludedAddresses }: VrrpInstance): readonly string[] =>
  [...addresses, ...excludedAddresses].map(({ cidr }) => formatIp(cidr.address))

const RULES: readonly Rule[] = [
  {
    keys: (one) => addressesOf(one).map((address) => `VRID ${one.vrid} and ${address}`),
    certain: true,
  },
  { keys: ({ family, link, vrid }) => [`VRID ${vrid} with IPv${family} on ${link}`] },
  { keys: ({ family, name, vrid }) => [`VRID ${vrid} with IPv${family} and the name ${name}`] },
  { keys: (one) => addressesOf(one).map((address) => `the address ${address}`) },
  { keys: ({ name }) => [`the name ${name}`] },
  { keys: ({ family, vrid }) => [`VRID ${vrid} with IPv${family}`] },
]

export function pairUp(ours: readonly VrrpInstance[], theirs: readonly VrrpInstance[]): Pairing {
  const pairs = new Map<VrrpInstance, Pair>()
  const taken = new Set<VrrpInstance>()
  for (const { certain = false, keys } of RULES) {
    const free = indexOf(
      theirs.filter((one) => !taken.has(one)),
      keys,
    )
    for (const one of ours) {
      if (pairs.has(one)) continue
      for (const by of keys(one)) {
        const other = free.get(by)?.find((candidate) => !taken.has(candidate))
        if (other === undefined) continue
        pairs.set(one, { ours: one, theirs: other, by, certain })
        taken.add(other)
        break
      }
    }
  }
  return {
    pairs: ours.map((one) => pairs.get(one)).filter((pair) => pair !== undefined),
    onlyOurs: ours.filter((one) => !pairs.has(one)),
    onlyTheirs: theirs.filter((one) => !taken.has(one)),
  }
}

function indexOf(
  instances: readonly VrrpInstance[],
  keys: Rule['keys'],
): ReadonlyMap<string, readonly VrrpInstance[]> {
  const index = new Map<string, VrrpInstance[]>()
  for (const instance of instances)
    for (const key of keys(instance)) {
      const known = index.get(key)
      if (known === undefined) index.set(key, [instance])
      else known.push(instance)
    }
  return index
}
