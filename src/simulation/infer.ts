/**
 * The network that some configurations must have been written for: which host
 * has which interfaces, and which addresses of its own. Pure.
 *
 * - Interfaces are those that a configuration names. Of the same name they are on the same LAN.
 * - A host's own address is what is said, what its instances send from, what it owns with priority 255,
 *   or what the other hosts of a virtual router list as peers and it does not.
 * - Where nothing of that tells, an address is invented: the lowest free one of the LAN's network, so that
 *   the host that is given first has the lowest. Between equal priorities the higher address decides.
 * - Of IPv6 link-local addresses alone are invented, where IPv6 instances send from them: fe80::1 for the host that is
 *   given first. Real ones follow from hardware addresses, which nobody here knows.
 */

import {
  broadcastOf,
  formatCidr,
  formatIp,
  inIpv4Network,
  ipv4FromNumber,
  isIpv4,
  isLinkLocalIpv6,
  parseIpv6,
  type Cidr,
  type IpAddress,
  type Ipv4Address,
} from '../base/address.ts'
import { wantedInterfaces } from '../config/analysis/host.ts'
import type { Model, VirtualAddress, VirtualRoute, VrrpInstance } from '../config/model.ts'

export interface HostFile {
  readonly name: string
  readonly model: Model
  /** Of files that it is reloaded with. */
  readonly later?: readonly Model[]
  /** `--address NAME:LINK=CIDR` */
  readonly said: readonly { readonly link: string; readonly cidr: Cidr }[]
}

export interface InferredHost {
  readonly name: string
  /** Without the loopback device, and without what the daemon makes for use_vmac. */
  readonly links: readonly InferredLink[]
}

export interface InferredLink {
  readonly name: string
  /** The first one is where adverts come from unless the configuration says otherwise. */
  readonly addresses: readonly Cidr[]
}

export interface InferredNetwork {
  readonly hosts: readonly InferredHost[]
  /** Each has the name of the interfaces that are on it. */
  readonly lans: readonly string[]
  /** One line each: what keeps the hosts from being where they should. */
  readonly problems: readonly string[]
}

/**
 * @param hosts in an order that matters for invented addresses
 * @param lans that are said (`--lan`): every host has an interface on each
 */
export function inferNetwork(hosts: readonly HostFile[], lans: readonly string[]): InferredNetwork {
  const members = hosts.map((host) => memberOf(host, lans))
  const names = distinct([...members.flatMap(({ links }) => links), ...lans])
  const problems = members.filter((member) => isAlone(member, members)).map((one) => lonely(one, members))
  const plan = new AddressPlan(members, problems)
  plan.takeKnown()
  for (const [index, lan] of names.entries()) plan.invent(lan, index)
  for (const lan of names) plan.inventLinkLocal(lan)
  plan.reachGateways()
  return {
    hosts: members.map(({ name, links }) => ({
      name,
      links: links.map((link) => ({ name: link, addresses: plan.of(name, link) })),
    })),
    lans: names,
    problems: distinct(problems),
  }
}

/** The interfaces that a host must have for its configuration. */
export function linksOf(model: Model): readonly string[] {
  const named = [...wantedInterfaces(model), ...model.linkDelays].map(({ link }) => link)
  return distinct(named).filter((link) => link !== '' && link !== LOOPBACK && !isVirtualMac(link, model))
}

const LOOPBACK = 'lo'

/** Whether the daemon makes this interface: by the name that use_vmac gives, or the one that it chooses. */
function isVirtualMac(link: string, { instances, global }: Model): boolean {
  const { prefix, elsewhere } = global.virtualMacNames
  const makers = instances.filter((one) => one.virtualMac !== undefined || one.virtualMacElsewhere)
  return makers.some(({ virtualMac, vrid }) => {
    const [, base, id] = /^(.*?)\d*\.(\d+)$/.exec(link) ?? []
    return virtualMac?.name === link || ((base === prefix || base === elsewhere) && Number(id) === vrid)
  })
}

/** A host, with all that its files say in one place. */
interface Member {
  readonly name: string
  readonly links: readonly string[]
  readonly said: HostFile['said']
  readonly instances: readonly VrrpInstance[]
  readonly virtual: readonly VirtualAddress[]
  readonly static: readonly VirtualAddress[]
  readonly gateways: readonly Gateway[]
}

/** Of a route, which the kernel takes only where an address leads to it. */
interface Gateway {
  readonly address: IpAddress
  /** The route's, or that of its instance. */
  readonly link: string | undefined
  /** Addresses that are there when the route is set. */
  readonly beside: readonly VirtualAddress[]
}

