/** Routing rules: which are the same to the kernel, and where they lead. Measured on Linux 6.18. Pure. */

import { formatCidr, isIpv4, type Cidr, type IpAddress } from '../../base/address.ts'
import type { NumberRange, RuleAction } from '../../base/routing.ts'
import { KEEPALIVED_PROTOCOL, type Outcome, type PortId, type RuleSpec } from '../../netlink/types.ts'
import { contains } from './networks.ts'
import { refuse, type ErrorCode } from './refusals.ts'
import { KERNEL_PROTOCOL, linkNamed, TABLE, type HostState } from './state.ts'

/** Without a preference it is put before the second rule. */
export type RuleRequest = Omit<RuleSpec, 'preference'> & { readonly preference?: number }
/** What is absent may be whatever. */
export type RuleQuery = Partial<RuleSpec> & Pick<RuleSpec, 'family'>

const rulesOf = (host: HostState, family: 4 | 6): RuleSpec[] =>
  family === 4 ? host.ipv4Rules : host.ipv6Rules

const kernelRule = (family: 4 | 6, preference: number, table: number): RuleSpec => ({
  ...{ family, preference, action: { kind: 'table', table }, not: false, tos: 0, l3mdev: false },
  protocol: KERNEL_PROTOCOL,
})

/** What a fresh kernel has. */
export const initialRules = (family: 4 | 6): RuleSpec[] => [
  kernelRule(family, 0, TABLE.local),
  kernelRule(family, 32766, TABLE.main),
  ...(family === 4 ? [kernelRule(family, 32767, TABLE.default)] : []),
]

export function addRule(host: HostState, request: RuleRequest, by: PortId): Outcome {
  const rules = rulesOf(host, request.family)
  const preference = request.preference ?? Math.max(0, (rules[1]?.preference ?? 1) - 1)
  const invalid = problemOf(request, preference)
  if (invalid !== undefined) return invalid
  const rule = normal(host, { ...request, preference })
  if (rules.some((each) => isTakenFor(each, rule))) return refuse('EEXIST')
  const at = rules.findIndex((each) => each.preference > preference)
  rules.splice(at === -1 ? rules.length : at, 0, rule)
  host.tell({ type: 'rule', rule, portId: by })
  return undefined
}

export function removeRule(host: HostState, query: RuleQuery, by: PortId): Outcome {
  if (isBackward(query.action, query.preference ?? 0)) return refuse('EINVAL', 'Backward goto not supported')
  const rules = rulesOf(host, query.family)
  const at = rules.findIndex((each) => agrees(each, query))
  const rule = rules[at]
  if (rule === undefined) return refuse('ENOENT')
  rules.splice(at, 1)
  host.tell({ type: 'rule-gone', rule, portId: by })
  return undefined
}

function problemOf({ family, action, tos = 0, l3mdev, from, to }: RuleRequest, preference: number): Outcome {
  if (isBackward(action, preference)) return refuse('EINVAL', 'Backward goto not supported')
  if (family === 4 && (tos & ~TOS_BITS) !== 0)
    return refuse('EINVAL', 'Invalid dsfield (dscp): ECN bits must be 0')
  if (family === 6 && action.kind === 'table' && action.table === 0 && !l3mdev)
    return refuse('EINVAL', 'Invalid table')
  const tooLong = [from, to].some(
    (network) => network !== undefined && network.prefixLength > (family === 4 ? 32 : 128),
  )
  return tooLong ? refuse('EINVAL') : undefined
}

const isBackward = (action: RuleAction | undefined, preference: number): boolean =>
  action?.kind === 'goto' && action.preference <= preference

/** IPTOS_TOS_MASK */
const TOS_BITS = 0x1c

const ALL_BITS = 0xffffffff

/** As the kernel tells it. */
function normal(host: HostState, rule: RuleSpec): RuleSpec {
  const { action, from, to, fwmark = 0, fwmask = fwmark === 0 ? 0 : ALL_BITS, ...others } = rule
  const { realms = 0, ipProtocol = 0, tunnelId, ...rest } = others
  return {
    ...rest,
    action: normalAction(host, rule, action),
    tos: rule.tos ?? 0,
    protocol: rule.protocol ?? KEEPALIVED_PROTOCOL,
    ...(from !== undefined && from.prefixLength > 0 && { from }),
    ...(to !== undefined && to.prefixLength > 0 && { to }),
    ...(fwmark !== 0 && { fwmark }),
    ...((fwmark !== 0 || fwmask !== 0) && { fwmask }),
    ...(realms !== 0 && { realms }),
    ...(ipProtocol !== 0 && { ipProtocol }),
    ...(tunnelId !== undefined && tunnelId !== '0' && { tunnelId }),
  }
}

function normalAction(host: HostState, { family, l3mdev }: RuleSpec, action: RuleAction): RuleAction {
  if (action.kind !== 'table') return action
  if (l3mdev) return { kind: 'table', table: 0 }
  if (family === 6 || action.table !== 0) return action
  // Table 0 is the first one that is empty.
  for (let table = 1; ; table++)
    if ((host.ipv4Routes.get(table) ?? []).length === 0) return { kind: 'table', table }
}

const tableOf = ({ action }: RuleQuery): number => (action?.kind === 'table' ? action.table : 0)

/**
 * Whether the kernel takes the new one for this one. It does not look at `not` and at where `goto` leads to; and
 * where the new one has no network, TOS or realms, those of the other do not matter.
 */
