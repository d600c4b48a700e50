/** Lines of address lists and of unicast_peer. */

import { formatCidr, formatIp } from '../../base/address.ts'
import type { UnicastPeer, VirtualAddress } from '../model.ts'
import { word } from './words.ts'

/** @param ownLink the interface that lines without `dev` mean. */
export function addressLine(address: VirtualAddress, ownLink: string | undefined): string {
  const { cidr, link, scope, label, broadcast, peer, track, flags } = address
  const { preferredLifetime, trackGroup } = address
  return [
    // With a peer there is no prefix length.
    peer === undefined ? formatCidr(cidr) : `${formatIp(cidr.address)} peer ${formatIp(peer.address)}`,
    broadcast === undefined ? '' : `brd ${formatIp(broadcast)}`,
    link === ownLink ? '' : `dev ${word(link)}`,
    scope === 'global' ? '' : `scope ${scope}`,
    label === undefined ? '' : `label ${word(label)}`,
    flags.home ? 'home' : '',
    flags.mngtmpaddr ? 'mngtmpaddr' : '',
    flags.noprefixroute ? 'noprefixroute' : '',
    flags.autojoin ? 'autojoin' : '',
    flags.detectDuplicates ? '-nodad' : '',
    preferredLifetime === undefined ? '' : `preferred_lft ${preferredLifetime}`,
    trackGroup === undefined ? '' : `track_group ${word(trackGroup)}`,
    track ? '' : 'no_track',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

export function peerLine({ address, minTtl, maxTtl }: UnicastPeer): string {
  const least = minTtl === 0 ? '' : ` min_ttl ${minTtl}`
  const most = maxTtl === 255 ? '' : ` max_ttl ${maxTtl}`
  return formatIp(address) + least + most
}
