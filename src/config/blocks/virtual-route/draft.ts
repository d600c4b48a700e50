/** A route while its line is being read. */

import { type Cidr, type IpAddress, ipv4FromNumber, isIpv4, parseIpv6 } from '../../../base/address.ts'
import type { Encapsulation, MetricName, RouteMetric, RouteType } from '../../../base/routing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Word } from '../../syntax/lexer.ts'
import { readCidr } from '../../values/address.ts'
import type { KernelNames } from '../../values/kernel-names.ts'
import type { Scope } from '../../values/scope.ts'
import type { Nexthop } from './route.ts'

export interface RouteDraft {
  readonly names: KernelNames
  type: RouteType
  destination?: Cidr
  /** `default`, of the family that the other addresses have. */
  isDefault: boolean
  /** Of the first address, and so of all. */
  family?: 4 | 6
  readonly trackGroups: ReadonlySet<string> | undefined
  gateway?: IpAddress
  /** `or`: keepalived's older way to a second gateway. */
  secondGateway?: IpAddress
  link?: string
  source?: IpAddress
  table?: number
  scope?: Scope
  metric?: number
  readonly metrics: Map<MetricName, RouteMetric>
  protocol?: number
  tos?: number
  onlink: boolean
  realms?: number
  preference?: number
  expires?: number
  ttlPropagate?: boolean
  encapsulation?: EncapsulationDraft
  /** The words that follow are the encapsulation's. */
  encapsulating: EncapsulationDraft['kind'] | 'mpls' | 'ila' | 'unknown' | undefined
  /** It cannot be installed, which has been reported: the rest is read for what is wrong in it. */
  unusable?: true
  track: boolean
  trackGroup?: string
  append: boolean
  readonly nexthops: NexthopDraft[]
}

export interface NexthopDraft {
  gateway?: IpAddress
  link?: string
  weight: number
  onlink: boolean
  realms?: number
}

export type EncapsulationDraft = { -readonly [Field in keyof Encapsulation]: Encapsulation[Field] }

/** Several gateways: `nexthop via A dev I weight N …`, or keepalived's older `via A or B`; else empty. */
export function nexthopsOf({
  nexthops,
  gateway,
  secondGateway,
  link,
  onlink,
}: RouteDraft): readonly Nexthop[] {
  if (secondGateway === undefined || gateway === undefined) return nexthops
  const common = { weight: 1, onlink, ...(link !== undefined && { link }) }
  return [
    { ...common, gateway },
    { ...common, gateway: secondGateway },
  ]
}

/** False where it is another family than that of the addresses before it. */
export function joinFamily(draft: RouteDraft, address: IpAddress): boolean {
  const family = isIpv4(address) ? 4 : 6
  draft.family ??= family
  return draft.family === family
}

export const isEverywhere = (text: string): boolean => text === 'default' || text === 'all' || text === 'any'

/** `default` (or `all`, `any`) and `default6`, or a network. */
export function readDestination(given: Word, report: Report): Cidr | undefined {
  const everywhere = isEverywhere(given.text)
    ? ipv4FromNumber(0)
    : parseIpv6(given.text === 'default6' ? '::' : '')
  return everywhere === undefined ? readCidr(given, report) : { address: everywhere, prefixLength: 0 }
}
