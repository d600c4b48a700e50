/** Whether the same addresses and routes move. */

import { formatCidr, formatIp } from '../../../base/address.ts'
import {
  virtualIpaddress,
  virtualIpaddressExcluded,
  virtualRoutes,
} from '../../blocks/vrrp-instance/vrrp-instance.ts'
import type { VirtualAddress, VirtualRoute } from '../../model.ts'
import { namesOf } from '../lint/context.ts'
import type { Pair, PairReport } from './pair.ts'

export function compareAddresses({ ours, theirs }: Pair, report: PairReport): void {
  const advertised = differences(keyed(ours.addresses), keyed(theirs.addresses))
  if (advertised !== undefined) {
    const message = `${advertised}: keepalived before 2.3.3 rejects such adverts, and both become MASTER; newer ones and vrrpd accept them, and the address is missing after a takeover`
    report.say('error', 'peer-addresses', virtualIpaddress, message)
  }
  const excluded = differences(keyed(ours.excludedAddresses), keyed(theirs.excludedAddresses))
  if (excluded !== undefined)
    report.say(
      'warning',
      'peer-addresses',
      virtualIpaddressExcluded,
      `${excluded}: it is missing after a takeover`,
    )
  comparePrefixes(ours.addresses, theirs.addresses, report)
  const routes = differences(
    new Set(ours.routes.map(routeKey)),
    new Set(theirs.routes.map(routeKey)),
    'a route to ',
  )
  if (routes !== undefined)
    report.say('warning', 'peer-routes', virtualRoutes, `${routes}: it is missing after a takeover`)
}

const keyed = (addresses: readonly VirtualAddress[]): ReadonlySet<string> =>
  new Set(addresses.map(({ cidr }) => formatIp(cidr.address)))

const routeKey = ({ destination, table }: VirtualRoute): string =>
  `${formatCidr(destination)}${table === 254 ? '' : ` in table ${table}`}`

/** `192.0.2.1 is only here, 192.0.2.2 only there`; undefined: there are none. */
function differences(ours: ReadonlySet<string>, theirs: ReadonlySet<string>, what = ''): string | undefined {
  const here = [...ours].filter((one) => !theirs.has(one))
  const there = [...theirs].filter((one) => !ours.has(one))
  const parts = [
    ...(here.length === 0 ? [] : [`${what}${namesOf(here)} ${are(here)} only here`]),
    ...(there.length === 0 ? [] : [`${what}${namesOf(there)} ${are(there)} only there`]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

const are = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are')

function comparePrefixes(
  ours: readonly VirtualAddress[],
  theirs: readonly VirtualAddress[],
  report: PairReport,
): void {
  const there = new Map(theirs.map((address) => [formatIp(address.cidr.address), address]))
  for (const { cidr, span } of ours) {
    const other = there.get(formatIp(cidr.address))
    if (other === undefined || other.cidr.prefixLength === cidr.prefixLength) continue
    const message = `${formatCidr(cidr)} here is ${formatCidr(other.cidr)} there: the network changes at a takeover`
    report.sayAt('warning', 'peer-addresses', span, other.span, message)
  }
}
