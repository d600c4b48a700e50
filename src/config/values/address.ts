/** Addresses as keepalived's lists hold them: `10.0.0.1`, `10.0.0.1/24`, `2001:db8::1/64`. */

import { type Cidr, type IpAddress, isIpv4, isMulticastIpv4, parseIp } from '../../base/address.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { argument } from './basic.ts'

/**
 * `ADDRESS[/LENGTH]`; without a length, that of one address. An impossible
 * length is reported and replaced; undefined when the address itself is none,
 * which is the caller's to report.
 */
export function readCidr(given: Word, report: Report): Cidr | undefined {
  const [written = '', length, ...more] = given.text.split('/')
  const address = parseIp(written)
  if (address === undefined) return undefined
  const whole = isIpv4(address) ? 32 : 128
  if (length === undefined) return { address, prefixLength: whole }
  if (length === '' && more.length === 0) {
    const message = `nothing follows the '/': that means /0, every address there is`
    report(warningAt(given, 'invalid-number', message, { inKeepalived: 'no' }))
    return { address, prefixLength: 0 }
  }
  const number = /^[+]?(\d+)/.exec(length)
  const isClean = more.length === 0 && number?.[0] === length && Number(number[1]) <= whole
  if (isClean) return { address, prefixLength: Number(number[1]) }
  const prefixLength = number === null ? whole : Math.min(whole, Number(number[1]))
  const message = `the prefix length of '${given.text}' must be 0..${whole}: /${prefixLength} is used`
  report(errorAt(given, 'value-out-of-range', message))
  return { address, prefixLength }
}

export const ipAddress = (otherwise: string): Arguments<IpAddress> => ({
  syntax: 'ADDRESS',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    return given === undefined ? undefined : readIp(given, otherwise, report)
  },
})

export function readIp(given: Word, otherwise: string, report: Report): IpAddress | undefined {
  const address = parseIp(given.text)
  if (address === undefined)
    report(errorAt(given, 'invalid-address', `'${given.text}' is no IP address; ${otherwise}`))
  return address
}

/** An address where a prefix length may stand and means nothing. */
export const hostAddress = (otherwise: string): Arguments<Word> => ({
  syntax: 'ADDRESS',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    return readHost(given, otherwise, report) === undefined ? undefined : given
  },
})

export const hostOf = (written: string): IpAddress | undefined => parseIp(written.split('/')[0] ?? '')

export function readHost(given: Word, otherwise: string, report: Report): IpAddress | undefined {
  const address = hostOf(given.text)
  if (address === undefined)
    report(errorAt(given, 'invalid-address', `'${given.text}' is no IP address; ${otherwise}`))
  return address
}

export const multicastAddress = (family: 4 | 6 | 'any', otherwise: string): Arguments<IpAddress> => ({
  syntax: 'MULTICAST-ADDRESS',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const address = parseIp(given.text)
    if (address !== undefined && isMulticast(address) && isOfFamily(address, family)) return address
    const kind = family === 'any' ? '' : ` IPv${family}`
    const message = `'${given.text}' is no${kind} multicast address; ${otherwise}`
    report(errorAt(given, 'invalid-address', message))
    return undefined
  },
})

const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? isMulticastIpv4(address) : address.startsWith('ff')

const isOfFamily = (address: IpAddress, family: 4 | 6 | 'any'): boolean =>
  family === 'any' || isIpv4(address) === (family === 4)
