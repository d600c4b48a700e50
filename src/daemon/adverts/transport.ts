/** How a virtual router's adverts travel. Pure. */

import { formatIp, ipFamily, type IpAddress } from '../../base/address.ts'
import type { VrrpInstance } from '../../config/model.ts'
import { sourceOn, type LinkFact } from '../../vrrp/conditions.ts'
import type { Version3Checksum } from '../../vrrp/wire/advertisement.ts'
import { ADVERT_TTL } from '../../vrrp/wire/packet.ts'
import type { UnicastRules } from '../../vrrp/wire/reception.ts'
import type { Assembled } from '../assemble.ts'

export type Transport =
  | { readonly kind: 'multicast'; readonly group: IpAddress }
  | {
      readonly kind: 'unicast'
      readonly peers: readonly IpAddress[]
      readonly ttl: number
      readonly rules: UnicastRules
    }

/** @param groups of instances that name none (`vrrp_mcast_group4`, `vrrp_mcast_group6`) */
export function transportOf(instance: VrrpInstance, groups: Readonly<Record<4 | 6, IpAddress>>): Transport {
  const { unicastPeers, unicastTtl, checkUnicastSource, mcastGroup } = instance
  if (unicastPeers.length === 0) {
    return {
      kind: 'multicast',
      group: mcastGroup ?? groups[instance.family],
    }
  }
  const peers = new Map(unicastPeers.map(({ address, minTtl, maxTtl }) => [address, { minTtl, maxTtl }]))
  return {
    kind: 'unicast',
    peers: [...peers.keys()],
    ttl: unicastTtl,
    rules: { peers, onlyPeers: checkUnicastSource },
  }
}

/** What tells routers of one VRID on one link apart: keepalived's own distinction, at a reload too. */
export const channelOf = (transport: Transport, family: 4 | 6, source: IpAddress | undefined): string => {
  if (transport.kind === 'multicast') return formatIp(transport.group)
  return `unicast${family === 6 ? '6' : ''} ${source === undefined ? '' : formatIp(source)}`
}

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

export const destinationsOf = (transport: Transport): readonly IpAddress[] =>
  transport.kind === 'multicast' ? [transport.group] : transport.peers

/** Where adverts of the routers on one link arrive; undefined: there is none. */
export function listeningAddresses(
  routers: Iterable<Pick<Assembled, 'transport' | 'router' | 'advertLink'>>,
  link: string,
  fact: LinkFact | undefined,
): ReadonlySet<IpAddress> | undefined {
  const here = [...routers].filter(
    ({ router, advertLink }) => advertLink === link && router.unsupported === undefined,
  )
  return here.length === 0 ? undefined : new Set(here.flatMap((each) => listeningAddress(each, fact) ?? []))
}

/** Undefined while this host has no such address. */
function listeningAddress(
  { transport, router }: Pick<Assembled, 'transport' | 'router'>,
  fact: LinkFact | undefined,
): IpAddress | undefined {
  if (transport.kind === 'multicast') return transport.group
  const own = router.sourceAddress ?? sourceOn(fact, router.family)
  return own === undefined || fact?.lacks?.has(own) === true ? undefined : own
}

/** The addresses that its adverts carry. */
export const advertised = ({
  addresses,
  family,
}: Pick<VrrpInstance, 'addresses' | 'family'>): readonly IpAddress[] =>
  addresses.map(({ cidr }) => cidr.address).filter((address) => ipFamily(address) === family)
