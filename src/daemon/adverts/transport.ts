/** How a virtual router's adverts travel. Pure. */

import { formatIpv4, isIpv4, type Ipv4Address } from '../../base/address.ts'
import type { VrrpInstance } from '../../config/model.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'
import type { Version3Checksum } from '../../vrrp/wire/advertisement.ts'
import { ADVERT_TTL } from '../../vrrp/wire/packet.ts'
import type { UnicastRules } from '../../vrrp/wire/reception.ts'
import type { Assembled } from '../assemble.ts'

export type Transport =
  | { readonly kind: 'multicast'; readonly group: Ipv4Address }
  | {
      readonly kind: 'unicast'
      readonly peers: readonly Ipv4Address[]
      readonly ttl: number
      readonly rules: UnicastRules
    }

/** @param group of instances that name none (`vrrp_mcast_group4`) */
export function transportOf(instance: VrrpInstance, group: Ipv4Address): Transport {
  const { unicastPeers, unicastTtl, checkUnicastSource, mcastGroup } = instance
  if (unicastPeers.length === 0) {
    return {
      kind: 'multicast',
      group: mcastGroup !== undefined && isIpv4(mcastGroup) ? mcastGroup : group,
    }
  }
  const limits = unicastPeers.flatMap(({ address, minTtl, maxTtl }) =>
    isIpv4(address) ? [[address, { minTtl, maxTtl }] as const] : [],
  )
  const peers = new Map(limits)
  return {
    kind: 'unicast',
    peers: [...peers.keys()],
    ttl: unicastTtl,
    rules: { peers, onlyPeers: checkUnicastSource },
  }
}

/** What tells routers of one VRID on one link apart: keepalived's own distinction, at a reload too. */
export const channelOf = (transport: Transport, source: Ipv4Address | undefined): string =>
  transport.kind === 'multicast'
    ? formatIpv4(transport.group)
    : `unicast ${source === undefined ? '' : formatIpv4(source)}`

export const ttlOf = (transport: Transport): number =>
  transport.kind === 'multicast' ? ADVERT_TTL : transport.ttl

/** How version 3's checksums are made here. */
export function sentChecksum(
  { checksumAsVersion2, oldUnicastChecksum }: VrrpInstance,
  { kind }: Transport,
): Version3Checksum {
  if (checksumAsVersion2) return 'as-version-2'
  return kind === 'unicast' && oldUnicastChecksum === 'sent' ? 'old-unicast' : 'rfc'
}

/**
 * Which ones are believed besides the RFC's. With `old_unicast_checksum` 2.2.7 believes no other than the old one, and
 * refuses those of a peer that has learned better: two masters (measured). Here either is believed.
 */
export function otherChecksums(
  { checksumAsVersion2, oldUnicastChecksum }: VrrpInstance,
  { kind }: Transport,
): readonly Version3Checksum[] {
  const old: readonly Version3Checksum[] =
    kind === 'unicast' && oldUnicastChecksum !== 'never' ? ['old-unicast'] : []
  return checksumAsVersion2 ? ['as-version-2', ...old] : old
}

export const destinationsOf = (transport: Transport): readonly Ipv4Address[] =>
  transport.kind === 'multicast' ? [transport.group] : transport.peers

/** Where adverts of the routers on one link arrive; undefined: there is none. */
export function listeningAddresses(
  routers: Iterable<Pick<Assembled, 'transport' | 'router' | 'advertLink'>>,
  link: string,
  fact: LinkFact | undefined,
): ReadonlySet<Ipv4Address> | undefined {
  const here = [...routers].filter(
    ({ router, advertLink }) => advertLink === link && router.unsupported === undefined,
  )
  return here.length === 0 ? undefined : new Set(here.flatMap((each) => listeningAddress(each, fact) ?? []))
}

/** Undefined while this host has no such address. */
function listeningAddress(
  { transport, router }: Pick<Assembled, 'transport' | 'router'>,
  fact: LinkFact | undefined,
): Ipv4Address | undefined {
  if (transport.kind === 'multicast') return transport.group
  const own = router.sourceAddress ?? fact?.source
  return own === undefined || fact?.lacks?.has(own) === true ? undefined : own
}

/** The addresses that its adverts carry. */
export const advertised = ({ addresses }: Pick<VrrpInstance, 'addresses'>): readonly Ipv4Address[] =>
  addresses.map(({ cidr }) => cidr.address).filter(isIpv4)
