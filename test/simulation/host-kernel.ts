/** The kernel of one simulated host, and what the world does to it. */

import type { Kernel } from '../../src/netlink/kernel.ts'
import { linkSettingsOf } from '../../src/simulation/host.ts'
import { MemoryKernel } from '../../src/simulation/kernel/memory-kernel.ts'
import type { AddressSpec, LinkAddress, Outcome } from '../../src/netlink/types.ts'
import type { LinkSettings } from '../../src/world/world.ts'
import { virtualAddress } from '../vrrp/kit.ts'
import { addressOn, linkName, vridOf } from './build.ts'

/** Somebody else on the host who asks the kernel for changes. */
const THIRD_PARTY = 7
const PREFIX_LENGTH = 16
const GLOBAL = 0

export class HostKernel {
  readonly linkSettings: LinkSettings
  private readonly memory = new MemoryKernel()
  private readonly number: number
  /** Removed by a third party, and the daemon has not been told yet. */
  private readonly stolen = new Set<string>()
  private opened: Kernel | undefined

  constructor(number: number, lans: number) {
    this.number = number
    for (let lan = 0; lan < lans; lan += 1) {
      this.memory.addLink({ name: linkName(lan), enabled: true, carrier: true, multicast: true })
      this.setAddressed(lan, true)
    }
    this.linkSettings = linkSettingsOf(this.memory, new Map())
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

  isUp(link: string): boolean {
    return this.memory.linkNamed(link)?.up === true
  }

  setUp(lan: number, up: boolean): void {
    this.memory.setCarrier(linkName(lan), up)
  }

  /** The host's own address. */
  setAddressed(lan: number, present: boolean): void {
    const party = this.memory.as(THIRD_PARTY)
    const address = {
      ...this.on(lan),
      cidr: { address: addressOn(lan, this.number), prefixLength: PREFIX_LENGTH },
    }
    if (present) party.addAddress(address)
    else party.removeAddress(address)
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

  private on(lan: number): Pick<AddressSpec, 'linkIndex' | 'scope'> {
    const link = this.memory.linkNamed(linkName(lan))
    if (link === undefined) throw new Error(`no ${linkName(lan)}`)
    return { linkIndex: link.index, scope: GLOBAL }
  }

  private find(router: string): LinkAddress | undefined {
    return this.memory.findAddress(virtualAddress(vridOf(router)))
  }
}

function refuseNothing(outcome: Outcome): void {
  if (outcome !== undefined) throw new Error(outcome.text)
}
