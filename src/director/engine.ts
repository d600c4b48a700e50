/**
 * All virtual servers of one director as a value. One event goes in; a new director and the list of effects come out,
 * in the order in which they are to be performed. Effects never call back: what came of those to the kernel is the next
 * event. What one verdict costs depends on its block, and not on how many there are.
 */

import { assertNever } from '../base/result.ts'
import type { Instant } from '../base/time.ts'
import type { DirectorConfiguration } from './configuration.ts'
import { draftOf, finish, type Draft } from './draft.ts'
import { takeOutcomes } from './outcomes.ts'
import { reconcile } from './reconcile.ts'
import { reconfigure } from './reconfigure.ts'
import { setUp } from './setup.ts'
import { oursOf } from './snapshot.ts'
import { start } from './start.ts'
import type { Director, DirectorEvent, DirectorStep } from './state.ts'
import { stop } from './stop.ts'
import { changeAddress } from './suspension.ts'
import { turnSync } from './sync-daemon.ts'
import { takeVerdict, takeWeight } from './verdicts.ts'

/** It has nothing and does nothing before `start`. */
export const createDirector = (configuration: DirectorConfiguration): Director => ({
  setup: setUp(configuration),
  phase: 'created',
  virtualServers: [],
  services: [],
  addresses: new Map(),
  formerTimeouts: undefined,
  master: false,
})

/** @param now not before the `now` of any earlier step */
export function stepDirector(director: Director, event: DirectorEvent, now: Instant): DirectorStep {
  const draft = draftOf(director, now)
  if (director.phase === 'running') stepRunning(draft, event)
  else if (event.type === 'start' && director.phase === 'created') start(draft, event)
  else if (event.type === 'vrrp') draft.master = event.master
  // The last changes may be refused, too.
  else if (event.type === 'outcomes' && director.phase === 'stopped') takeOutcomes(draft, event)
  return finish(draft)
}

function stepRunning(draft: Draft, event: DirectorEvent): void {
  switch (event.type) {
    case 'start':
      break
    case 'verdict':
      takeVerdict(draft, event.checker, event)
      break
    case 'weight':
      takeWeight(draft, event.checker, event.say)
      break
    case 'address':
      changeAddress(draft, event.change, event.address)
      break
    case 'vrrp':
      if (event.master === draft.master) break
      draft.master = event.master
      draft.changes.push(...turnSync(draft.setup.globals.syncDaemon, event.master))
      break
    case 'reconfigure':
      reconfigure(draft, event)
      break
    case 'repair':
      reconcile(draft, event.table, { ours: oursOf(draft), handMade: 'undone' })
      break
    case 'outcomes':
      takeOutcomes(draft, event)
      break
    case 'stop':
      stop(draft, event.keepTable)
      break
    default:
      assertNever(event)
  }
}
