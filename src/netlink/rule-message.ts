/**
 * RTM_NEWRULE, RTM_DELRULE (rtnetlink(7), <linux/fib_rules.h>). The fixed part is
 * struct fib_rule_hdr:
 *
 *      family | dst_len | src_len | tos | table | res (2) | action | flags (4)
 */

import { putU16, putU32, readU16, readU32 } from 'netlink/dist/structs.js'
import type { Cidr } from '../base/address.ts'
import type { NumberRange, RuleAction } from '../base/routing.ts'
import { Attributes, Body, FAMILY, u64be } from './attributes.ts'
import { KEEPALIVED_PROTOCOL, type RuleSpec } from './types.ts'

const HEADER_LENGTH = 12
const FLAGS_AT = 8
const FIB_RULE_INVERT = 2
const FRA = {
  dst: 1,
  src: 2,
  iifname: 3,
  goto: 4,
  priority: 6,
  fwmark: 10,
  flow: 11,
  tunnelId: 12,
  suppressIfgroup: 13,
  suppressPrefixlen: 14,
  table: 15,
  fwmask: 16,
  oifname: 17,
  l3mdev: 19,
  uidRange: 20,
  protocol: 21,
  ipProtocol: 22,
  sportRange: 23,
  dportRange: 24,
} as const
/** FR_ACT_* */
const ACTIONS: Readonly<Record<RuleAction['kind'], number>> = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
}
const KINDS = new Map(Object.entries(ACTIONS).map(([kind, number]) => [number, kind as RuleAction['kind']]))
/** What stands for a group or prefix length that is not given. */
const NONE = 0xffffffff

/**
 * The body of RTM_NEWRULE, and of RTM_DELRULE, which deletes the first rule that agrees in all of this:
 * as the protocol does, an administrator's stays.
 */
export function encodeRule(rule: RuleSpec): Uint8Array {
  const { action, from, to } = rule
  const table = tableOf(rule)
  return new Body(header(rule, table))
    .ip(FRA.dst, to?.address)
    .ip(FRA.src, from?.address)
    .u32(FRA.priority, rule.preference)
    .u32(FRA.fwmark, rule.fwmark)
    .u32(FRA.fwmask, rule.fwmask)
    .text(FRA.iifname, rule.iif)
    .text(FRA.oifname, rule.oif)
    .u32(FRA.goto, action.kind === 'goto' ? action.preference : undefined)
    .u32(FRA.table, table < 256 ? undefined : table)
    .u8(FRA.l3mdev, rule.l3mdev ? 1 : undefined)
    .u32(FRA.suppressPrefixlen, rule.suppressPrefixLength)
    .u32(FRA.suppressIfgroup, rule.suppressInterfaceGroup)
    .u32(FRA.flow, rule.realms)
    .bytes(FRA.uidRange, rule.uids && Buffer.concat([putU32(rule.uids.from), putU32(rule.uids.to)]))
    .u8(FRA.ipProtocol, rule.ipProtocol)
    .bytes(FRA.sportRange, rule.sourcePorts && portRange(rule.sourcePorts))
    .bytes(FRA.dportRange, rule.destinationPorts && portRange(rule.destinationPorts))
    .bytes(FRA.tunnelId, rule.tunnelId === undefined ? undefined : u64be(BigInt(rule.tunnelId)))
    .u8(FRA.protocol, rule.protocol ?? KEEPALIVED_PROTOCOL)
    .build()
}

const tableOf = ({ action, l3mdev }: RuleSpec): number =>
  action.kind === 'table' && !l3mdev ? action.table : 0

function header(rule: RuleSpec, table: number): Uint8Array {
  const { family, from, to, tos = 0, action, not } = rule
  const bytes = [
    family === 4 ? FAMILY.ipv4 : FAMILY.ipv6,
    to?.prefixLength ?? 0,
    from?.prefixLength ?? 0,
    tos,
    table < 256 ? table : 0,
    0,
    0,
    ACTIONS[action.kind],
  ]
  return Buffer.concat([Uint8Array.from(bytes), putU32(not ? FIB_RULE_INVERT : 0)])
}

