/** What the engine's effects are to those who hear events; the others are done and not told. Pure. */

import { assertNever } from '../base/result.ts'
import type { Effect } from '../vrrp/election/state.ts'
import type { EngineEffect } from '../vrrp/types.ts'
import type { DomainEvent } from './event.ts'

/** Undefined: it is something to do. */
export function eventOf(effect: EngineEffect): DomainEvent | undefined {
  switch (effect.type) {
    case 'router':
      return eventOfRouter(effect.router, effect.effect)
    case 'group-syncing':
      return effect
    case 'group-notify': {
      const { group: name, state } = effect
      return { type: 'notify', subject: { type: 'GROUP', name }, state, priority: 0, deleted: false }
    }
    default:
      return assertNever(effect)
  }
}

function eventOfRouter(router: string, effect: Effect): DomainEvent | undefined {
  switch (effect.type) {
    case 'event':
      return { type: 'election', router, event: effect.event }
    case 'note':
      return { type: 'note', router, note: effect.note }
    case 'notify': {
      const { state, priority, deleted = false } = effect
      return { type: 'notify', subject: { type: 'INSTANCE', name: router }, state, priority, deleted }
    }
    case 'send-advert':
    case 'install':
    case 'withdraw':
    case 'announce':
      return undefined
    default:
      return assertNever(effect)
  }
}
