/** One line of virtual_ipaddress: `ADDR[/n] [brd A|+|-] [dev IF] [scope S] [label L] [peer A] …`. */

import {
  broadcastOf,
  ipv4FromNumber,
  isIpv4,
  parseIpv4,
  type Cidr,
  type Ipv4Address,
} from '../../base/address.ts'
import type { Report } from '../diagnostics.ts'
import type { Word, Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { Scope, VirtualAddress } from '../model.ts'
import { errorAt, warningAt } from '../report.ts'
import { parseCidr } from '../values/address.ts'
import { readScope } from '../values/scope.ts'

interface Options {
  dev?: string
  scope?: Scope
  label?: string
  broadcast?: Ipv4Address
  peer?: Cidr
  track: boolean
}

/** @param link the interface when the line names none. */
export function resolveAddress({ words }: Words, link: string, report: Report): VirtualAddress | undefined {
  const [first, ...rest] = words
  const parsed = parseCidr(first.text)
  if (parsed === undefined) {
    report(errorAt(first, 'invalid-address', `'${first.text}' is no IP address: the line is ignored`))
    return undefined
  }
  const { cidr } = parsed
  if (parsed.clamped) {
    const message = `'${first.text}' has an impossible prefix length: /${cidr.prefixLength} is used`
    report(errorAt(first, 'value-out-of-range', message))
  }
  const options = readOptions(rest, cidr, report)
  return {
    cidr,
    link: options.dev ?? link,
    scope: options.scope ?? 'global',
    track: options.track,
    span: spanOf(first),
    ...(options.label !== undefined && { label: options.label }),
    ...(options.broadcast !== undefined && { broadcast: options.broadcast }),
    ...(options.peer !== undefined && { peer: options.peer }),
  }
}

/** Options that only matter for IPv6, or that vrrpd does not need, and take no value. */
const BARE = new Set(['home', '-nodad', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'use_vmac'])

function readOptions(words: readonly Word[], cidr: Cidr, report: Report): Options {
  const options: Options = { track: true }
  for (let index = 0; index < words.length; index++) {
    const option = words[index]
    if (option === undefined) break
    const value = words[index + 1]
    if (option.text === 'no_track') {
      options.track = false
    } else if (BARE.has(option.text)) {
      continue
    } else if (VALUED.has(option.text)) {
      index += 1
      if (value === undefined) {
        const place = { ...option, from: option.to }
        const message = `'${option.text}' needs a value`
        report(errorAt(place, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
      } else {
        readOption(options, option, value, cidr, report)
      }
    } else {
      report(errorAt(option, 'unknown-option', `'${option.text}' is no option of an address: it is ignored`))
    }
  }
  return options
}

const VALUED = new Set(['dev', 'label', 'scope', 'brd', 'broadcast', 'peer', 'preferred_lft'])

function readOption(options: Options, option: Word, value: Word, cidr: Cidr, report: Report): void {
  switch (option.text) {
    case 'dev':
      options.dev = value.text
      break
    case 'label':
      options.label = value.text
      break
    case 'scope': {
      const scope = readScope(value, report)
      if (scope !== undefined) options.scope = scope
      break
    }
    case 'peer': {
      const peer = parseCidr(value.text)
      if (peer === undefined)
        report(errorAt(value, 'invalid-address', `'${value.text}' is no IP address: the peer is ignored`))
      else options.peer = peer.cidr
      break
    }
    case 'preferred_lft':
      break
    default: {
      const broadcast = readBroadcast(value, cidr, report)
      if (broadcast !== undefined) options.broadcast = broadcast
    }
  }
}

/** `+`: all host bits one; `-`: all zero. */
function readBroadcast(
  value: Word,
  { address, prefixLength }: Cidr,
  report: Report,
): Ipv4Address | undefined {
  if (!isIpv4(address)) {
    report(warningAt(value, 'invalid-address', 'an IPv6 address has no broadcast address: it is ignored'))
    return undefined
  }
  if (value.text === '+') return broadcastOf(address, prefixLength)
  if (value.text === '-')
    return prefixLength >= 31 ? undefined : ipv4FromNumber(address & (0xffffffff << (32 - prefixLength)))
  const broadcast = parseIpv4(value.text)
  if (broadcast === undefined)
    report(
      errorAt(value, 'invalid-address', `'${value.text}' is no IPv4 address: no broadcast address is set`),
    )
  return broadcast
}
