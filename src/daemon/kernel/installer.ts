/**
 * Installs and withdraws one virtual router's addresses, routes and rules and
 * remembers what the kernel accepted: only that is announced by ARP, and only
 * the loss of that is a loss.
 */

import type { Kernel } from '../../netlink/kernel.ts'
import type { Link, Outcome } from '../../netlink/types.ts'
import type { Assembled } from '../assemble.ts'
import type { Announcement } from './announcer.ts'
import { specsOf, united, wholeOf, without, type Addressed, type Item, type Specs } from './kernel-specs.ts'
import type { WantedState } from './wanted.ts'

/** Whose kernel state it is, for what is said of it. */
export interface Owned extends WantedState {
  readonly router: Pick<Assembled['router'], 'name'>
}

/** One line for the operator: what was refused and the kernel's own reason. */
export type Complaint = (text: string) => void

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
}

export const installerPort = (kernel: Kernel): InstallerPort => ({
  linkByName: (name) => kernel.table.linkByName(name),
  installAddresses: (specs) => kernel.installAddresses(specs),
  withdrawAddresses: (specs) => kernel.withdrawAddresses(specs),
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
  { addresses, routes, rules }: Omit<Specs, 'missing'>,
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
  { addresses, routes, rules }: Omit<Specs, 'missing'>,
): readonly Attempt[] {
  return [
    ...paired(rules, kernel.withdrawRules(rules.map(({ spec }) => spec))),
    ...paired(routes, kernel.withdrawRoutes(routes.map(({ spec }) => spec))),
    ...paired(addresses, kernel.withdrawAddresses(addresses.map(({ spec }) => spec))),
  ]
}

const paired = (items: readonly Item[], outcomes: readonly Outcome[]): readonly Attempt[] =>
  items.map((item, index) => ({ item, outcome: outcomes[index] }))

export const onLink = (item: Item): string => (item.kind === 'address' ? ` on ${item.link}` : '')

export class Installer {
  private readonly kernel: InstallerPort
  private readonly complain: Complaint
  private readonly held = new Map<string, readonly Item[]>()

  constructor(kernel: InstallerPort, complain: Complaint) {
    this.kernel = kernel
    this.complain = complain
  }

  /** One refusal never stops the others. */
  install(assembled: Assembled): void {
    this.held.set(assembled.router.name, this.attempt(assembled.router.name, assembled))
  }

  /**
   * A new configuration for a Master: what it no longer has goes, what is new comes, the rest is not touched.
   *
   * @returns whether there are new addresses to announce
   */
  change(from: Assembled, to: Assembled): boolean {
    const { name } = to.router
    this.remove(from.router.name, without(from, to), [])
    this.held.delete(from.router.name)
    // All of it: what went along with a primary address, or with a rule much like another, comes back.
    this.held.set(name, this.attempt(name, to))
    return without(to, from).addresses.length > 0
  }

  withdraw(assembled: Owned): void {
    const { name } = assembled.router
    // What is held is on a link that may have another name by now; what is not held may be a leftover.
    const held = this.itemsOf(name)
    this.held.delete(name)
    this.remove(name, assembled, held)
  }

  /** Puts things back that are held and have been taken away. */
  putBack(items: readonly Item[]): readonly Attempt[] {
    return installAll(this.kernel, wholeOf(items))
  }

  /** Everything that this router holds, as far as we have been told. */
  itemsOf(name: string): readonly Item[] {
    return this.held.get(name) ?? []
  }

  /** The addresses that the kernel accepted, in the file's order. `link`: its name there. */
  addressesOf(name: string): readonly (Announcement & Pick<Addressed, 'link'>)[] {
    return this.itemsOf(name).flatMap((item) =>
      item.kind === 'address'
        ? [{ linkIndex: item.spec.linkIndex, address: item.spec.cidr.address, link: item.link }]
        : [],
    )
  }

  /** What of it the kernel accepted. */
  private attempt(name: string, wanted: WantedState): readonly Item[] {
    const specs = specsOf(wanted, (link) => this.kernel.linkByName(link))
    for (const { text, link } of specs.missing) {
      this.complain(`(${name}) cannot set ${text}: no interface ${link}`)
    }
    const attempts = installAll(this.kernel, specs)
    for (const attempt of attempts) this.refused(name, attempt)
    return attempts.filter(({ outcome }) => outcome === undefined).map(({ item }) => item)
  }

  private remove(name: string, wanted: WantedState, held: readonly Item[]): void {
    const named = specsOf(wanted, (link) => this.kernel.linkByName(link))
    for (const { item, outcome } of withdrawAll(this.kernel, united(named, held))) {
      if (outcome === undefined) continue
      const from = item.kind === 'address' ? ` from ${item.link}` : ''
      this.complain(`(${name}) cannot remove ${item.text}${from}: ${outcome.text} [${outcome.code}]`)
    }
  }

  private refused(name: string, attempt: Attempt | undefined): void {
    if (attempt?.outcome === undefined) return
    const { item, outcome } = attempt
    this.complain(`(${name}) cannot set ${item.text}${onLink(item)}: ${outcome.text} [${outcome.code}]`)
  }
}
