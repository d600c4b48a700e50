/** What has happened to virtual and real servers, in words: one line each, with its cause. Pure. */

import { assertNever } from '../../../base/result.ts'
import type { EventKind } from '../../../control/events.ts'
import { shortName } from '../../../control/server-name.ts'
import { destinationText, serviceText } from '../../../director/keys.ts'
import type { Cause, Happening } from '../../../director/state.ts'
import type { IpvsChange } from '../../../netlink/ipvs/types.ts'

/** `10.9.0.21:80 of [10.8.0.100]:tcp:80 is out: HTTP 503, expected 200-299` */
export function happeningText(happening: Happening): string {
  switch (happening.type) {
    case 'server-up':
      return `${pair(happening)} is in${causeText(happening.cause, 'its checks pass')}`
    case 'server-down':
      return `${pair(happening)} is out${causeText(happening.cause, 'its check failed')}`
    case 'quorum-gained': {
      const { virtualServer, sum, quorum, hysteresis, cause } = happening
      return `${virtualServer} has its quorum: a weight of ${sum} is up, ${quorum + hysteresis} is needed${inBrackets(cause)}`
    }
    case 'quorum-lost': {
      const { virtualServer, sum, quorum, hysteresis, cause } = happening
      return `${virtualServer} has no quorum: a weight of ${sum} is up, ${Math.max(1, quorum - hysteresis)} is needed${inBrackets(cause)}`
    }
    case 'sorry-in':
      return `sorry server ${shortName(happening.sorryServer)} of ${happening.virtualServer} serves`
    case 'sorry-out':
      return `sorry server ${shortName(happening.sorryServer)} of ${happening.virtualServer} serves no longer`
    case 'weight-changed':
      return `${pair(happening)} has the weight ${happening.to} (was ${happening.from})${inBrackets(happening.cause)}`
    case 'server-added':
      return `${pair(happening)} is new in the configuration`
    case 'server-removed':
      return `${pair(happening)} is in the configuration no longer`
    case 'virtual-server-added':
      return `${happening.virtualServer} is new in the configuration`
    case 'virtual-server-removed':
      return `${happening.virtualServer} is in the configuration no longer`
    case 'refused':
      return `the kernel refuses ${changeText(happening.change)}: ${happening.refusal.text}`
    default:
      return assertNever(happening)
  }
}

export const happeningKind = ({ type }: Happening): EventKind => (type === 'refused' ? 'ipvs-refused' : type)

/** Whom it happened to, as keepalived calls them; null: no single one. */
export interface Subjects {
  readonly virtualServer: string | null
  readonly realServer: string | null
}

export const subjectsOf = (happening: Happening): Subjects => ({
  virtualServer: 'virtualServer' in happening ? happening.virtualServer : null,
  realServer:
    'realServer' in happening
      ? happening.realServer
      : 'sorryServer' in happening
        ? happening.sorryServer
        : null,
})

const pair = ({ realServer, virtualServer }: { realServer: string; virtualServer: string }): string =>
  `${shortName(realServer)} of ${virtualServer}`

const WHEN = { start: 'at start', reload: 'by the reload', stop: 'at the end' } as const

function causeText(cause: Cause, unsaid: string): string {
  return cause.by === 'checker' ? `: ${cause.reason ?? unsaid}` : ` ${WHEN[cause.by]}`
}

/** Where the sentence says why already, what a checker said is only beside it. */
function inBrackets(cause: Cause): string {
  if (cause.by !== 'checker') return ` (${WHEN[cause.by]})`
  return cause.reason === undefined ? '' : ` (${cause.reason})`
}

function changeText(change: IpvsChange): string {
  switch (change.type) {
    case 'add-service':
    case 'edit-service':
      return `to ${verbOf(change.type)} ${serviceText(change.service.key)}`
    case 'delete-service':
    case 'zero-service':
      return `to ${verbOf(change.type)} ${serviceText(change.key)}`
    case 'add-destination':
    case 'edit-destination':
      return `to ${verbOf(change.type)} ${destinationText(change.destination.key)} of ${serviceText(change.key)}`
    case 'delete-destination':
      return `to delete ${destinationText(change.destination)} of ${serviceText(change.key)}`
    case 'flush':
      return 'to empty the table'
    case 'zero':
      return 'to zero the counters'
    case 'set-timeouts':
      return 'the timeouts'
    case 'start-sync-daemon':
      return `to start the sync daemon (${change.daemon.role}, ${change.daemon.interface})`
    case 'stop-sync-daemon':
      return `to stop the sync daemon (${change.role})`
    default:
      return assertNever(change)
  }
}

const verbOf = (type: IpvsChange['type']): string => type.split('-')[0] ?? type
