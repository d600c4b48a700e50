/** Lines of unicast_peer. */

import { formatIp } from '../../base/address.ts'
import type { UnicastPeer } from '../model.ts'

export function peerLine({ address, minTtl, maxTtl }: UnicastPeer): string {
  const least = minTtl === 0 ? '' : ` min_ttl ${minTtl}`
  const most = maxTtl === 255 ? '' : ` max_ttl ${maxTtl}`
  return formatIp(address) + least + most
}
