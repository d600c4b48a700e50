/**
 * static_ipaddress, static_routes and static_rules: there from the start to
 * the end, whoever is Master. What somebody else removes is put back at once,
 * and what a link took along is back when the link is. keepalived 2.2.7
 * restores addresses at once, routes when their link comes up, and rules never
 * (measured).
 */

import { linksOf } from '../../netlink/identity.ts'
import type { LinkTable } from '../../netlink/link-table.ts'
import type { LinkEvent } from '../../netlink/types.ts'
import { describeCulprit, hintFor } from './culprit.ts'
import { onLink, installAll, withdrawAll, type InstallerPort } from './installer.ts'
import { Keeper, type KeeperPorts } from './keeper.ts'
import { keyOfItem, specsOf, united, wholeOf, without, type Item, type Specs } from './kernel-specs.ts'
import { findLosses, isPresent, type Loss } from './losses.ts'
import type { WantedState } from './wanted.ts'

export interface StaticItemsPorts extends Pick<KeeperPorts, 'clock' | 'timers' | 'drain'> {
  readonly installer: InstallerPort
  readonly table: () => LinkTable
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
}

const NOTHING: WantedState = { addresses: [], routes: [], rules: [] }
/** Of the items that are kept, in the log: no router's name. */
const OWNER = 'static'

export class StaticItems {
  private readonly ports: StaticItemsPorts
  private readonly keeper: Keeper
  private wanted: WantedState = NOTHING
  /** By key; on links that may have another name by now. */
  private readonly installed = new Map<string, Item>()

  constructor(ports: StaticItemsPorts) {
    this.ports = ports
    this.keeper = new Keeper({
      clock: ports.clock,
      timers: ports.timers,
      drain: ports.drain,
      wanted: () => this.items(),
      isPresent: (item) => isPresent(item, ports.table()),
      install: (items) => {
        for (const item of items) this.installed.set(keyOfItem(item), item)
        return installAll(ports.installer, wholeOf(items))
      },
      restored: (item, count) => {
        // At most once a second, so this is at most once a minute.
        const times = count === 1 ? '' : ` (${count} times)`
        if (count % 60 === 1) ports.say(`Restoring deleted static ${item.text}${onLink(item)}${times}`)
      },
      refused: (item, { text, code }) => {
        // That its link is down has been said.
        if (this.isDown(item)) return
        ports.complain(`cannot set static ${item.text}${onLink(item)}: ${text} [${code}]`)
      },
    })
  }

  /** Only the difference to what was wanted before is changed. */
  use(wanted: WantedState): void {
    const gone = without(this.wanted, wanted)
    this.wanted = wanted
    this.remove(gone, [])
    const { missing } = this.specs(wanted)
    for (const { text, link } of missing) {
      this.ports.complain(`cannot set static ${text} before there is an interface ${link}`)
    }
    if (this.items().length > 0) this.keeper.check()
  }

  onEvents(events: readonly LinkEvent[]): void {
    const items = this.items()
    if (items.length === 0 && isNothing(this.wanted)) return
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
    const wanted = this.wanted
    this.wanted = NOTHING
    this.remove(wanted, [...this.installed.values()])
  }

  private explain(item: Item, by: Loss['by']): void {
    if (typeof by !== 'number') return
    describeCulprit(by, (culprit) => {
      const hint = hintFor(culprit)
      if (hint !== '') this.ports.say(`static ${item.text} was removed by ${culprit}${hint}`)
    })
  }

  private isDown(item: Item): boolean {
    const links =
      item.kind === 'route' ? linksOf(item.spec) : item.kind === 'address' ? [item.spec.linkIndex] : []
    return links.some((index) => index !== undefined && this.ports.table().linkByIndex(index)?.up !== true)
  }

  private items(): readonly Item[] {
    const { addresses, routes, rules } = this.specs(this.wanted)
    return [...addresses, ...routes, ...rules]
  }

  private specs(wanted: WantedState): Specs {
    return specsOf(wanted, (name) => this.ports.installer.linkByName(name))
  }

  private remove(wanted: WantedState, installed: readonly Item[]): void {
    const all = united(this.specs(wanted), installed)
    for (const { item, outcome } of withdrawAll(this.ports.installer, all)) {
      this.installed.delete(keyOfItem(item))
      if (outcome === undefined) continue
      this.ports.complain(`cannot remove static ${item.text}: ${outcome.text} [${outcome.code}]`)
    }
  }
}

const isNothing = ({ addresses, routes, rules }: WantedState): boolean =>
  addresses.length + routes.length + rules.length === 0
