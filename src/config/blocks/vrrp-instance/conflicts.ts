/** Instances that cannot be told apart on the wire, or that move the same address. */

import { formatIp, type Ipv4Address } from '../../../base/address.ts'
import { error, type Report, warning } from '../../diagnostics/diagnostics.ts'
import type { VirtualAddress } from '../virtual-address.ts'
import type { VrrpInstance } from './vrrp-instance.ts'

/** @param group of instances that name none (`vrrp_mcast_group4`) */
export function reportConflicts(
  instances: readonly VrrpInstance[],
  group: Ipv4Address,
  report: Report,
): void {
  reportSharedVrids(instances, group, report)
  reportSharedAddresses(instances, report)
}

function reportSharedVrids(instances: readonly VrrpInstance[], group: Ipv4Address, report: Report): void {
  const known = new Map<string, VrrpInstance>()
  for (const instance of instances) {
    const { family, link, name, span, vrid } = instance
    const channel = `${vrid} IPv${family} ${link} ${channelOf(instance, group)}`
    const keys = [...new Set(peersOf(instance))].map((peer) => `${channel} ${peer}`)
    const other = keys.map((key) => known.get(key)).find((one) => one !== undefined)
    if (other !== undefined) {
      const related = [{ span: other.span, message: `${other.name} is defined here` }]
      const message = `${other.name} and ${name} both use VRID ${vrid} with IPv${family} on ${link}`
      report(error('duplicate-vrid', span, message, { related, fatal: true }))
    }
    for (const key of keys) if (!known.has(key)) known.set(key, instance)
  }
}

function channelOf({ unicastPeers, sourceAddress, mcastGroup }: VrrpInstance, group: Ipv4Address): string {
  if (unicastPeers.length === 0) return formatIp(mcastGroup ?? group)
  return sourceAddress === undefined ? 'unicast' : `unicast from ${formatIp(sourceAddress)}`
}

/** Multicast reaches everybody. */
const peersOf = ({ unicastPeers }: VrrpInstance): readonly string[] =>
  unicastPeers.length === 0 ? ['all'] : unicastPeers.map(({ address }) => formatIp(address))

/** keepalived does not mind; whichever instance leaves MASTER last takes the address away. */
function reportSharedAddresses(instances: readonly VrrpInstance[], report: Report): void {
  const known = new Map<string, { readonly instance: VrrpInstance; readonly address: VirtualAddress }>()
  for (const instance of instances)
    for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
      const key = `${formatIp(address.cidr.address)} ${address.link}`
      const other = known.get(key)
      if (other === undefined) {
        known.set(key, { instance, address })
        continue
      }
      const where = other.instance === instance ? 'in this instance' : `in ${other.instance.name}`
      const related = [{ span: other.address.span, message: 'first given here' }]
      const message = `${formatIp(address.cidr.address)} on ${address.link} is given twice: also ${where}`
      report(warning('duplicate-address', address.span, message, { related, inKeepalived: 'no' }))
    }
}
