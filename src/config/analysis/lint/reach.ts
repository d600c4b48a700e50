/**
 * Whether packets get from clients to the director, and from it to its servers: addresses that nobody holds, and
 * servers that DR cannot reach. A file alone tells little of networks: then only what stands out among its like is said.
 */

import { type Cidr, formatIp, type IpAddress, isIpv4 } from '../../../base/address.ts'
import type { Forwarding, VirtualServer } from '../../blocks/virtual-server/load-balancing.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import type { Model, VrrpInstance } from '../../model.ts'
import { Gathering } from './gathering.ts'
import { isNetwork, isWithin, sharePrefix } from './networks.ts'
import { virtualName } from './server-names.ts'

export interface Surroundings {
  /** Those that lack something, which has been said: what they hold is held. */
  readonly incomplete: readonly VrrpInstance[]
  /** Of each interface of the host that the check runs on; it may be another one than is meant. */
  readonly addresses: ReadonlyMap<string, readonly Cidr[]> | undefined
}

export function lintReach(model: Model, { addresses, incomplete }: Surroundings, report: Report): void {
  const instances = [...model.instances, ...incomplete]
  const here = [...(addresses?.values() ?? [])].flat()
  const found = new Gathering()
  unheld(model, instances, here, found)
  offLink(model, instances, here, found)
  ownServers(model, instances, here, found)
  found.tell(report)
}

const held = ({ addresses, excludedAddresses }: VrrpInstance): readonly Cidr[] =>
  [...addresses, ...excludedAddresses].map(({ cidr }) => cidr)

const holdings = (model: Model, instances: readonly VrrpInstance[]): readonly Cidr[] => [
  ...instances.flatMap(held),
  ...model.staticAddresses.map(({ cidr }) => cidr),
]

/** Without instances the file leaves the addresses to somebody else. */
function unheld(
  model: Model,
  instances: readonly VrrpInstance[],
  here: readonly Cidr[],
  found: Gathering,
): void {
  if (instances.length === 0) return
  const known = new Set([...holdings(model, instances), ...here].map(({ address }) => address))
  for (const server of model.loadBalancing.virtualServers) {
    for (const address of servedBy(server)) {
      if (known.has(address)) continue
      found.add({
        severity: 'warning',
        code: 'unheld-address',
        span: server.span,
        name: formatIp(address),
        message: (names, count) =>
          `no vrrp_instance and no static_ipaddress of this file has ${names}: unless somebody else sets ${count === 1 ? 'it' : 'them'}, nobody answers (put ${count === 1 ? 'it' : 'them'} into virtual_ipaddress)`,
      })
    }
  }
}

function servedBy({ target }: VirtualServer): readonly IpAddress[] {
  if (target.kind === 'address') return [target.address]
  if (target.kind === 'mark') return []
  return target.members.flatMap((member) => (member.kind === 'address' ? [member.address] : []))
}

interface Reached {
  readonly address: IpAddress
  readonly forwarding: Forwarding
  readonly span: Span
}

const isRouted = ({ forwarding }: Reached): boolean => forwarding.method === 'route'

const serversOf = ({ realServers, sorryServer, span }: VirtualServer): readonly Reached[] => [
  ...realServers,
  ...(sorryServer === undefined ? [] : [{ ...sorryServer, span }]),
]

