/**
 * One host's kernel, as far as rtnetlink goes, in memory: links, addresses, routes and
 * rules of both families, with the refusals and notifications of Linux 6.18 (measured;
 * test/simulation/kernel compares them). It outlives the processes that open it.
 *
 * What it does not do: duplicate address detection (an IPv6 address is there at once),
 * link-local addresses that the kernel makes itself, lifetimes, neighbours, nexthop
 * objects, VRF. Pure.
 */

import { parseIp, type IpAddress } from '../../base/address.ts'
import { accepted, invariant } from '../../base/result.ts'
import type { Kernel } from '../../netlink/kernel.ts'
import { LinkTable } from '../../netlink/link-table.ts'
import { fold } from '../../netlink/fold.ts'
import type { KernelMessage } from '../../netlink/message.ts'
import { Monitor, type NotificationSource } from '../../netlink/monitor.ts'
import { monitored } from '../../netlink/requests.ts'
import type { Link, LinkAddress, PortId, RouteSpec, RuleSpec } from '../../netlink/types.ts'
import { addIpv4 } from './ipv4-addresses.ts'
import { listIpv4Routes } from './ipv4-routes.ts'
import { addIpv6 } from './ipv6-addresses.ts'
import { listIpv6Routes } from './ipv6-routes.ts'
import { addLink, removeLink, setCarrier, setEnabled, type LinkSpec } from './links.ts'
import { isWatched, NotificationQueue } from './notification-queue.ts'
import { Party } from './party.ts'
import { initialRules } from './rules.ts'
import {
  describeIpv4,
  describeIpv6,
  describeLink,
  KERNEL_PORT,
  linkNamed,
  SCOPE,
  type HostState,
} from './state.ts'

export interface OpenOptions {
  /** That of its requests; one of its own when absent. */
  readonly portId?: PortId
  /** In notifications; about as many as the real one takes when absent. */
  readonly queueLength?: number
  /**
   * Something waits to be read; `drain` reads it and delivers the events. Called once until it has been read. When
   * absent they wait until somebody drains.
   */
  readonly onReadable?: (drain: () => void) => void
}

/** Whose the loopback device's IPv6 address is. */
const IFAPROT_KERNEL_LO = 1

/** 4 MiB of 1 KiB each. */
const QUEUE_LENGTH = 4096
const FIRST_PORT: PortId = 1000

export class MemoryKernel {
  private readonly host: HostState
  private readonly queues = new Set<NotificationQueue>()
  private lastPort = FIRST_PORT

  /** With the loopback device, its addresses, and the kernel's own rules. */
  constructor() {
    this.host = {
      links: new Map(),
      lastIndex: 0,
      promotesSecondaries: false,
      ipv4Routes: new Map(),
      ipv6Routes: new Map(),
      ipv4Rules: initialRules(4),
      ipv6Rules: initialRules(6),
      tell: (message) => {
        for (const queue of this.queues) queue.offer(message)
      },
    }
    const { index } = addLink(
      this.host,
      { name: 'lo', mac: new Uint8Array(6), mtu: 65536, multicast: false, enabled: true },
      { kind: 'loopback' },
    )
    const addresses = [
      { address: known('127.0.0.1'), prefixLength: 8 },
      { address: known('::1'), prefixLength: 128 },
    ]
    for (const [at, cidr] of addresses.entries()) {
      const request = { linkIndex: index, cidr, scope: SCOPE.host }
      if (at === 0) addIpv4(this.host, request, KERNEL_PORT)
      else addIpv6(this.host, { ...request, protocol: IFAPROT_KERNEL_LO })
    }
  }

  /** For one process, which closes it when it ends, however it ends. What it installed stays. */
  open(options: OpenOptions = {}): Kernel {
    const portId = options.portId ?? ++this.lastPort
    const monitor = Monitor.open(this.source(portId, options))
    invariant(monitor.ok, 'a kernel in memory answers')
    return monitored(this.as(portId).idempotent(), monitor.value)
  }

