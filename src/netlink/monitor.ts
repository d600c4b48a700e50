/**
 * Keeps the table in step with the kernel: subscribes, dumps once, folds in
 * what is notified. When the queue overran (ENOBUFS), a fresh dump takes the
 * place of what was lost and the difference becomes events, so that a listener
 * misses nothing but the steps in between. Pure: where both come from is a port.
 */

import { accepted, type Result } from '../base/result.ts'
import type { LinkTable } from './link-table.ts'
import { difference, fold } from './fold.ts'
import type { Notifications } from './notifications.ts'
import { OwnChanges, type AddressChange } from './own-changes.ts'
import type { AddressSpec, LinkEvent, PortId, RouteSpec, RuleSpec } from './types.ts'

/** Where a monitor learns of the kernel; subscribed to links and addresses from the start. */
export interface NotificationSource<Failure> {
  /** The port of the requests, which their notifications carry. */
  readonly portId: PortId
  /** What is queued; never waits. Of routes those of these protocols. */
  read(watched: ReadonlySet<number>): Notifications
  subscribe(group: 'routes' | 'rules'): void
  /** What there is now, but for routes of other protocols. */
  snapshot(watched: ReadonlySet<number>, withRules: boolean): Result<LinkTable, Failure>
  listRoutes(protocols: ReadonlySet<number>): Result<readonly RouteSpec[], Failure>
  listRules(): Result<readonly RuleSpec[], Failure>
  /** Replaces the previous callback: there is something to read. */
  onReadable(callback: () => void): void
  close(): void
}

export class Monitor {
  private readonly source: NotificationSource<unknown>
  private readonly own: OwnChanges
  private readonly protocols = new Set<number>()
  private rulesWatched = false
  private view: LinkTable
  /** Something was missed that only a dump can tell: of everything, or of routes. */
  private doubt: 'none' | 'routes' | 'everything' = 'none'
  private callback: ((events: readonly LinkEvent[]) => void) | undefined

  private constructor(source: NotificationSource<unknown>, view: LinkTable) {
    this.source = source
    this.own = new OwnChanges(source.portId)
    this.view = view
  }

  /** @param source its own from now on; closed when it fails */
  static open<Failure>(source: NotificationSource<Failure>): Result<Monitor, Failure> {
    // Subscribed first: what changes during the dump is told afterwards.
    const snapshot = source.snapshot(new Set(), false)
    if (!snapshot.ok) {
      source.close()
      return snapshot
    }
    const monitor = new Monitor(source, snapshot.value)
    source.onReadable(() => {
      monitor.drain()
    })
    return accepted(monitor)
  }

  get table(): LinkTable {
    return this.view
  }

  /** Replaces the previous callback. */
  onEvents(callback: (events: readonly LinkEvent[]) => void): void {
    this.callback = callback
  }

  /**
   * From now on routes of these protocols are in the table as well. Only who has
   * routes of its own asks for it: on a router, every change of a full routing
   * table would be told to us too.
   */
  watchRoutes(protocols: readonly number[]): void {
    const added = protocols.filter((protocol) => !this.protocols.has(protocol))
    if (added.length === 0) return
    if (this.protocols.size === 0) this.source.subscribe('routes')
    for (const protocol of added) this.protocols.add(protocol)
    const routes = this.source.listRoutes(new Set(added))
    if (routes.ok) this.view = this.view.withRoutes([...this.view.routes.values(), ...routes.value])
    else this.doubt = 'everything'
  }

  /** From now on rules are in the table as well. */
  watchRules(): void {
    if (this.rulesWatched) return
    this.rulesWatched = true
    this.source.subscribe('rules')
    const rules = this.source.listRules()
    if (rules.ok) this.view = this.view.withRules(rules.value)
    else this.doubt = 'everything'
  }

  /** To be told what is about to be asked of the kernel: its notification is ours then. */
  expect(change: AddressChange, specs: readonly AddressSpec[]): void {
    this.own.expect(change, specs)
  }

  /** Reads what is queued and delivers it to the callback; never waits. */
  drain(): void {
    const { messages, emptied, incomplete } = this.source.read(this.protocols)
    const { table, events, routesInDoubt } = fold(this.view, messages, (message) => this.own.has(message))
    this.view = table
    if (incomplete) this.doubt = 'everything'
    else if (routesInDoubt && this.doubt === 'none') this.doubt = 'routes'
    if (emptied) this.own.forget()
    const missed = emptied ? this.makeUp() : []
    if (events.length + missed.length > 0) this.callback?.([...events, ...missed])
  }

  close(): void {
    this.source.close()
  }

  /** What was missed, by asking the kernel. When that fails too, the next drain tries again. */
  private makeUp(): readonly LinkEvent[] {
    if (this.doubt === 'none') return []
    const asked =
      this.doubt === 'routes' ? this.askForRoutes() : this.source.snapshot(this.protocols, this.rulesWatched)
    if (!asked.ok) return []
    const missed = difference(this.view, asked.value)
    const isOverrun = this.doubt === 'everything'
    this.view = asked.value
    this.doubt = 'none'
    return isOverrun ? [...missed, { type: 'resynchronised' }] : missed
  }

  private askForRoutes(): Result<LinkTable, unknown> {
    const routes = this.source.listRoutes(this.protocols)
    return routes.ok ? accepted(this.view.withRoutes(routes.value)) : routes
  }
}