function offLink(
  model: Model,
  instances: readonly VrrpInstance[],
  here: readonly Cidr[],
  found: Gathering,
): void {
  const { virtualServers } = model.loadBalancing
  const networks = [...holdings(model, instances), ...directRoutes(model, instances)].filter(isNetwork)
  const isHere = isThisDirector(model, instances, here)
  const written = new Set([
    ...networks.map(({ address }) => address),
    ...instances.flatMap(addressesOf),
    ...virtualServers.flatMap((server) => [
      ...servedBy(server),
      ...serversOf(server).map(({ address }) => address),
    ]),
  ])
  const isNear = (address: IpAddress): boolean =>
    isLinkLocal(address) ||
    networks.some((network) => isWithin(address, network)) ||
    (isHere
      ? here.some((network) => isWithin(address, network))
      : [...written].some(
          (other) => other !== address && sharePrefix(address, other, isIpv4(address) ? 16 : 48),
        ))
  for (const server of virtualServers) {
    const routed = serversOf(server).filter(isRouted)
    const far = routed.filter(({ address }) => !isNear(address))
    // With all of them elsewhere the director has an interface there that the file does not tell of.
    if (!isHere && far.length === routed.length) continue
    for (const { address, span } of far) {
      const where = isHere ? 'is in no network of this host' : 'shares no network with any other address here'
      found.add({
        severity: 'warning',
        code: 'server-off-link',
        span,
        name: formatIp(address),
        message: (names) =>
          `${names} ${where}: DR (direct routing) reaches only servers on the same link, without a router in between; a typing error, or lb_kind TUN or NAT is needed`,
      })
    }
  }
}

const addressesOf = (instance: VrrpInstance): readonly IpAddress[] => [
  ...held(instance).map(({ address }) => address),
  ...instance.unicastPeers.map(({ address }) => address),
  ...(instance.sourceAddress === undefined ? [] : [instance.sourceAddress]),
]

/** What leads to a link without a gateway. */
const directRoutes = (model: Model, instances: readonly VrrpInstance[]): readonly Cidr[] =>
  [...model.staticRoutes, ...instances.flatMap(({ routes }) => routes)]
    .filter(({ gateway, nexthops }) => gateway === undefined && nexthops.length === 0)
    .map(({ destination }) => destination)

const isLinkLocal = (address: IpAddress): boolean => !isIpv4(address) && /^fe[89ab]/.test(address)

/** Some network of the host is the file's, too: another machine than the one that is meant would tell nothing. */
function isThisDirector(model: Model, instances: readonly VrrpInstance[], here: readonly Cidr[]): boolean {
  const own = here.filter(({ address }) => !isLoopback(address)).filter(isNetwork)
  const wanted =
    instances.length > 0
      ? instances.flatMap(addressesOf)
      : model.loadBalancing.virtualServers.flatMap(servedBy)
  return own.some((network) => wanted.some((address) => isWithin(address, network)))
}

const isLoopback = (address: IpAddress): boolean =>
  isIpv4(address) ? address >>> 24 === 127 : address === '::1' || isLinkLocal(address)

/**
 * The other director forwards to this one what its own table would balance once more. A firewall mark can tell the
 * two apart, and NAT does not let the packet in with the virtual address.
 */
function ownServers(
  model: Model,
  instances: readonly VrrpInstance[],
  here: readonly Cidr[],
  found: Gathering,
): void {
  const directors = new Set([
    ...here.filter(({ address }) => !isLoopback(address)).map(({ address }) => address),
    ...instances.flatMap(({ sourceAddress, unicastPeers }) => [
      ...(sourceAddress === undefined ? [] : [sourceAddress]),
      ...unicastPeers.map(({ address }) => address),
    ]),
  ])
  if (instances.length === 0) return
  for (const server of model.loadBalancing.virtualServers) {
    if (server.target.kind === 'mark') continue
    for (const real of serversOf(server).filter(isRouted)) {
      if (!directors.has(real.address)) continue
      found.add({
        severity: 'warning',
        code: 'director-as-server',
        span: real.span,
        name: formatIp(real.address),
        related: [{ span: server.span, message: `behind ${virtualName(server)}` }],
        message: (names, count) =>
          `${names} ${count === 1 ? 'is a director itself' : 'are directors themselves'}: with DR what the MASTER forwards to a BACKUP is balanced there once more, and may go round in circles; mark packets of clients alone and serve the mark (virtual_server fwmark), or let other hosts serve`,
      })
    }
  }
}
