/** One line of virtual_rules or static_rules, in ip-rule(8)'s words. */

import { type Cidr, formatCidr, ipv4FromNumber, ipv6FromBytes, isIpv4 } from '../../../base/address.ts'
import type { NumberRange, RuleAction, RuleTraits } from '../../../base/routing.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import type { KernelNames } from '../../values/kernel-names.ts'
import { readOptions } from '../../values/line-options.ts'
import { asWord, joined } from '../../values/printing.ts'
import { realmsWords } from '../../values/realms.ts'
import type { LineOptions } from '../virtual-route/route.ts'
import { ruleHandlers } from './options.ts'

/** The preference is as written, or as keepalived numbers those without: 16384, 16383, … */
export interface VirtualRule extends RuleTraits {
  readonly uidRange?: NumberRange
  readonly protocol: number
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  readonly span: Span
}

export interface RuleDraft {
  readonly names: KernelNames
  family?: 4 | 6
  not: boolean
  from?: Cidr | 'everywhere'
  to?: Cidr | 'everywhere'
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
  readonly trackGroups: ReadonlySet<string> | undefined
  /** It cannot be installed, which has been reported: the rest is read for what is wrong in it. */
  unusable?: true
}

/** The preference of the next rule of a family that gives none; keepalived counts down through the whole file. */
export type Preferences = Record<4 | 6, number>

export const firstPreference = (): Preferences => ({ 4: 16_384, 6: 16_384 })

/** RTPROT_KEEPALIVED */
const KEEPALIVED = 18

export interface RuleContext {
  readonly names: KernelNames
  readonly preferences: Preferences
  /** In static_rules: the track_groups above it. */
  readonly trackGroups?: ReadonlySet<string>
}

/** Undefined when keepalived leaves the rule out, which is then reported. */
export function resolveRule(
  { words }: Words,
  { names, preferences, trackGroups }: RuleContext,
  report: Report,
): VirtualRule | undefined {
  const [first] = words
  const draft: RuleDraft = { names, trackGroups, not: false, l3mdev: false, track: true }
  if (!readOptions(words, draft, ruleHandlers, report)) return undefined
  const family = draft.family ?? 4
  const action = actionOf(draft, first, report)
  if (action === undefined) return undefined
  if (action.kind === 'goto' && draft.preference === undefined) {
    const message = `a rule that goes to ${action.preference} needs a preference of its own: the line is ignored`
    report(errorAt(first, 'no-preference', message))
    return undefined
  }
  const preference = draft.preference ?? nextPreference(preferences, family, first, report)
  if (action.kind === 'goto' && preference >= action.preference) {
    report(
      errorAt(first, 'invalid-value', `a rule can only go to a later one: ${preference} is not before it`),
    )
    return undefined
  }
  checkTrackGroup(draft, first, report)
  if (draft.unusable === true) return undefined
  return {
    family,
    not: draft.not,
    action,
    preference,
    l3mdev: draft.l3mdev,
    protocol: protocolOf(draft, first, report),
    track: draft.track,
    span: spanOf(first),
    ...(draft.from !== undefined && { from: networkOf(draft.from, family) }),
    ...(draft.to !== undefined && { to: networkOf(draft.to, family) }),
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

const EVERYWHERE: Readonly<Record<4 | 6, Cidr>> = {
  4: { address: ipv4FromNumber(0), prefixLength: 0 },
  6: { address: ipv6FromBytes(new Uint8Array(16)), prefixLength: 0 },
}

const networkOf = (network: Cidr | 'everywhere', family: 4 | 6): Cidr =>
  network === 'everywhere' ? EVERYWHERE[family] : network

function checkTrackGroup(draft: RuleDraft, first: Word, report: Report): void {
  if (draft.trackGroup === undefined || draft.iif !== undefined) return
  report(errorAt(first, 'not-tracked', 'a rule without iif can be in no track_group: it is in none'))
  delete draft.trackGroup
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

export function ruleLine(rule: VirtualRule, { tracking = true }: LineOptions = {}): string {
  const { action, family, from, fwmark, fwmask, iif, l3mdev, not, oif, preference, to, tos, track } = rule
  const isFamilySaid = [from, to].some((cidr) => cidr !== undefined && !isIpv4(cidr.address))
  return joined([
    // Twice: keepalived skips the word behind it, whatever it is.
    family === 6 && !isFamilySaid ? 'inet6 inet6' : '',
    not ? 'not' : '',
    from === undefined ? '' : `from ${formatCidr(from)}`,
    to === undefined ? '' : `to ${formatCidr(to)}`,
    fwmark === undefined ? '' : `fwmark ${fwmark}${fwmask === undefined ? '' : `/${fwmask}`}`,
    iif === undefined ? '' : `iif ${asWord(iif)}`,
    oif === undefined ? '' : `oif ${asWord(oif)}`,
    tos === undefined ? '' : `tos ${tos}`,
    rule.uidRange === undefined ? '' : `uidrange ${rangeWords(rule.uidRange)}`,
    rule.ipProtocol === undefined ? '' : `ipproto ${rule.ipProtocol}`,
    rule.sourcePorts === undefined ? '' : `sport ${rangeWords(rule.sourcePorts)}`,
    rule.destinationPorts === undefined ? '' : `dport ${rangeWords(rule.destinationPorts)}`,
    rule.tunnelId === undefined ? '' : `tunnel-id ${rule.tunnelId}`,
    actionWords(action, l3mdev),
    realmsWords(rule.realms),
    rule.suppressPrefixLength === undefined ? '' : `suppress_prefixlength ${rule.suppressPrefixLength}`,
    rule.suppressInterfaceGroup === undefined ? '' : `suppress_ifgroup ${rule.suppressInterfaceGroup}`,
    track || rule.protocol === 0 ? '' : `protocol ${rule.protocol}`,
    rule.trackGroup === undefined ? '' : `track_group ${asWord(rule.trackGroup)}`,
    `preference ${preference}`,
    track || !tracking ? '' : 'no_track',
  ])
}

const rangeWords = ({ from, to }: NumberRange): string => `${from}-${to}`

function actionWords(action: RuleAction, l3mdev: boolean): string {
  switch (action.kind) {
    case 'table':
      if (l3mdev && action.table === 0) return 'l3mdev'
      return l3mdev ? `table ${action.table} l3mdev` : `table ${action.table}`
    case 'goto':
      return `goto ${action.preference}${l3mdev ? ' l3mdev' : ''}`
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
    case 'nop':
      return `${action.kind}${l3mdev ? ' l3mdev' : ''}`
  }
}
