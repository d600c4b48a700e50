/**
 * The interfaces of use_vmac: made before their routers begin, adopted after a
 * crash, made again when their base comes back, and gone at the end, with the
 * base's settings as they were. Names, kind and settings are keepalived 2.2.7's
 * (measured), but for these: it leaves the base's settings changed when it stops.
 */

import type { Complaint } from '../../events/event.ts'
import { formatCidr, type Ipv6Address } from '../../base/address.ts'
import type { Kernel } from '../../netlink/kernel.ts'
import type { AddressSpec, Link } from '../../netlink/types.ts'
import { virtualMac } from './virtual-mac-plan.ts'
import type { LinkSetting } from '../../system/link-sysctl.ts'
import type { LinkSettings } from '../../world/world.ts'

export interface WantedVirtualMac {
  readonly name: string
  /** The base: the interface it stands on. */
  readonly link: string
  readonly vrid: number
  /** `use_vmac … MAC`: instead of the virtual router's own. */
  readonly mac?: string
  /** IPv6 addresses are to be set on it. */
  readonly ipv6: boolean
  /**
   * IPv6 adverts leave on it: it has the link-local address of its base as well (as 2.2.7, measured), so that what the kernel
   * itself says there, of groups above all, has a source.
   */
  readonly lendsLinkLocal?: true
}

/** A setting of a base before it was changed. */
export type FormerSetting = readonly [link: string, setting: LinkSetting, value: string]

export interface VirtualMacPorts {
  readonly kernel: Pick<
    Kernel,
    'table' | 'createMacvlan' | 'enableLink' | 'removeLink' | 'installAddresses' | 'withdrawAddresses'
  >
  readonly settings: LinkSettings
  readonly say: (text: string) => void
  readonly complain: (complaint: Complaint) => void
}

const macOf = ({ vrid, mac }: Pick<WantedVirtualMac, 'vrid' | 'mac'>): Uint8Array =>
  mac === undefined ? virtualMac(vrid) : Buffer.from(mac.replaceAll(':', ''), 'hex')

/** rtnetlink's RT_SCOPE_LINK. */
const SCOPE_LINK = 253
/** RFC 4291 section 2.5.6. */
const LINK_LOCAL_LENGTH = 64

/** It answers for its own addresses only, also to a host that sends from one of ours. */
const OWN_SETTINGS: readonly (readonly [LinkSetting, string])[] = [
  ['ipv4/arp_ignore', '1'],
  ['ipv4/accept_local', '1'],
  ['ipv4/rp_filter', '0'],
  ['ipv4/promote_secondaries', '1'],
]
/** The base must not answer for the virtual addresses with its own MAC address. */
const BASE_SETTINGS: readonly LinkSetting[] = ['ipv4/arp_ignore', 'ipv4/arp_filter']

export interface LeftMacs {
  readonly virtualMacs: readonly WantedVirtualMac[]
  readonly settings: readonly FormerSetting[]
}

export class VirtualMacs {
  private readonly ports: VirtualMacPorts
  private wanted: readonly WantedVirtualMac[] = []
  private readonly ours = new Set<string>()
  private readonly complained = new Set<string>()
  /** By interface: the link-local address of its base that it has. */
  private readonly lent = new Map<string, AddressSpec>()
  private former: FormerSetting[] = []
  /** The indexes of bases whose settings have been changed: they may be renamed. */
  private readonly bases = new Map<string, number>()

  /** @param left by a crashed daemon: interfaces, and settings that it has changed and not put back */
  constructor(ports: VirtualMacPorts, left?: LeftMacs) {
    this.ports = ports
    this.former = [...(left?.settings ?? [])]
    this.wanted = left?.virtualMacs ?? []
  }

  /** Those of the configuration in force; before there is one, those that a crashed daemon has left. */
  get wantedNow(): readonly WantedVirtualMac[] {
    return this.wanted
  }

  get formerSettings(): readonly FormerSetting[] {
    return this.former
  }

  use(wanted: readonly WantedVirtualMac[]): void {
    this.wanted = [...new Map(wanted.map((each) => [each.name, each])).values()]
  }

  /** Makes what is missing where its base is there. The kernel's table has it after the next drain. */
  make(): void {
    for (const each of this.wanted) {
      const base = this.ports.kernel.table.linkByName(each.link)
      if (base) this.makeOn(base, each)
    }
  }

  /**
   * Where the table has the interface: after the drain that follows `make`.
   *
   * @param linkLocalOf what IPv6 adverts are sent from, by the name of the base
   */
  lend(linkLocalOf: (base: string) => Ipv6Address | undefined): void {
    const { kernel } = this.ports
    for (const { name, link, lendsLinkLocal } of this.wanted) {
      const there = kernel.table.linkByName(name)
      if (lendsLinkLocal !== true || !there || !this.ours.has(name)) continue
      const source = linkLocalOf(link)
      const before = this.lent.get(name)
      if (before !== undefined && before.cidr.address !== source) {
        kernel.withdrawAddresses([before])
        this.lent.delete(name)
      }
      if (source !== undefined) this.lendTo(name, lentAddress(there.index, source))
    }
  }

  private lendTo(name: string, wanted: AddressSpec): void {
    const { kernel } = this.ports
    const [refused] = kernel.table.hasAddress(wanted) ? [] : kernel.installAddresses([wanted])
    if (refused)
      this.complainOnce(
        `${name} link-local`,
        `cannot set ${formatCidr(wanted.cidr)} on ${name}: ${refused.text} [${refused.code}]`,
      )
    else this.lent.set(name, wanted)
  }

