/**
 * Which services the blocks make together. Blocks with one address, port and protocol are one service to the kernel
 * (users mix DR and TUN so, and it works): the first block says how it schedules, each brings its servers, and keeps
 * its own quorum and sorry server. keepalived runs them side by side and gets lost at the next reload.
 */

import { isIpv4, type IpAddress } from '../base/address.ts'
import type { Destination, DestinationKey, Service, ServiceKey } from '../netlink/ipvs/types.ts'
import type { Forwarding } from './configuration.ts'
import { destinationPort, destinationText, familyOfService, serviceText } from './keys.ts'
import type { Block } from './setup.ts'
import { wishOf, type VirtualServerState, type Wish } from './virtual-server.ts'

export interface UnitedService {
  readonly key: ServiceKey
  /** serviceText of the key. */
  readonly text: string
  readonly service: Service
  /** Positions of the blocks; several where they were united. */
  readonly blocks: readonly number[]
  /** Everything that may come to be in it. */
  readonly destinations: readonly UnitedDestination[]
  /** By destinationText: positions in `destinations`. */
  readonly positions: ReadonlyMap<string, number>
}

export interface UnitedDestination {
  readonly key: DestinationKey
  /** destinationText of the key. */
  readonly text: string
  /** In the order of blocks. */
  readonly claims: readonly Claim[]
}

/** Who wishes a destination: see wishOf in virtual-server.ts. */
export interface Claim {
  readonly block: number
  readonly member: number
}

/** A destination: positions in `services` and in its `destinations`. */
export interface Place {
  readonly service: number
  readonly destination: number
}

export interface Union {
  readonly services: readonly UnitedService[]
  readonly servicePositions: ReadonlyMap<string, number>
  readonly places: readonly (readonly (readonly Place[])[])[]
}

interface GrowingService {
  readonly key: ServiceKey
  readonly text: string
  readonly service: Service
  readonly blocks: number[]
  readonly destinations: GrowingDestination[]
  readonly positions: Map<string, number>
}

interface GrowingDestination extends UnitedDestination {
  readonly claims: Claim[]
}

interface Member {
  readonly definition: {
    readonly address: IpAddress
    readonly port: number
    readonly forwarding: Forwarding
  }
}

export function unite(blocks: readonly Block[]): Union {
  const services: GrowingService[] = []
  const servicePositions = new Map<string, number>()
  const places = blocks.map((block, position) => {
    const members: readonly Member[] = [...block.servers, ...(block.sorry ? [block.sorry] : [])]
    const placesOf = members.map((): Place[] => [])
    for (const service of block.services) {
      const at = positionOf(service, services, servicePositions)
      const united = services[at]
      if (united === undefined) continue
      if (!united.blocks.includes(position)) united.blocks.push(position)
      for (const [member, { definition }] of members.entries()) {
        if (!fits(united.key, definition)) continue
        const key = { address: definition.address, port: destinationPort(united.key, definition) }
        placesOf[member]?.push({ service: at, destination: claim(united, key, { block: position, member }) })
      }
    }
    return placesOf
  })
  return { services, servicePositions, places }
}

function positionOf(service: Service, services: GrowingService[], known: Map<string, number>): number {
  const text = serviceText(service.key)
  const position = known.get(text)
  if (position !== undefined) return position
  known.set(text, services.length)
  return (
    services.push({ key: service.key, text, service, blocks: [], destinations: [], positions: new Map() }) - 1
  )
}

/** Only a tunnel leads from one family into the other. */
const fits = (key: ServiceKey, { address, forwarding }: Member['definition']): boolean =>
  forwarding.method === 'tunnel' || isIpv4(address) === (familyOfService(key) === 'ipv4')

function claim({ destinations, positions }: GrowingService, key: DestinationKey, by: Claim): number {
  const text = destinationText(key)
  const position = positions.get(text)
  if (position !== undefined) {
    destinations[position]?.claims.push(by)
    return position
  }
  positions.set(text, destinations.length)
  return destinations.push({ key, text, claims: [by] }) - 1
}

/**
 * What is to be in the kernel for one destination. Of several wishes the first that lets it serve counts, else the
 * first: a server that one block has down serves the other.
 */
export function wantedDestination(
  { key, claims }: UnitedDestination,
  virtualServers: readonly VirtualServerState[],
): Destination | undefined {
  let wish: Wish | undefined
  for (const { block, member } of claims) {
    const state = virtualServers[block]
    const own = state && wishOf(state, member)
    if (own !== undefined && (wish === undefined || (wish.weight === 0 && own.weight > 0))) wish = own
  }
  return wish && { key, ...wish }
}

/** How the service would be scheduled if a later block were asked; empty: they agree. */
export function differingSettings(service: Service, other: Service): readonly string[] {
  const differing: string[] = []
  if (service.scheduler !== other.scheduler) differing.push(`lb_algo ${other.scheduler}`)
  if (JSON.stringify(service.schedulerFlags) !== JSON.stringify(other.schedulerFlags))
    differing.push('scheduler flags')
  if (service.onePacket !== other.onePacket) differing.push('ops')
  if (
    service.netmask !== other.netmask ||
    JSON.stringify(service.persistence) !== JSON.stringify(other.persistence)
  )
    differing.push('persistence')
  return differing
}
