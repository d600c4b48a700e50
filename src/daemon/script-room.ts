/**
 * Everything about the operator's programs: which may run and as whom, the
 * checks at their intervals, the notify scripts in their lanes. Verdicts go to
 * the daemon, words to the log.
 */

import type { Duration } from '../base/time.ts'
import type { Command, Model, Notify } from '../config/model.ts'
import {
  describeCheckNote,
  type CheckEvent,
  type CheckReport,
  type Verdict,
} from '../scripts/check-events.ts'
import { CheckScheduler } from '../scripts/check-scheduler.ts'
import { describeNotify, type NotifyEvent } from '../scripts/notify-events.ts'
import { NotifyQueue } from '../scripts/notify-queue.ts'
import { notification, type NotifyScripts, type NotifyState, type NotifySubject } from '../scripts/notify.ts'
import type { Script, ScriptPorts, Timers } from '../scripts/types.ts'
import { LivingPrograms } from './living-programs.ts'
import type { Log } from './logging.ts'

export interface ScriptRoomOptions {
  readonly ports: ScriptPorts
  readonly log: Log
  readonly onVerdict: (script: string, verdict: Verdict) => void
}

export interface Programs {
  readonly model: Model
  /** Every command of the model after scripts/security.ts has looked at it. */
  readonly scriptOf: (command: Command) => Script
}

export class ScriptRoom {
  private readonly log: Log
  private readonly timers: Timers
  private readonly runningChecks: LivingPrograms
  private readonly scheduler: CheckScheduler
  private readonly queue: NotifyQueue
  private notifies: ReadonlyMap<string, NotifyScripts> = new Map()

  constructor({ log, ports, onVerdict }: ScriptRoomOptions) {
    this.log = log
    this.timers = ports.timers
    this.runningChecks = new LivingPrograms(ports.launcher)
    this.scheduler = new CheckScheduler({ ...ports, launcher: this.runningChecks }, (event) => {
      this.onCheck(event, onVerdict)
    })
    this.queue = new NotifyQueue(ports, (event) => {
      this.onNotify(event)
    })
  }

  /** The checks begin; verdicts may come before this returns. After a reload those that stayed the same go on. */
  use({ model, scriptOf }: Programs): void {
    const told = new Set<Script>()
    const examine = (command: Command): Script => this.examined(scriptOf(command), told)
    this.notifies = new Map([
      ...model.instances.map(
        (each) => [key('INSTANCE', each.name), examineAll(each.notify, examine)] as const,
      ),
      ...model.syncGroups.map((each) => [key('GROUP', each.name), examineAll(each.notify, examine)] as const),
    ])
    this.scheduler.replace(
      usedScripts(model).map((script) => ({ ...script, script: examine(script.command) })),
    )
  }

  /** @param deleted only `notify` is called, not the state's own script */
  notify(subject: NotifySubject, state: NotifyState, priority: number, deleted = false): void {
    const all = this.notifies.get(key(subject.type, subject.name))
    const scripts = deleted ? all && { any: all.any } : all
    if (scripts) this.queue.submit(notification(scripts, subject, state, priority))
  }

  reports(): readonly CheckReport[] {
    return this.scheduler.report()
  }

  /** No more checks; what notify scripts are left get `grace` to run, and checks to end. */
  async stop(grace: Duration): Promise<void> {
    this.scheduler.stop()
    await Promise.all([this.queue.finish(grace), this.runningChecks.end(grace, this.timers)])
  }

  /** Says once what is wrong with a script, however often it is used. */
  private examined(script: Script, told: Set<Script>): Script {
    if (told.has(script)) return script
    told.add(script)
    for (const text of script.warnings) this.log.warn(text)
    if (script.kind === 'disabled') this.log.warn(script.text)
    return script
  }

  private onCheck(event: CheckEvent, onVerdict: ScriptRoomOptions['onVerdict']): void {
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

/** keepalived runs no script that nobody tracks. */
function usedScripts(model: Model): Model['scripts'] {
  const used = new Set(
    [...model.instances, ...model.syncGroups].flatMap(({ trackScripts }) =>
      trackScripts.map(({ script }) => script),
    ),
  )
  return model.scripts.filter(({ name }) => used.has(name))
}

function examineAll(notify: Notify, examine: (command: Command) => Script): NotifyScripts {
  const each = (command: Command | undefined): Script | undefined => command && examine(command)
  return {
    master: each(notify.master),
    backup: each(notify.backup),
    fault: each(notify.fault),
    stop: each(notify.stop),
    any: each(notify.any),
  }
}
