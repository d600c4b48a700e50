/**
 * Keeps the table in step with the kernel: subscribes, dumps once, folds in
 * what is notified. When the queue overran (ENOBUFS), a fresh dump takes the
 * place of what was lost and the difference becomes events, so that a listener
 * misses nothing but the steps in between.
 */

import { MulticastGroups } from 'netlink/dist/rt/structs.js'
import { accepted, type Result } from '../base/result.ts'
import { NETLINK_ADD_MEMBERSHIP, SOL_NETLINK } from '../system/constants.ts'
import { openNetlinkSocket } from '../system/netlink-socket.ts'
import type { Socket, SystemError } from '../system/socket.ts'
import { LinkTable } from './link-table.ts'
import { difference, fold } from './links.ts'
import { readNotifications } from './notifications.ts'
import { OwnChanges, type AddressChange } from './own-changes.ts'
import { listRoutes, listRules, takeSnapshot } from './snapshot.ts'
import type { Transport } from './transport.ts'
import type { AddressSpec, LinkEvent } from './types.ts'

export interface MonitorOptions {
  /** A name under /run/netns, or a path. */
  readonly namespace?: string | undefined
  /** A notification takes about 1 KiB of it. */
  readonly receiveBufferBytes?: number
}

const RECEIVE_BUFFER_BYTES = 4 << 20
const GROUPS = [MulticastGroups.LINK, MulticastGroups.IPV4_IFADDR, MulticastGroups.IPV6_IFADDR]
const ROUTE_GROUPS = [MulticastGroups.IPV4_ROUTE, MulticastGroups.IPV6_ROUTE]
const RULE_GROUPS = [MulticastGroups.IPV4_RULE, MulticastGroups.IPV6_RULE]

export class Monitor {
  private readonly socket: Socket
  private readonly transport: Transport
  private readonly own: OwnChanges
  private readonly protocols = new Set<number>()
  private rulesWatched = false
  private view = LinkTable.empty
  /** Something was missed that only a dump can tell: of everything, or of routes. */
  private doubt: 'none' | 'routes' | 'everything' = 'none'
  private callback: ((events: readonly LinkEvent[]) => void) | undefined

  private constructor(socket: Socket, transport: Transport) {
    this.socket = socket
    this.transport = transport
    this.own = new OwnChanges(transport.portId)
  }

  static open(transport: Transport, options: MonitorOptions): Result<Monitor, SystemError> {
    const { namespace, receiveBufferBytes = RECEIVE_BUFFER_BYTES } = options
    const socket = openNetlinkSocket({ groups: GROUPS, receiveBufferBytes, namespace })
    if (!socket.ok) return socket
    // Subscribed first: what changes during the dump is told afterwards.
    const snapshot = takeSnapshot(transport, new Set())
    if (!snapshot.ok) {
      socket.value.close()
      return snapshot
    }
    const monitor = new Monitor(socket.value, transport)
    monitor.view = snapshot.value
    socket.value.onReadable(() => {
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
    if (this.protocols.size === 0) {
      for (const group of ROUTE_GROUPS) this.socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    }
    for (const protocol of added) this.protocols.add(protocol)
    const routes = listRoutes(this.transport, new Set(added))
    if (routes.ok) this.view = this.view.withRoutes([...this.view.routes.values(), ...routes.value])
    else this.doubt = 'everything'
  }

  /** From now on rules are in the table as well. */
  watchRules(): void {
    if (this.rulesWatched) return
    this.rulesWatched = true
    for (const group of RULE_GROUPS) this.socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    const rules = listRules(this.transport)
    if (rules.ok) this.view = this.view.withRules(rules.value)
    else this.doubt = 'everything'
  }

  /** To be told what is about to be asked of the kernel: its notification is ours then. */
  expect(change: AddressChange, specs: readonly AddressSpec[]): void {
    this.own.expect(change, specs)
  }

  /** Reads what is queued and delivers it to the callback; never waits. */
  drain(): void {
    const { messages, emptied, incomplete } = readNotifications(this.socket, this.protocols)
    const { table, events, routesInDoubt } = fold(this.view, messages, (message) => this.own.has(message))
    this.view = table
    if (incomplete) this.doubt = 'everything'
    else if (routesInDoubt && this.doubt === 'none') this.doubt = 'routes'
    if (emptied) this.own.forget()
    const missed = emptied ? this.makeUp() : []
    if (events.length + missed.length > 0) this.callback?.([...events, ...missed])
  }

  close(): void {
    this.socket.close()
  }

  /** What was missed, by asking the kernel. When that fails too, the next drain tries again. */
  private makeUp(): readonly LinkEvent[] {
    if (this.doubt === 'none') return []
    const asked =
      this.doubt === 'routes'
        ? this.askForRoutes()
        : takeSnapshot(this.transport, this.protocols, this.rulesWatched)
    if (!asked.ok) return []
    const missed = difference(this.view, asked.value)
    const isOverrun = this.doubt === 'everything'
    this.view = asked.value
    this.doubt = 'none'
    return isOverrun ? [...missed, { type: 'resynchronised' }] : missed
  }

  private askForRoutes(): Result<LinkTable, SystemError> {
    const routes = listRoutes(this.transport, this.protocols)
    return routes.ok ? accepted(this.view.withRoutes(routes.value)) : routes
  }
}
