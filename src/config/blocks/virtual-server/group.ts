/** `virtual_server_group NAME { … }`: addresses of one service. */

import {
  formatIp,
  type IpAddress,
  ipToBytes,
  ipv4FromNumber,
  ipv6FromBytes,
  isIpv4,
} from '../../../base/address.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list } from '../../syntax/keyword.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { hostOf } from '../../values/address.ts'
import { parseInteger } from '../../values/number.ts'
import { asLineWord, asWord, block } from '../../values/printing.ts'
import { endpointWords, familyOf, markOf } from './endpoint.ts'
import type { Family, GroupMember } from './load-balancing.ts'

export const virtualServerGroup: Keyword = list('virtual_server_group', 3, 'addresses of one service', {
  process: 'checker',
  syntax: 'NAME',
  naming: 'needed',
})

/** A mark of no family has that of the group's addresses, or else of the servers behind it. */
type Entry = Extract<GroupMember, { kind: 'address' }> | { readonly mark: number; readonly family?: Family }

export interface Group {
  readonly name: string
  readonly entries: readonly Entry[]
}

/** Services of one group; each is one in the kernel. */
const MOST_ADDRESSES = 65_536

/** Lines of `ADDRESS[-LAST] [PORT]`, `NETWORK/LENGTH [PORT]` and `fwmark N [inet|inet6]`; undefined without any. */
export function resolveGroup(node: Node, report: Report): Group | undefined {
  const { statement, entries } = node
  const [word, name] = statement.words
  const found = new Map<string, Entry>()
  for (const line of entries) {
    const read = entriesOf(line, MOST_ADDRESSES - found.size, report)
    for (const entry of read) found.set(keyOf(entry), entry)
  }
  const members = [...found.values()]
  const problem = problemOf(members)
  if (problem !== undefined)
    report(errorAt(word, 'empty-group', `${problem}: this group is ignored`, { related: endsHere(node) }))
  return problem === undefined && name !== undefined ? { name: name.text, entries: members } : undefined
}

const keyOf = (entry: Entry): string =>
  'mark' in entry ? `fwmark ${entry.mark} ${entry.family ?? ''}` : endpointWords(entry)

function problemOf(entries: readonly Entry[]): string | undefined {
  if (entries.length === 0) return 'there is no usable address'
  const families = familiesOf(entries)
  if (families.has('ipv4') && families.has('ipv6') && families.has(undefined))
    return 'of IPv4 and IPv6 addresses, and a firewall mark that is of neither'
  return undefined
}

/** Undefined among them: there are marks that could be of any. */
const familiesOf = (entries: readonly Entry[]): ReadonlySet<Family | undefined> =>
  new Set(entries.map((entry) => ('mark' in entry ? entry.family : familyOf(entry.address))))

/** Undefined of marks alone that could be of any. */
export const familyOfGroup = ({ entries }: Group): Family | undefined =>
  [...familiesOf(entries)].find((family) => family !== undefined)

/** @param servers of the virtual server that uses it */
export function membersOf(group: Group, servers: Family): readonly GroupMember[] {
  const own = familyOfGroup(group) ?? servers
  return group.entries.map((entry) =>
    'mark' in entry ? { kind: 'mark', mark: entry.mark, family: entry.family ?? own } : entry,
  )
}

function entriesOf({ words }: Words, most: number, report: Report): readonly Entry[] {
  const [first, second, third] = words
  if (first.text === 'fwmark') {
    const entry = markEntry(first, second, third, report)
    return entry === undefined ? [] : [entry]
  }
  const range = rangeOf(first, report)
  const port = second === undefined ? 0 : portOfEntry(second, report)
  if (typeof range === 'string') {
    report(errorAt(first, 'invalid-address', `${range}; the line is ignored`))
    return []
  }
  if (port === undefined) return []
  if (range.count > most) {
    const message = `more than ${MOST_ADDRESSES} addresses are too many for a group; the line is ignored`
    report(warningAt(first, 'value-out-of-range', message, { inKeepalived: 'no' }))
    return []
  }
  return addressesFrom(range).map((address) => ({ kind: 'address', address, port }))
}

