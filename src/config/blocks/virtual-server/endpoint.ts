/** Addresses with ports, as virtual and real servers have them. */

import { isIpv4, parseIpv4 } from '../../../base/address.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Arguments } from '../../syntax/keyword.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { hostOf } from '../../values/address.ts'
import { parseInteger, UNSIGNED } from '../../values/number.ts'

/** `ADDRESS [PORT]`, `fwmark N` or `group NAME`. */
export function virtualServerAddress({ words }: Words, report: Report): boolean {
  const [, first, second] = words
  if (first === undefined) return false
  if (first.text === 'group') return second !== undefined || refuse(first, 'a group needs a name', report)
  if (first.text === 'fwmark') {
    const mark = second === undefined ? undefined : parseInteger(second.text)
    const isMark = mark !== undefined && mark >= UNSIGNED.minimum && mark <= UNSIGNED.maximum
    return isMark || refuse(second ?? first, 'a firewall mark is a number', report)
  }
  return isEndpoint(first, second, report)
}

export const realServerAddress = ({ words }: Words, report: Report): boolean => {
  const [, address, port] = words
  return address !== undefined && isEndpoint(address, port, report)
}

export const sorryServer: Arguments<Word> = {
  syntax: 'ADDRESS [PORT]',
  needed: 1,
  read({ words }, report) {
    const [, address, port] = words
    return address !== undefined && isEndpoint(address, port, report, 'the line is ignored')
      ? address
      : undefined
  },
}

/** Zero when there is none. */
export const portOf = (port: Word | undefined): number =>
  port === undefined ? 0 : (parseInteger(port.text) ?? 0)

function isEndpoint(address: Word, port: Word | undefined, report: Report, otherwise = BLOCK): boolean {
  if (hostOf(address.text) === undefined)
    return refuse(address, `'${address.text}' is no IP address`, report, otherwise)
  if (port === undefined) return true
  const number = parseInteger(port.text)
  const isPort = number !== undefined && number >= 0 && number <= 65_535
  return isPort || refuse(port, `'${port.text}' is no port, 1..65535`, report, otherwise)
}

const BLOCK = 'the whole block is ignored'

function refuse(place: Word, problem: string, report: Report, otherwise = BLOCK): false {
  report(errorAt(place, 'invalid-address', `${problem}: ${otherwise}`))
  return false
}

/** An IPv4 netmask or an IPv6 prefix length. */
export const granularity: Arguments<string> = {
  syntax: 'NETMASK|LENGTH',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    const number = parseInteger(given.text)
    const isMask = parseIpv4(given.text) !== undefined
    if (isMask || (number !== undefined && number >= 0)) return given.text
    report(errorAt(given, 'invalid-value', `'${given.text}' is no netmask; the line is ignored`))
    return undefined
  },
}

export const familyOf = (address: Word): 4 | 6 | undefined => {
  const host = hostOf(address.text)
  return host === undefined ? undefined : isIpv4(host) ? 4 : 6
}
