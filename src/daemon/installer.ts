/**
 * Installs and withdraws one virtual router's addresses and routes and
 * remembers what the kernel accepted: only that is announced by ARP, and only
 * the loss of that is a loss.
 */

import { formatCidr, formatIp, isIpv4, type Cidr, type Ipv4Address } from '../base/address.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { AddressSpec, Link, Outcome, RouteSpec } from '../netlink/types.ts'
import type { Assembled } from './assemble.ts'
import type { WantedAddress, WantedRoute } from './wanted.ts'

/** Whose kernel state it is, for what is said of it. */
export type Owned = Pick<Assembled, 'addresses' | 'routes'> & {
  readonly router: Pick<Assembled['router'], 'name'>
}

/** One line for the operator: what was refused and the kernel's own reason. */
export type Complaint = (text: string) => void

/** An accepted address and where it is. */
export interface Held {
  readonly link: Link
  readonly cidr: Cidr
}

/** The part of the kernel's port that installing takes. */
export interface InstallerPort extends Pick<
  Kernel,
  'installAddresses' | 'withdrawAddresses' | 'installRoutes' | 'withdrawRoutes'
> {
  linkByName(name: string): Link | undefined
}

/** What one has and the other has not. */
function without(one: Assembled, other: Assembled): Pick<Assembled, 'addresses' | 'routes'> {
  const key = (wanted: WantedAddress | WantedRoute): string => JSON.stringify([wanted.link, wanted.spec])
  const addresses = new Set(other.addresses.map(key))
  const routes = new Set(other.routes.map(key))
  return {
    addresses: one.addresses.filter((each) => !addresses.has(key(each))),
    routes: one.routes.filter((each) => !routes.has(key(each))),
  }
}

export const installerPort = (kernel: Kernel): InstallerPort => ({
  linkByName: (name) => kernel.table.linkByName(name),
  installAddresses: (specs) => kernel.installAddresses(specs),
  withdrawAddresses: (specs) => kernel.withdrawAddresses(specs),
  installRoutes: (specs) => kernel.installRoutes(specs),
  withdrawRoutes: (specs) => kernel.withdrawRoutes(specs),
})

export class Installer {
  private readonly kernel: InstallerPort
  private readonly complain: Complaint
  private readonly held = new Map<string, readonly Held[]>()

  constructor(kernel: InstallerPort, complain: Complaint) {
    this.kernel = kernel
    this.complain = complain
  }

  /** Addresses first: a route may need one as its source. One refusal never stops the others. */
  install(assembled: Assembled): void {
    const addresses = this.addressSpecs(assembled, 'say')
    const outcomes = this.kernel.installAddresses(addresses.map(({ spec }) => spec))
    const accepted: Held[] = []
    for (const [index, { spec, link }] of addresses.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) accepted.push({ link, cidr: spec.cidr })
      else this.refused(assembled, `set address ${formatCidr(spec.cidr)} on ${link.name}`, outcome)
    }
    this.held.set(assembled.router.name, accepted)
    const routes = this.routeSpecs(assembled, 'say')
    const routeOutcomes = this.kernel.installRoutes(routes)
    for (const [index, spec] of routes.entries()) {
      this.refused(assembled, `set route to ${formatCidr(spec.destination)}`, routeOutcomes[index])
    }
  }

  /**
   * A new configuration for a Master: what it no longer has goes, what is new comes, the rest is not touched.
   *
   * @returns whether there are new addresses to announce
   */
  change(from: Assembled, to: Assembled): boolean {
    const held = this.held.get(from.router.name) ?? []
    const gone = without(from, to)
    this.withdraw({ ...from, ...gone })
    const fresh = without(to, from)
    this.install({ ...to, ...fresh })
    const added = this.held.get(to.router.name) ?? []
    const isGone = ({ link, cidr }: Held): boolean =>
      gone.addresses.some(
        (each) => each.link === link.name && formatCidr(each.spec.cidr) === formatCidr(cidr),
      )
    this.held.set(to.router.name, [...held.filter((each) => !isGone(each)), ...added])
    return added.length > 0
  }

  /** The other way round: routes before the addresses they may use. What is gone already is no error. */
  withdraw(assembled: Owned): void {
    this.held.delete(assembled.router.name)
    const routes = this.routeSpecs(assembled, 'quiet')
    for (const [index, outcome] of this.kernel.withdrawRoutes(routes).entries()) {
      const spec = routes[index]
      if (spec) this.refused(assembled, `remove route to ${formatCidr(spec.destination)}`, outcome)
    }
    const addresses = this.addressSpecs(assembled, 'quiet')
    const outcomes = this.kernel.withdrawAddresses(addresses.map(({ spec }) => spec))
    for (const [index, { spec, link }] of addresses.entries()) {
      this.refused(assembled, `remove address ${formatCidr(spec.cidr)} from ${link.name}`, outcomes[index])
    }
  }

  /** The IPv4 addresses that the kernel accepted, in the file's order. */
  announceable(name: string): readonly { readonly link: Link; readonly address: Ipv4Address }[] {
    return (this.held.get(name) ?? []).flatMap(({ link, cidr: { address } }) =>
      isIpv4(address) && !link.noArp && !link.loopback ? [{ link, address }] : [],
    )
  }

  /** Whether this router holds that address on that link, as far as we have been told. */
  holds(name: string, linkIndex: number, cidr: Cidr): boolean {
    return (this.held.get(name) ?? []).some(
      (held) =>
        held.link.index === linkIndex &&
        held.cidr.address === cidr.address &&
        held.cidr.prefixLength === cidr.prefixLength,
    )
  }

  private addressSpecs(
    assembled: Owned,
    missing: 'say' | 'quiet',
  ): readonly { spec: AddressSpec; link: Link }[] {
    return assembled.addresses.flatMap(({ link: name, spec }) => {
      const link = this.kernel.linkByName(name)
      if (link) return [{ link, spec: { ...spec, linkIndex: link.index } }]
      if (missing === 'say') {
        this.complain(
          `(${assembled.router.name}) cannot set address ${formatCidr(spec.cidr)}: no interface ${name}`,
        )
      }
      return []
    })
  }

  private routeSpecs(assembled: Owned, missing: 'say' | 'quiet'): readonly RouteSpec[] {
    return assembled.routes.flatMap(({ link: name, spec }) => {
      if (name === undefined) return [spec]
      const link = this.kernel.linkByName(name)
      if (link) return [{ ...spec, linkIndex: link.index }]
      if (missing === 'say') {
        const route = `${formatIp(spec.destination.address)}/${String(spec.destination.prefixLength)}`
        this.complain(`(${assembled.router.name}) cannot set route to ${route}: no interface ${name}`)
      }
      return []
    })
  }

  private refused(assembled: Owned, what: string, outcome: Outcome): void {
    if (outcome === undefined) return
    this.complain(`(${assembled.router.name}) cannot ${what}: ${outcome.text} [${outcome.code}]`)
  }
}
