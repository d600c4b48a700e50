/** Where adverts are listened for now, as dropped-adverts-watch.ts wants to know it. */

import type { Complaint } from '../../events/event.ts'
import { inIpv4Network, isIpv4, type IpAddress, type Ipv4Address } from '../../base/address.ts'
import type { Kernel } from '../../netlink/kernel.ts'
import type { LinkTable } from '../../netlink/link-table.ts'
import type { LinkAddress } from '../../netlink/types.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'
import type { AdvertSockets } from '../../world/world.ts'
import {
  DroppedAdvertsWatch,
  type DroppedAdvertsPorts,
  type NamedListener,
  type WatchedLink,
} from './dropped-adverts-watch.ts'

export interface Listening {
  readonly routers: Iterable<RouterRecord>
  /** Where there are sockets that could hear. */
  readonly listeningAt: (link: string) => ReadonlySet<IpAddress>
  readonly linkOf: (router: string) => string
}

interface Ports extends Pick<DroppedAdvertsPorts, 'clock' | 'timers'> {
  readonly kernel: Kernel
  readonly adverts: AdvertSockets
  readonly complain: (complaint: Complaint) => void
}

export const watchDroppedAdverts = (ports: Ports, listening: () => Listening): DroppedAdvertsWatch =>
  new DroppedAdvertsWatch({
    clock: ports.clock,
    timers: ports.timers,
    openTap: ports.adverts.openTap,
    links: () => watchedLinks(listening(), ports.kernel.table),
    isOwn: (address) => isOwn(ports.kernel.table, address),
    isNeighbour: (linkIndex, address) => isNeighbour(ports.kernel.table, linkIndex, address),
    complain: ports.complain,
  })

function watchedLinks({ routers, listeningAt, linkOf }: Listening, table: LinkTable): readonly WatchedLink[] {
  const byLink = new Map<string, NamedListener[]>()
  for (const { router, state } of routers) {
    // The tap looks at IPv4 alone.
    if (router.family === 6 || (state.kind !== 'backup' && state.kind !== 'master')) continue
    const listeners = byLink.get(linkOf(router.name)) ?? []
    byLink.set(linkOf(router.name), listeners)
    listeners.push(router)
  }
  return [...byLink].flatMap(([name, listeners]) => {
    const link = table.linkByName(name)
    return link ? [{ name, index: link.index, addresses: listeningAt(name), listeners }] : []
  })
}

const isOwn = (table: LinkTable, address: Ipv4Address): boolean =>
  [...table.links.keys()].some((index) =>
    table.addressesOf(index).some(({ cidr }) => cidr.address === address),
  )

const isNeighbour = (table: LinkTable, linkIndex: number, address: Ipv4Address): boolean =>
  addressesAround(table, linkIndex).some(({ cidr, peer }) => {
    const { address: network, prefixLength } = peer ?? cidr
    return isIpv4(network) && inIpv4Network(address, network, prefixLength)
  })

/** A virtual MAC interface has only virtual addresses: what its network is, its base knows. */
function addressesAround(table: LinkTable, linkIndex: number): readonly LinkAddress[] {
  const base = table.linkByIndex(linkIndex)?.macvlanOn
  return [...table.addressesOf(linkIndex), ...(base === undefined ? [] : table.addressesOf(base))]
}
