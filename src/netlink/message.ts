/** What one message of rtnetlink says, once decoded. */

import type { Link, LinkAddress, RouteSpec, RuleSpec } from './types.ts'

export type KernelMessage =
  /** `enabled`: IFF_UP alone, whatever the carrier. */
  | { readonly type: 'link'; readonly link: Link; readonly enabled: boolean }
  | { readonly type: 'link-gone'; readonly index: number }
  /** `portId`: the socket whose request caused it; 0 is the kernel itself. */
  | { readonly type: 'address'; readonly address: LinkAddress; readonly portId: number }
  | { readonly type: 'address-gone'; readonly address: LinkAddress; readonly portId: number }
  /** `replaces`: one that contested its destination went for it, of which the kernel says nothing more. */
  | { readonly type: 'route'; readonly route: RouteSpec; readonly portId: number; readonly replaces: boolean }
  /** The same by a route that is not watched itself. */
  | { readonly type: 'route-replaced'; readonly by: RouteSpec; readonly portId: number }
  | { readonly type: 'route-gone'; readonly route: RouteSpec; readonly portId: number }
  | { readonly type: 'rule'; readonly rule: RuleSpec; readonly portId: number }
  | { readonly type: 'rule-gone'; readonly rule: RuleSpec; readonly portId: number }
