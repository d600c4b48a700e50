/** One line of virtual_rules or static_rules, in ip-rule(8)'s words. */

import { isIpv4, type Cidr } from '../../base/address.ts'
import type { NumberRange, RuleAction } from '../../base/routing.ts'
import type { Report } from '../diagnostics.ts'
import type { KernelNames } from '../kernel-names.ts'
import type { Word, Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { VirtualRule } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import { readOptions } from '../values/line-options.ts'
import { ruleHandlers } from './rule-options.ts'

export interface RuleDraft {
  readonly names: KernelNames
  family?: 4 | 6
  not: boolean
  from?: Cidr
  to?: Cidr
  action?: RuleAction
  preference?: number
  fwmark?: number
  fwmask?: number
  iif?: string
  oif?: string
  tos?: number
  l3mdev: boolean
  suppressPrefixLength?: number
  suppressInterfaceGroup?: number
  realms?: number
  uidRange?: NumberRange
  ipProtocol?: number
  sourcePorts?: NumberRange
  destinationPorts?: NumberRange
  tunnelId?: string
  protocol?: number
  track: boolean
  trackGroup?: string
  /** Only a table can be looked up with them. */
  tableOnly?: Word
}

/** The preference of the next rule of a family that gives none; keepalived counts down through the whole file. */
export type Preferences = Record<4 | 6, number>

export const firstPreference = (): Preferences => ({ 4: 16_384, 6: 16_384 })

/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18

export interface RuleContext {
  readonly names: KernelNames
  readonly preferences: Preferences
}

/** Undefined when keepalived leaves the rule out, which is then reported. */
export function resolveRule(
  { words }: Words,
  { names, preferences }: RuleContext,
  report: Report,
): VirtualRule | undefined {
  const [first] = words
  const draft: RuleDraft = { names, not: false, l3mdev: false, track: true }
  if (!readOptions(words, draft, ruleHandlers, report)) return undefined
  const family = familyOf(draft, first, report)
  const action = actionOf(draft, first, report)
  if (family === undefined || action === undefined) return undefined
  const preference = draft.preference ?? nextPreference(preferences, family, first, report)
  if (action.kind === 'goto' && preference >= action.preference) {
    report(
      errorAt(first, 'invalid-value', `a rule can only go to a later one: ${preference} is not before it`),
    )
    return undefined
  }
  return {
    family,
    not: draft.not,
    action,
    preference,
    l3mdev: draft.l3mdev,
    protocol: protocolOf(draft, first, report),
    track: draft.track,
    span: spanOf(first),
    ...(draft.from !== undefined && { from: draft.from }),
    ...(draft.to !== undefined && { to: draft.to }),
    ...(draft.fwmark !== undefined && { fwmark: draft.fwmark }),
    ...(draft.fwmask !== undefined && { fwmask: draft.fwmask }),
    ...(draft.iif !== undefined && { iif: draft.iif }),
    ...(draft.oif !== undefined && { oif: draft.oif }),
    ...(draft.tos !== undefined && { tos: draft.tos }),
    ...(draft.suppressPrefixLength !== undefined && { suppressPrefixLength: draft.suppressPrefixLength }),
    ...(draft.suppressInterfaceGroup !== undefined && {
      suppressInterfaceGroup: draft.suppressInterfaceGroup,
    }),
    ...(draft.realms !== undefined && { realms: draft.realms }),
    ...(draft.uidRange !== undefined && { uidRange: draft.uidRange }),
    ...(draft.ipProtocol !== undefined && { ipProtocol: draft.ipProtocol }),
    ...(draft.sourcePorts !== undefined && { sourcePorts: draft.sourcePorts }),
    ...(draft.destinationPorts !== undefined && { destinationPorts: draft.destinationPorts }),
    ...(draft.tunnelId !== undefined && { tunnelId: draft.tunnelId }),
    ...(draft.trackGroup !== undefined && { trackGroup: draft.trackGroup }),
  }
}

/** Only those of its own protocol are watched; others have none unless they say which (measured, 2.2.7). */
function protocolOf({ track, protocol }: RuleDraft, first: Word, report: Report): number {
  if (!track) return protocol ?? 0
  if (protocol !== undefined && protocol !== KEEPALIVED) {
    const message = `a rule that is watched has protocol ${KEEPALIVED}: what is given is ignored`
    report(warningAt(first, 'rounded', message))
  }
  return KEEPALIVED
}

function familyOf(draft: RuleDraft, first: Word, report: Report): 4 | 6 | undefined {
  const families = [draft.from, draft.to]
    .filter((cidr) => cidr !== undefined)
    .map(({ address }) => (isIpv4(address) ? 4 : 6))
  const family = draft.family ?? families[0] ?? 4
  if (families.every((one) => one === family)) return family
  report(errorAt(first, 'family-mismatch', 'IPv4 and IPv6 addresses in one rule: the line is ignored'))
  return undefined
}

function actionOf(draft: RuleDraft, first: Word, report: Report): RuleAction | undefined {
  const action: RuleAction | undefined =
    draft.action ?? (draft.l3mdev ? { kind: 'table', table: 0 } : undefined)
  if (action === undefined) {
    report(errorAt(first, 'no-action', 'a rule needs something to do, such as a table: the line is ignored'))
    return undefined
  }
  if (action.kind !== 'table' && draft.tableOnly !== undefined) {
    const message = `'${draft.tableOnly.text}' goes with a table only: the line is ignored`
    report(errorAt(draft.tableOnly, 'invalid-value', message))
    return undefined
  }
  return action
}

function nextPreference(preferences: Preferences, family: 4 | 6, first: Word, report: Report): number {
  const preference = preferences[family]
  preferences[family] -= 1
  const message = `a rule needs a preference to stand where it should: ${preference} is used`
  report(warningAt(first, 'no-preference', message))
  return preference
}
