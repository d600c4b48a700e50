/** A line of virtual_rules or static_rules. */

import type { NumberRange, RuleTraits } from '../../base/routing.ts'
import type { Span } from '../diagnostics/diagnostics.ts'

/** The preference is as written, or as keepalived numbers those without: 16384, 16383, … */
export interface VirtualRule extends RuleTraits {
  readonly uidRange?: NumberRange
  readonly protocol: number
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  readonly span: Span
}
