/**
 * Who hears of what happens in the daemon, in this order: first who may have to know what an event comes from, last
 * whoever only looks at what has become of it. One more (metrics, mail) is one more line here. Clients that watch
 * (`vrrpd status --watch`, `events --follow`, `drain`) come after all of these, for as long as they do.
 */

import type { Clock } from '../base/time.ts'
import type { Subscriber } from '../events/event-list.ts'
import type { RouterRecord } from '../vrrp/engine.ts'
import type { Succession } from './recovery/succession.ts'
import type { Recorder } from './journal/recorder.ts'
import { keepJournal } from './journal/journal-subscriber.ts'
import { writeLog } from './log/event-log.ts'
import type { Log } from './log/logging.ts'
import { notifyPrograms } from './scripts/notifications.ts'
import type { ScriptService } from './scripts/script-service.ts'
import type { ServiceReports } from './service/service-reports.ts'

export interface Subscribing {
  readonly clock: Clock
  readonly log: Log
  readonly recorder: Recorder
  readonly scriptService: Pick<ScriptService, 'notify' | 'notifyLowerPriority' | 'notifyPriority'>
  readonly succession: Pick<Succession, 'onEvent'>
  readonly service: Pick<ServiceReports, 'onEvent'> | undefined
  readonly recordOf: (router: string) => RouterRecord | undefined
  /** Log every address that comes or goes. */
  readonly monitorAddresses: boolean
}

export const subscribersOf = ({
  clock,
  log,
  recorder,
  scriptService,
  succession,
  service,
  recordOf,
  monitorAddresses,
}: Subscribing): readonly Subscriber[] => [
  keepJournal(recorder),
  notifyPrograms(scriptService, recordOf),
  writeLog({ log, clock, monitorAddresses }),
  (event) => succession.onEvent(event),
  (event) => service?.onEvent(event),
]
