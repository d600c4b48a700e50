/**
 * Installs and withdraws one virtual router's addresses, routes and rules and
 * remembers what the kernel accepted: only that is announced by ARP, and only
 * the loss of that is a loss.
 */

import type { IpAddress } from '../base/address.ts'
import type { Complaint } from '../events/event.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { Link, Outcome } from '../netlink/types.ts'
import type { World } from '../world/world.ts'
import { Claims, type Changeover } from './claims.ts'
import {
  allOf,
  bind,
  onLink,
  united,
  wholeOf,
  type AddressItem,
  type Item,
  type Bound,
} from './link-binding.ts'
import { linksThatLoseMore, linksWithMore, promotingOn } from './secondaries.ts'
import type { DesiredState } from './desired.ts'

/** Whose kernel state it is, for what is said of it. */
export interface Owned extends DesiredState {
  readonly router: { readonly name: string }
}

/** The part of the kernel's port that installing takes. */
export interface InstallerPort extends Pick<
  Kernel,
  | 'installAddresses'
  | 'withdrawAddresses'
  | 'installRoutes'
  | 'withdrawRoutes'
  | 'installRules'
  | 'withdrawRules'
> {
  linkByName(name: string): Link | undefined
  /** While this runs, nothing goes along with these where more of their network is there: see secondaries.ts. */
  sparing(removed: readonly Item[], change: () => void): void
}

export const installerPort = ({
  kernel,
  linkSettings,
}: Pick<World, 'kernel' | 'linkSettings'>): InstallerPort => ({
  linkByName: (name) => kernel.table.linkByName(name),
  installAddresses: (specs) => kernel.installAddresses(specs),
  sparing: (removed, change) => {
    const specs = addressesOf(removed).map(({ spec }) => spec)
    promotingOn(kernel.table, linkSettings, linksWithMore(kernel.table, specs), change)
  },
  withdrawAddresses: (specs) =>
    promotingOn(kernel.table, linkSettings, linksThatLoseMore(kernel.table, specs), () =>
      kernel.withdrawAddresses(specs),
    ),
  installRoutes: (specs) => kernel.installRoutes(specs),
  withdrawRoutes: (specs) => kernel.withdrawRoutes(specs),
  installRules: (specs) => kernel.installRules(specs),
  withdrawRules: (specs) => kernel.withdrawRules(specs),
})

/** What came of it, in order. */
export interface Attempt {
  readonly item: Item
  readonly outcome: Outcome
}

/** Addresses first, as a route may need one as its source; rules last, when the tables they ask are filled. */
export function installAll(
  kernel: InstallerPort,
  { addresses, routes, rules }: Omit<Bound, 'missing'>,
): readonly Attempt[] {
  return [
    ...paired(addresses, kernel.installAddresses(addresses.map(({ spec }) => spec))),
    ...paired(routes, kernel.installRoutes(routes.map(({ spec }) => spec))),
    ...paired(rules, kernel.installRules(rules.map(({ spec }) => spec))),
  ]
}

/** The other way round. What is gone already is no error. */
export function withdrawAll(
  kernel: InstallerPort,
  { addresses, routes, rules }: Omit<Bound, 'missing'>,
): readonly Attempt[] {
  return [
    ...paired(rules, kernel.withdrawRules(rules.map(({ spec }) => spec))),
    ...paired(routes, kernel.withdrawRoutes(routes.map(({ spec }) => spec))),
    ...paired(addresses, kernel.withdrawAddresses(addresses.map(({ spec }) => spec))),
  ]
}

const paired = (items: readonly Item[], outcomes: readonly Outcome[]): readonly Attempt[] =>
  items.map((item, index) => ({ item, outcome: outcomes[index] }))

/** A Master under a configuration and under the next one. */
export interface Renewed {
  readonly from: Owned
  readonly to: Owned
}

/** An address that the kernel has accepted. */
interface HeldAddress extends Pick<AddressItem, 'link'> {
  readonly linkIndex: number
  readonly address: IpAddress
}

interface Tried extends Pick<Bound, 'missing'> {
  readonly attempts: readonly Attempt[]
}

export class Installer {
  private readonly kernel: InstallerPort
  private readonly complain: (complaint: Complaint) => void
  private readonly claims: Claims
  private readonly haveSet: (items: readonly AddressItem[]) => void

