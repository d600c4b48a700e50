/** Addresses with ports, as virtual and real servers have them. */

import { formatIp, type IpAddress, isIpv4 } from '../../../base/address.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Arguments } from '../../syntax/keyword.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { hostOf } from '../../values/address.ts'
import { parseInteger, UNSIGNED } from '../../values/number.ts'
import type { Family } from './load-balancing.ts'

export interface Endpoint {
  readonly address: IpAddress
  /** 0: none was written. */
  readonly port: number
}

/** `ADDRESS [PORT]`, `fwmark N` or `group NAME`. */
export function virtualServerAddress({ words }: Words, report: Report): boolean {
  const [, first, second] = words
  if (first === undefined) return false
  if (first.text === 'group') return second !== undefined || refuse(first, 'a group needs a name', report)
  if (first.text === 'fwmark')
    return markOf(second) !== undefined || refuse(second ?? first, 'a firewall mark is a number', report)
  return isEndpoint(first, second, report)
}

/** Undefined for what is none. */
export function markOf(word: Word | undefined): number | undefined {
  const mark = word && parseInteger(word.text)
  return mark !== undefined && mark >= UNSIGNED.minimum && mark <= UNSIGNED.maximum ? mark : undefined
}

export const realServerAddress = ({ words }: Words, report: Report): boolean => {
  const [, address, port] = words
  return address !== undefined && isEndpoint(address, port, report)
}

/** What one of the two above has let pass; undefined for what was refused and read all the same. */
export function endpointOf(address: Word | undefined, port: Word | undefined): Endpoint | undefined {
  const host = address && hostOf(address.text)
  return host === undefined ? undefined : { address: host, port: portOf(port) }
}

export const endpointWords = ({ address, port }: Endpoint): string =>
  port === 0 ? formatIp(address) : `${formatIp(address)} ${port}`

export interface Sorry extends Endpoint {
  readonly word: Word
}

export const sorryServer: Arguments<Sorry> = {
  syntax: 'ADDRESS [PORT]',
  needed: 1,
  read({ words }, report) {
    const [, address, port] = words
    if (address === undefined || !isEndpoint(address, port, report, 'the line is ignored')) return undefined
    const endpoint = endpointOf(address, port)
    return endpoint && { ...endpoint, word: address }
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

export const familyOf = (address: IpAddress): Family => (isIpv4(address) ? 'ipv4' : 'ipv6')
