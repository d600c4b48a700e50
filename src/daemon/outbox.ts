/**
 * Performs effects, in their order, one router after the other. Everything up
 * to the ARP is synchronous: rtnetlink answers within the call, so that the
 * order the engine gives is the order on the wire and in the kernel. Scripts
 * are only put into their lane (scripts/notify-queue.ts).
 */

import { assertNever } from '../base/result.ts'
import type { EngineEffect } from '../vrrp/engine.ts'
import type { Effect, Note, NotifyState } from '../vrrp/election/state.ts'
import type { Assembled } from './assemble.ts'

/** `source` undefined: this router has never had an address to send from, and says nothing. */
export type AdvertToSend = Omit<Effect & { readonly type: 'send-advert' }, 'type'>

/** What an effect may touch; the daemon gives the real ones, tests theirs. */
export interface OutboxPorts {
  sendAdvert(assembled: Assembled, advert: AdvertToSend): void
  install(assembled: Assembled): void
  withdraw(assembled: Assembled): void
  announce(assembled: Assembled, repeat: number, elsewhere: boolean): void
  notifyRouter(assembled: Assembled, state: NotifyState, priority: number, deleted: boolean): void
  notifyGroup(group: string, state: NotifyState): void
  noteRouter(router: string, note: Note): void
  noteGroupSyncing(group: string, to: string): void
}

export function perform(
  effects: readonly EngineEffect[],
  assembledOf: (router: string) => Assembled,
  ports: OutboxPorts,
): void {
  for (const effect of effects) {
    switch (effect.type) {
      case 'router':
        performFor(assembledOf(effect.router), effect.effect, ports)
        break
      case 'group-syncing':
        ports.noteGroupSyncing(effect.group, effect.to)
        break
      case 'group-notify':
        ports.notifyGroup(effect.group, effect.state)
        break
      default:
        assertNever(effect)
    }
  }
}

function performFor(assembled: Assembled, effect: Effect, ports: OutboxPorts): void {
  switch (effect.type) {
    case 'send-advert':
      ports.sendAdvert(assembled, effect)
      break
    case 'install':
      ports.install(assembled)
      break
    case 'withdraw':
      ports.withdraw(assembled)
      break
    case 'announce':
      ports.announce(assembled, effect.repeat, effect.elsewhere === true)
      break
    case 'notify':
      ports.notifyRouter(assembled, effect.state, effect.priority, effect.deleted ?? false)
      break
    case 'note':
      ports.noteRouter(assembled.router.name, effect.note)
      break
    default:
      assertNever(effect)
  }
}
