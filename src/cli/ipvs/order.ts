/**
 * The order of ipvsadm's lists. It compares by the sign of a 32-bit difference, so that 200.0.0.1 comes before
 * 10.0.0.1 but after 127.0.0.1: no order at all, and what becomes of a list depends on how it is sorted. It is sorted
 * by merging, as the C library's qsort(3) does. Pure. Measured, ipvsadm 1.31 with glibc 2.36.
 */

import { ipToBytes, isIpv4, type IpAddress } from '../../base/address.ts'
import type { DestinationKey, IpFamily, IpvsProtocol, ServiceKey } from '../../netlink/ipvs/types.ts'

const protocolNumbers: Readonly<Record<IpvsProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 }

/** By mark (0 is none), family, protocol, address, port. */
export const sortServices = <T>(services: readonly T[], keyOf: (service: T) => ServiceKey): readonly T[] =>
  sortBy(services, (service) => serviceNumbers(keyOf(service)))

/** By address, port. */
export const sortDestinations = <T>(
  destinations: readonly T[],
  keyOf: (destination: T) => DestinationKey,
): readonly T[] =>
  sortBy(destinations, (destination) => {
    const { address, port } = keyOf(destination)
    return [...addressNumbers(address), port]
  })

export const familyOf = (key: ServiceKey): IpFamily =>
  key.kind === 'mark' ? key.family : isIpv4(key.address) ? 'ipv4' : 'ipv6'

function serviceNumbers(key: ServiceKey): readonly number[] {
  const family = familyOf(key) === 'ipv4' ? 4 : 6
  return key.kind === 'mark'
    ? [key.mark, family]
    : [0, family, protocolNumbers[key.protocol], ...addressNumbers(key.address), key.port]
}

function addressNumbers(address: IpAddress): readonly number[] {
  if (isIpv4(address)) return [address, 0, 0, 0]
  const view = new DataView(ipToBytes(address).buffer)
  return [0, 4, 8, 12].map((at) => view.getUint32(at))
}

function difference(left: readonly number[], right: readonly number[]): number {
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const sign = ((left[at] ?? 0) - (right[at] ?? 0)) | 0
    if (sign !== 0) return sign
  }
  return 0
}

function sortBy<T>(list: readonly T[], numbersOf: (each: T) => readonly number[]): readonly T[] {
  const entries = list.map((each) => ({ each, numbers: numbersOf(each) }))
  return mergeSort(entries, (left, right) => difference(left.numbers, right.numbers)).map(({ each }) => each)
}

function mergeSort<T>(list: readonly T[], compare: (left: T, right: T) => number): readonly T[] {
  if (list.length < 2) return list
  const middle = Math.floor(list.length / 2)
  const left = mergeSort(list.slice(0, middle), compare)
  const right = mergeSort(list.slice(middle), compare)
  const merged: T[] = []
  let l = 0
  let r = 0
  while (l < left.length && r < right.length) {
    const fromLeft = compare(left[l] as T, right[r] as T) <= 0
    merged.push((fromLeft ? left[l++] : right[r++]) as T)
  }
  return [...merged, ...left.slice(l), ...right.slice(r)]
}