  /** @param haveSet is told of addresses that the kernel accepted */
  constructor(
    kernel: InstallerPort,
    complain: (complaint: Complaint) => void,
    claims: Claims = new Claims(),
    haveSet: (items: readonly AddressItem[]) => void = () => undefined,
  ) {
    this.kernel = kernel
    this.complain = complain
    this.claims = claims
    this.haveSet = haveSet
  }

  /** One refusal never stops the others. */
  install(assembled: Owned): void {
    this.hold(assembled, this.attempt(assembled))
  }

  /**
   * A new configuration: what nobody wants any more goes, what is new comes, the rest is not touched. What is
   * new comes first, so that an address or a destination is served all the time; and everything is set once
   * more at the end, as something may have gone along with what was removed.
   *
   * @param masters as they were and as they are to be
   * @param change of all owners together
   */
  change(masters: readonly Renewed[], { replaced, removed }: Changeover): void {
    for (const { from } of masters) this.claims.release(from.router.name)
    const outdated = replaced.map(({ from }) => from).filter((item) => !this.claims.isHosts(item))
    this.kernel.sparing([...outdated, ...removed], () => {
      this.remove(outdated)
      this.installAll(wholeOf(replaced.map(({ to }) => to)))
      const tried = masters.map(({ to }) => ({ to, first: this.attempt(to) }))
      this.remove(this.claims.removable(removed))
      for (const { to, first } of tried) this.hold(to, removed.length === 0 ? first : this.attempt(to))
    })
  }

  withdraw(assembled: Owned): void {
    const { name } = assembled.router
    // What is held is on a link that may have another name by now; what is not held may be a leftover.
    const held = this.claims.release(name)
    const named = bind(assembled, (link) => this.kernel.linkByName(link))
    this.remove(this.claims.removable(allOf(united(named, held))), name)
  }

  /** Puts things back that are held and have been taken away. */
  putBack(items: readonly Item[]): readonly Attempt[] {
    return installAll(this.kernel, wholeOf(items))
  }

  /** Everything that this router holds, as far as we have been told. */
  itemsOf(name: string): readonly Item[] {
    return this.claims.of(name)
  }

  /** The addresses that the kernel accepted, in the file's order. `link`: its name there. */
  addressesOf(name: string): readonly HeldAddress[] {
    return this.itemsOf(name).flatMap((item) =>
      item.kind === 'address'
        ? [{ linkIndex: item.spec.linkIndex, address: item.spec.cidr.address, link: item.link }]
        : [],
    )
  }

  private attempt(assembled: Owned): Tried {
    const specs = bind(assembled, (link) => this.kernel.linkByName(link))
    return { missing: specs.missing, attempts: this.installAll(specs) }
  }

  private installAll(specs: Omit<Bound, 'missing'>): readonly Attempt[] {
    const attempts = installAll(this.kernel, specs)
    this.haveSet(addressesOf(acceptedOf(attempts)))
    return attempts
  }

  /** What came of it is what the router has. */
  private hold({ router: { name } }: Owned, { missing, attempts }: Tried): void {
    for (const { text, link } of missing)
      this.complain({ what: 'not-set', router: name, text: `cannot set ${text}: no interface ${link}` })
    for (const attempt of attempts) this.refused(name, attempt)
    this.claims.set(name, acceptedOf(attempts))
  }

  private remove(items: readonly Item[], name?: string): void {
    for (const { item, outcome } of withdrawAll(this.kernel, wholeOf(items))) {
      if (outcome === undefined) continue
      const from = item.kind === 'address' ? ` from ${item.link}` : ''
      this.complain({
        what: 'not-removed',
        ...(name !== undefined && { router: name }),
        text: `cannot remove ${item.text}${from}: ${outcome.text} [${outcome.code}]`,
      })
    }
  }

  private refused(name: string, { item, outcome }: Attempt): void {
    if (outcome === undefined) return
    const text = `cannot set ${item.text}${onLink(item)}: ${outcome.text} [${outcome.code}]`
    this.complain({ what: 'not-set', router: name, text })
  }
}

/** What of it the kernel accepted. */
export const acceptedOf = (attempts: readonly Attempt[]): readonly Item[] =>
  attempts.filter(({ outcome }) => outcome === undefined).map(({ item }) => item)

export const addressesOf = (items: readonly Item[]): readonly AddressItem[] =>
  items.filter((item) => item.kind === 'address')