  /** Those of a former configuration. */
  removeUnwanted(): void {
    const names = new Set(this.wanted.map(({ name }) => name))
    for (const name of this.ours) if (!names.has(name)) this.remove(name)
    this.restoreBases()
  }

  removeAll(): void {
    for (const name of this.ours) this.remove(name)
    this.wanted = []
    this.restoreBases()
  }

  private makeOn(base: Link, wanted: WantedVirtualMac): void {
    const { name } = wanted
    const there = this.ports.kernel.table.linkByName(name)
    if (there !== undefined && this.ours.has(name) && isVirtualMac(there, base, wanted)) return
    if (there !== undefined && !isVirtualMac(there, base, wanted)) {
      this.complainOnce(
        name,
        `${name} exists and is no virtual MAC interface of ${base.name}: it is left alone`,
      )
      return
    }
    if (there === undefined) {
      const refused = this.ports.kernel.createMacvlan({ name, parent: base.index, mac: macOf(wanted) })
      if (refused) {
        this.complainOnce(
          name,
          `cannot make VMAC interface ${name} on ${base.name}: ${refused.text} [${refused.code}]`,
        )
        return
      }
    }
    this.ours.add(name)
    this.complained.delete(name)
    this.configure(base, wanted)
    const refused = this.ports.kernel.enableLink(name)
    if (refused) this.complain(`cannot bring ${name} up: ${refused.text} [${refused.code}]`)
    this.ports.say(there ? `Found matching interface ${name}` : `Success creating VMAC interface ${name}`)
  }

  private configure(base: Link, { name, link, ipv6, lendsLinkLocal }: WantedVirtualMac): void {
    const { settings } = this.ports
    // No address of its own: a link-local one would be the same on every host.
    const family = ipv6 ? (['ipv6/addr_gen_mode', '1'] as const) : (['ipv6/disable_ipv6', '1'] as const)
    // The interface of an IPv6 instance has no IPv4 addresses to answer for (as 2.2.7, measured).
    const own = lendsLinkLocal === true ? [] : OWN_SETTINGS
    for (const [setting, value] of [...own, family]) settings.write(name, setting, value)
    if (lendsLinkLocal === true) return
    for (const setting of BASE_SETTINGS) {
      const value = settings.read(link, setting)
      // Anything else than 0 is the operator's own choice.
      if (value !== '0' || !settings.write(link, setting, '1')) continue
      this.former.push([link, setting, value])
      this.bases.set(link, base.index)
    }
    if (settings.read('all', 'ipv4/rp_filter') === '1') {
      const text = `net.ipv4.conf.all.rp_filter is 1: packets to the addresses on ${name} may be dropped; 2 or 0 is needed`
      this.complainOnce(`${name} rp_filter`, text)
    }
  }

  private remove(name: string): void {
    const refused = this.ports.kernel.removeLink(name)
    if (refused) {
      this.complain(`cannot remove VMAC interface ${name}: ${refused.text} [${refused.code}]`)
      return
    }
    this.ours.delete(name)
    this.lent.delete(name)
    this.ports.say(`Success removing VMAC interface ${name}`)
  }

  /** Where nothing of ours stands any more. */
  private restoreBases(): void {
    const inUse = new Set(this.wanted.map(({ link }) => link))
    const over = this.former.filter(([link]) => !inUse.has(link))
    restoreSettings(
      over.map(([link, ...setting]) => [this.nameNow(link), ...setting]),
      this.ports.settings,
    )
    this.former = this.former.filter(([link]) => inUse.has(link))
  }

  private nameNow(base: string): string {
    const index = this.bases.get(base)
    return (index === undefined ? undefined : this.ports.kernel.table.linkByIndex(index)?.name) ?? base
  }

  private complainOnce(subject: string, text: string): void {
    if (this.complained.has(subject)) return
    this.complained.add(subject)
    this.complain(text)
  }

  private complain(text: string): void {
    this.ports.complain({ what: 'virtual-mac', text })
  }
}

/** Never the source of what others send: it is not preferred. */
const lentAddress = (linkIndex: number, address: Ipv6Address): AddressSpec => ({
  linkIndex,
  cidr: { address, prefixLength: LINK_LOCAL_LENGTH },
  scope: SCOPE_LINK,
  preferredSeconds: 0,
})

/** What a crashed daemon has left; an interface that only has the name is left alone. */
export function removeVirtualMacs(
  macs: readonly WantedVirtualMac[],
  kernel: Pick<Kernel, 'table' | 'removeLink'>,
  complain: (complaint: Complaint) => void,
): void {
  for (const mac of macs) {
    const { name, link } = mac
    const there = kernel.table.linkByName(name)
    const base = kernel.table.linkByName(link)
    if (!there || !base || !isVirtualMac(there, base, mac)) continue
    const refused = kernel.removeLink(name)
    if (refused)
      complain({
        what: 'virtual-mac',
        text: `cannot remove VMAC interface ${name}: ${refused.text} [${refused.code}]`,
      })
  }
}

/** A value that somebody has changed since stays. */
export function restoreSettings(former: readonly FormerSetting[], settings: LinkSettings): void {
  for (const [link, setting, value] of former) {
    if (settings.read(link, setting) === '1') settings.write(link, setting, value)
  }
}

const isVirtualMac = ({ macvlanOn, mac }: Link, base: Link, wanted: WantedVirtualMac): boolean =>
  macvlanOn === base.index && Buffer.from(mac).equals(macOf(wanted))
