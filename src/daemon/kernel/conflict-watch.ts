/**
 * Notices that another host uses an address that we hold as Master: its ARP
 * says so. It is told and changes nothing: whether that is a second master or
 * somebody who has taken a free-looking address, the election cannot know.
 */

import { formatIpv4, formatMac, type Ipv4Address } from '../../base/address.ts'
import { limit, type Repeats } from '../../base/repeat-limiter.ts'
import type { Result } from '../../base/result.ts'
import { after, seconds, type Clock, type Duration, type Instant } from '../../base/time.ts'
import type { Complaint } from '../../events/event.ts'
import type { Timers } from '../../scripts/types.ts'
import type { SystemError } from '../../system/system-error.ts'
import type { ArpTap } from '../../vrrp/socket/arp-tap.ts'
import { decodeArpSender } from '../../vrrp/wire/arp-sender.ts'

/** An address that a Master holds. */
export interface HeldAddress {
  readonly router: string
  readonly since: Instant
  readonly link: { readonly index: number; readonly name: string }
  readonly address: Ipv4Address
}

export interface ConflictPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly held: () => readonly HeldAddress[]
  readonly openTap: (linkIndex: number, addresses: readonly Ipv4Address[]) => Result<ArpTap, SystemError>
  /** Whether a link of this host has it. */
  readonly isOwnMac: (mac: Uint8Array) => boolean
  readonly complain: (complaint: Complaint) => void
}

export interface ConflictProblem {
  readonly code: 'address-conflict'
  readonly router: string
  readonly text: string
  readonly since: Instant
}

interface Conflict {
  readonly router: string
  readonly text: string
  readonly since: Instant
  heardAt: Instant
  said: Repeats | undefined
}

interface Watch {
  readonly tap: ArpTap
  /** What the filter lets pass. */
  readonly addresses: string
}

/** A new master's ARP may be read before its advert, and an old master's is on its way when we take over. */
const GRACE: Duration = seconds(1)
const SAY_AGAIN: readonly Duration[] = [seconds(300)]
const FORGET_AFTER: Duration = seconds(300)
/** Anybody can invent senders. */
const MOST_CONFLICTS = 64
const READS_PER_WAKEUP = 16

export class ConflictWatch {
  private readonly ports: ConflictPorts
  private readonly watches = new Map<number, Watch>()
  private readonly conflicts = new Map<string, Conflict>()
  private cancel: (() => void) | undefined

  constructor(ports: ConflictPorts) {
    this.ports = ports
  }

  /** Something was installed or withdrawn. Nothing is urgent about it, so it costs a take-over nothing. */
  touch(): void {
    this.cancel ??= this.ports.timers.after(GRACE, () => {
      this.cancel = undefined
      this.review()
    })
  }

  problems(): readonly ConflictProblem[] {
    const now = this.ports.clock.now()
    const holders = new Set(this.ports.held().map(({ router }) => router))
    return [...this.conflicts.values()]
      .filter(
        ({ said, heardAt, router }) =>
          said !== undefined && now < after(heardAt, FORGET_AFTER) && holders.has(router),
      )
      .map(({ router, text, since }) => ({ code: 'address-conflict', router, text, since }))
  }

  close(): void {
    this.cancel?.()
    for (const index of [...this.watches.keys()]) this.closeTap(index)
    this.conflicts.clear()
  }

  private review(): void {
    const byLink = new Map<number, Ipv4Address[]>()
    for (const { link, address } of this.ports.held()) {
      const addresses = byLink.get(link.index)
      if (addresses === undefined) byLink.set(link.index, [address])
      else addresses.push(address)
    }
    for (const [index, { addresses }] of this.watches) {
      if (byLink.get(index)?.join() !== addresses) this.closeTap(index)
    }
    for (const [index, addresses] of byLink) if (!this.watches.has(index)) this.openTap(index, addresses)
    this.judge()
  }

  /** A link that has gone meanwhile is none of our business: netlink tells of that. */
  private openTap(index: number, addresses: readonly Ipv4Address[]): void {
    const opened = this.ports.openTap(index, addresses)
    if (!opened.ok) return
    const tap = opened.value
    this.watches.set(index, { tap, addresses: addresses.join() })
    tap.onReadable(() => {
      this.read(index, tap)
    })
  }

  private closeTap(index: number): void {
    this.watches.get(index)?.tap.close()
    this.watches.delete(index)
  }

  private read(index: number, tap: ArpTap): void {
    for (let turn = 0; turn < READS_PER_WAKEUP; turn++) {
      const received = tap.receive()
      if (!received.ok || received.value.length === 0) return
      for (const { bytes } of received.value) this.hear(index, bytes)
    }
  }

  private hear(index: number, bytes: Uint8Array): void {
    const sender = decodeArpSender(bytes)
    if (sender === undefined || this.ports.isOwnMac(sender.mac)) return
    const now = this.ports.clock.now()
    const holder = this.ports
      .held()
      .find(
        ({ link, address, since }) =>
          link.index === index && address === sender.address && after(since, GRACE) <= now,
      )
    if (holder === undefined) return
    const text = `${formatIpv4(sender.address)} on ${holder.link.name} is also used by ${formatMac(sender.mac)}`
    const key = `${holder.router} ${text}`
    const known = this.conflicts.get(key)
    if (known !== undefined) known.heardAt = now
    else if (this.conflicts.size < MOST_CONFLICTS)
      this.conflicts.set(key, { router: holder.router, text, since: now, heardAt: now, said: undefined })
    this.touch()
  }

  /** Who is still Master a moment later has not just been succeeded. */
  private judge(): void {
    const now = this.ports.clock.now()
    const holders = new Set(this.ports.held().map(({ router }) => router))
    for (const [key, conflict] of this.conflicts) {
      const { router, text, since, heardAt, said } = conflict
      if (!holders.has(router) || after(heardAt, FORGET_AFTER) < now) {
        this.conflicts.delete(key)
        continue
      }
      if (now < after(since, GRACE)) this.touch()
      else if (said === undefined || heardAt > said.at) {
        const { repeats, say } = limit(said, now, SAY_AGAIN)
        conflict.said = repeats
        if (!say) continue
        this.ports.complain({
          what: 'address-conflict',
          router,
          text: `${text}: another host has our address, or there is a second master`,
        })
      }
    }
  }
}