function markEntry(
  word: Word,
  number: Word | undefined,
  family: Word | undefined,
  report: Report,
): Entry | undefined {
  const mark = markOf(number)
  if (number === undefined || mark === undefined) {
    const inKeepalived = number === undefined ? 'abort' : 'config'
    const message = 'a firewall mark is a number; the line is ignored'
    report(errorAt(number ?? word, 'invalid-number', message, { inKeepalived }))
    return undefined
  }
  if (family === undefined) return { mark }
  if (family.text === 'inet') return { mark, family: 'ipv4' }
  if (family.text === 'inet6') return { mark, family: 'ipv6' }
  report(errorAt(family, 'unknown-option', 'inet or inet6 is expected here; the line is ignored'))
  return undefined
}

function portOfEntry(word: Word, report: Report): number | undefined {
  const port = parseInteger(word.text)
  if (port !== undefined && port >= 0 && port <= 65_535) return port
  report(errorAt(word, 'invalid-address', `'${word.text}' is no port, 1..65535; the line is ignored`))
  return undefined
}

interface Range {
  readonly first: IpAddress
  readonly count: number
}

/** A string is what is wrong. */
function rangeOf(given: Word, report: Report): Range | string {
  const [start = '', end, more] = given.text.split('-')
  const first = hostOf(start)
  if (first === undefined) return `'${given.text}' is no IP address`
  if (end === undefined) return networkOf(start, first)
  if (more !== undefined) {
    const message = `what follows '${start}-${end}' is ignored`
    report(warningAt(given, 'invalid-address', message))
  }
  const last = hostOf(end)
  if (last === undefined) return shortRange(given, first, end)
  if (isIpv4(first) !== isIpv4(last)) return `'${given.text}' is of two families`
  const count = distance(first, last) + 1
  return count < 1 ? `the range '${given.text}' ends before it begins` : { first, count }
}

function networkOf(written: string, first: IpAddress): Range | string {
  const [, length] = written.split(/\/(.*)/)
  if (length === undefined) return { first, count: 1 }
  const bits = (isIpv4(first) ? 32 : 128) - Number(length)
  if (!/^0*[1-9]\d{0,2}$/.test(length) || bits < 0) return `'${written}' has no prefix length`
  return hasBits(first, bits) ? `'${written}' has bits behind its prefix` : { first, count: 2 ** bits }
}

/** `10.0.0.1-9`, `2001:db8::1-ff`: the end of the last part, which has to be a later one. */
function shortRange(given: Word, first: IpAddress, end: string): Range | string {
  const isNumber = (isIpv4(first) ? /^\d{1,3}$/ : /^[0-9a-fA-F]{1,4}$/).test(end)
  const last = isNumber ? Number.parseInt(end, isIpv4(first) ? 10 : 16) : NaN
  if (!isNumber || (isIpv4(first) && last > 255)) return `'${end}' is no end of a range`
  const own = lastPart(first)
  return last > own ? { first, count: last - own + 1 } : `the range '${given.text}' ends before it begins`
}

/** The last byte of IPv4, the last two of IPv6. */
function lastPart(address: IpAddress): number {
  if (isIpv4(address)) return address & 255
  const bytes = ipToBytes(address)
  return (bytes[14] ?? 0) * 256 + (bytes[15] ?? 0)
}

const toBigInt = (address: IpAddress): bigint =>
  ipToBytes(address).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)

const hasBits = (address: IpAddress, bits: number): boolean => toBigInt(address) % 2n ** BigInt(bits) !== 0n

const distance = (first: IpAddress, last: IpAddress): number => Number(toBigInt(last) - toBigInt(first))

function addressesFrom({ first, count }: Range): readonly IpAddress[] {
  if (count === 1) return [first]
  const start = toBigInt(first)
  return Array.from({ length: count }, (_, index) =>
    isIpv4(first) ? ipv4FromNumber(first + index) : ipv6Of(start + BigInt(index)),
  )
}

function ipv6Of(value: bigint): IpAddress {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) =>
    Number((value >> BigInt(8 * (15 - index))) & 255n),
  )
  return ipv6FromBytes(bytes)
}

/**
 * @param uses what each virtual server has of it: they differ where marks have the family of servers
 * @param isPlain whether a mark reads back so by itself
 */
export function groupBlock(
  name: string,
  members: readonly GroupMember[],
  isPlain: boolean,
): readonly string[] {
  const lines = members.map((member) => {
    if (member.kind === 'address') return asLineWord(formatIp(member.address)) + portWord(member.port)
    return `fwmark ${member.mark}${isPlain ? '' : ` ${member.family === 'ipv4' ? 'inet' : 'inet6'}`}`
  })
  return block(`virtual_server_group ${asWord(name)}`, lines)
}

const portWord = (port: number): string => (port === 0 ? '' : ` ${port}`)
