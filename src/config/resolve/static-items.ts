/** Addresses, routes and rules outside of instances, in the file's order. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { staticIpaddress, staticRoutes, staticRules, trackGroup } from '../keywords/static.ts'
import type { VirtualAddress, VirtualRoute, VirtualRule } from '../model.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { resolveAddress } from './address.ts'
import type { Surrounding } from './context.ts'
import { resolveRoute } from './route.ts'
import { resolveRule } from './rule.ts'

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