function memberOf({ name, model, later = [], said }: HostFile, lans: readonly string[]): Member {
  const models = [model, ...later]
  const instances = models.flatMap((one) => one.instances)
  const virtual = instances.flatMap((one) => [...one.addresses, ...one.excludedAddresses])
  const own = models.flatMap((one) => one.staticAddresses)
  return {
    name,
    links: distinct([...models.flatMap(linksOf), ...said.map(({ link }) => link), ...lans]),
    said,
    instances,
    virtual,
    static: own,
    gateways: [
      ...instances.flatMap(({ link, routes }) => gatewaysOf(routes, link, [...virtual, ...own])),
      ...models.flatMap(({ staticRoutes }) => gatewaysOf(staticRoutes, instances[0]?.link, own)),
    ],
  }
}

/** @param otherwise the link of routes that name none */
const gatewaysOf = (
  routes: readonly VirtualRoute[],
  otherwise: string | undefined,
  beside: readonly VirtualAddress[],
): readonly Gateway[] =>
  routes.flatMap((route) =>
    [route, ...route.nexthops].flatMap(({ gateway, link = otherwise, onlink }) =>
      gateway === undefined || onlink ? [] : [{ link, address: gateway, beside }],
    ),
  )

const isAlone = (member: Member, members: readonly Member[]): boolean =>
  members.length > 1 && !othersOf(member, members).some((link) => member.links.includes(link))

const othersOf = (member: Member, members: readonly Member[]): readonly string[] =>
  distinct(members.filter((other) => other !== member).flatMap(({ links }) => links))

function lonely(member: Member, members: readonly Member[]): string {
  const its = member.links.length === 0 ? 'no interface' : member.links.join(', ')
  const theirs = othersOf(member, members).join(', ')
  return `${member.name} has no LAN in common with any other host: it has ${its}, they have ${theirs === '' ? 'none' : theirs} (interfaces of the same name are on one LAN)`
}

/** Where the files say only one address of a network, without its length. */
const USUAL_LENGTH = 24
const USUAL_LENGTH_6 = 64
/** Addresses that differ earlier are behind routers. */
const SHORTEST_GUESS = 16
/** Longer ones have no room for a host beside the virtual address. */
const LONGEST_NETWORK = 30
/** Shorter ones are slips. */
const SHORTEST_NETWORK = 8
/** For LANs of which no address is known: networks for benchmarks (RFC 2544), 198.18.0.0/15. */
const SPARE_NETWORKS = 0xc6120000

interface Claim {
  readonly host: string
  readonly link: string
  readonly cidr: Cidr
}

/** Which host has which address. */
class AddressPlan {
  readonly #members: readonly Member[]
  readonly #problems: string[]
  /** By address, in the order in which they were found. */
  readonly #claims = new Map<IpAddress, Claim>()
  /** By LAN: the addresses there that the files name, or that are said. */
  readonly #named: ReadonlyMap<string, readonly Cidr[]>
  /** Those that are on whichever host is Master. */
  readonly #virtual: ReadonlySet<IpAddress>
  /** Others that no host may be given. */
  readonly #taken: ReadonlySet<IpAddress>

