/** What the director does, as a transcript tells it. */

import { destinationText, serviceText } from '../../src/director/keys.ts'
import type { Cause, DirectorEffect, Happening, KnownChecker } from '../../src/director/state.ts'
import type { IpvsChange } from '../../src/netlink/ipvs/types.ts'

export function tellEffect(effect: DirectorEffect): string[] {
  switch (effect.type) {
    case 'ipvs':
      return effect.changes.map((change) => `ipvs ${tellChange(change)}`)
    case 'run':
      return [`run ${effect.program.argv.join(' ')}`]
    case 'fifo':
      return [`fifo ${effect.line}`]
    case 'log':
      return [`${effect.level === 'warning' ? 'warn' : 'log'} ${effect.text}`]
    case 'happened':
      return [`* ${tellHappening(effect.happening)}`]
    case 'activate':
      return [`activate ${effect.checkers.map(tellChecker).join(', ')}`]
    case 'suspend':
    case 'remove':
      return [`${effect.type} ${effect.checkers.join(', ')}`]
    case 'snapshot':
      return []
  }
}

export function tellChange(change: IpvsChange): string {
  switch (change.type) {
    case 'add-service':
    case 'edit-service': {
      const { key, scheduler, persistence } = change.service
      const persistent = persistence === undefined ? '' : ` persistent ${persistence.timeoutSeconds}`
      return `${change.type} ${serviceText(key)} ${scheduler}${persistent}`
    }
    case 'delete-service':
    case 'zero-service':
      return `${change.type} ${serviceText(change.key)}`
    case 'add-destination':
    case 'edit-destination': {
      const { key, forwarding, weight } = change.destination
      return `${change.type} ${serviceText(change.key)} -> ${destinationText(key)} ${forwarding} ${weight}`
    }
    case 'delete-destination':
      return `${change.type} ${serviceText(change.key)} -> ${destinationText(change.destination)}`
    case 'set-timeouts':
      return `${change.type} ${JSON.stringify(change.timeouts)}`
    case 'start-sync-daemon':
      return `${change.type} ${change.daemon.role} ${change.daemon.interface}`
    case 'stop-sync-daemon':
      return `${change.type} ${change.role}`
    case 'flush':
    case 'zero':
      return change.type
  }
}

function tellHappening(happening: Happening): string {
  switch (happening.type) {
    case 'server-up':
    case 'server-down':
      return `${happening.type} ${happening.realServer} (${tellCause(happening.cause)})`
    case 'quorum-gained':
    case 'quorum-lost':
      return `${happening.type} ${happening.sum} of ${happening.quorum} (${tellCause(happening.cause)})`
    case 'sorry-in':
    case 'sorry-out':
      return `${happening.type} ${happening.sorryServer}`
    case 'weight-changed':
      return `${happening.type} ${happening.realServer} ${happening.from} -> ${happening.to} (${tellCause(happening.cause)})`
    case 'server-added':
    case 'server-removed':
      return `${happening.type} ${happening.realServer}`
    case 'virtual-server-added':
    case 'virtual-server-removed':
      return `${happening.type} ${happening.virtualServer}`
    case 'refused':
      return `refused ${tellChange(happening.change)}: ${happening.refusal.code}`
  }
}

const tellCause = (cause: Cause): string =>
  cause.by === 'checker'
    ? `${cause.checker}${cause.reason === undefined || cause.reason === '' ? '' : `: ${cause.reason}`}`
    : cause.by

const tellChecker = ({ key, up, hasRun, before }: KnownChecker): string =>
  `${key} ${up ? 'up' : 'down'}${hasRun ? '' : ', not run'}${before === undefined ? '' : `, was ${before}`}`
