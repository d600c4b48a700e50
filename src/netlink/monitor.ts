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
import { decodeMessage } from './decode.ts'
import { LinkTable } from './link-table.ts'
import { difference, fold } from './links.ts'
import type { KernelMessage } from './message.ts'
import { OwnChanges, type AddressChange } from './own-changes.ts'
import { receive } from './receive.ts'
import { ERRNO } from './refusal.ts'
import { listRoutes, takeSnapshot } from './snapshot.ts'
import type { Transport } from './transport.ts'
import type { AddressSpec, LinkEvent, RouteSpec } from './types.ts'

export interface MonitorOptions {
  /** A name under /run/netns, or a path. */
  readonly namespace?: string | undefined
  /** A notification takes about 1 KiB of it. */
  readonly receiveBufferBytes?: number
}

const RECEIVE_BUFFER_BYTES = 4 << 20
const GROUPS = [MulticastGroups.LINK, MulticastGroups.IPV4_IFADDR, MulticastGroups.IPV6_IFADDR]
const ROUTE_GROUPS = [MulticastGroups.IPV4_ROUTE, MulticastGroups.IPV6_ROUTE]

/** Of up to 8 notifications each. In ordinary times the rest may wait for the next turn of the loop. */
const READS_PER_DRAIN = 512
/** After an overrun the queue must be emptied: until then the kernel drops what is new without a word. */
const READS_AFTER_OVERRUN = 65_536

export class Monitor {
  private readonly socket: Socket
  private readonly transport: Transport
  private readonly own: OwnChanges
  private readonly protocols = new Set<number>()
  private view = LinkTable.empty
  /** Something was missed, and no dump has told yet what. */
  private stale = false
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
    for (const protocol of added) {
      this.protocols.add(protocol)
      const routes = listRoutes(this.transport, protocol)
      if (routes.ok) this.view = fold(this.view, routes.value.map(asMessage)).table
      else this.stale = true
    }
  }

  /** To be told what is about to be asked of the kernel: its notification is ours then. */
  expect(change: AddressChange, specs: readonly AddressSpec[]): void {
    this.own.expect(change, specs)
  }

  /** Reads what is queued and delivers it to the callback; never waits. */
  drain(): void {
    const { messages, emptied } = this.readQueue()
    const { table, events } = fold(this.view, messages, (message) => this.own.has(message))
    this.view = table
    if (emptied) this.own.forget()
    const missed = this.stale ? this.resynchronise() : []
    if (events.length + missed.length > 0) this.callback?.([...events, ...missed])
  }

  close(): void {
    this.socket.close()
  }

  private readQueue(): { readonly messages: readonly KernelMessage[]; readonly emptied: boolean } {
    const messages: KernelMessage[] = []
    let limit = READS_PER_DRAIN
    for (let reads = 0; reads < limit; reads++) {
      const received = receive(this.socket)
      if (!received.ok) {
        this.stale = true
        limit = READS_AFTER_OVERRUN
        if (received.error.errno === ERRNO.ENOBUFS) continue
        return { messages, emptied: false }
      }
      if (received.value.empty) return { messages, emptied: true }
      this.stale ||= received.value.truncated
      for (const envelope of received.value.messages) {
        const message = decodeMessage(envelope, this.protocols)
        if (message !== undefined) messages.push(message)
      }
    }
    return { messages, emptied: false }
  }

  /** Nothing when the dump failed too: the next drain tries again. */
  private resynchronise(): readonly LinkEvent[] {
    const snapshot = takeSnapshot(this.transport, this.protocols)
    if (!snapshot.ok) return []
    const missed = difference(this.view, snapshot.value)
    this.view = snapshot.value
    this.stale = false
    return [...missed, { type: 'resynchronised' }]
  }
}

const asMessage = (route: RouteSpec): KernelMessage => ({ type: 'route', route, portId: 0, replaces: false })