  constructor(members: readonly Member[], problems: string[]) {
    this.#members = members
    this.#problems = problems
    const named = new Map<string, Cidr[]>()
    for (const member of members)
      for (const { link, cidr } of [...member.said, ...member.virtual, ...member.static]) {
        const known = named.get(link)
        if (known === undefined) named.set(link, [cidr])
        else known.push(cidr)
      }
    this.#named = named
    this.#virtual = new Set(members.flatMap((one) => one.virtual).map(({ cidr }) => cidr.address))
    this.#taken = new Set([
      ...members.flatMap((one) => one.static).map(({ cidr }) => cidr.address),
      ...members.flatMap(({ virtual }) => virtual.flatMap(({ peer }) => (peer ? [peer.address] : []))),
      ...members.flatMap(({ gateways }) => gateways.map(({ address }) => address)),
      ...members.flatMap(({ instances }) => instances.flatMap(peersOf)),
    ])
  }

  of(host: string, link: string): readonly Cidr[] {
    return [...this.#claims.values()]
      .filter((claim) => claim.host === host && claim.link === link)
      .map(({ cidr }) => cidr)
  }

  /** What is said and what the files tell. */
  takeKnown(): void {
    for (const { name, said } of this.#members)
      for (const { link, cidr } of said) this.#claim({ host: name, link, cidr })
    for (const { name, instances, static: own } of this.#members) {
      const isSet = new Set(own.map(({ cidr }) => cidr.address))
      for (const { sourceAddress: address, link } of instances)
        if (address !== undefined && !this.#virtual.has(address) && !isSet.has(address))
          this.#claim({ host: name, link, cidr: this.#withLength(address, link) })
    }
    for (const { name, instances } of this.#members)
      for (const { link, cidr } of instances.filter(isOwner).flatMap(({ addresses }) => addresses))
        if (link !== LOOPBACK && !this.#claims.has(cidr.address)) {
          const isWhole = isNetwork(cidr) || (!isIpv4(cidr.address) && cidr.prefixLength < 128)
          this.#claim({ host: name, link, cidr: isWhole ? cidr : this.#withLength(cidr.address, link) })
        }
    for (const group of unicastGroups(this.#members)) this.#takePeers(group)
  }

  /** An address for each host on the LAN that has none there. */
  invent(lan: string, index: number): void {
    const hosts = this.#members.filter(({ links }) => links.includes(lan))
    const [network] = this.#networksOf(lan)
    const spare = {
      address: ipv4FromNumber(SPARE_NETWORKS + (index % 512) * 256),
      prefixLength: USUAL_LENGTH,
    }
    for (const { name } of hosts)
      if (!this.of(name, lan).some(({ address }) => isIpv4(address)))
        this.#inventIn(network ?? spare, name, lan)
  }

  /** A link-local address for each host with an IPv6 instance there. */
  inventLinkLocal(lan: string): void {
    const speakers = this.#members.filter(({ instances }) =>
      instances.some(({ family, link }) => family === 6 && link === lan),
    )
    let last = 0
    for (const { name } of speakers) {
      if (this.of(name, lan).some(({ address }) => isLinkLocalIpv6(address))) continue
      for (;;) {
        last += 1
        const address = parseIpv6(`fe80::${last.toString(16)}`)
        if (address === undefined || last > 0xffff) return
        if (this.#claims.has(address) || this.#virtual.has(address) || this.#taken.has(address)) continue
        this.#claim({ host: name, link: lan, cidr: { address, prefixLength: USUAL_LENGTH_6 } })
        break
      }
    }
  }

  /** An address that leads to each gateway that none leads to. */
  reachGateways(): void {
    for (const { name, links, gateways } of this.#members)
      for (const { link, address, beside } of gateways) {
        if (!isIpv4(address) || !isUsable(address)) continue
        const own = links.flatMap((each) => this.of(name, each))
        if ([...own, ...beside.map(({ cidr }) => cidr)].some((cidr) => holds(cidr, address))) continue
        const over = links.find((each) => each === link) ?? links[0]
        if (over !== undefined) this.#inventIn(this.#withLength(address, over), name, over)
      }
  }

  #claim(claim: Claim): void {
    const { address } = claim.cidr
    const other = this.#claims.get(address)
    if (other === undefined) this.#claims.set(address, claim)
    else if (other.host !== claim.host)
      this.#problems.push(
        `${formatIp(address)} is ${claim.host}'s address on ${claim.link} and ${other.host}'s on ${other.link}: each host needs its own`,
      )
  }

  /** A host's own address is what the others list and it does not. */
  #takePeers(group: readonly UnicastMember[]): void {
    const free = (address: IpAddress): boolean => !this.#claims.has(address) && !this.#virtual.has(address)
    for (const { host, link, peers } of group) {
      if (this.#hasAny(host, link, group)) continue
      const others = group.filter((one) => one.host !== host).flatMap((one) => one.peers)
      const [own, ...more] = distinct(others).filter((address) => !peers.includes(address) && free(address))
      if (own !== undefined && more.length === 0)
        this.#claim({ host, link, cidr: this.#withLength(own, link) })
    }
    // Where every host has the same list, with itself in it, they are taken to be in its order.
    const rest = group.filter(({ host, link }) => !this.#hasAny(host, link, group))
    const listed = distinct(group.flatMap(({ peers }) => peers)).filter(free)
    if (listed.length < rest.length) return
    for (const [index, { host, link, peers }] of rest.entries()) {
      const own = listed[index]
      if (own !== undefined && peers.includes(own))
        this.#claim({ host, link, cidr: this.#withLength(own, link) })
    }
  }

  /** Whether the host has an address on the link that one of the others sends to, or that it sends from. */
  #hasAny(host: string, link: string, group: readonly UnicastMember[]): boolean {
    const sources = group.filter((one) => one.host === host).flatMap(({ source }) => source ?? [])
    const reached = new Set([...group.flatMap(({ peers }) => peers), ...sources])
    return this.of(host, link).some(({ address }) => reached.has(address))
  }

  /** With the length of the longest network that is known to hold it. */
  #withLength(address: IpAddress, link: string): Cidr {
    if (!isIpv4(address)) {
      const known = this.#cidrsOn(link).find((cidr) => cidr.address === address && cidr.prefixLength < 128)
      return { address, prefixLength: known?.prefixLength ?? USUAL_LENGTH_6 }
    }
    const lengths = this.#cidrsOn(link)
      .filter((cidr) => isNetwork(cidr) && holds(cidr, address))
      .map(({ prefixLength }) => prefixLength)
    const prefixLength = lengths.length === 0 ? this.#guessedLength(address, link) : Math.max(...lengths)
    return { address, prefixLength }
  }

  /** The usual one, or what it takes to reach the others that send and are sent to on the LAN. */
  #guessedLength(address: Ipv4Address, lan: string): number {
    const others = this.#members
      .flatMap(({ instances }) => instances.filter(({ link }) => link === lan))
      .flatMap((instance) => [
        ...peersOf(instance),
        ...(instance.sourceAddress ? [instance.sourceAddress] : []),
      ])
    const common = others.filter((other) => isIpv4(other)).map((other) => Math.clz32(other ^ address))
    return Math.min(USUAL_LENGTH, ...common.filter((length) => length >= SHORTEST_GUESS))
  }

  #cidrsOn(lan: string): readonly Cidr[] {
    return this.#named.get(lan) ?? []
  }

  /** The best one first: that of a host's known address, of virtual addresses, of gateways. */
  #networksOf(lan: string): readonly Cidr[] {
    const claimed = [...this.#claims.values()].filter(({ link }) => link === lan).map(({ cidr }) => cidr)
    const named = this.#cidrsOn(lan)
    const peers = this.#members
      .flatMap(({ instances }) => instances.filter(({ link }) => link === lan))
      .flatMap(peersOf)
    const gateways = this.#members.flatMap((one) => one.gateways).filter(({ link }) => link === lan)
    const single = [
      ...peers,
      ...named.map(({ address }) => address),
      ...gateways.map(({ address }) => address),
    ]
    return [
      ...[...claimed, ...named].filter(isNetwork),
      ...single
        .filter((address) => isIpv4(address))
        .map((address) => ({ address, prefixLength: USUAL_LENGTH })),
    ].filter(({ address }) => isIpv4(address) && isUsable(address))
  }

  #inventIn({ address, prefixLength }: Cidr, host: string, link: string): void {
    if (!isIpv4(address)) return
    const size = 2 ** (32 - prefixLength)
    const first = Math.floor(address / size) * size
    const last = broadcastOf(address, prefixLength) ?? first
    for (let candidate = first + 1; candidate < last; candidate++) {
      const own = ipv4FromNumber(candidate)
      if (this.#virtual.has(own) || this.#taken.has(own) || this.#claims.has(own)) continue
      this.#claim({ host, link, cidr: { address: own, prefixLength } })
      return
    }
    const network = formatCidr({ address: ipv4FromNumber(first), prefixLength })
    this.#problems.push(
      `${host} has no address on ${link}, and ${network} has none that is free: say which, --address ${host}:${link}=ADDRESS/LENGTH`,
    )
  }
}

