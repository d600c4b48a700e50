/** What notify scripts and FIFOs hear of what happens in the daemon. */

import { notifyWord } from '../../base/state-names.ts'
import type { Subscriber } from '../../events/event-list.ts'
import type { Engine, RouterRecord } from '../../vrrp/engine.ts'
import type { ScriptService } from './script-service.ts'

export const notifyPrograms =
  (
    scriptService: Pick<ScriptService, 'notify' | 'notifyLowerPriority' | 'notifyPriority'>,
    recordOf: (router: string) => RouterRecord | undefined,
  ): Subscriber =>
  (event) => {
    if (event.type === 'notify')
      scriptService.notify(event.subject, event.state, event.priority, event.deleted)
    if (event.type !== 'election') return
    const { router, event: happened } = event
    if (happened.kind === 'forcing-election') scriptService.notifyLowerPriority(router, happened.ours)
    const record = recordOf(router)
    if (happened.kind !== 'priority-changed' || !record) return
    scriptService.notifyPriority(router, record.state.kind === 'master' ? 'MASTER' : 'BACKUP', happened.to)
  }

/** FIFOs hear of every state as it is: fifo_write_vrrp_states_on_reload. */
export function notifyOfStates(
  scriptService: Pick<ScriptService, 'tellState'>,
  { routers, groups }: Pick<Engine, 'routers' | 'groups'>,
): void {
  for (const { name, announced } of groups.values()) {
    if (announced) scriptService.tellState({ type: 'GROUP', name }, announced, 0)
  }
  for (const { router, state, conditions } of routers.values()) {
    const told = notifyWord(state.kind)
    if (told) scriptService.tellState({ type: 'INSTANCE', name: router.name }, told, conditions.priority)
  }
}
