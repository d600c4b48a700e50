/**
 * Performs effects, in their order, one router after the other. Everything up
 * to the ARP is synchronous: rtnetlink answers within the call, so that the
 * order the engine gives is the order on the wire and in the kernel. Scripts
 * are only put into their lane (scripts/notify-queue.ts).
 */

import { assertNever } from '../base/result.ts'
import type { DomainEvent } from '../events/event.ts'
import { eventOf } from '../events/from-effect.ts'
import type { EngineEffect } from '../vrrp/engine.ts'
import type { Effect } from '../vrrp/election/state.ts'
import type { Assembled } from './assemble.ts'

/** `source` undefined: this router has never had an address to send from, and says nothing. */
export type AdvertToSend = Omit<Effect & { readonly type: 'send-advert' }, 'type'>

/** What an effect may touch; the daemon gives the real ones, tests theirs. */
export interface OutboxPorts {
  sendAdvert(assembled: Assembled, advert: AdvertToSend): void
  install(assembled: Assembled): void
  withdraw(assembled: Assembled): void
  announce(assembled: Assembled, repeat: number, elsewhere: boolean): void
  /** Whoever hears of it, scripts too. */
  publish(event: DomainEvent): void
}

export function perform(
  effects: readonly EngineEffect[],
  assembledOf: (router: string) => Assembled,
  ports: OutboxPorts,
): void {
  for (const effect of effects) {
    const event = eventOf(effect)
    if (event !== undefined) ports.publish(event)
    else if (effect.type === 'router') performFor(assembledOf(effect.router), effect.effect, ports)
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
    // Published.
    case 'event':
    case 'note':
    case 'notify':
      break
    default:
      assertNever(effect)
  }
}
