/**
 * static_ipaddress, static_routes and static_rules: there from the start to
 * the end, whoever is Master. What somebody else removes is put back at once,
 * and what a link took along is back when the link is. keepalived 2.2.7
 * restores addresses at once, routes when their link comes up, and rules never
 * (measured).
 */

import type { Complaint } from '../events/event.ts'
import { linksOf } from '../netlink/identity.ts'
import type { LinkEvent } from '../netlink/types.ts'
import type { World } from '../world/world.ts'
import { describeAuthor } from './change-author.ts'
import { STATIC_ITEMS, type Claims } from './claims.ts'
import type { HostAddresses } from './host-addresses.ts'
import type { Applier, Attempt } from './applier.ts'
import { keeperOfItems, type ItemKeeperPorts, type Keeper } from './keeper.ts'
import { allOf, onLink, keyOfItem, bind, type Item, type Bound } from './link-binding.ts'
import { reconcile, type Share, type Situation } from './reconcile.ts'
import { findLosses, type Loss } from './observed.ts'
import { timesToTell } from './retry.ts'
import { NOTHING, type DesiredState } from './desired.ts'

export interface StaticItemsPorts extends ItemKeeperPorts {
  readonly applier: Applier
  readonly claims: Claims
  readonly hosts: Pick<HostAddresses, 'notice'>
  readonly processName: World['processName']
  readonly say: (text: string) => void
  readonly complain: (complaint: Complaint) => void
}

/** Of the items that are kept, in the log: no router's name. */
const OWNER = 'static'

export class StaticItems {
  private readonly ports: StaticItemsPorts
  private readonly keeper: Keeper
  private wanted: DesiredState = NOTHING
  constructor(ports: StaticItemsPorts) {
    this.ports = ports
    this.keeper = keeperOfItems(ports, {
      wanted: () => this.items(),
      install: (items) => this.install(items),
      restored: (item, count) => {
        const times = timesToTell(count)
        if (times !== undefined) ports.say(`Restoring deleted static ${item.text}${onLink(item)}${times}`)
      },
      refused: (item, { text, code }) => {
        // That its link is down has been said.
        if (this.isDown(item)) return
        ports.complain({
          what: 'not-set',
          text: `cannot set static ${item.text}${onLink(item)}: ${text} [${code}]`,
        })
      },
    })
  }

  /** What is missing is set. What is no longer wanted goes with `InstalledState.change`, when it is known whether anybody else wants it. */
  use(wanted: DesiredState): void {
    this.wanted = wanted
    this.noticeHosts()
    this.hold(this.items())
    const { missing } = this.specs(wanted)
    for (const { text, link } of missing) {
      this.ports.complain({
        what: 'not-set',
        text: `cannot set static ${text} before there is an interface ${link}`,
      })
    }
    if (this.items().length > 0) this.keeper.check()
  }

  /** All that is wanted and whose link is there. */
  items(): readonly Item[] {
    return allOf(this.specs(this.wanted))
  }

  /** What is to be held from now on, and nothing else: it is kept here. */
  share(): Share {
    return { owner: STATIC_ITEMS, items: this.items(), kept: true }
  }

  /** A reload has set these with other attributes, whoever wanted them before. */
  haveSet(items: readonly Item[]): void {
    const keys = new Set(items.map(keyOfItem))
    this.keeper.haveSet(this.items().filter((item) => keys.has(keyOfItem(item))))
  }

  onEvents(events: readonly LinkEvent[]): void {
    const items = this.items()
    if (items.length === 0 && isNothing(this.wanted)) return
    if (events.some((event) => event.type === 'address-added' && !event.ours)) this.noticeHosts()
    const losses = findLosses(events, [{ router: OWNER, link: undefined, items }], this.ports.table())
    this.keeper.check(losses.map(({ item }) => item))
    for (const { item, by } of losses) this.explain(item, by)
    if (events.some(({ type }) => type === 'link-changed' || type === 'address-added')) {
      this.keeper.reconsider()
    }
  }

  /** They go even with --dont-release-vrrp, as keepalived's do (measured). */
  close(): void {
    this.keeper.close()
    const before = [...this.items(), ...this.ports.claims.release(STATIC_ITEMS)]
    this.wanted = NOTHING
    for (const { item, outcome } of this.apply({ before, after: [] })) {
      if (outcome === undefined) continue
      this.ports.complain({
        what: 'not-removed',
        text: `cannot remove static ${item.text}: ${outcome.text} [${outcome.code}]`,
      })
    }
  }

  private explain(item: Item, by: Loss['by']): void {
    if (typeof by !== 'number') return
    describeAuthor(by, this.ports.processName, (author, hint) => {
      if (hint !== '') this.ports.say(`static ${item.text} was removed by ${author}${hint}`)
    })
  }

  private isDown(item: Item): boolean {
    const links =
      item.kind === 'route' ? linksOf(item.spec) : item.kind === 'address' ? [item.spec.linkIndex] : []
    return links.some((index) => index !== undefined && this.ports.table().linkByIndex(index)?.up !== true)
  }

  private noticeHosts(): void {
    const { addresses } = this.specs(this.wanted)
    this.ports.hosts.notice({ name: STATIC_ITEMS, stays: true, sourceLink: undefined }, addresses)
  }

  /** On links that may have another name by the time that they go. */
  private hold(more: readonly Item[]): void {
    const { claims } = this.ports
    const all = [...claims.of(STATIC_ITEMS), ...more]
    claims.set(STATIC_ITEMS, [...new Map(all.map((item) => [keyOfItem(item), item])).values()])
  }

  private install(items: readonly Item[]): readonly Attempt[] {
    this.hold(items)
    return this.apply({ before: [], after: [{ owner: STATIC_ITEMS, items }] })
  }

  private apply(situation: Pick<Situation, 'before' | 'after'>): readonly Attempt[] {
    const { applier, claims, table } = this.ports
    const plan = reconcile({ ...situation, claims, observed: { table: table(), settled: true } })
    return applier.apply(plan).flatMap(({ attempts }) => attempts)
  }

  private specs(wanted: DesiredState): Bound {
    return bind(wanted, (name) => this.ports.table().linkByName(name))
  }
}

const isNothing = ({ addresses, routes, rules }: DesiredState): boolean =>
  addresses.length + routes.length + rules.length === 0
