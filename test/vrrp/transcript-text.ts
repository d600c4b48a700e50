/** Effects and states as lines for transcripts. */

import { formatIp, type IpAddress } from '../../src/base/address.ts'
import { toSeconds } from '../../src/base/time.ts'
import { describeCause } from '../../src/vrrp/election/cause.ts'
import type { Effect, ElectionEvent, Note, State } from '../../src/vrrp/election/state.ts'
import { describeFault } from '../../src/vrrp/election/fault.ts'
import type { EngineEffect, RouterRecord } from '../../src/vrrp/engine.ts'

export function tellEffect(effect: EngineEffect): string {
  switch (effect.type) {
    case 'router':
      return `${effect.router}  ${tellRouterEffect(effect.effect)}`
    case 'group-syncing':
      return `${effect.group}  syncing to ${effect.to}`
    case 'group-notify':
      return `${effect.group}  NOTIFY GROUP ${effect.state}`
  }
}

export function tellRouterEffect(effect: Effect): string {
  switch (effect.type) {
    case 'send-advert': {
      const copies = effect.copies === 1 ? '' : ` x${effect.copies}`
      return `send ${effect.priority}${copies} from ${tellAddress(effect.source)}`
    }
    case 'install':
      return 'install'
    case 'withdraw':
      return 'withdraw'
    case 'announce':
      return `ARP x${effect.repeat}${effect.elsewhere === true ? ' elsewhere' : ''}`
    case 'notify':
      return `NOTIFY ${effect.state} ${effect.priority}`
    case 'event':
      return tellNote(effect.event)
    case 'note':
      return tellNote(effect.note)
  }
}

function tellNote(note: ElectionEvent | Note): string {
  if (note.kind === 'transition') return `${note.from} -> ${note.to} (${describeCause(note.cause)})`
  if (note.kind === 'interval-learned' || note.kind === 'interval-restored')
    return `(${note.kind}, ${toSeconds(note.from)} s to ${toSeconds(note.to)} s)`
  const { kind, ...rest } = note
  const details = Object.entries(rest).map(([key, value]) => `${key} ${tellValue(key, value)}`)
  return `(${[kind, ...details].join(', ')})`
}

function tellValue(key: string, value: unknown): string {
  if (key === 'source') return formatIp(value as IpAddress)
  if (key === 'addresses') return (value as IpAddress[]).map(formatIp).join(' ')
  if (key === 'delay' || key === 'span') return `${(value as number) / 1_000_000} s`
  if (key === 'reason' && typeof value === 'object')
    return describeFault(value as Parameters<typeof describeFault>[0])
  return String(value)
}

export function tellRecord({ router, state, conditions }: RouterRecord): string {
  return `${router.name} ${tellState(state)}, priority ${conditions.priority}`
}

function tellState(state: State): string {
  switch (state.kind) {
    case 'initialize':
      return state.next === undefined ? 'initialize, not started' : `initialize, will be ${state.next}`
    case 'fault':
      return `fault: ${state.reasons.map(describeFault).join(', ')}`
    case 'backup': {
      const heard = state.master ? `, hears ${formatIp(state.master.address)} ${state.master.priority}` : ''
      const wants = state.wantsMaster ? ', wants to be master' : ''
      const delay = state.preemptAt === undefined ? '' : `, preempts from ${tellTime(state.preemptAt)}`
      const learned =
        state.learnedInterval === undefined ? '' : `, master's interval ${toSeconds(state.learnedInterval)} s`
      return `backup until ${tellTime(state.masterDownAt)}${heard}${learned}${wants}${delay}`
    }
    case 'master': {
      const bursts = [state.secondBurstAt, state.lowerPrioBurstAt, state.refreshAt].map((time) =>
        time === undefined ? '-' : tellTime(time),
      )
      return `master, next advert ${tellTime(state.nextAdvertAt)}, ARP ${bursts.join(' ')}`
    }
  }
}

const tellTime = (time: number): string => toSeconds(time as Parameters<typeof toSeconds>[0]).toFixed(6)

const tellAddress = (address: IpAddress | undefined): string =>
  address === undefined ? 'nowhere' : formatIp(address)
