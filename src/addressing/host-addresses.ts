/**
 * Addresses that the host had before us. They are never removed: neither as
 * what an earlier run has left, nor when a Master gives up or the daemon ends.
 *
 * keepalived 2.2.7 removes such an address when it starts, and is in FAULT from
 * then on if the interface has no other (measured). See docs/decisions/0023.
 */

import { formatCidr, isIpv4, type IpAddress } from '../base/address.ts'
import { addressKey } from '../netlink/identity.ts'
import type { LinkTable } from '../netlink/link-table.ts'
import { KEEPALIVED_PROTOCOL, type LinkAddress, type LinkEvent } from '../netlink/types.ts'
import { slotOf, type AddressItem } from './link-binding.ts'

/** Of whom wants an address, what tells whether one that is there already is the host's own. */
export interface Claimant {
  /** In the log; '' for static items. */
  readonly name: string
  /** It never moves: an address owner's (priority 255, RFC 3768 section 6.4.1) or a static one. */
  readonly stays: boolean
  /** Where its adverts need an address of the host to come from; undefined: it needs none. */
  readonly sourceLink: string | undefined
}

/** How the daemon of an earlier run, whose record we have, may have named an address that it set. */
export const leftAs = (link: string, address: Pick<LinkAddress, 'cidr' | 'peer'>): string =>
  `${link} ${addressKey(address)}`

type Origin = 'host' | 'us'

export class HostAddresses {
  private readonly table: () => LinkTable
  private readonly say: (text: string) => void
  private readonly left: Set<string>
  private readonly origins = new Map<string, { readonly linkIndex: number; readonly origin: Origin }>()
  private virtual: ReadonlySet<IpAddress> = new Set()

  /** @param left by an earlier run, as `leftAs` names it: ours, though we have not set it */
  constructor(table: () => LinkTable, say: (text: string) => void, left: ReadonlySet<string>) {
    this.table = table
    this.say = say
    this.left = new Set(left)
  }

  /** @param virtual all virtual addresses of the configuration */
  use(virtual: ReadonlySet<IpAddress>): void {
    this.virtual = virtual
  }

  /** To be told before these are set or removed: which of them are there and have not come from us. */
  notice({ name, stays, sourceLink }: Claimant, items: readonly AddressItem[]): void {
    for (const item of items) {
      const slot = slotOf(item)
      if (this.origins.has(slot)) continue
      const there = this.find(item)
      if (there === undefined || this.left.has(leftAs(item.link, there))) continue
      if (!stays && !isTaggedByOthers(there) && !this.isOnlySource(there, sourceLink)) continue
      this.origins.set(slot, { linkIndex: there.linkIndex, origin: 'host' })
      const of = name === '' ? '' : `(${name}) `
      this.say(
        `${of}${formatCidr(there.cidr)} was on ${item.link} before: it is the host's own and is not removed`,
      )
    }
  }

  /** These have been set. */
  haveSet(items: readonly AddressItem[]): void {
    for (const item of items) {
      const slot = slotOf(item)
      if (!this.origins.has(slot)) this.origins.set(slot, { linkIndex: item.spec.linkIndex, origin: 'us' })
    }
  }

  has(item: AddressItem): boolean {
    return this.origins.get(slotOf(item))?.origin === 'host'
  }

  /** Whether it has come from us, in this run or an earlier one. */
  isOurs(address: LinkAddress): boolean {
    const slot = `address ${address.linkIndex} ${addressKey(address)}`
    return this.origins.get(slot)?.origin === 'us' || this.left.has(leftAs(this.nameOf(address), address))
  }

  /** What we have set and is gone may come back from somebody else; the host's own stays that. */
  onEvents(events: readonly LinkEvent[]): void {
    for (const event of events) {
      if (event.type === 'link-removed') this.forgetLink(event.link.index)
      if (event.type !== 'address-removed') continue
      const slot = `address ${event.address.linkIndex} ${addressKey(event.address)}`
      if (this.table().hasAddress(event.address)) continue
      if (this.origins.get(slot)?.origin === 'us') this.origins.delete(slot)
      this.left.delete(leftAs(this.nameOf(event.address), event.address))
    }
  }

  private forgetLink(index: number): void {
    for (const [slot, { linkIndex }] of this.origins) if (linkIndex === index) this.origins.delete(slot)
  }

  private nameOf({ linkIndex }: LinkAddress): string {
    return this.table().linkByIndex(linkIndex)?.name ?? ''
  }

  private find({ spec }: AddressItem): LinkAddress | undefined {
    return this.table().addresses.get(spec.linkIndex)?.byKey.get(addressKey(spec))
  }

  /** Without it, nobody could send an advert there. */
  private isOnlySource({ linkIndex, cidr }: LinkAddress, sourceLink: string | undefined): boolean {
    const table = this.table()
    if (sourceLink === undefined || table.linkByName(sourceLink)?.index !== linkIndex) return false
    return (
      isIpv4(cidr.address) &&
      table
        .addressesOf(linkIndex)
        .every(({ cidr: { address } }) => !isIpv4(address) || this.virtual.has(address))
    )
  }
}

/** IFA_PROTO; 0 is what nobody has tagged. */
const isTaggedByOthers = ({ protocol }: LinkAddress): boolean =>
  protocol !== undefined && protocol !== 0 && protocol !== KEEPALIVED_PROTOCOL
