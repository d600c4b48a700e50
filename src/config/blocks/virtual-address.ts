/** One line of virtual_ipaddress or static_ipaddress: `ADDR[/n] [brd A|+|-] [dev IF] [scope S] [label L] [peer A] …`. */

import {
  broadcastOf,
  type Cidr,
  formatCidr,
  formatIp,
  type Ipv4Address,
  ipv4FromNumber,
  isIpv4,
  parseIp,
  parseIpv4,
} from '../../base/address.ts'
import type { Report, Span } from '../diagnostics/diagnostics.ts'
import type { Word, Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'
import { readCidr } from '../values/address.ts'
import type { KernelNames } from '../values/kernel-names.ts'
import {
  bare,
  type Handlers,
  type LineOption,
  type Outcome,
  readOptions,
  valued,
} from '../values/line-options.ts'
import { parseInteger } from '../values/number.ts'
import { asWord } from '../values/printing.ts'
import { readScope, type Scope } from '../values/scope.ts'
import { joinTrackGroup, onlyStatic } from './track-group.ts'

export interface VirtualAddress {
  readonly cidr: Cidr
  /** The instance's own interface when the file names none; always set. */
  readonly link: string
  readonly scope: Scope
  readonly label?: string
  /** `brd`: `+` and `-` are already computed; absent means none is set. */
  readonly broadcast?: Ipv4Address
  /** `peer ADDR`, with the length of one address. */
  readonly peer?: Cidr
  readonly flags: AddressFlags
  /** `preferred_lft`, in seconds; absent: keepalived's default, which for an IPv6 /128 is 0. */
  readonly preferredLifetime?: number | 'forever'
  /** `no_track`: a link that is down does not put the instance into FAULT. */
  readonly track: boolean
  /** Static items only. */
  readonly trackGroup?: string
  readonly span: Span
}

/** Of an address: what ip-address(8) calls so. Only `noprefixroute` and `autojoin` mean something to IPv4. */
export interface AddressFlags {
  readonly home: boolean
  readonly mngtmpaddr: boolean
  readonly noprefixroute: boolean
  readonly autojoin: boolean
  /** `-nodad`: with duplicate address detection. */
  readonly detectDuplicates: boolean
}

/** IFNAMSIZ less its terminating zero. */
const LONGEST_LABEL = 15

interface Draft {
  readonly names: KernelNames
  cidr: Cidr
  readonly written: Word
  track: boolean
  readonly trackGroups: ReadonlySet<string> | undefined
  dev?: string
  scope?: Scope
  label?: string
  broadcast?: Ipv4Address
  peer?: Cidr
  readonly flags: { -readonly [Flag in keyof AddressFlags]: boolean }
  preferredLifetime?: number | 'forever'
  trackGroup?: string
}

export interface AddressDefaults {
  /** The interface of a line that names none. */
  readonly link: string
  readonly names: KernelNames
  /** In static_ipaddress: the track_groups above it. */
  readonly trackGroups?: ReadonlySet<string>
}

/** Undefined when keepalived leaves the line out, which is then reported. */
export function resolveAddress(
  { words }: Words,
  { link, names, trackGroups }: AddressDefaults,
  report: Report,
): VirtualAddress | undefined {
  const [first, ...rest] = words
  const cidr = readCidr(first, report)
  if (cidr === undefined) {
    report(errorAt(first, 'invalid-address', `'${first.text}' is no IP address: the line is ignored`))
    return undefined
  }
  const draft: Draft = {
    names,
    cidr,
    written: first,
    track: true,
    trackGroups,
    flags: {
      home: false,
      mngtmpaddr: false,
      noprefixroute: false,
      autojoin: false,
      detectDuplicates: false,
    },
  }
  if (!readOptions(rest, draft, trackGroups === undefined ? handlers : staticHandlers, report))
    return undefined
  return {
    cidr: draft.cidr,
    link: draft.dev ?? link,
    scope: draft.scope ?? 'global',
    flags: draft.flags,
    track: draft.track,
    span: spanOf(first),
    ...(draft.label !== undefined && { label: draft.label }),
    ...(draft.broadcast !== undefined && { broadcast: draft.broadcast }),
    ...(draft.peer !== undefined && { peer: draft.peer }),
    ...(draft.preferredLifetime !== undefined && { preferredLifetime: draft.preferredLifetime }),
    ...(draft.trackGroup !== undefined && { trackGroup: draft.trackGroup }),
  }
}

const ignoredFlag = (why: string): LineOption<Draft> => ({
  takesValue: false,
  apply(_, given, report) {
    report(noteAt(given, 'not-acted-on', `'${given.text}' is accepted and not acted on yet: ${why}`))
    return undefined
  },
})

const flag = (name: keyof AddressFlags): LineOption<Draft> => bare((draft) => void (draft.flags[name] = true))

function setDevice(draft: Draft, given: Word, report: Report): Outcome {
  if (draft.dev !== undefined) {
    report(errorAt(given, 'already-given', 'the interface is given already: the address is ignored'))
    return 'drop'
  }
  draft.dev = given.text
  return undefined
}

const options: Handlers<Draft>['options'] = new Map<string, LineOption<Draft>>([
  ['dev', valued(setDevice)],
  ['label', valued(setLabel)],
  ['scope', valued(setScope)],
  ['brd', valued(setBroadcast)],
  ['broadcast', valued(setBroadcast)],
  ['peer', valued(setPeer)],
  ['no_track', bare((draft) => void (draft.track = false))],
  ['preferred_lft', valued(setLifetime)],
  ['home', flag('home')],
  ['-nodad', flag('detectDuplicates')],
  ['mngtmpaddr', flag('mngtmpaddr')],
  ['noprefixroute', flag('noprefixroute')],
  ['autojoin', flag('autojoin')],
  ['use_vmac', ignoredFlag('the interface’s own MAC address is used')],
])

const handlers: Handlers<Draft> = {
  options,
  unknown({ trackGroups }, given, report) {
    const message =
      given.text === 'track_group' && trackGroups === undefined
        ? `${onlyStatic('addresses')}; it is ignored`
        : `'${given.text}' is no option of an address and is ignored; each address needs its own line`
    report(errorAt(given, 'unknown-option', message))
    return undefined
  },
  missing(option, report) {
    const message = `'${option.text}' needs a value: the address is ignored`
    report(errorAt({ ...option, from: option.to }, 'missing-value', message))
  },
}

const trackGroup: LineOption<Draft> = valued((draft, given, report) => joinTrackGroup(draft, given, report))

/** No virtual MAC without an instance. */
const staticHandlers: Handlers<Draft> = {
  ...handlers,
  options: new Map([...[...options].filter(([name]) => name !== 'use_vmac'), ['track_group', trackGroup]]),
}

function setLabel(draft: Draft, given: Word, report: Report): Outcome {
  if (given.text.length > LONGEST_LABEL) {
    const message = `a label has ${LONGEST_LABEL} characters at most: the address is ignored`
    report(errorAt(given, 'invalid-value', message))
    return 'drop'
  }
  if (isForeign(draft, 'label', given, report)) return undefined
  draft.label = given.text
  return undefined
}

function setScope(draft: Draft, given: Word, report: Report): Outcome {
  const scope = readScope(given, draft.names, report, 'it is ignored')
  if (scope !== undefined && scope !== 'global' && isForeign(draft, 'scope', given, report)) return undefined
  if (scope !== undefined) draft.scope = scope
  return undefined
}

/** The kernel has no labels of IPv6 addresses and chooses their scope itself. */
function isForeign({ cidr }: Draft, option: string, given: Word, report: Report): boolean {
  if (isIpv4(cidr.address)) return false
  report(errorAt(given, 'invalid-value', `an IPv6 address has no ${option}: it is ignored`))
  return true
}

/** `+`: all host bits one; `-`: all zero. */
function setBroadcast(draft: Draft, given: Word, report: Report): Outcome {
  const { address, prefixLength } = draft.cidr
  if (!isIpv4(address)) {
    report(errorAt(given, 'invalid-value', 'IPv6 has no broadcast addresses: the address is ignored'))
    return 'drop'
  }
  if (given.text === '+' || given.text === '-') {
    const ones = broadcastOf(address, prefixLength)
    if (ones === undefined)
      report(errorAt(given, 'invalid-value', `a /${prefixLength} has no broadcast address: none is set`))
    else draft.broadcast = given.text === '+' ? ones : networkOf(address, prefixLength)
    return undefined
  }
  const broadcast = parseIpv4(given.text)
  if (broadcast === undefined) {
    report(errorAt(given, 'invalid-address', `'${given.text}' is no IPv4 address: the whole line is ignored`))
    return 'drop'
  }
  draft.broadcast = broadcast
  return undefined
}

const networkOf = (address: Ipv4Address, prefixLength: number): Ipv4Address =>
  ipv4FromNumber(prefixLength === 0 ? 0 : address & (0xffffffff << (32 - prefixLength)))

function setPeer(draft: Draft, given: Word, report: Report): Outcome {
  if (draft.peer !== undefined) {
    report(errorAt(given, 'already-given', 'the peer is given already, and the first one holds'))
    return undefined
  }
  const peer = parseIp(given.text)
  const own = draft.cidr.address
  if (peer === undefined || isIpv4(peer) !== isIpv4(own)) {
    const message = `'${given.text}' is no address of the same family (without a prefix length): no peer is set`
    report(errorAt(given, 'invalid-address', message))
    return undefined
  }
  const whole = isIpv4(own) ? 32 : 128
  if (draft.cidr.prefixLength !== whole) {
    report(
      errorAt(
        draft.written,
        'invalid-value',
        `an address with a peer has no prefix length: /${whole} is used`,
      ),
    )
    draft.cidr = { address: own, prefixLength: whole }
  }
  draft.peer = { address: peer, prefixLength: whole }
  return undefined
}

/** INFINITY_LIFE_TIME of linux/if_addr.h */
const FOREVER = 0xffffffff

function setLifetime(draft: Draft, given: Word, report: Report): Outcome {
  const value = given.text === 'forever' ? given.text : parseInteger(given.text)
  if (value === undefined || (value !== 'forever' && (value < 0 || value > FOREVER)))
    report(errorAt(given, 'invalid-value', 'a number of seconds or forever is expected here; it is ignored'))
  else draft.preferredLifetime = value === FOREVER ? 'forever' : value
  return undefined
}

/** @param ownLink the interface that lines without `dev` mean. */
export function addressLine(address: VirtualAddress, ownLink: string | undefined): string {
  const { cidr, link, scope, label, broadcast, peer, track, flags } = address
  const { preferredLifetime, trackGroup } = address
  return [
    // With a peer there is no prefix length.
    peer === undefined ? formatCidr(cidr) : `${formatIp(cidr.address)} peer ${formatIp(peer.address)}`,
    broadcast === undefined ? '' : `brd ${formatIp(broadcast)}`,
    link === ownLink ? '' : `dev ${asWord(link)}`,
    scope === 'global' ? '' : `scope ${scope}`,
    label === undefined ? '' : `label ${asWord(label)}`,
    flags.home ? 'home' : '',
    flags.mngtmpaddr ? 'mngtmpaddr' : '',
    flags.noprefixroute ? 'noprefixroute' : '',
    flags.autojoin ? 'autojoin' : '',
    flags.detectDuplicates ? '-nodad' : '',
    preferredLifetime === undefined ? '' : `preferred_lft ${preferredLifetime}`,
    trackGroup === undefined ? '' : `track_group ${asWord(trackGroup)}`,
    track ? '' : 'no_track',
  ]
    .filter((part) => part !== '')
    .join(' ')
}
