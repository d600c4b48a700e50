/** What the operator has asked a daemon for by `vrrpd drain` and `vrrpd resume`, as the operator knows it. */

import { after, between, seconds, type Instant } from '../../src/base/time.ts'
import type { Request } from '../../src/control/protocol.ts'
import type { Engine } from '../../src/vrrp/engine.ts'
import { routerName } from './build.ts'

/** What is asked of one router. */
export interface Order {
  readonly at: Instant
  readonly until: Instant | undefined
  readonly force: boolean
  /** Who was Master and had to go with this one, or because of it; undefined: not known any more. */
  readonly leavers: readonly string[] | undefined
  /** When the first of them went: the same may have been asked before. */
  readonly since: Instant
}

export interface OperatorPorts {
  readonly now: () => Instant
  readonly engine: () => Engine | undefined
  /** As the command does: what the daemon's control socket is asked. */
  readonly ask: (request: Request) => void
  /** All members of the groups of these routers, and these. */
  readonly withGroups: (vrids: readonly number[]) => readonly number[]
}

/** With the shortest interval it is not yet known that nobody has come; with the longest it is. */
const NOT_YET_JUDGED = seconds(3)
const JUDGED = seconds(11)

export class Operator {
  /** By router; those in force. */
  readonly orders = new Map<string, Order>()
  private readonly ports: OperatorPorts

  constructor(ports: OperatorPorts) {
    this.ports = ports
  }

  drain(vrids: readonly number[], duration: number | undefined, force: boolean): void {
    const at = this.ports.now()
    const names = vrids.map(routerName)
    const isMaster = (name: string): boolean =>
      this.ports.engine()?.routers.get(name)?.state.kind === 'master'
    const affected = this.ports.withGroups(vrids).map(routerName)
    const all = affected.flatMap((name) => this.orders.get(name) ?? [])
    const earlier = all.filter((order) => between(order.at, at) < JUDGED)
    const left = new Set(earlier.flatMap((order) => order.leavers ?? []))
    const since = Math.min(at, ...earlier.map((order) => order.since)) as Instant
    const isDoubtful = (order: Order): boolean =>
      order.leavers === undefined || between(order.at, at) >= NOT_YET_JUDGED
    const leavers = earlier.some(isDoubtful)
      ? undefined
      : affected.filter((name) => isMaster(name) || left.has(name))
    this.separate(names)
    const until = duration === undefined ? undefined : after(at, seconds(duration))
    for (const name of names) this.orders.set(name, { at, until, force, leavers, since })
    const forMs = duration === undefined ? {} : { forMs: Math.round(duration * 1_000) }
    this.ports.ask({ version: 1, request: 'drain', arguments: { names, all: false, ...forMs, force } })
  }

  letIn(vrids: readonly number[]): void {
    const names = vrids.map(routerName)
    this.separate(names)
    this.ports.ask({ version: 1, request: 'resume', arguments: { names, all: false } })
  }

  /** A reload leaves these. Who has gone with others is not known any more once it is gone for good. */
  retain(routers: ReadonlySet<string>): void {
    for (const [name, order] of this.orders) {
      if (!routers.has(name)) this.orders.delete(name)
      else if (order.leavers?.some((leaver) => !routers.has(leaver)) === true)
        this.orders.set(name, { ...order, leavers: undefined })
    }
  }

  /** The daemon has let these in by itself. */
  ended(routers: readonly string[]): void {
    for (const name of routers) this.orders.delete(name)
  }

  /** Who goes is nobody's concern any more where a part of them has been decided about anew; when it ends still is. */
  private separate(names: readonly string[]): void {
    const stale = new Set(names.flatMap((name) => this.orders.get(name)?.at ?? []))
    for (const name of names) this.orders.delete(name)
    for (const [name, order] of this.orders)
      if (stale.has(order.at)) this.orders.set(name, { ...order, leavers: undefined })
  }
}
