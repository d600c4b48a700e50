/**
 * Everything about the operator's programs: which may run and as whom, the
 * checks at their intervals, the notify scripts in their lanes. Verdicts go to
 * the daemon, words to the log.
 */

import type { Duration } from '../../base/time.ts'
import type { Command, VrrpModel, Notify, NotifyFifo, VrrpScript } from '../../config/model.ts'
import {
  describeCheckNote,
  type CheckEvent,
  type CheckReport,
  type Verdict,
} from '../../scripts/check-events.ts'
import { CheckScheduler } from '../../scripts/check-scheduler.ts'
import type { FifoSpec } from '../../scripts/fifo-channel.ts'
import type { FifoOwner, FifoPorts } from '../../scripts/fifo.ts'
import { describeNotify, type NotifyEvent } from '../../scripts/notify-events.ts'
import { NotifyQueue } from '../../scripts/notify-queue.ts'
import {
  notification,
  type NotifyScripts,
  type NotifyState,
  type NotifySubject,
} from '../../scripts/notify.ts'
import type { Script, ScriptPorts, Timers } from '../../scripts/types.ts'
import type { Findings } from '../../vrrp/conditions.ts'
import { Fifos } from './fifos.ts'
import { LivingPrograms } from './living-programs.ts'
import type { Log } from '../log/logging.ts'

export interface ScriptServiceOptions {
  readonly ports: ScriptPorts & FifoPorts
  readonly log: Log
  readonly onVerdict: (script: string, verdict: Verdict) => void
  /** As asked for on the command line. */
  readonly umask: number | undefined
}

export interface Programs {
  readonly model: VrrpModel
  /** Every command of the model after scripts/security.ts has looked at it. */
  readonly scriptOf: (command: Command) => Script
  readonly ownerOf: (fifo: NotifyFifo) => FifoOwner | undefined
}

export class ScriptService {
  private readonly log: Log
  private readonly timers: Timers
  private readonly runningChecks: LivingPrograms
  private readonly scheduler: CheckScheduler
  private readonly queue: NotifyQueue
  private readonly fifos: Fifos
  private readonly fifoMode: number
  private notifies: ReadonlyMap<string, Notifies> = new Map()

  constructor({ log, ports, onVerdict, umask }: ScriptServiceOptions) {
    this.log = log
    this.fifos = new Fifos(ports, (text) => {
      log.warn(text)
    })
    // keepalived's own umask, unless it is given another, leaves nothing but 0600.
    this.fifoMode = umask === undefined ? 0o600 : 0o644
    this.timers = ports.timers
    this.runningChecks = new LivingPrograms(ports.launcher)
    this.scheduler = new CheckScheduler({ ...ports, launcher: this.runningChecks }, (event) => {
      this.onCheck(event, onVerdict)
    })
    this.queue = new NotifyQueue(ports, (event) => {
      this.onNotify(event)
    })
  }

  /**
   * The checks begin; verdicts may come before this returns. After a reload those that stayed the same go on.
   *
   * @param known what an earlier daemon found a moment ago
   */
  use({ model, scriptOf, ownerOf }: Programs, known: Findings['scripts'] = new Map()): void {
    const told = new Set<Script>()
    const examine = (command: Command): Script => this.examined(scriptOf(command), told)
    this.notifies = new Map([
      ...model.instances.map(
        (each) => [key('INSTANCE', each.name), examineAll(each.notify, examine)] as const,
      ),
      ...model.syncGroups.map((each) => [key('GROUP', each.name), examineAll(each.notify, examine)] as const),
    ])
    this.fifos.use(
      model.global.fifos.map((fifo): FifoSpec => {
        const script = fifo.script && examine(fifo.script)
        const reader = script?.kind === 'runnable' ? script.spec : undefined
        return { path: fifo.path, mode: this.fifoMode, owner: ownerOf(fifo), reader }
      }),
    )
    this.scheduler.replace(
      scriptsToRun(model).map((script) => {
        const found = known.get(script.name)
        return {
          ...script,
          script: examine(script.command),
          known: found === 'up' || found === 'down' ? found : undefined,
        }
      }),
    )
  }

  /** @param deleted a reload has removed it: without notify_deleted only `notify` hears of that, as FAULT */
  notify(subject: NotifySubject, state: NotifyState, priority: number, deleted = false): void {
    const all = this.notifies.get(key(subject.type, subject.name))
    const told = deleted && all?.tellsDeleted === true ? 'DELETED' : state
    this.fifos.write({ subject, what: told, priority: subject.type === 'GROUP' ? 0 : priority })
    const scripts = told === 'FAULT' && deleted ? all && { any: all.any } : all
    if (scripts) this.queue.submit(notification(scripts, subject, told, priority))
  }

