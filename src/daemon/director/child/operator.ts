/** Answers what clients ask of the process that serves virtual servers. */

import { unknownName } from '../../../base/unknown-name.ts'
import type { LvsReport } from '../../../control/lvs-report.ts'
import { failed, succeeded, type Request } from '../../../control/protocol.ts'
import { shortName } from '../../../control/server-name.ts'
import type { Answer } from '../../../control/stream.ts'
import { JournalStream, pastEvents, type JournalPorts } from '../../journal/journal-stream.ts'
import type { StatusFeed } from '../../status/status-feed.ts'
import { readable, wantedBy } from './events.ts'
import type { LvsJournal } from './journal.ts'
import { wished } from './reporter.ts'
import { lvsWhy } from './why.ts'

export interface LvsOperatorPorts {
  /** The whole of it. */
  readonly report: () => LvsReport
  /** Of whole reports, for those who watch. */
  readonly feed: StatusFeed<LvsReport>
  readonly journal: Pick<LvsJournal, 'entries' | 'lastId' | 'onAdded'>
}

const ELSEWHERE = {
  code: 'not-possible',
  text: 'this process serves virtual servers, and no vrrp_instance: ask the daemon',
} as const

export class LvsOperator {
  private readonly ports: LvsOperatorPorts

  constructor(ports: LvsOperatorPorts) {
    this.ports = ports
  }

  handle(request: Request): Answer {
    const { report, feed, journal } = this.ports
    switch (request.request) {
      case 'lvs-status': {
        const whole = report()
        const found = wished(whole, request.arguments)
        return found ? succeeded<'lvs-status'>(found) : noSuchServer(whole, request.arguments.subject ?? '')
      }
      case 'lvs-watch':
        return feed.open((whole) =>
          succeeded<'lvs-watch'>(
            wished(whole, request.arguments) ?? { ...whole, problems: [], virtualServers: [] },
          ),
        )
      case 'lvs-events':
      case 'lvs-follow': {
        const { subject, last } = request.arguments
        const wanted = wantedBy(subject)
        const past = pastEvents(readable(journal), wanted, last)
        // What is there no longer may still have a history.
        if (subject !== undefined && past.events.length === 0) {
          const whole = report()
          if (wished(whole, { subject }) === undefined) return noSuchServer(whole, subject)
        }
        return request.request === 'lvs-follow'
          ? new JournalStream({ journal: readable(journal), events: onAdded(journal) }, wanted, last)
          : succeeded<'lvs-events'>(past)
      }
      case 'lvs-why': {
        const { subject } = request.arguments
        const whole = report()
        const found = wished(whole, { subject })
        if (found === undefined) return noSuchServer(whole, subject)
        const { events } = pastEvents(readable(journal), () => true, undefined)
        return succeeded<'lvs-why'>(lvsWhy(subject, found, events))
      }
      case 'status':
      case 'watch':
      case 'events':
      case 'follow':
      case 'reload':
      case 'why':
      case 'drain':
      case 'resume':
        return failed(ELSEWHERE)
    }
  }
}

function noSuchServer({ virtualServers }: LvsReport, subject: string): Answer {
  const names = [
    ...virtualServers.map(({ name }) => name),
    ...virtualServers.flatMap(({ realServers }) => realServers.map(({ name }) => name)),
  ]
  const known = [...new Set(names.map(shortName))]
  return failed({ code: 'not-possible', text: unknownName('virtual or real server', subject, known) })
}

const onAdded = (journal: LvsOperatorPorts['journal']): JournalPorts['events'] => ({
  subscribe: (listener) => journal.onAdded(listener),
})