  /** Somebody else who asks for changes, and gets the kernel's own answers; 0 is the kernel itself. */
  as(portId: PortId): Party {
    return new Party(this.host, portId)
  }

  /** Plugs it in. @returns its index */
  addLink(spec: LinkSpec): number {
    return addLink(this.host, spec).index
  }

  /** Pulls it out, whatever it is. */
  removeLink(name: string): void {
    const link = linkNamed(this.host, name)
    if (link !== undefined) removeLink(this.host, link)
  }

  /** Whether a cable with somebody at its other end is in it. */
  setCarrier(name: string, carrier: boolean): void {
    const link = linkNamed(this.host, name)
    if (link !== undefined) setCarrier(this.host, link, carrier)
  }

  setEnabled(name: string, enabled: boolean): void {
    const link = linkNamed(this.host, name)
    if (link !== undefined) setEnabled(this.host, link, enabled)
  }

  /** net.ipv4.conf.LINK.promote_secondaries; `all` is one more, which counts for every link. */
  setPromoteSecondaries(name: string, promotes: boolean): void {
    if (name === 'all') this.host.promotesSecondaries = promotes
    const link = linkNamed(this.host, name)
    if (link !== undefined) link.promotesSecondaries = promotes
  }

  linkNamed(name: string): Link | undefined {
    const link = linkNamed(this.host, name)
    return link && describeLink(this.host, link)
  }

  /** As a dump would tell it, on whatever link it is; undefined: the host does not have it. */
  findAddress(address: IpAddress): LinkAddress | undefined {
    for (const link of this.host.links.values()) {
      const ipv4 = link.ipv4.find(({ local }) => local === address)
      if (ipv4 !== undefined) return describeIpv4(link, ipv4)
      const ipv6 = link.ipv6.find(({ local }) => local === address)
      if (ipv6 !== undefined) return describeIpv6(link, ipv6)
    }
    return undefined
  }

  /** What dumps tell, routes of all protocols and rules included. */
  snapshot(): LinkTable {
    return this.tableOf(() => true, true)
  }

  private source(portId: PortId, options: OpenOptions): NotificationSource<undefined> {
    const { queueLength = QUEUE_LENGTH, onReadable } = options
    let callback = (): void => {}
    const queue = new NotificationQueue(queueLength, () => onReadable?.(() => callback()))
    this.queues.add(queue)
    return {
      portId,
      read: (watched) => queue.read(watched),
      subscribe: (group) => {
        queue.subscribe(group)
      },
      snapshot: (watched, withRules) =>
        accepted(this.tableOf((route) => isWatched(route, watched), withRules)),
      listRoutes: (protocols) => accepted(this.routes((route) => isWatched(route, protocols))),
      listRules: () => accepted(this.rules()),
      onReadable(wanted) {
        callback = wanted
      },
      close: () => {
        queue.close()
        this.queues.delete(queue)
      },
    }
  }

  private tableOf(isWanted: (route: RouteSpec) => boolean, withRules: boolean): LinkTable {
    const messages: KernelMessage[] = []
    for (const link of this.host.links.values())
      messages.push({ type: 'link', link: describeLink(this.host, link), enabled: link.enabled })
    for (const link of this.host.links.values())
      for (const address of [
        ...link.ipv4.map((entry) => describeIpv4(link, entry)),
        ...link.ipv6.map((entry) => describeIpv6(link, entry)),
      ])
        messages.push({ type: 'address', address, portId: KERNEL_PORT })
    const { table } = fold(LinkTable.empty, messages)
    return table.withRoutes(this.routes(isWanted)).withRules(withRules ? this.rules() : [])
  }

  private routes(isWanted: (route: RouteSpec) => boolean): readonly RouteSpec[] {
    return [...listIpv4Routes(this.host), ...listIpv6Routes(this.host)].filter(isWanted)
  }

  private rules(): readonly RuleSpec[] {
    return [...this.host.ipv4Rules, ...this.host.ipv6Rules]
  }
}

function known(text: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}