/** struct fib_rule_port_range, in the host's order. */
const portRange = ({ from, to }: NumberRange): Uint8Array => Buffer.concat([putU16(from), putU16(to)])

/** Undefined for families and actions that a RuleSpec does not know. */
export function decodeRule(body: Buffer): RuleSpec | undefined {
  if (body.length < HEADER_LENGTH) return undefined
  const [familyNumber, toLength = 0, fromLength = 0, tos = 0, shortTable = 0, , , actionNumber = 0] = body
  if (familyNumber !== FAMILY.ipv4 && familyNumber !== FAMILY.ipv6) return undefined
  const attributes = new Attributes(body.subarray(HEADER_LENGTH))
  const action = readAction(actionNumber, attributes.u32(FRA.table) ?? shortTable, attributes)
  if (action === undefined) return undefined
  const fwmark = attributes.u32(FRA.fwmark)
  const fwmask = attributes.u32(FRA.fwmask)
  const suppressPrefixLength = attributes.u32(FRA.suppressPrefixlen)
  const suppressInterfaceGroup = attributes.u32(FRA.suppressIfgroup)
  return {
    family: familyNumber === FAMILY.ipv4 ? 4 : 6,
    preference: attributes.u32(FRA.priority) ?? 0,
    action,
    not: (readU32.call(body, FLAGS_AT) & FIB_RULE_INVERT) !== 0,
    tos,
    l3mdev: attributes.u8(FRA.l3mdev) === 1,
    protocol: attributes.u8(FRA.protocol) ?? 0,
    ...present('to', network(attributes, FRA.dst, toLength)),
    ...present('from', network(attributes, FRA.src, fromLength)),
    ...present('fwmark', fwmark),
    ...present('fwmask', fwmask),
    ...present('iif', attributes.text(FRA.iifname)),
    ...present('oif', attributes.text(FRA.oifname)),
    ...present('suppressPrefixLength', suppressPrefixLength === NONE ? undefined : suppressPrefixLength),
    ...present(
      'suppressInterfaceGroup',
      suppressInterfaceGroup === NONE ? undefined : suppressInterfaceGroup,
    ),
    ...present('realms', attributes.u32(FRA.flow)),
    ...present('uids', longRange(attributes.bytes(FRA.uidRange))),
    ...present('ipProtocol', attributes.u8(FRA.ipProtocol)),
    ...present('sourcePorts', shortRange(attributes.bytes(FRA.sportRange))),
    ...present('destinationPorts', shortRange(attributes.bytes(FRA.dportRange))),
    ...present('tunnelId', attributes.bytes(FRA.tunnelId)?.readBigUInt64BE().toString()),
  }
}

function readAction(number: number, table: number, attributes: Attributes): RuleAction | undefined {
  const kind = KINDS.get(number)
  if (kind === undefined) return undefined
  if (kind === 'table') return { kind, table }
  return kind === 'goto' ? { kind, preference: attributes.u32(FRA.goto) ?? 0 } : { kind }
}

function network(attributes: Attributes, number: number, prefixLength: number): Cidr | undefined {
  const address = attributes.ip(number)
  return address === undefined ? undefined : { address, prefixLength }
}

const longRange = (bytes: Buffer | undefined): NumberRange | undefined =>
  bytes && { from: readU32.call(bytes, 0), to: readU32.call(bytes, 4) }

const shortRange = (bytes: Buffer | undefined): NumberRange | undefined =>
  bytes && { from: readU16.call(bytes, 0), to: readU16.call(bytes, 2) }

/** A field that is there only with a value. */
const present = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Readonly<Partial<Record<Name, Value>>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Value>>

/** The body of RTM_GETRULE for the rules of one family. */
export const encodeRuleQuery = (family: 4 | 6): Uint8Array =>
  Uint8Array.of(family === 4 ? FAMILY.ipv4 : FAMILY.ipv6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
