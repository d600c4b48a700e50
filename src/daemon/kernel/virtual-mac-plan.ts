/** Which virtual MAC interfaces the instances need, under which names. Pure. */

import { formatMac, isIpv4, type IpFamily } from '../../base/address.ts'
import type { VirtualMacNames, VrrpInstance } from '../../config/model.ts'
import type { WantedVirtualMac } from './virtual-macs.ts'

/** Of one instance. */
export interface VirtualMacPlan {
  readonly macs: readonly WantedVirtualMac[]
  /** Where its adverts are sent and heard. */
  readonly advertLink: string
  /** The interface that stands in for another one as far as addresses go. */
  readonly standIns: ReadonlyMap<string, string>
}

/** 00-00-5E-00-01-VRID, over IPv6 00-00-5E-00-02-VRID: RFC 9568 section 7.3. */
export const virtualMac = (vrid: number, family: IpFamily = 4): Uint8Array =>
  Uint8Array.of(0, 0, 0x5e, 0, family === 4 ? 1 : 2, vrid)

export const noVirtualMac = (link: string): VirtualMacPlan => ({
  macs: [],
  advertLink: link,
  standIns: new Map(),
})

/** By base and MAC address: two interfaces with one MAC address cannot stand on one base. */
const keyOf = ({ link, vrid, mac }: Pick<WantedVirtualMac, 'link' | 'vrid' | 'mac'>): string =>
  `${link} ${mac ?? String(vrid)}`

/**
 * @param instances in the file's order
 * @param current those that are there: their names stay, so that a reload which only changes
 *   the order takes nobody's addresses away
 */
export function planVirtualMacs(
  instances: readonly VrrpInstance[],
  current: readonly WantedVirtualMac[] = [],
  prefixes: VirtualMacNames = { prefix: 'vrrp', elsewhere: 'vrrp' },
): ReadonlyMap<string, VirtualMacPlan> {
  const names = new Names(current, prefixes)
  return new Map(instances.map((instance) => [instance.name, planOf(instance, names)]))
}

function planOf(instance: VrrpInstance, names: Names): VirtualMacPlan {
  const { family, link, vrid, virtualMac: wanted } = instance
  const address = wanted?.mac ?? (family === 6 ? formatMac(virtualMac(vrid, 6)) : undefined)
  const macs = basesOf(instance).map((base): WantedVirtualMac => {
    const wished = base === link ? wanted?.name : undefined
    // Measured: what stands on other bases has the same MAC address.
    const mac = { link: base, vrid, ...(address !== undefined && { mac: address }) }
    return {
      name: names.nameFor(mac, wished, base === link),
      ...mac,
      ipv6: hasIpv6(instance, base) || family === 6,
      ...(family === 6 && base === link && { lendsLinkLocal: true as const }),
    }
  })
  const own = macs.find((mac) => mac.link === link)
  return {
    macs,
    advertLink: own === undefined || wanted?.transmitOnBase === true ? link : own.name,
    standIns: new Map(macs.map((mac) => [mac.link, mac.name])),
  }
}

const addressesOf = ({ addresses, excludedAddresses }: VrrpInstance): VrrpInstance['addresses'] => [
  ...addresses,
  ...excludedAddresses,
]

function basesOf(instance: VrrpInstance): readonly string[] {
  const { link, virtualMac, virtualMacElsewhere } = instance
  const elsewhere = addressesOf(instance)
    .map((address) => address.link)
    .filter((other) => virtualMacElsewhere && other !== link)
  return [...new Set([...(virtualMac ? [link] : []), ...elsewhere])]
}

const hasIpv6 = (instance: VrrpInstance, base: string): boolean =>
  addressesOf(instance).some(({ cidr, link }) => link === base && !isIpv4(cidr.address))

/** IFNAMSIZ less its terminating zero. */
const LONGEST_NAME = 15

class Names {
  private readonly byKey: Map<string, string>
  private readonly taken: Set<string>
  private readonly prefixes: VirtualMacNames

  constructor(current: readonly WantedVirtualMac[], prefixes: VirtualMacNames) {
    this.prefixes = prefixes
    this.byKey = new Map(current.map((mac) => [keyOf(mac), mac.name]))
    this.taken = new Set(this.byKey.values())
  }

  /** @param isOwn on the instance's own interface */
  nameFor(mac: Omit<WantedVirtualMac, 'name' | 'ipv6'>, wished: string | undefined, isOwn: boolean): string {
    const key = keyOf(mac)
    const known = this.byKey.get(key)
    if (known !== undefined && (wished === undefined || wished === known)) return known
    const name = wished !== undefined && !this.taken.has(wished) ? wished : this.free(mac.vrid, isOwn)
    this.byKey.set(key, name)
    this.taken.add(name)
    return name
  }

  /** keepalived's: vrrp.51, and vrrp1.51 where that is taken; a prefix is cut to what fits (measured). */
  private free(vrid: number, isOwn: boolean): string {
    const prefix = isOwn ? this.prefixes.prefix : this.prefixes.elsewhere
    for (let count = 0; ; count += 1) {
      const end = `${count === 0 ? '' : String(count)}.${String(vrid)}`
      const name = `${prefix.slice(0, LONGEST_NAME - end.length)}${end}`
      if (!this.taken.has(name)) return name
    }
  }
}
