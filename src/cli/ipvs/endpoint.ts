/**
 * Addresses and ports as ipvsadm takes and prints them, which is as the C library does: inet_aton, inet_pton, strtol,
 * inet_ntop. Pure. Measured, ipvsadm 1.31.
 */

import {
  formatIpv4,
  ipv4FromNumber,
  isIpv4,
  parseIpv4,
  parseIpv6,
  type IpAddress,
  type Ipv4Address,
} from '../../base/address.ts'
import type { IpvsProtocol } from '../../netlink/ipvs/types.ts'

/** Names of hosts and services, as this host knows them. Undefined: there is no such name. */
export interface Names {
  address(host: string): Ipv4Address | undefined
  port(service: string, protocol: IpvsProtocol): number | undefined
}

/** The same the other way round. Undefined: print the number. */
export interface PrintNames {
  host(address: Ipv4Address): string | undefined
  service(port: number, protocol: IpvsProtocol): string | undefined
}

export const numbersOnly: PrintNames = { host: () => undefined, service: () => undefined }

export interface Endpoint {
  readonly address: IpAddress
  readonly port: number
  /** Whether the text has one: without, it is 0. */
  readonly portGiven: boolean
  /** What was read otherwise than it looks. */
  readonly remark?: string
}

/**
 * `10.0.0.1`, `10.0.0.1:80`, `www:http`, `fd00::1` (without a port), `[fd00::1]:80`.
 *
 * @param protocol undefined: names of ports have no meaning yet
 */
export function parseEndpoint(
  text: string,
  protocol: IpvsProtocol | undefined,
  names: Names,
): Endpoint | undefined {
  if (text.startsWith('[')) return parseBracketed(text, protocol, names)
  const v6 = parseInet6(text)
  if (v6 !== undefined) return { address: v6, port: 0, portGiven: false }
  const colon = text.indexOf(':')
  const host = colon === -1 ? text : text.slice(0, colon)
  const address = parseHost(host, names)
  if (address === undefined) return undefined
  const port = colon === -1 ? 0 : parsePort(text.slice(colon + 1), protocol, names)
  if (port === undefined) return undefined
  return { address, port, portGiven: colon !== -1, ...remarkOn(host, address) }
}

/** Brackets are for IPv6. Around anything else they make ipvsadm forget the port. */
function parseBracketed(
  text: string,
  protocol: IpvsProtocol | undefined,
  names: Names,
): Endpoint | undefined {
  const end = text.indexOf(']:')
  if (end === -1) return undefined
  const host = text.slice(1, end)
  const v6 = parseInet6(host)
  if (v6 !== undefined) {
    const port = parsePort(text.slice(end + 2), protocol, names)
    return port === undefined ? undefined : { address: v6, port, portGiven: true }
  }
  const address = parseHost(host, names)
  if (address === undefined) return undefined
  const remark = `brackets are for IPv6: the port of ${text} is not read; say ${host}${text.slice(end + 1)}`
  return { address, port: 0, portGiven: false, remark }
}

const remarkOn = (host: string, address: Ipv4Address): { remark?: string } =>
  parseInetAton(host) === undefined || parseIpv4(host) !== undefined
    ? {}
    : { remark: `the address ${host} is read as ${formatIpv4(address)}` }

/** inet_pton(3): of a dotted quad at the end no leading zeros. */
function parseInet6(text: string): IpAddress | undefined {
  return text.includes(':') && !/(^|[:.])0\d+(\.|$)/.test(text) ? parseIpv6(text) : undefined
}

export function parseHost(text: string, names: Names): Ipv4Address | undefined {
  const address = parseInetAton(text)
  if (address !== undefined) return address
  // Of digits and dots only there are no names, and anything else is none either.
  return /^[\w-][\w.-]*$/.test(text) && !/^[\d.]*$/.test(text) ? names.address(text) : undefined
}

/** inet_aton(3): one to four numbers, each decimal, octal (`010`) or hexadecimal, the last filling the rest. */
export function parseInetAton(text: string): Ipv4Address | undefined {
  const parts = (/^[^\s]*/.exec(text)?.[0] ?? '').split('.')
  if (parts.length > 4) return undefined
  let value = 0
  for (const [index, part] of parts.entries()) {
    const number = parseCNumber(part)
    const isLast = index === parts.length - 1
    const limit = isLast ? 256 ** (5 - parts.length) : 256
    if (number === undefined || number >= limit) return undefined
    value += isLast ? number : number * 256 ** (3 - index)
  }
  return ipv4FromNumber(value)
}

function parseCNumber(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text)) return Number.parseInt(text.slice(2), 16)
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined
}

/** strtol(3) with base 10 to the end of the text: blanks before it and a sign are taken. */
export function parseNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

function parsePort(text: string, protocol: IpvsProtocol | undefined, names: Names): number | undefined {
  const port = parseNumber(text, 0, 65535)
  if (port !== undefined) return port
  return protocol === undefined || /^\s*[+-]?\d+$/.test(text) ? undefined : names.port(text, protocol)
}

/** inet_ntop(3): as RFC 5952, but with a dotted quad where IPv4 is inside. */
export function formatAddress(address: IpAddress): string {
  if (isIpv4(address)) return formatIpv4(address)
  const embedded = /^::(ffff:)?([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address)
  if (embedded === null) return address
  const [, mapped = '', high = '', low = ''] = embedded
  const value = Number.parseInt(high, 16) * 65536 + Number.parseInt(low, 16)
  return `::${mapped}${formatIpv4(ipv4FromNumber(value))}`
}

/**
 * `10.0.0.1:80`, `www.example.org:http`, `[fd00::1]:80`; IPv6 addresses get no name.
 *
 * @param protocol undefined: of a firewall mark, whose ports have no names
 */
export function formatEndpoint(
  address: IpAddress,
  port: number,
  protocol: IpvsProtocol | undefined,
  names: PrintNames,
): string {
  const service = protocol === undefined ? undefined : names.service(port, protocol)
  const host = isIpv4(address) ? (names.host(address) ?? formatIpv4(address)) : `[${formatAddress(address)}]`
  return `${host}:${service ?? port}`
}
