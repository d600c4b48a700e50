/** One netlink port's requests to a kernel in memory: a process of ours, or somebody else on the host. Pure. */

import { isIpv4 } from '../../base/address.ts'
import {
  placeOfRoute,
  unlessAddressAbsent,
  unlessLinkAbsent,
  unlessRouteAbsent,
  unlessRoutesThere,
  unlessRuleAbsent,
  unlessThere,
  type Requests,
} from '../../netlink/requests.ts'
import {
  KEEPALIVED_PROTOCOL,
  type MacvlanSpec,
  type Outcome,
  type PortId,
  type RouteSpec,
} from '../../netlink/types.ts'
import { addIpv4, removeIpv4 } from './ipv4-addresses.ts'
import { addIpv4Route, listIpv4Routes, removeIpv4Route } from './ipv4-routes.ts'
import { addIpv6, removeIpv6 } from './ipv6-addresses.ts'
import { addIpv6Route, listIpv6Routes, removeIpv6Route } from './ipv6-routes.ts'
import { createMacvlan, removeLink, renameLink, setEnabled, setMac, setMtu } from './links.ts'
import { isWatched } from './notification-queue.ts'
import { refuse } from './refusals.ts'
import { exactly, type RouteMode, type RouteQuery } from './routing.ts'
import { addRule, removeRule, type RuleQuery, type RuleRequest } from './rules.ts'
import { linkNamed, type AddressRequest, type HostState, type LinkState } from './state.ts'

export class Party {
  readonly portId: PortId
  private readonly host: HostState

  constructor(host: HostState, portId: PortId) {
    this.host = host
    this.portId = portId
  }

  addAddress(request: AddressRequest): Outcome {
    return isIpv4(request.cidr.address)
      ? addIpv4(this.host, request, this.portId)
      : addIpv6(this.host, request)
  }

  removeAddress(request: AddressRequest): Outcome {
    return isIpv4(request.cidr.address)
      ? removeIpv4(this.host, request, this.portId)
      : removeIpv6(this.host, request)
  }

  addRoute(spec: RouteSpec, mode: RouteMode): Outcome {
    return isIpv4(spec.destination.address)
      ? addIpv4Route(this.host, spec, mode, this.portId)
      : addIpv6Route(this.host, spec, mode, this.portId)
  }

  removeRoute(query: RouteQuery): Outcome {
    return isIpv4(query.destination.address)
      ? removeIpv4Route(this.host, query, this.portId)
      : removeIpv6Route(this.host, query, this.portId)
  }

  addRule(request: RuleRequest): Outcome {
    return addRule(this.host, request, this.portId)
  }

  removeRule(query: RuleQuery): Outcome {
    return removeRule(this.host, query, this.portId)
  }

  createMacvlan(spec: MacvlanSpec): Outcome {
    return createMacvlan(this.host, spec)
  }

  setEnabled(name: string, enabled: boolean): Outcome {
    return this.withLink(name, (link) => setEnabled(this.host, link, enabled))
  }

  removeLink(name: string): Outcome {
    return this.withLink(name, (link) => removeLink(this.host, link))
  }

  renameLink(name: string, to: string): Outcome {
    return this.withLink(name, (link) => renameLink(this.host, link, to))
  }

  setMac(name: string, mac: Uint8Array): Outcome {
    return this.withLink(name, (link) => setMac(this.host, link, mac))
  }

  setMtu(name: string, mtu: number): Outcome {
    return this.withLink(name, (link) => {
      setMtu(this.host, link, mtu)
      return undefined
    })
  }

  /** As our own daemon asks: many at once, and no harm in asking twice. */
  idempotent(): Requests {
    const marked = { protocol: KEEPALIVED_PROTOCOL }
    return {
      portId: this.portId,
      installAddresses: (specs) => specs.map((spec) => unlessThere(this.addAddress({ ...spec, ...marked }))),
      withdrawAddresses: (specs) => specs.map((spec) => unlessAddressAbsent(this.removeAddress(spec))),
      installRoutes: (specs) => {
        const outcomes = specs.map((spec) => this.addRoute(spec, placeOfRoute(spec)))
        return unlessRoutesThere(specs, outcomes, (protocols) => this.routesOf(protocols))
      },
      withdrawRoutes: (specs) => specs.map((spec) => unlessRouteAbsent(this.removeRoute(exactly(spec)))),
      installRules: (specs) => specs.map((spec) => unlessThere(this.addRule({ ...marked, ...spec }))),
      withdrawRules: (specs) =>
        specs.map((spec) => unlessRuleAbsent(this.removeRule({ ...marked, ...spec }))),
      createMacvlan: (spec) => this.createMacvlan(spec),
      enableLink: (name) => this.setEnabled(name, true),
      removeLink: (name) => unlessLinkAbsent(this.removeLink(name)),
      close: () => {},
    }
  }

  private routesOf(protocols: ReadonlySet<number>): readonly RouteSpec[] {
    return [...listIpv4Routes(this.host), ...listIpv6Routes(this.host)].filter((route) =>
      isWatched(route, protocols),
    )
  }

  private withLink(name: string, change: (link: LinkState) => Outcome): Outcome {
    const link = linkNamed(this.host, name)
    return link === undefined ? refuse('ENODEV') : change(link)
  }
}
