/** What happens in the daemon, written into its journal. */

import { assertNever } from '../../base/result.ts'
import type { Subscriber } from '../../events/event-list.ts'
import { describeRenewal } from '../kernel/link-renewals.ts'
import type { Recorder } from './recorder.ts'

export const keepJournal =
  (recorder: Recorder): Subscriber =>
  (event) => {
    switch (event.type) {
      case 'input':
        recorder.begin(event.event)
        break
      case 'election':
        recorder.happened(event.router, event.event)
        break
      case 'note':
        recorder.note(event.router, event.note)
        break
      case 'group-syncing':
        recorder.groupSyncing(event.group, event.to)
        break
      case 'link':
        recorder.link(event.link, event.state)
        break
      case 'link-renewed':
        recorder.linkRenewed(event.link.name, describeRenewal(event.link, event.former))
        break
      case 'complaint':
        recorder.complaint(event)
        break
      case 'started':
        recorder.daemon('started', `vrrpd ${event.version} starts`)
        break
      case 'stopping':
        recorder.daemon('stopping', `vrrpd stops (${event.reason})`)
        break
      case 'reloaded':
        recorder.daemon('reloaded', `${event.configFile} was read anew`)
        break
      case 'reload-refused':
        recorder.daemon('reload-refused', `a reload was refused: ${event.reason}`)
        break
      case 'drain':
        recorder.daemon('drain', `the operator takes ${event.routers.join(', ')} out`)
        break
      case 'resume': {
        const who = event.by === 'operator' ? 'the operator' : 'vrrpd'
        recorder.daemon('resume', `${who} lets ${event.routers.join(', ')} in again`)
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
