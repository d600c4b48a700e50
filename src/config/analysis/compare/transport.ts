/** Whether adverts reach the other router: multicast groups and unicast peers. */

import { formatIp, type IpAddress } from '../../../base/address.ts'
import { mcastDstIp, unicastPeer, unicastSrcIp } from '../../blocks/vrrp-instance/transport.ts'
import type { VrrpInstance } from '../../model.ts'
import type { Pair, PairReport, Side } from './pair.ts'

export function compareTransport(pair: Pair, sides: readonly [Side, Side], report: PairReport): void {
  const { ours, theirs } = pair
  const [here, there] = [ours.unicastPeers.length > 0, theirs.unicastPeers.length > 0]
  if (here !== there) {
    const [one, other] = here ? ['unicast', 'multicast'] : ['multicast', 'unicast']
    const message = `adverts go by ${one} here and by ${other} there: neither hears the other, both become MASTER`
    report.say('error', 'peer-transport', unicastPeer, message)
  } else if (here) {
    comparePeers(pair, report)
  } else {
    const [group, other] = [groupOf(ours, sides[0]), groupOf(theirs, sides[1])]
    if (group === other) return
    const message = `adverts go to ${formatIp(group)} here and to ${formatIp(other)} there: neither hears the other, both become MASTER`
    report.say('error', 'peer-transport', mcastDstIp, message)
  }
}

const groupOf = ({ family, mcastGroup }: VrrpInstance, { subject }: Side): IpAddress => {
  const { mcastGroup4, mcastGroup6 } = subject.model.global
  return mcastGroup ?? (family === 4 ? mcastGroup4 : mcastGroup6)
}

function comparePeers({ ours, theirs }: Pair, report: PairReport): void {
  const { sourceAddress: own, unicastPeers: ourPeers } = ours
  const { sourceAddress: other, unicastPeers: theirPeers } = theirs
  if (own !== undefined && own === other) {
    const message = `both have the source address ${formatIp(own)}: each needs its own`
    report.say('error', 'peer-transport', unicastSrcIp, message)
    return
  }
  if (own !== undefined && !theirPeers.some(({ address }) => address === own)) {
    const message = `${formatIp(own)}, the source address here, is no unicast_peer there: this router hears nothing and becomes MASTER, too`
    report.say('error', 'peer-transport', unicastPeer, message)
  }
  if (other !== undefined && !ourPeers.some(({ address }) => address === other)) {
    const message = `${formatIp(other)}, the source address there, is no unicast_peer here: that router hears nothing and becomes MASTER, too`
    report.say('error', 'peer-transport', unicastPeer, message)
  }
  const [peer, ...more] = ourPeers
  const isSame = theirPeers.length === 1 && more.length === 0 && peer?.address === theirPeers[0]?.address
  if (own === undefined && other === undefined && isSame && peer !== undefined) {
    const message = `both have ${formatIp(peer.address)} as their only peer: one of them names itself, and the other hears nothing`
    report.say('error', 'peer-transport', unicastPeer, message)
  }
}
