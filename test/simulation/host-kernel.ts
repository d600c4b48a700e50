/** The kernel of one simulated host, and what the world does to it. */

import type { Kernel } from '../../src/netlink/kernel.ts'
import { linkSettingsOf } from '../../src/simulation/host.ts'
import { MemoryKernel } from '../../src/simulation/kernel/memory-kernel.ts'
import type { Link, LinkAddress, Outcome } from '../../src/netlink/types.ts'
import type { LinkSettings } from '../../src/world/world.ts'
import { virtualAddress } from '../vrrp/kit.ts'
import { addressOn, linkName, routerName, vridOf } from './build.ts'

/** Somebody else on the host who asks the kernel for changes. */
const THIRD_PARTY = 7
const PREFIX_LENGTH = 16
const GLOBAL = 0

/** A link's name while it has been given another one. */
const renamedLink = (lan: number): string => `was${lan}`

export class HostKernel {
  readonly linkSettings: LinkSettings
  private readonly memory = new MemoryKernel()
  private readonly number: number
  /** Who has been on the LANs: whether the cable carries, and whether the host is to have its own address. */
  private readonly lans: { carrier: boolean; addressed: boolean }[]
  private readonly settings = new Map<string, string>()
  /** Removed by a third party, and the daemon has not been told yet. */
  private readonly stolen = new Set<string>()
  private opened: Kernel | undefined

  constructor(number: number, lans: number) {
    this.number = number
    this.lans = Array.from({ length: lans }, () => ({ carrier: true, addressed: true }))
    this.linkSettings = linkSettingsOf(this.memory, this.settings)
    for (let lan = 0; lan < lans; lan += 1) this.plug(lan)
  }

  /** For a process; the one before it has ended. */
  open(onReadable: (drain: () => void) => void): Kernel {
    this.close()
    this.opened = this.memory.open({ onReadable })
    return this.opened
  }

  close(): void {
    this.opened?.close()
    this.opened = undefined
    this.stolen.clear()
  }

  /** Somebody else's, who asks once and hears no events. */
  openForOthers(): Kernel {
    return this.memory.open()
  }

  /** Whether a daemon finds the link of a LAN up. */
  isUp(lan: number): boolean {
    return this.memory.linkNamed(linkName(lan))?.up === true
  }

  /** What the link of a LAN is for a daemon: one of another name is none. */
  factOf(lan: number): { readonly up: boolean; readonly addressed: boolean } {
    const link = this.memory.linkNamed(linkName(lan))
    const address = this.memory.findAddress(addressOn(lan, this.number))
    return { up: link?.up === true, addressed: link !== undefined && address?.linkIndex === link.index }
  }

  /** Of the link that is on a LAN, whatever its name, while that is up. */
  carrierOn(lan: number): number | undefined {
    const link = this.linkOn(lan)
    return link?.up === true ? link.index : undefined
  }

  /** Undefined: there is no such link any more, or it carries nothing. */
  lanOf(index: number): number | undefined {
    const found = this.lans.findIndex((_, lan) => this.carrierOn(lan) === index)
    return found < 0 ? undefined : found
  }

  setUp(lan: number, up: boolean): void {
    this.lans[lan]!.carrier = up
    this.memory.setCarrier(this.linkOn(lan)?.name ?? '', up)
  }

  /** The host's own address. */
  setAddressed(lan: number, present: boolean): void {
    this.lans[lan]!.addressed = present
    const link = this.linkOn(lan)
    if (link === undefined) return
    const party = this.memory.as(THIRD_PARTY)
    const cidr = { address: addressOn(lan, this.number), prefixLength: PREFIX_LENGTH }
    const address = { linkIndex: link.index, scope: GLOBAL, cidr }
    if (present) party.addAddress(address)
    else party.removeAddress(address)
  }

  /** The link goes, with all that is on it. */
  unplug(lan: number): void {
    const link = this.linkOn(lan)
    if (link === undefined) return
    this.noteStolen(lan)
    this.memory.removeLink(link.name)
    for (const setting of this.settings.keys())
      if (setting.startsWith(`${linkName(lan)} `)) this.settings.delete(setting)
  }

  /** Everything stays on it, and the daemon's name for it is nobody's. */
  rename(lan: number): void {
    this.memory.as(THIRD_PARTY).renameLink(linkName(lan), renamedLink(lan))
  }

  /** There is a link of that name: the one that has another name now, or a new one with the host's own address. */
  plug(lan: number): void {
    this.memory.as(THIRD_PARTY).renameLink(renamedLink(lan), linkName(lan))
    if (this.linkOn(lan) !== undefined) return
    const { carrier, addressed } = this.lans[lan]!
    this.memory.addLink({ name: linkName(lan), enabled: true, carrier, multicast: true })
    this.setAddressed(lan, addressed)
  }

  /** A third party removes every address on that link: the host's own, and ours. */
  flush(lan: number): void {
    const link = this.linkOn(lan)
    if (link === undefined) return
    this.noteStolen(lan)
    this.lans[lan]!.addressed = false
    const party = this.memory.as(THIRD_PARTY)
    for (const address of this.memory.snapshot().addressesOf(link.index)) party.removeAddress(address)
  }

  has(router: string): boolean {
    return this.find(router) !== undefined
  }

  /** A third party removes the virtual address. */
  steal(router: string): void {
    const found = this.find(router)
    if (found === undefined) return
    this.stolen.add(router)
    refuseNothing(this.memory.as(THIRD_PARTY).removeAddress(found))
  }

  isStolen(router: string): boolean {
    return this.stolen.has(router)
  }

  /** The daemon knows that it has lost its address. */
  hasHeard(router: string): void {
    this.stolen.delete(router)
  }

  private linkOn(lan: number): Link | undefined {
    return this.memory.linkNamed(linkName(lan)) ?? this.memory.linkNamed(renamedLink(lan))
  }

  private find(router: string): LinkAddress | undefined {
    return this.memory.findAddress(virtualAddress(vridOf(router)))
  }

  private noteStolen(lan: number): void {
    const index = this.linkOn(lan)?.index
    for (const { cidr } of index === undefined ? [] : this.memory.snapshot().addressesOf(index)) {
      const vrid = VRIDS.find((each) => virtualAddress(each) === cidr.address)
      if (vrid !== undefined) this.stolen.add(routerName(vrid))
    }
  }
}

/** More than any scenario has. */
const VRIDS = Array.from({ length: 16 }, (_, index) => index + 1)

function refuseNothing(outcome: Outcome): void {
  if (outcome !== undefined) throw new Error(outcome.text)
}
