/**
 * A configuration made ready: what keepalived resets is reset, groups are taken apart into services, everything has its
 * name and its place. Nothing here is said to anybody; who reads the configuration says what is odd about it.
 */

import type { IpAddress } from '../base/address.ts'
import type { IpvsProtocol, Service, ServiceKey } from '../netlink/ipvs/types.ts'
import type {
  DirectorConfiguration,
  Forwarding,
  Globals,
  RealServer,
  SorryServer,
  VirtualServer,
} from './configuration.ts'
import { destinationPort, destinationText, familyOfService, serviceText } from './keys.ts'
import { quorumRule, type QuorumRule } from './quorum.ts'
import { unite, type Place, type UnitedService } from './union.ts'
import { addressName, groupName, markName } from './words.ts'

/** A virtual_server block. */
export interface Block {
  /** keepalived's name of it. */
  readonly name: string
  /** What makes it the same one over a reload. Two blocks may have one. */
  readonly identity: string
  readonly definition: VirtualServer
  readonly rule: QuorumRule
  readonly servers: readonly Server[]
  readonly sorry: Sorry | undefined
  /** A group has several, every other block one. */
  readonly services: readonly Service[]
}

export interface Server {
  readonly name: string
  /** Its address and port; unique in its block. */
  readonly identity: string
  readonly definition: RealServer
}

export interface Sorry {
  readonly name: string
  readonly identity: string
  readonly definition: SorryServer
}

/** Where a checker's verdict goes: positions in `blocks`, `servers` and `checkers`. */
export interface CheckerPlace {
  readonly block: number
  readonly server: number
  readonly checker: number
}

export interface Setup {
  readonly globals: Globals
  readonly blocks: readonly Block[]
  /** The kernel's services that all blocks together make. */
  readonly services: readonly UnitedService[]
  /** By serviceText: positions in `services`. */
  readonly servicePositions: ReadonlyMap<string, number>
  /** Of each block's members (wishOf in virtual-server.ts) where they stand in `services`. */
  readonly places: readonly (readonly (readonly Place[])[])[]
  readonly checkers: ReadonlyMap<string, CheckerPlace>
  /** Blocks with ha_suspend, by their address. */
  readonly suspendable: ReadonlyMap<IpAddress, readonly number[]>
}

export function setUp({ virtualServers, globals }: DirectorConfiguration): Setup {
  const users = new Map<string, number>()
  const blocks = virtualServers.filter(serves).map((each) => blockOf(each, users))
  return {
    globals,
    blocks,
    ...unite(blocks),
    checkers: checkersOf(blocks),
    suspendable: suspendableOf(blocks),
  }
}

/** keepalived ignores a block without any server. */
const serves = ({ realServers, sorryServer }: VirtualServer): boolean =>
  realServers.length > 0 || sorryServer !== undefined

/** @param users how many blocks use a group, so far */
function blockOf(definition: VirtualServer, users: Map<string, number>): Block {
  const { target } = definition
  const services = keysOf(definition).map((key) => serviceOf(definition, key))
  const protocol = target.kind === 'mark' ? 'none' : target.protocol
  const total = definition.realServers.reduce((sum, { weight }) => sum + weight, 0)
  const { name, identity } = namesOf(definition, users)
  return {
    name,
    identity,
    definition,
    rule: quorumRule(definition.quorum, definition.hysteresis, total),
    servers: serversOf(definition, protocol),
    sorry: definition.sorryServer && sorryOf(definition, definition.sorryServer, protocol),
    services,
  }
}

function namesOf({ target }: VirtualServer, users: Map<string, number>): Pick<Block, 'name' | 'identity'> {
  switch (target.kind) {
    case 'address':
      return {
        name: addressName(target.address, target.protocol, target.port),
        identity: serviceText(target),
      }
    case 'mark':
      return { name: markName(target.mark), identity: serviceText(target) }
    case 'group': {
      const position = users.get(target.name) ?? 0
      users.set(target.name, position + 1)
      const name = groupName(target.name, position)
      return { name, identity: `group ${name}` }
    }
  }
}

function keysOf({ target }: VirtualServer): readonly ServiceKey[] {
  if (target.kind !== 'group') return [target]
  const keys = target.members.map((member): ServiceKey =>
    member.kind === 'mark' ? member : { ...member, protocol: target.protocol },
  )
  return [...new Map(keys.map((key) => [serviceText(key), key])).values()]
}

/** persistence_timeout's own default, and what every port together needs. */
const PERSISTENCE_SECONDS = 360

function serviceOf(definition: VirtualServer, key: ServiceKey): Service {
  const { scheduler, schedulerFlags, persistence } = definition
  const widest = familyOfService(key) === 'ipv6' ? 128 : 0xffffffff
  const needed = key.kind === 'address' && key.port === 0
  const timeoutSeconds = persistence?.timeoutSeconds ?? (needed ? PERSISTENCE_SECONDS : undefined)
  return {
    key,
    scheduler,
    schedulerFlags,
    onePacket: definition.onePacket && (key.kind === 'mark' || key.protocol === 'udp'),
    persistence: timeoutSeconds === undefined ? undefined : { timeoutSeconds, engine: persistence?.engine },
    netmask: Math.min(persistence?.netmask ?? widest, widest),
  }
}

function serversOf(definition: VirtualServer, protocol: IpvsProtocol | 'none'): readonly Server[] {
  const servers = new Map<string, Server>()
  for (const each of definition.realServers) {
    const port = ownPort(definition, each)
    const identity = destinationText({ address: each.address, port })
    // keepalived leaves out the second of two.
    if (servers.has(identity)) continue
    servers.set(identity, { name: addressName(each.address, protocol, port), identity, definition: each })
  }
  return [...servers.values()]
}

function sorryOf(definition: VirtualServer, sorry: SorryServer, protocol: IpvsProtocol | 'none'): Sorry {
  const port = ownPort(definition, sorry)
  return {
    name: addressName(sorry.address, protocol, port),
    identity: destinationText({ address: sorry.address, port }),
    definition: sorry,
  }
}

/** The port that a server is known by; in a group, whose services have different ones, the written one. */
function ownPort(
  { target }: VirtualServer,
  server: { readonly port: number; readonly forwarding: Forwarding },
): number {
  return target.kind === 'group' ? server.port : destinationPort(target, server)
}

function checkersOf(blocks: readonly Block[]): ReadonlyMap<string, CheckerPlace> {
  const places = new Map<string, CheckerPlace>()
  for (const [block, { servers }] of blocks.entries())
    for (const [server, { definition }] of servers.entries())
      for (const [checker, { key }] of definition.checkers.entries())
        places.set(key, { block, server, checker })
  return places
}

/** keepalived clears ha_suspend of a firewall mark, and never finds a group's addresses, whose checkers then never run. */
function suspendableOf(blocks: readonly Block[]): ReadonlyMap<IpAddress, readonly number[]> {
  const byAddress = new Map<IpAddress, readonly number[]>()
  for (const [position, { definition }] of blocks.entries()) {
    const address = suspendingAddress(definition)
    if (address !== undefined) byAddress.set(address, [...(byAddress.get(address) ?? []), position])
  }
  return byAddress
}

/** The address whose absence suspends the checkers. */
export const suspendingAddress = ({ haSuspend, target }: VirtualServer): IpAddress | undefined =>
  haSuspend && target.kind === 'address' ? target.address : undefined
