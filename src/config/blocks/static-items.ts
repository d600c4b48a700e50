/** `static_ipaddress`, `static_routes` and `static_rules`: there while the daemon runs, whoever is MASTER. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, list } from '../syntax/keyword.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { block } from '../values/printing.ts'
import type { Surrounding } from './context.ts'
import { trackGroup } from './track-group.ts'
import { addressLine, resolveAddress, type VirtualAddress } from './virtual-address.ts'
import { resolveRoute, routeLine, type VirtualRoute } from './virtual-route/route.ts'
import { resolveRule, ruleLine, type VirtualRule } from './virtual-rule/rule.ts'

export const staticIpaddress: Keyword = list(
  'static_ipaddress',
  2,
  'addresses that are there while the daemon runs',
  { process: 'vrrp' },
)
export const staticRoutes: Keyword = list('static_routes', 2, 'routes, likewise', {
  process: 'vrrp',
})
export const staticRules: Keyword = list('static_rules', 3, 'routing rules, likewise', {
  process: 'vrrp',
})

/**
 * Owns what has been found so far. Order matters: a track_group must stand above those who name it,
 * and rules without a preference are numbered through the file, an instance's rules too.
 */
export class StaticItems {
  readonly addresses: VirtualAddress[] = []
  readonly routes: VirtualRoute[] = []
  readonly rules: VirtualRule[] = []
  readonly #groups = new Set<string>()
  readonly #surrounding: Surrounding

  constructor(surrounding: Surrounding) {
    this.#surrounding = surrounding
  }

  /** @param node any block outside of instances */
  add(node: Node, report: Report): void {
    const name = node.statement.words[1]?.text
    if (node.keyword === trackGroup && name !== undefined) this.#groups.add(name)
    const nodes = { nodes: [node] }
    const { names, preferences, defaults } = this.#surrounding
    const context = { names, preferences, trackGroups: this.#groups }
    for (const entry of entriesOf(nodes, staticIpaddress)) {
      const address = resolveAddress(entry, { ...context, link: defaults.link }, report)
      if (address !== undefined) this.addresses.push(address)
    }
    for (const entry of entriesOf(nodes, staticRoutes)) {
      const route = resolveRoute(entry, context, report)
      if (route !== undefined) this.routes.push(route)
    }
    for (const entry of entriesOf(nodes, staticRules)) {
      const rule = resolveRule(entry, context, report)
      if (rule !== undefined) this.rules.push(rule)
    }
  }
}

export const staticAddressBlock = (addresses: readonly VirtualAddress[]): readonly string[] =>
  block(
    'static_ipaddress',
    addresses.map((address) => addressLine(address, undefined)),
  )

/** @param fallbackLink as of routeLine. */
export const staticRouteBlock = (routes: readonly VirtualRoute[], fallbackLink: string): readonly string[] =>
  block(
    'static_routes',
    routes.map((route) => routeLine(route, fallbackLink)),
  )

export const staticRuleBlock = (rules: readonly VirtualRule[]): readonly string[] =>
  block(
    'static_rules',
    rules.map((rule) => ruleLine(rule)),
  )
