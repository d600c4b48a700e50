/**
 * What the election has to say, in keepalived's words: operators search and
 * alert on them. The words were taken from a running keepalived 2.2.7, and so
 * was which of them need -D (`detail`). What we add (who, why) comes after
 * them. Pure.
 */

import { formatIp } from '../../base/address.ts'
import { assertNever } from '../../base/result.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import { toMilliseconds, toSeconds, type Duration } from '../../base/time.ts'
import { describeCause } from '../../vrrp/election/cause.ts'
import { describeFault } from '../../vrrp/election/fault.ts'
import type { ElectionEvent, Note } from '../../vrrp/election/state.ts'

export type LogLevel = 'detail' | 'info' | 'warn' | 'error'

/** For JSON logs; the text says all of it as well. */
export type LogFields = Readonly<Record<string, string | number>>

export interface Message {
  readonly level: LogLevel
  readonly text: string
  readonly fields: LogFields
}

/** All that the election tells: what others act on as well, and what is only read. */
export type Telling = ElectionEvent | Note

/** @param name the vrrp_instance's */
export function describeNote(name: string, note: Telling): Message {
  const [level, words] = describe(note)
  return { level, text: `(${name}) ${words}`, fields: { instance: name, event: note.kind, ...details(note) } }
}

/** A sync group takes its other members along. */
export const describeGroupSyncing = (group: string, to: string): Message => ({
  level: 'info',
  text: `VRRP_Group(${group}) Syncing instances to ${to} state`,
  fields: { group, event: 'group-syncing', to },
})

function describe(note: Telling): readonly [LogLevel, string] {
  switch (note.kind) {
    case 'transition':
      return describeTransition(note)
    case 'removing-addresses':
      return ['detail', 'removing VIPs.']
    case 'removing-leftovers':
      return ['info', `removing VIPs. ${leftoverWords(note)}`]
    case 'setting-addresses':
      return ['detail', 'setting VIPs.']
    case 'master-down-timer-expired':
      return ['detail', 'Receive advertisement timeout']
    case 'priority-changed':
      return ['info', `Changing effective priority from ${note.from} to ${note.to}`]
    case 'fault-reason':
      return ['info', `staying in FAULT STATE, also because of: ${describeFault(note.reason)}`]
    case 'fault-cleared':
      return ['info', `staying in FAULT STATE, but no longer because of: ${describeFault(note.reason)}`]
    case 'lower-priority-discarded':
      return [
        'info',
        `received lower priority (${note.priority}) advert from ${formatIp(note.source)} - discarding`,
      ]
    case 'forcing-election':
      return [
        'info',
        `Received advert from ${formatIp(note.source)} with lower priority ${note.priority}, ours ${note.ours}, forcing new election`,
      ]
    case 'yielding':
      return ['info', describeYielding(note)]
    case 'own-address-advert':
      return [
        'warn',
        `equal priority advert received from remote host with our IP address ${formatIp(note.source)}`,
      ]
    case 'two-owners':
      return ['error', describeTwoOwners(note)]
    case 'priority-zero-received':
      return ['detail', describePriorityZero(note)]
    case 'priority-zero-sent':
      return ['detail', 'sent 0 priority']
    case 'preempt-delay-started':
      return ['detail', `start preempt delay (${toSeconds(note.delay).toFixed(6)})`]
    case 'preempt-delay-stopped':
      return ['detail', 'stop preempt delay']
    case 'other-checksum':
      return ['info', `Setting unicast VRRPv3 checksum to old version: ${formatIp(note.source)} has it`]
    case 'interval-learned':
      return [
        'detail',
        `advertisement interval updated from ${toMilliseconds(note.from)}ms to ${toMilliseconds(note.to)}ms by master`,
      ]
    case 'interval-restored':
      return [
        'detail',
        `changing advert interval from ${toMilliseconds(note.from)}ms to locally configured ${toMilliseconds(note.to)}ms`,
      ]
    case 'address-list-differs':
      return ['warn', describeAddressList(note)]
    case 'address-lost':
      return ['info', `Netlink reflector reports ${note.address} removed by somebody else`]
    case 'advertised-addresses':
      return describeAdvertised(note)
    case 'advert-rejected':
    case 'adverts-still-rejected':
      return ['warn', rejectionWords(note)]
    case 'adverts-no-longer-rejected':
    case 'adverts-accepted-again':
      return ['info', rejectionWords(note)]
    default:
      return assertNever(note)
  }
}

