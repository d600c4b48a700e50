/** `vrrpd drain` and `vrrpd resume` as the daemon has them, and what the operator has asked for as the operator knows it. */

import { after, between, seconds, type Instant } from '../../src/base/time.ts'
import { Chronicle } from '../../src/daemon/journal/chronicle.ts'
import type { Drains } from '../../src/daemon/operator/drains.ts'
import type { Timers } from '../../src/scripts/types.ts'
import type { Engine, EngineEvent, RouterRecord } from '../../src/vrrp/engine.ts'
import { routerName } from './build.ts'
import type { Machinery } from './surroundings.ts'

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

export interface OperatorPorts extends Pick<Machinery, 'createDrains'> {
  readonly now: () => Instant
  readonly timers: Timers
  readonly engine: () => Engine | undefined
  readonly dispatch: (event: EngineEvent) => void
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
  private chronicle: Chronicle
  private drains: Drains

  constructor(ports: OperatorPorts) {
    this.ports = ports
    ;({ chronicle: this.chronicle, drains: this.drains } = this.daemonSide())
  }

  /** A new daemon knows nothing of what the last one was told. */
  boot(): void {
    ;({ chronicle: this.chronicle, drains: this.drains } = this.daemonSide())
    this.orders.clear()
  }

  /** Before the engine is told. */
  begin(event: EngineEvent): void {
    this.chronicle.begin(event)
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
    this.drains.drain({
      names,
      all: false,
      ...(duration !== undefined && { forMs: Math.round(duration * 1_000) }),
      force,
    })
  }

  letIn(vrids: readonly number[]): void {
    const names = vrids.map(routerName)
    this.separate(names)
    this.drains.resume({ names, all: false })
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

  private daemonSide(): { chronicle: Chronicle; drains: Drains } {
    const { now, timers, dispatch } = this.ports
    const engine = (): Engine => {
      const running = this.ports.engine()
      if (!running) throw new Error('nobody runs here')
      return running
    }
    const chronicle = makeChronicle(now, (router) => this.ports.engine()?.routers.get(router))
    const drains = this.ports.createDrains({
      clock: { now },
      timers,
      chronicle,
      engine,
      dispatch,
      warn: () => undefined,
    })
    return { chronicle, drains }
  }
}

export const makeChronicle = (
  now: () => Instant,
  recordOf: (router: string) => RouterRecord | undefined,
): Chronicle =>
  new Chronicle({
    clock: { now },
    wallMs: () => Math.round(now() / 1_000),
    recordOf,
    addressesOf: () => '',
    checkWords: () => '',
  })
