/** What tells the parts of two routes apart: their metrics, nexthops and encapsulations as text. Pure. */

import { formatIp, type IpAddress } from '../base/address.ts'
import type { Encapsulation, RouteMetric } from '../base/routing.ts'
import type { Nexthop } from './types.ts'

/** Zero is how the kernel has what is not set, and it does not tell that. */
export const isSet = ({ value }: RouteMetric): boolean => value !== 0

export const metricsKey = (metrics: readonly RouteMetric[] | undefined): string =>
  (metrics ?? [])
    .filter(isSet)
    .map(({ name, value, locked }) => `${name}${locked ? '!' : '='}${value}`)
    .sort()
    .join(',')

/** But for the links, which the kernel finds where they are not named. */
export const nexthopsKey = (nexthops: readonly Nexthop[] | undefined): string =>
  (nexthops ?? [])
    .map(({ gateway, weight }) => `${gateway === undefined ? '-' : formatIp(gateway)} ${weight}`)
    .join(', ')

/** The kernel fills in what was not given with zeros. */
export function encapsulationKey(encapsulation: Encapsulation | undefined): string {
  if (encapsulation === undefined) return ''
  const { kind, id, source, destination, ttl, tos } = encapsulation
  return [kind, id ?? 0, endKey(source), endKey(destination), ttl ?? 0, tos ?? 0].join(' ')
}

const NOWHERE = ['0.0.0.0', '::']

function endKey(address: IpAddress | undefined): string {
  const text = address === undefined ? '::' : formatIp(address)
  return NOWHERE.includes(text) ? '-' : text
}