  /** A Master has heard a lower priority: its own script and the FIFOs hear of it, `notify` does not. */
  notifyLowerPriority(instance: string, priority: number): void {
    const subject: NotifySubject = { type: 'INSTANCE', name: instance }
    const masterRxLowerPriority = this.notifies.get(key(subject.type, instance))?.masterRxLowerPriority
    this.fifos.write({ subject, what: 'MASTER_RX_LOWER_PRI', priority })
    this.queue.submit(notification({ masterRxLowerPriority }, subject, 'MASTER_RX_LOWER_PRI', priority))
  }

  /** Only FIFOs hear of that, where notify_priority_changes wants it. */
  notifyPriority(instance: string, state: 'MASTER' | 'BACKUP', priority: number): void {
    const subject: NotifySubject = { type: 'INSTANCE', name: instance }
    if (this.notifies.get(key(subject.type, instance))?.tellsPriority !== true) return
    this.fifos.write({ subject, what: `${state}_PRIORITY`, priority })
  }

  /** For FIFOs alone, after a reload that asks for it. */
  tellState(subject: NotifySubject, state: NotifyState, priority: number): void {
    this.fifos.write({ subject, what: state, priority })
  }

  reports(): readonly CheckReport[] {
    return this.scheduler.report()
  }

  /** No more checks; what notify scripts are left get `grace` to run, and checks to end. */
  async stop(grace: Duration): Promise<void> {
    this.scheduler.stop()
    await Promise.all([
      this.queue.finish(grace),
      this.fifos.stop(),
      this.runningChecks.end(grace, this.timers),
    ])
  }

  /** Says once what is wrong with a script, however often it is used. */
  private examined(script: Script, told: Set<Script>): Script {
    if (told.has(script)) return script
    told.add(script)
    for (const text of script.warnings) this.log.warn(text)
    if (script.kind === 'disabled') this.log.warn(script.text)
    return script
  }

  private onCheck(event: CheckEvent, onVerdict: ScriptServiceOptions['onVerdict']): void {
    if (event.type === 'verdict') onVerdict(event.check, event.verdict)
    else if (event.note.kind === 'succeeded') this.log.info(describeCheckNote(event.check, event.note))
    else this.log.warn(describeCheckNote(event.check, event.note))
  }

  private onNotify(event: NotifyEvent): void {
    const { note } = event
    const harmless = note.kind === 'started' || (note.kind === 'ended' && isSuccess(note.status))
    if (harmless) this.log.detail(describeNotify(event))
    else this.log.warn(describeNotify(event))
  }
}

const key = (type: NotifySubject['type'], name: string): string => `${type} ${name}`

const isSuccess = (status: { readonly kind: string; readonly code?: number }): boolean =>
  status.kind === 'exited' && status.code === 0

interface Notifies extends NotifyScripts {
  readonly tellsDeleted: boolean
  readonly tellsPriority: boolean
}

function examineAll(notify: Notify, examine: (command: Command) => Script): Notifies {
  const each = (command: Command | undefined): Script | undefined => command && examine(command)
  return {
    master: each(notify.master),
    backup: each(notify.backup),
    fault: each(notify.fault),
    stop: each(notify.stop),
    any: each(notify.any),
    masterRxLowerPriority: each(notify.masterRxLowerPriority),
    deleted: each(notify.deleted === true ? undefined : notify.deleted),
    tellsDeleted: notify.deleted !== undefined,
    tellsPriority: notify.priorityChanges,
  }
}

/**
 * Which of the configured checks are run, and what they count as before their first result.
 * keepalived runs no script that nobody tracks. `init_fail` is about weights:
 * who waits for a script because its failure means Fault waits for the first
 * result in silence, with or without it (measured), and is not told of a Fault
 * that nobody has found. With a negative weight we do what keepalived.conf(5)
 * says, the loss counts until the first success; keepalived 2.2.7 does not
 * lower the priority before a script has returned (measured).
 */
export function scriptsToRun({ instances, syncGroups, scripts }: VrrpModel): readonly VrrpScript[] {
  const tracked = [...instances, ...syncGroups].flatMap(({ trackScripts }) => trackScripts)
  const used = new Set(tracked.map(({ script }) => script))
  const weighed = new Set(tracked.filter(({ weight }) => weight !== 0).map(({ script }) => script))
  return scripts
    .filter(({ name }) => used.has(name))
    .map((script) => ({ ...script, initFail: script.initFail && weighed.has(script.name) }))
}
