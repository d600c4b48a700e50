/**
 * A link that has another hardware address (a bond that failed over, a bridge
 * that got a port, a card that was replaced), or ARP again: whoever knew the
 * addresses on it sends to where nobody listens. So they are announced at once,
 * and again no sooner than a second later, so that a link which cannot make up
 * its mind floods nobody; what it ends with is always announced. keepalived
 * 2.2.7 waits for garp_master_refresh, and with none for ever (measured).
 */

import { formatMac } from '../../base/address.ts'
import { after, between, seconds, type Clock, type Instant } from '../../base/time.ts'
import type { Link, LinkEvent } from '../../netlink/types.ts'
import type { Timers } from '../../scripts/types.ts'
import { hasNeighbours } from './announcer.ts'

export interface LinkRenewalPorts {
  readonly clock: Clock
  readonly timers: Timers
  /** Reads what the kernel has told meanwhile. */
  readonly drain: () => void
  readonly linkByIndex: (index: number) => Link | undefined
  /** Whether any addresses of a Master are on it. */
  readonly isInUse: (index: number) => boolean
  /** @param former the same link when its neighbours last heard of it */
  readonly announce: (link: Link, former: Link) => void
}

interface Renewal {
  /** The link before the first change that has not been announced; undefined: all have been. */
  former: Link | undefined
  notBefore: Instant
  cancel: (() => void) | undefined
}

const PAUSE = seconds(1)

export class LinkRenewals {
  private readonly ports: LinkRenewalPorts
  /** By index. */
  private readonly renewals = new Map<number, Renewal>()

  constructor(ports: LinkRenewalPorts) {
    this.ports = ports
  }

  onEvents(events: readonly LinkEvent[]): void {
    for (const event of events) {
      if (event.type === 'link-removed') this.forget(event.link.index)
      if (event.type === 'link-changed') this.follow(event.before, event.link)
    }
    for (const [index, renewal] of [...this.renewals]) this.settle(index, renewal)
  }

  close(): void {
    for (const index of [...this.renewals.keys()]) this.forget(index)
  }

  private follow(before: Link | undefined, link: Link): void {
    if (before === undefined || !hasNeighbours(link)) return
    if (hasNeighbours(before) && isSameMac(before, link)) return
    const known = this.renewals.get(link.index)
    if (known !== undefined) known.former ??= before
    else
      this.renewals.set(link.index, {
        former: before,
        notBefore: this.ports.clock.now(),
        cancel: undefined,
      })
  }

  /** A link that is down has its turn when it is up. */
  private settle(index: number, renewal: Renewal): void {
    const { clock, timers, linkByIndex, isInUse } = this.ports
    const link = linkByIndex(index)
    const { former } = renewal
    if (former === undefined || renewal.cancel !== undefined || link === undefined) return
    if (!isInUse(index)) {
      // Whoever takes an address there announces it as the link is then.
      this.forget(index)
      return
    }
    if (!link.up || !hasNeighbours(link)) return
    const now = clock.now()
    if (now < renewal.notBefore) {
      renewal.cancel = timers.after(between(now, renewal.notBefore), () => {
        renewal.cancel = undefined
        this.ports.drain()
        if (this.renewals.get(index) === renewal) this.settle(index, renewal)
      })
      return
    }
    renewal.former = undefined
    renewal.notBefore = after(now, PAUSE)
    this.ports.announce(link, former)
  }

  private forget(index: number): void {
    this.renewals.get(index)?.cancel?.()
    this.renewals.delete(index)
  }
}

const isSameMac = (a: Link, b: Link): boolean => Buffer.compare(a.mac, b.mac) === 0

/** For the journal. */
export function describeRenewal(link: Link, former: Link): string {
  const { name, mac } = link
  const what = !hasNeighbours(former)
    ? 'can be announced on again'
    : isSameMac(former, link)
      ? `has the hardware address ${formatMac(mac)} again`
      : `has the hardware address ${formatMac(mac)} now, not ${formatMac(former.mac)}`
  return `${name} ${what}: the virtual addresses on it are announced again`
}

/** For the log: keepalived's words, where it has some. */
export const renewalMessage = (link: Link, former: Link): string =>
  hasNeighbours(former) && !isSameMac(former, link)
    ? `(${link.name}) MAC Address changed from ${formatMac(former.mac)} to ${formatMac(link.mac)}: the virtual addresses on it are announced again`
    : describeRenewal(link, former)
