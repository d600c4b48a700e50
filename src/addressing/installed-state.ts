/**
 * What every router has in the kernel: it comes, changes and goes as it is told, and what the kernel accepted
 * is remembered. Only that is announced by ARP, and only the loss of that is a loss.
 */

import type { IpAddress } from '../base/address.ts'
import type { Complaint } from '../events/event.ts'
import type { Link, Refusal } from '../netlink/types.ts'
import { acceptedOf, type Applied, type Applier, type Attempt } from './applier.ts'
import { Claims, PLANNED } from './claims.ts'
import { NOTHING, type DesiredAddress, type DesiredState } from './desired.ts'
import { allOf, bind, onLink, type AddressItem, type Bound, type Item } from './link-binding.ts'
import { isPresent } from './observed.ts'
import { reconcile, type Share, type Situation } from './reconcile.ts'
import type { World } from '../world/world.ts'

/** Whose kernel state it is. */
export interface Owned extends DesiredState {
  readonly router: { readonly name: string }
}

/** A Master under a configuration and under the next one. */
interface Renewed {
  readonly from: Owned
  readonly to: Owned
}

/** What the kernel does not have, or has still, though it was to be otherwise. */
export type Shortfall =
  | { readonly kind: 'no-link'; readonly owner: string; readonly text: string; readonly link: string }
  | {
      readonly kind: 'not-set'
      readonly owner: string
      readonly item: Item
      readonly refusal: Refusal
    }
  | {
      readonly kind: 'not-removed'
      /** Undefined: of several owners together. */
      readonly owner: string | undefined
      readonly item: Item
      readonly refusal: Refusal
    }

/** With the kernel's own reason. */
export function complaintOf(shortfall: Shortfall): Complaint {
  const { kind, owner } = shortfall
  const of = owner === undefined ? {} : { router: owner }
  if (kind === 'no-link')
    return { what: 'not-set', ...of, text: `cannot set ${shortfall.text}: no interface ${shortfall.link}` }
  const { item, refusal } = shortfall
  const reason = `${refusal.text} [${refusal.code}]`
  if (kind === 'not-set')
    return { what: kind, ...of, text: `cannot set ${item.text}${onLink(item)}: ${reason}` }
  const from = item.kind === 'address' ? ` from ${item.link}` : ''
  return { what: kind, ...of, text: `cannot remove ${item.text}${from}: ${reason}` }
}

/** What a reload comes to. */
interface Changed {
  readonly shortfalls: readonly Shortfall[]
  /** What has been set with other attributes. */
  readonly replaced: readonly Item[]
}

/** An address that the kernel has accepted. `link`: its name in the configuration. */
interface HeldAddress extends Pick<AddressItem, 'link'> {
  readonly linkIndex: number
  readonly address: IpAddress
}

export interface InstalledStatePorts extends Pick<World, 'kernel'> {
  readonly applier: Applier
  /** Nobody else wants anything when absent. */
  readonly claims?: Claims
  /** As the kernel's table has it when absent. */
  readonly linkByName?: (name: string) => Link | undefined
}

export class InstalledState {
  private readonly kernel: World['kernel']
  private readonly applier: Applier
  private readonly claims: Claims
  private readonly linkByName: (name: string) => Link | undefined
  /** When `plan` was told. */
  private heldBefore: readonly Item[] = []

  constructor({
    kernel,
    applier,
    claims = new Claims(),
    linkByName = (name) => kernel.table.linkByName(name),
  }: InstalledStatePorts) {
    this.kernel = kernel
    this.applier = applier
    this.claims = claims
    this.linkByName = linkByName
  }

  bind(desired: DesiredState): Bound {
    return bind(desired, this.linkByName)
  }

  install(owned: Owned): readonly Shortfall[] {
    const share = this.shareOf(owned)
    const applied = this.apply({ before: [], after: [share] })
    return this.hold(share, applied)
  }

  withdraw(owned: Owned): readonly Shortfall[] {
    const { name } = owned.router
    // What is held is on a link that may have another name by now; what is not held may be a leftover.
    const held = this.claims.release(name)
    const applied = this.apply({ before: [...allOf(this.bind(owned)), ...held], after: [] })
    return notRemoved(applied, name)
  }