/** One host's instance of a virtual router that is advertised by unicast. */
interface UnicastMember {
  readonly host: string
  readonly link: string
  readonly source: IpAddress | undefined
  readonly peers: readonly IpAddress[]
}

/** Those of one virtual router each, on one LAN. */
function unicastGroups(members: readonly Member[]): readonly (readonly UnicastMember[])[] {
  const groups = new Map<string, UnicastMember[]>()
  for (const { name, instances } of members)
    for (const instance of instances) {
      if (instance.unicastPeers.length === 0) continue
      const { link, vrid, family, sourceAddress } = instance
      const key = `${link} ${vrid} ${family}`
      const group = groups.get(key) ?? []
      groups.set(key, [...group, { host: name, link, source: sourceAddress, peers: peersOf(instance) }])
    }
  return [...groups.values()]
}

const peersOf = ({ unicastPeers }: VrrpInstance): readonly IpAddress[] =>
  unicastPeers.map(({ address }) => address)

/** RFC 3768 section 1.6: the address owner. */
const isOwner = ({ priority }: VrrpInstance): boolean => priority === 255

const isNetwork = ({ address, prefixLength }: Cidr): boolean =>
  isIpv4(address) && prefixLength <= LONGEST_NETWORK && prefixLength >= SHORTEST_NETWORK

const holds = ({ address, prefixLength }: Cidr, other: Ipv4Address): boolean =>
  isIpv4(address) && inIpv4Network(other, address, prefixLength)

/** Neither 0/8, nor 127/8, nor multicast and beyond. */
const isUsable = (address: Ipv4Address): boolean =>
  address >>> 24 !== 0 && address >>> 24 !== 127 && address >>> 24 < 224

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]
