/** What happens in the daemon, in the log: keepalived's words where it has some. */

import { formatIp } from '../../base/address.ts'
import type { Clock } from '../../base/time.ts'
import { complaintLine } from '../../events/event.ts'
import type { Subscriber } from '../../events/event-list.ts'
import { renewalMessage } from '../kernel/link-renewals.ts'
import type { Log } from './logging.ts'
import { describeGroupSyncing, describeNote } from './messages.ts'
import { RivalsLog } from './rivals-log.ts'

export interface EventLogPorts {
  readonly log: Log
  readonly clock: Clock
  /** `-a`: every address that comes or goes. */
  readonly monitorAddresses: boolean
}

export function writeLog({ log, clock, monitorAddresses }: EventLogPorts): Subscriber {
  const rivals = new RivalsLog(clock)
  return (event) => {
    switch (event.type) {
      case 'election':
        for (const message of rivals.describe(event.router, event.event)) log.say(message)
        break
      case 'note':
        log.say(describeNote(event.router, event.note))
        break
      case 'group-syncing':
        log.say(describeGroupSyncing(event.group, event.to))
        break
      case 'link':
        log.info(`Netlink reports ${event.link} ${event.state === 'gone' ? 'deleted' : event.state}`)
        break
      case 'link-renewed':
        log.info(renewalMessage(event.link, event.former))
        break
      case 'address':
        if (!monitorAddresses) break
        log.info(
          `Netlink reflector reports IP ${formatIp(event.address)} ${event.change} ${event.change === 'added' ? 'to' : 'from'} ${event.link}`,
        )
        break
      case 'complaint':
        log.warn(complaintLine(event))
        break
      case 'remark':
        log[event.level](event.text)
        break
      case 'stopping':
        log.info(`Stopping (${event.reason})`)
        break
      // What has its own line where it is done, or none.
      default:
    }
  }
}
