/** Answers what clients of the control socket ask. */

import { assertNever } from '../../base/result.ts'
import { unknownName } from '../../base/unknown-name.ts'
import type { EventReport } from '../../control/events.ts'
import { failed, succeeded, type Request } from '../../control/protocol.ts'
import type { ReloadReport } from '../../control/reload.ts'
import type { StatusReport } from '../../control/report.ts'
import type { Answer } from '../../control/stream.ts'
import type { EventList } from '../../events/event-list.ts'
import type { Engine } from '../../vrrp/engine.ts'
import type { Recorder } from '../journal/recorder.ts'
import type { Drains } from './drains.ts'
import { JournalStream, pastEvents, type Wanted } from '../journal/journal-stream.ts'
import type { StatusFeed } from '../status/status-feed.ts'
import { whyReport } from '../journal/why.ts'

export interface OperatorPorts {
  readonly recorder: Recorder
  readonly events: EventList
  readonly engine: () => Engine
  readonly status: () => StatusReport
  readonly feed: StatusFeed<StatusReport>
  /** Undefined: one is under way. */
  readonly reload: (dryRun: boolean) => Promise<ReloadReport | undefined>
  readonly drains: Drains
}

const BUSY = { code: 'not-possible', text: 'a reload is under way: try again in a moment' } as const

/** A process of its own serves them, which has a socket of its own. */
const ELSEWHERE = {
  code: 'not-possible',
  text: 'no virtual servers are served by this process',
} as const

export class Operator {
  private readonly ports: OperatorPorts

  constructor(ports: OperatorPorts) {
    this.ports = ports
  }

  async handle(request: Request): Promise<Answer> {
    switch (request.request) {
      case 'status':
        return succeeded<'status'>(this.ports.status())
      case 'watch':
        return this.ports.feed.open(succeeded<'watch'>)
      case 'events':
      case 'follow': {
        const { instance, last } = request.arguments
        const wanted = this.wantedBy(instance)
        if (!wanted) return this.noSuchInstance(instance ?? '')
        const { recorder, events } = this.ports
        const { journal } = recorder
        return request.request === 'follow'
          ? new JournalStream({ journal, events }, wanted, last)
          : succeeded<'events'>(pastEvents(journal, wanted, last))
      }
      case 'reload': {
        const report = await this.ports.reload(request.arguments.dryRun ?? false)
        return report ? succeeded<'reload'>(report) : failed(BUSY)
      }
      case 'why':
        return this.why(request.arguments.subject)
      case 'drain':
        return this.ports.drains.drain(request.arguments)
      case 'resume':
        return this.ports.drains.resume(request.arguments)
      case 'lvs-status':
      case 'lvs-watch':
      case 'lvs-events':
      case 'lvs-follow':
      case 'lvs-why':
        return failed(ELSEWHERE)
      default:
        return assertNever(request)
    }
  }

  private why(subject: string): Answer {
    const { instances, problems } = this.ports.status()
    const instance =
      instances.find(({ name }) => name === subject) ??
      instances.find(({ addresses }) =>
        addresses.some(({ address }) => address === subject || address.split('/')[0] === subject),
      )
    if (!instance) {
      const names = instances.flatMap(({ name, addresses }) => [
        name,
        ...addresses.map(({ address }) => address),
      ])
      const text = unknownName('vrrp_instance or virtual address', subject, names)
      return failed({ code: 'not-possible', text })
    }
    const { recorder } = this.ports
    const { name } = instance
    const own = problems.filter((problem) => problem.instances.includes(name))
    return succeeded<'why'>(whyReport(instance, recorder.journal, recorder.lastTransition(name), own))
  }

  /** Undefined: there is no such instance. */
  private wantedBy(instance: string | undefined): Wanted | undefined {
    if (instance === undefined) return () => true
    const record = this.ports.engine().routers.get(instance)
    if (!record) return undefined
    const { router, group } = record
    const subjects = new Set<string | undefined>([
      'vrrpd',
      group,
      router.link,
      ...router.requiredLinks,
      ...router.trackers.map(({ name }) => name),
    ])
    return (event: EventReport) =>
      event.instance === instance || (event.instance === null && subjects.has(event.subject))
  }

  private noSuchInstance(name: string): Answer {
    const known = [...this.ports.engine().routers.keys()]
    return failed({ code: 'not-possible', text: unknownName('vrrp_instance', name, known) })
  }
}
