/** Who hears what the daemon notes: the journal, the log, scripts and FIFOs, the service manager, the record of the run. */

import type { Clock } from '../base/time.ts'
import type { RouterRecord } from '../vrrp/engine.ts'
import type { Chronicle } from './journal/chronicle.ts'
import type { DaemonPorts } from './daemon-ports.ts'
import { describeRenewal, renewalMessage } from './kernel/link-renewals.ts'
import type { Log } from './log/logging.ts'
import { describeGroupSyncing } from './log/messages.ts'
import { notifyOfNote } from './scripts/notifications.ts'
import { RivalsLog } from './log/rivals-log.ts'
import type { ScriptRoom } from './scripts/script-room.ts'
import type { ServiceReports } from './service/service-reports.ts'
import type { Succession } from './ends/succession.ts'

export interface Hearers {
  readonly clock: Clock
  readonly log: Log
  readonly chronicle: Chronicle
  readonly room: ScriptRoom
  readonly succession: Succession
  readonly service: Pick<ServiceReports, 'changed'> | undefined
  readonly recordOf: (router: string) => RouterRecord | undefined
  /** Log every address that comes or goes. */
  readonly monitorAddresses: boolean
}

export function tellHearers({
  clock,
  log,
  chronicle,
  room,
  succession,
  service,
  recordOf,
  monitorAddresses,
}: Hearers): Pick<
  DaemonPorts,
  | 'begin'
  | 'notifyRouter'
  | 'notifyGroup'
  | 'noteRouter'
  | 'noteGroupSyncing'
  | 'noteLink'
  | 'noteRenewal'
  | 'noteAddress'
  | 'complain'
  | 'say'
  | 'detail'
> {
  const rivals = new RivalsLog(clock)
  const say = (text: string): void => {
    log.info(text)
  }
  return {
    begin: (event) => {
      chronicle.begin(event)
    },
    notifyRouter: ({ router }, state, priority, deleted) => {
      room.notify({ type: 'INSTANCE', name: router.name }, state, priority, deleted)
    },
    notifyGroup: (name, state) => {
      room.notify({ type: 'GROUP', name }, state, 0)
    },
    noteRouter: (name, note) => {
      chronicle.note(name, note)
      notifyOfNote(room, name, recordOf(name), note)
      for (const message of rivals.describe(name, note)) log.say(message)
      if (note.kind === 'transition') succession.renew()
      if (note.kind === 'transition') service?.changed()
    },
    noteGroupSyncing: (group, to) => {
      chronicle.groupSyncing(group, to)
      log.say(describeGroupSyncing(group, to))
    },
    noteLink: (name, state) => {
      chronicle.link(name, state)
      log.info(`Netlink reports ${name} ${state === 'gone' ? 'deleted' : state}`)
    },
    noteRenewal: (link, former) => {
      chronicle.linkRenewed(link.name, describeRenewal(link, former))
      log.info(renewalMessage(link, former))
    },
    noteAddress: monitorAddresses ? say : undefined,
    complain: (text) => {
      chronicle.complaint(text)
      log.warn(text)
    },
    say,
    detail: (text) => {
      log.detail(text)
    },
  }
}
