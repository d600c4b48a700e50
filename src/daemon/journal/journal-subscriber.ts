/** What happens in the daemon, written into its journal. */

import { assertNever } from '../../base/result.ts'
import type { Subscriber } from '../../events/event-list.ts'
import { describeRenewal } from '../kernel/link-renewals.ts'
import type { Chronicle } from './chronicle.ts'

export const keepJournal =
  (chronicle: Chronicle): Subscriber =>
  (event) => {
    switch (event.type) {
      case 'input':
        chronicle.begin(event.event)
        break
      case 'election':
        chronicle.happened(event.router, event.event)
        break
      case 'note':
        chronicle.note(event.router, event.note)
        break
      case 'group-syncing':
        chronicle.groupSyncing(event.group, event.to)
        break
      case 'link':
        chronicle.link(event.link, event.state)
        break
      case 'link-renewed':
        chronicle.linkRenewed(event.link.name, describeRenewal(event.link, event.former))
        break
      case 'complaint':
        chronicle.complaint(event)
        break
      case 'started':
        chronicle.daemon('started', `vrrpd ${event.version} starts`)
        break
      case 'stopping':
        chronicle.daemon('stopping', `vrrpd stops (${event.reason})`)
        break
      case 'reloaded':
        chronicle.daemon('reloaded', `${event.configFile} was read anew`)
        break
      case 'reload-refused':
        chronicle.daemon('reload-refused', `a reload was refused: ${event.reason}`)
        break
      case 'drain':
        chronicle.daemon('drain', `the operator takes ${event.routers.join(', ')} out`)
        break
      case 'resume': {
        const who = event.by === 'operator' ? 'the operator' : 'vrrpd'
        chronicle.daemon('resume', `${who} lets ${event.routers.join(', ')} in again`)
        break
      }
      // Every change of state is there already, and what is only said or seen is nobody's cause.
      case 'notify':
      case 'address':
      case 'remark':
        break
      default:
        assertNever(event)
    }
  }