const isTakenFor = (there: RuleSpec, added: RuleSpec): boolean =>
  there.action.kind === added.action.kind &&
  tableOf(there) === tableOf(added) &&
  there.preference === added.preference &&
  there.iif === added.iif &&
  there.oif === added.oif &&
  there.fwmark === added.fwmark &&
  there.fwmask === added.fwmask &&
  there.suppressPrefixLength === added.suppressPrefixLength &&
  there.suppressInterfaceGroup === added.suppressInterfaceGroup &&
  there.tunnelId === added.tunnelId &&
  there.l3mdev === added.l3mdev &&
  sameRange(there.uids, added.uids) &&
  there.ipProtocol === added.ipProtocol &&
  there.protocol === added.protocol &&
  sameRange(there.sourcePorts, added.sourcePorts) &&
  sameRange(there.destinationPorts, added.destinationPorts) &&
  agreesInPlace(there, added)

const agrees = (there: RuleSpec, query: RuleQuery): boolean =>
  (query.action === undefined || query.action.kind === there.action.kind) &&
  (tableOf(query) === 0 || tableOf(query) === tableOf(there)) &&
  isOr(query.preference, there.preference) &&
  isOr(query.iif, there.iif) &&
  isOr(query.oif, there.oif) &&
  isOr(query.fwmark === 0 ? undefined : query.fwmark, there.fwmark) &&
  isOr(query.fwmask === 0 ? undefined : query.fwmask, there.fwmask) &&
  isOr(query.suppressPrefixLength, there.suppressPrefixLength) &&
  isOr(query.suppressInterfaceGroup, there.suppressInterfaceGroup) &&
  isOr(query.tunnelId, there.tunnelId) &&
  (query.l3mdev !== true || there.l3mdev) &&
  (query.uids === undefined || sameRange(query.uids, there.uids)) &&
  isOr(query.ipProtocol, there.ipProtocol) &&
  isOr(query.protocol, there.protocol) &&
  (query.sourcePorts === undefined || sameRange(query.sourcePorts, there.sourcePorts)) &&
  (query.destinationPorts === undefined || sameRange(query.destinationPorts, there.destinationPorts)) &&
  agreesInPlace(there, query)

const isOr = <T>(wanted: T | undefined, there: T | undefined): boolean =>
  wanted === undefined || wanted === there

const agreesInPlace = (there: RuleSpec, { from, to, tos = 0, realms = 0 }: RuleQuery): boolean =>
  (isEverywhere(from) || sameCidr(from, there.from)) &&
  (isEverywhere(to) || sameCidr(to, there.to)) &&
  (tos === 0 || tos === there.tos) &&
  (realms === 0 || realms === there.realms)

const isEverywhere = (network: Cidr | undefined): network is undefined =>
  network === undefined || network.prefixLength === 0

const sameCidr = (a: Cidr, b: Cidr | undefined): boolean => b !== undefined && formatCidr(a) === formatCidr(b)

const sameRange = (a: NumberRange | undefined, b: NumberRange | undefined): boolean =>
  a?.from === b?.from && a?.to === b?.to

export interface RuleFlow {
  readonly to: IpAddress
  /** The link it shall leave by; 0: any. */
  readonly link: number
}

/** A rule’s answer. `prefixLength`: of the route that was found. */
export interface RuleAnswer {
  readonly prefixLength: number
}

const ACTION_ERRORS = { blackhole: 'EINVAL', unreachable: 'ENETUNREACH', prohibit: 'EACCES' } as const

/**
 * What the rules lead to for a packet that this host would send from no address in particular.
 *
 * @param inTable what the table of a rule answers; `next`: nothing
 * @returns undefined when no rule has an answer
 */
export function followRules<Answer extends RuleAnswer>(
  host: HostState,
  family: 4 | 6,
  flow: RuleFlow,
  inTable: (way: { readonly table: number }) => Answer | ErrorCode | 'next',
): Answer | ErrorCode | undefined {
  const rules = rulesOf(host, family)
  for (let at = 0; at < rules.length; at++) {
    const rule = rules[at]
    if (rule === undefined || matches(host, rule, flow) === rule.not) continue
    const { action } = rule
    switch (action.kind) {
      case 'goto': {
        const target = rules.findIndex(({ preference }) => preference >= action.preference)
        // One that leads nowhere is passed over.
        if (rules[target]?.preference === action.preference) at = target - 1
        continue
      }
      case 'nop':
        continue
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        return ACTION_ERRORS[action.kind]
      case 'table': {
        if (rule.l3mdev) continue
        const answer = inTable({ table: action.table })
        if (answer === 'next') continue
        if (typeof answer === 'object' && answer.prefixLength <= (rule.suppressPrefixLength ?? -1)) continue
        return answer
      }
    }
  }
  return undefined
}

function matches(host: HostState, rule: RuleSpec, { to, link }: RuleFlow): boolean {
  const nobody: IpAddress = isIpv4(to) ? NOBODY : ('::' as IpAddress)
  const { fwmark = 0, fwmask = 0 } = rule
  return (
    (rule.iif === undefined || rule.iif === 'lo') &&
    (rule.oif === undefined || (link !== 0 && linkNamed(host, rule.oif)?.index === link)) &&
    (fwmark & fwmask) === 0 &&
    (rule.tunnelId === undefined || rule.tunnelId === '0') &&
    (rule.uids === undefined || rule.uids.from === 0) &&
    (rule.tos ?? 0) === 0 &&
    rule.ipProtocol === undefined &&
    rule.sourcePorts === undefined &&
    rule.destinationPorts === undefined &&
    (rule.from === undefined || contains(rule.from, nobody)) &&
    (rule.to === undefined || contains(rule.to, to))
  )
}

const NOBODY = 0 as IpAddress
