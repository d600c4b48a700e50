/** Addresses as keepalived's lists hold them: `10.0.0.1`, `10.0.0.1/24`, `2001:db8::1/64`. */

import { isIpv4, parseIp, type Cidr, type IpAddress } from '../../base/address.ts'
import type { Arguments } from '../keyword.ts'
import { errorAt } from '../report.ts'
import { argument } from './basic.ts'

export interface ReadCidr {
  readonly cidr: Cidr
  /** The prefix length as written was impossible and the whole address length is used. */
  readonly clamped: boolean
}

/** Without a prefix length: that of one address. Undefined when the address itself is none. */
export function parseCidr(written: string): ReadCidr | undefined {
  const slash = written.indexOf('/')
  const address = parseIp(slash === -1 ? written : written.slice(0, slash))
  if (address === undefined) return undefined
  const whole = isIpv4(address) ? 32 : 128
  if (slash === -1) return { cidr: { address, prefixLength: whole }, clamped: false }
  const prefix = written.slice(slash + 1)
  const prefixLength = /^\d+$/.test(prefix) ? Number(prefix) : Infinity
  return prefixLength <= whole
    ? { cidr: { address, prefixLength }, clamped: false }
    : { cidr: { address, prefixLength: whole }, clamped: true }
}

export const ipAddress = (otherwise: string): Arguments<IpAddress> => ({
  syntax: 'ADDRESS',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const address = parseIp(given.text)
    if (address === undefined)
      report(errorAt(given, 'invalid-address', `'${given.text}' is no IP address; ${otherwise}`))
    return address
  },
})