export function rejectionWords(
  note: NoteOf<
    'advert-rejected' | 'adverts-still-rejected' | 'adverts-no-longer-rejected' | 'adverts-accepted-again'
  >,
): string {
  switch (note.kind) {
    case 'advert-rejected':
      return note.text
    case 'adverts-still-rejected':
      return `${note.text}: ${note.more} more in ${inWords(note.span)}`
    case 'adverts-no-longer-rejected':
      return describeNoLongerRejected(note)
    case 'adverts-accepted-again':
      return describeAcceptedAgain(note)
  }
}

/** Of hundreds of addresses the first ones tell which list it is. */
const NAMED = 3

export function leftoverWords({ items }: NoteOf<'removing-leftovers'>): string {
  const rest = items.length - NAMED
  const named = items.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
  return items.length === 1
    ? `${named} was there already: it belongs to the master`
    : `${named} were there already: they belong to the master`
}

type NoteOf<K extends Telling['kind']> = Extract<Telling, { readonly kind: K }>

/** From, to and because. What happens at start has keepalived's own form: `Entering BACKUP STATE (init)`. */
function describeTransition({ from, to, cause }: NoteOf<'transition'>): readonly [LogLevel, string] {
  const because = describeCause(cause)
  const level = to === 'fault' ? 'warn' : 'info'
  if (from !== 'initialize') {
    return [level, `Entering ${STATE_WORDS[to]} STATE (was ${STATE_WORDS[from]}: ${because})`]
  }
  return to === 'fault'
    ? [level, `entering FAULT state (${because})`]
    : [level, `Entering ${STATE_WORDS[to]} STATE (${because})`]
}

function describeYielding({ source, priority, ours }: NoteOf<'yielding'>): string {
  const advert = `Master received advert from ${formatIp(source)}`
  return priority > ours
    ? `${advert} with higher priority ${priority}, ours ${ours}`
    : `${advert} with same priority ${priority} but higher IP address than ours`
}

function describeTwoOwners({ source, yielding }: NoteOf<'two-owners'>): string {
  const what =
    'CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner'
  const outcome = yielding ? 'its address is higher, yielding' : 'its address is lower, staying master'
  return `${what}, please fix - advert from ${formatIp(source)}: ${outcome}`
}

const describePriorityZero = ({ as, source }: NoteOf<'priority-zero-received'>): string =>
  as === 'backup'
    ? `Backup received priority 0 advertisement from ${formatIp(source)}`
    : `Master received priority 0 message from ${formatIp(source)}`

function describeNoLongerRejected({ text, more, span }: NoteOf<'adverts-no-longer-rejected'>): string {
  const rest = more === 0 ? '' : `${more} more, `
  return `${text}: ${rest}none in the last ${inWords(span)}`
}

const describeAcceptedAgain = ({ source, count }: NoteOf<'adverts-accepted-again'>): string =>
  `adverts from ${formatIp(source)} are accepted again, after ${count} rejected`

/** `60 s`, `5 min` */
const inWords = (span: Duration): string =>
  toSeconds(span) < 120 ? `${Math.round(toSeconds(span))} s` : `${Math.round(toSeconds(span) / 60)} min`

function describeAddressList({ source, addresses }: NoteOf<'address-list-differs'>): string {
  const theirs = addresses.length === 0 ? 'none' : addresses.map(formatIp).join(', ')
  return `advert from ${formatIp(source)} accepted, though its virtual addresses are not ours: ${theirs}`
}

function describeAdvertised({
  advertised,
  count,
  link,
}: NoteOf<'advertised-addresses'>): readonly [LogLevel, string] {
  if (advertised === count)
    return ['info', `all ${count} VIPs are advertised again: ${link} has room for them`]
  const words = `Number of VIPs (${count}) exceeds maximum/space available in packet (max ${advertised} addresses)`
  return ['warn', `${words} - excess moved to eVIPs: the MTU of ${link} has no room for them in an advert`]
}

/** For JSON logs: how many more in how long. */
export const repetition = ({
  more,
  span,
}: {
  readonly more: number
  readonly span: Duration
}): LogFields => ({
  more,
  seconds: toSeconds(span),
})

function details(note: Telling): LogFields {
  if (note.kind === 'transition')
    return { from: STATE_WORDS[note.from], to: STATE_WORDS[note.to], because: describeCause(note.cause) }
  return {
    ...('source' in note && note.source !== undefined ? { source: formatIp(note.source) } : {}),
    ...('reason' in note && typeof note.reason === 'string' ? { reason: note.reason } : {}),
    ...('more' in note ? repetition(note) : {}),
    ...('count' in note ? { count: note.count } : {}),
    ...('items' in note ? { count: note.items.length } : {}),
  }
}
