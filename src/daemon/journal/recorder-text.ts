/** What the journal says of the election's events and notes, in plain words and not keepalived's: people read it. Pure. */

import { formatCidr, formatIp } from '../../base/address.ts'
import { assertNever } from '../../base/result.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import { toSeconds } from '../../base/time.ts'
import type { EventKind } from '../../control/events.ts'
import type { CheckReport, CheckResult } from '../../scripts/check-events.ts'
import { describeCause } from '../../vrrp/election/cause.ts'
import { describeFault } from '../../vrrp/election/fault.ts'
import type { ElectionEvent, Note } from '../../vrrp/election/state.ts'
import type { Assembly } from '../assemble.ts'
import { leftoverWords, rejectionWords } from '../log/messages.ts'

export interface Told {
  readonly kind: EventKind
  readonly text: string
  /** Makes repetitions one event; completed by the instance's name. */
  readonly repeatKey?: string
}

/**
 * @param name the vrrp_instance's
 * @returns not of the timer that has expired: the recorder tells that itself, and knows more of it
 */
export function tellEvent(
  name: string,
  event: Exclude<ElectionEvent, { readonly kind: 'master-down-timer-expired' }>,
): Told {
  switch (event.kind) {
    case 'transition': {
      const { from, to, cause } = event
      return {
        kind: 'transition',
        text: `${name} is ${STATE_WORDS[to]} (was ${STATE_WORDS[from]}): ${describeCause(cause)}`,
      }
    }
    case 'priority-changed':
      return { kind: 'priority', text: `${name} has priority ${event.to} now (was ${event.from})` }
    case 'fault-reason':
      return { kind: 'fault', text: `${name} stays in FAULT also because of: ${describeFault(event.reason)}` }
    case 'fault-cleared':
      return {
        kind: 'fault',
        text: `${name} stays in FAULT, but no longer because of: ${describeFault(event.reason)}`,
      }
    case 'lower-priority-discarded':
    case 'forcing-election':
    case 'yielding':
      return tellRival(name, event)
    case 'address-lost':
      return { kind: 'address-lost', text: `somebody else removed ${event.address}` }
    default:
      return assertNever(event)
  }
}

/**
 * @param name the vrrp_instance's
 * @param addresses its virtual addresses in words
 * @returns undefined for what is no news: something else says it already
 */
export function tellNote(name: string, note: Note, addresses: string): Told | undefined {
  switch (note.kind) {
    case 'setting-addresses':
      return addresses === '' ? undefined : { kind: 'addresses-set', text: `${name} sets ${addresses}` }
    case 'removing-addresses':
      return addresses === ''
        ? undefined
        : { kind: 'addresses-removed', text: `${name} gave up ${addresses}` }
    case 'removing-leftovers':
      return { kind: 'addresses-removed', text: `${name} removes virtual addresses: ${leftoverWords(note)}` }
    case 'own-address-advert':
    case 'two-owners':
    case 'address-list-differs':
      return tellRival(name, note)
    case 'preempt-delay-started':
      return {
        kind: 'preempt-delay',
        text: `${name} waits ${toSeconds(note.delay)} s before it takes over (preempt_delay)`,
      }
    case 'preempt-delay-stopped':
      return {
        kind: 'preempt-delay',
        text: `${name} waits no longer: a master of its rank or higher is heard`,
      }
    case 'other-checksum':
      return {
        kind: 'rival',
        text: `${name} accepts the checksums of ${formatIp(note.source)}, which are not those of RFC 9568`,
      }
    case 'interval-learned':
      return {
        kind: 'interval',
        text: `${name} goes by the master's interval of ${toSeconds(note.to)} s (was ${toSeconds(note.from)} s)`,
      }
    case 'interval-restored':
      return {
        kind: 'interval',
        text: `${name} goes by its own interval of ${toSeconds(note.to)} s again (was ${toSeconds(note.from)} s)`,
      }
    case 'advertised-addresses':
      return {
        kind: 'link',
        text: `${name} advertises ${note.advertised} of ${note.count} addresses: that is what the MTU of ${note.link} has room for`,
      }
    case 'advert-rejected':
    case 'adverts-still-rejected':
    case 'adverts-no-longer-rejected':
    case 'adverts-accepted-again':
      return { kind: 'advert-rejected', text: `${name}: ${rejectionWords(note)}` }
    // The recorder hears of these adverts itself.
    case 'priority-zero-received':
    case 'priority-zero-sent':
      return undefined
    default:
      return assertNever(note)
  }
}

type Rival = Extract<
  ElectionEvent | Note,
  {
    readonly kind:
      | 'lower-priority-discarded'
      | 'forcing-election'
      | 'yielding'
      | 'own-address-advert'
      | 'two-owners'
      | 'address-list-differs'
  }
>

function tellRival(name: string, rival: Rival): Told {
  const source = formatIp(rival.source)
  return { kind: 'rival', text: rivalText(name, rival, source), repeatKey: `${rival.kind} ${source}` }
}

function rivalText(name: string, rival: Rival, source: string): string {
  switch (rival.kind) {
    case 'lower-priority-discarded':
      return `${name} is about to take over from ${source}, whose priority ${rival.priority} is lower`
    case 'forcing-election':
      return `${source} claims to be master of ${name} too, with priority ${rival.priority} against ${rival.ours} here: ${name} stays MASTER`
    case 'yielding':
      return rival.priority > rival.ours
        ? `${source} claims to be master of ${name} with priority ${rival.priority} against ${rival.ours} here`
        : `${source} claims to be master of ${name} with the same priority ${rival.priority} and a higher address`
    case 'own-address-advert':
      return `an advert for ${name} came from this host's own address ${source}: another host has it too, or the LAN loops`
    case 'two-owners':
      return `${source} is configured as the owner of ${name}'s addresses (priority 255), and so is this host`
    case 'address-list-differs':
      return `${source} advertises other virtual addresses for ${name}: ${rival.addresses.map(formatIp).join(', ') || 'none'}`
  }
}

const MOST_ADDRESSES = 3

/** An instance's virtual addresses; empty when it has none. */
export function addressWords({ routers }: Assembly, name: string): string {
  const found = routers.find(({ router }) => router.name === name)
  const all = found?.addresses.map(({ spec }) => formatCidr(spec.cidr)) ?? []
  const rest = all.length - MOST_ADDRESSES
  const named = all.slice(0, MOST_ADDRESSES).join(', ')
  return rest > 0 ? `${named} and ${rest} more` : named
}

/** What is known of a check's last run; empty when nothing is. */
export function checkWords(reports: readonly CheckReport[], name: string): string {
  const report = reports.find((each) => each.name === name)
  if (!report) return ''
  if (report.disabledBecause !== undefined) return report.disabledBecause
  const result = report.lastResult ? resultWords(report.lastResult) : ''
  return report.lastOutput === '' || result === '' ? result : `${result}: ${report.lastOutput}`
}

export function resultWords(result: CheckResult): string {
  switch (result.kind) {
    case 'exited':
      return `exit status ${result.code}`
    case 'signalled':
      return `killed by signal ${result.signal}`
    case 'timed-out':
      return 'timed out'
    case 'not-started':
      return `could not be started: ${result.refusal.text}`
    default:
      return assertNever(result)
  }
}