  /** What is wanted by these is not removed, whoever gives it up, until `change` or the next `plan`. */
  plan(states: readonly DesiredState[]): void {
    const items = states.flatMap((state) => allOf(this.bind(state)))
    this.claims.release(PLANNED)
    this.heldBefore = this.claims.all
    this.claims.set(PLANNED, items)
  }

  /**
   * A new configuration, of which `plan` has been told: what nobody wants any more goes, what is new comes, the
   * rest is not touched.
   *
   * @param masters as they were and as they are to be
   * @param statics what the static items are to be from now on
   */
  change(masters: readonly Renewed[], statics: Share): Changed {
    this.claims.release(PLANNED)
    // What those that have left held is still there where somebody wants it, perhaps with other attributes.
    const before = [...this.heldBefore, ...this.claims.all]
    this.claims.set(statics.owner, statics.items)
    for (const { from } of masters) this.claims.release(from.router.name)
    const shares = masters.map(({ to }) => this.shareOf(to))
    const applied = this.apply({ before, after: [statics, ...shares] })
    const shortfalls = [
      ...notRemoved(applied, undefined),
      ...shares.flatMap((share) => this.hold(share, applied)),
    ]
    // Set for nobody in particular: there with other attributes until now.
    const replaced = applied.flatMap(({ step, attempts }) =>
      step.do === 'set' && step.owner === undefined ? acceptedOf(attempts) : [],
    )
    return { shortfalls, replaced }
  }

  /** Puts things back that are held and have been taken away. */
  putBack(items: readonly Item[]): readonly Attempt[] {
    const settled = { table: this.kernel.table, settled: true }
    const after = [{ owner: '', items }]
    const plan = reconcile({ before: [], after, claims: this.claims, observed: settled })
    return this.applier.apply(plan).flatMap(({ attempts }) => attempts)
  }

  /** What is there of these addresses and may be removed. */
  leftoversOf(desired: DesiredState): readonly AddressItem[] {
    const { addresses } = this.bind(desired)
    return this.claims.removable(addresses).filter((item) => isPresent(item, this.kernel.table))
  }

  /** Whether the host had it before us. */
  isHosts(address: DesiredAddress): boolean {
    const { addresses } = this.bind({ ...NOTHING, addresses: [address] })
    return addresses.some((item) => this.claims.isHosts(item))
  }

  /** Everything that this router holds, as far as we have been told. */
  itemsOf(name: string): readonly Item[] {
    return this.claims.of(name)
  }

  /** The addresses that the kernel accepted, in the file's order. */
  addressesOf(name: string): readonly HeldAddress[] {
    return this.itemsOf(name).flatMap((item) =>
      item.kind === 'address'
        ? [{ linkIndex: item.spec.linkIndex, address: item.spec.cidr.address, link: item.link }]
        : [],
    )
  }

  private shareOf(owned: Owned): Share & Pick<Bound, 'missing'> {
    const bound = this.bind(owned)
    return { owner: owned.router.name, items: allOf(bound), missing: bound.missing }
  }

  private apply(situation: Pick<Situation, 'before' | 'after'>): readonly Applied[] {
    // Others of our requests may be on their way to the table.
    const observed = { table: this.kernel.table, settled: false }
    return this.applier.apply(reconcile({ ...situation, claims: this.claims, observed }))
  }

  /** What came of it last is what the router has. */
  private hold(
    { owner, missing }: Share & Pick<Bound, 'missing'>,
    applied: readonly Applied[],
  ): readonly Shortfall[] {
    const last = applied.findLast(({ step }) => step.do === 'set' && step.owner === owner)
    const attempts = last?.attempts ?? []
    this.claims.set(owner, acceptedOf(attempts))
    return [
      ...missing.map((each): Shortfall => ({ kind: 'no-link', owner, ...each })),
      ...attempts.flatMap(({ item, outcome }): readonly Shortfall[] =>
        outcome === undefined ? [] : [{ kind: 'not-set', owner, item, refusal: outcome }],
      ),
    ]
  }
}

const notRemoved = (applied: readonly Applied[], owner: string | undefined): readonly Shortfall[] =>
  applied
    .filter(({ step }) => step.do === 'remove')
    .flatMap(({ attempts }) => attempts)
    .flatMap(({ item, outcome }): readonly Shortfall[] =>
      outcome === undefined ? [] : [{ kind: 'not-removed', owner, item, refusal: outcome }],
    )
