/** Links that come, go, flap and are renamed, and what their addresses and routes have of it. Pure. */

import type { MacvlanSpec, Outcome } from '../../netlink/types.ts'
import { addConnectedRoutes } from './connected-routes.ts'
import { relabel, removeAllIpv4 } from './ipv4-addresses.ts'
import { flushRoutesOfLink, reviveWays } from './ipv4-routes.ts'
import { removeAllIpv6, restoreIpv6Routes } from './ipv6-addresses.ts'
import { flushIpv6RoutesOfLink, reviveIpv6Ways } from './ipv6-routes.ts'
import { refuse } from './refusals.ts'
import { describeLink, linkNamed, type HostState, type LinkState } from './state.ts'

export interface LinkSpec {
  readonly name: string
  /** One of its own when absent. */
  readonly mac?: Uint8Array
  readonly mtu?: number
  /** IFF_UP; down when absent, as a link that was just made. */
  readonly enabled?: boolean
  readonly carrier?: boolean
  readonly noArp?: boolean
  readonly multicast?: boolean
  readonly promotesSecondaries?: boolean
}

/** With its zero: IFNAMSIZ. */
const isName = (name: string): boolean => name.length > 0 && name.length < 16 && !/[/:\s]/.test(name)

export function addLink(
  host: HostState,
  spec: LinkSpec,
  more: Pick<LinkState, 'kind'> & { readonly parent?: number } = { kind: 'ethernet' },
): LinkState {
  const index = ++host.lastIndex
  const link: LinkState = {
    index,
    name: spec.name,
    ...more,
    mac: spec.mac ?? Uint8Array.of(2, 0, 0, 0, index >> 8, index & 255),
    mtu: spec.mtu ?? 1500,
    enabled: false,
    carrier: spec.carrier ?? true,
    noArp: spec.noArp ?? false,
    multicast: spec.multicast ?? true,
    ipv6Disabled: false,
    promotesSecondaries: spec.promotesSecondaries ?? false,
    ipv4: [],
    ipv6: [],
  }
  host.links.set(index, link)
  tellLink(host, link)
  if (spec.enabled === true) setEnabled(host, link, true)
  return link
}

export function createMacvlan(host: HostState, { name, parent, mac }: MacvlanSpec): Outcome {
  if (!isName(name)) return refuse('EINVAL')
  if (linkNamed(host, name) !== undefined) return refuse('EEXIST')
  if (mac.length !== 6) return refuse('EINVAL')
  if (((mac[0] ?? 0) & 1) === 1 || mac.every((byte) => byte === 0)) return refuse('EADDRNOTAVAIL')
  const named = host.links.get(parent)
  if (named === undefined) return refuse('ENODEV')
  if (named.kind === 'loopback') return refuse('EINVAL')
  // Macvlans do not stand on each other.
  const lower = named.parent ?? named.index
  const { mtu, noArp, multicast } = host.links.get(lower) ?? named
  addLink(host, { name, mac, mtu, noArp, multicast }, { kind: 'macvlan', parent: lower })
  return undefined
}

const macvlansOn = (host: HostState, { index }: LinkState): readonly LinkState[] =>
  [...host.links.values()].filter(({ parent }) => parent === index)

export function setEnabled(host: HostState, link: LinkState, enabled: boolean): Outcome {
  if (link.enabled === enabled) return undefined
  if (enabled && isTaken(host, link, link.mac)) return refuse('EADDRINUSE')
  link.enabled = enabled
  tellLink(host, link)
  if (enabled) comeUp(host, link)
  else goDown(host, link)
  for (const macvlan of macvlansOn(host, link)) if (macvlan.enabled) tellLink(host, macvlan)
  return undefined
}

/** A macvlan's, by its parent or by another one that is up on it. */
function isTaken(host: HostState, link: LinkState, mac: Uint8Array): boolean {
  const parent = link.parent === undefined ? undefined : host.links.get(link.parent)
  if (parent === undefined) return false
  const rivals = macvlansOn(host, parent).filter((each) => each !== link && each.enabled)
  return [parent, ...rivals].some((each) => each.mac.every((byte, at) => byte === mac[at]))
}

function comeUp(host: HostState, link: LinkState): void {
  for (const entry of link.ipv4) addConnectedRoutes(host, link, entry)
  reviveWays(host, link)
  reviveIpv6Ways(host, link)
  if (!link.ipv6Disabled) restoreIpv6Routes(host, link)
}

function goDown(host: HostState, link: LinkState): void {
  flushRoutesOfLink(host, link, 'remote')
  flushIpv6RoutesOfLink(host, link, 'down')
  removeAllIpv6(host, link)
}

export function removeLink(host: HostState, link: LinkState): Outcome {
  if (link.kind === 'loopback') return refuse('EOPNOTSUPP')
  if (link.enabled) {
    link.enabled = false
    tellLink(host, link)
    goDown(host, link)
  }
  removeAllIpv4(host, link)
  flushRoutesOfLink(host, link, 'deleted')
  flushIpv6RoutesOfLink(host, link, 'deleted')
  removeAllIpv6(host, link)
  for (const macvlan of macvlansOn(host, link)) removeLink(host, macvlan)
  host.links.delete(link.index)
  host.tell({ type: 'link-gone', index: link.index })
  return undefined
}

export function renameLink(host: HostState, link: LinkState, name: string): Outcome {
  if (link.name === name) return undefined
  if (!isName(name)) return refuse('EINVAL')
  if (linkNamed(host, name) !== undefined) return refuse('EEXIST')
  link.name = name
  tellLink(host, link)
  relabel(host, link)
  return undefined
}

export function setCarrier(host: HostState, link: LinkState, carrier: boolean): void {
  if (link.carrier === carrier) return
  link.carrier = carrier
  if (!link.enabled) return
  tellLink(host, link)
  for (const macvlan of macvlansOn(host, link)) if (macvlan.enabled) tellLink(host, macvlan)
}

/** Of macvlans, too, that have a larger one. */
export function setMtu(host: HostState, link: LinkState, mtu: number): void {
  if (link.mtu === mtu) return
  link.mtu = mtu
  for (const macvlan of macvlansOn(host, link)) if (macvlan.mtu > mtu) setMtu(host, macvlan, mtu)
  tellLink(host, link)
}

export function setMac(host: HostState, link: LinkState, mac: Uint8Array): Outcome {
  if (isTaken(host, link, mac)) return refuse('EADDRINUSE')
  link.mac = mac
  tellLink(host, link)
  return undefined
}

export function tellLink(host: HostState, link: LinkState): void {
  host.tell({ type: 'link', link: describeLink(host, link), enabled: link.enabled })
}
