/** What an instance wants in the kernel, in rtnetlink's terms. Pure. */

import type { Scope, VirtualAddress, VirtualRoute } from '../config/model.ts'
import type { AddressSpec, RouteSpec } from '../netlink/types.ts'

/** An AddressSpec but for the link's index, which only the running kernel knows. */
export interface WantedAddress {
  readonly link: string
  readonly spec: Omit<AddressSpec, 'linkIndex'>
}

export interface WantedRoute {
  readonly link: string | undefined
  readonly spec: Omit<RouteSpec, 'linkIndex'>
}

const SCOPES: Readonly<Record<Exclude<Scope, number>, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
}

const scopeNumber = (scope: Scope): number => (typeof scope === 'number' ? scope : SCOPES[scope])

export function wantedAddress(address: VirtualAddress): WantedAddress {
  return {
    link: address.link,
    spec: {
      cidr: address.cidr,
      scope: scopeNumber(address.scope),
      ...(address.label !== undefined && { label: address.label }),
      ...(address.broadcast !== undefined && { broadcast: address.broadcast }),
      ...(address.peer !== undefined && { peer: address.peer }),
    },
  }
}

export function wantedRoute(route: VirtualRoute): WantedRoute {
  const { type, destination, table, onlink } = route
  return {
    link: route.link,
    spec: {
      type,
      destination,
      table,
      onlink,
      ...(route.gateway !== undefined && { gateway: route.gateway }),
      ...(route.source !== undefined && { source: route.source }),
      ...(route.scope !== undefined && { scope: scopeNumber(route.scope) }),
      ...(route.metric !== undefined && { metric: route.metric }),
      ...(route.mtu !== undefined && { mtu: route.mtu }),
      ...(route.protocol !== undefined && { protocol: route.protocol }),
      ...(route.tos !== undefined && { tos: route.tos }),
    },
  }
}
