/** What instances and sync groups run, and whom they tell, when they change state. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, notYet, value } from '../syntax/keyword.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { optionalBoolean } from '../values/basic.ts'
import { type Command, commandLine, notifyCommand } from '../values/command.ts'
import { type Printers, printFields, when } from '../values/printing.ts'
import type { Values } from '../values/values.ts'

const notifyMaster: Keyword<Command> = value('notify_master', 1, notifyCommand, 'run on becoming MASTER')
const notifyBackup: Keyword<Command> = value('notify_backup', 1, notifyCommand, 'run on becoming BACKUP')
const notifyFault: Keyword<Command> = value('notify_fault', 1, notifyCommand, 'run on entering FAULT')
const notifyStop: Keyword<Command> = value('notify_stop', 1, notifyCommand, 'run when the daemon stops')
const notifyAny: Keyword<Command> = value(
  'notify',
  1,
  notifyCommand,
  'run on every change, with type, name, state and priority appended',
)
export const smtpAlert: Keyword<boolean> = value(
  'smtp_alert',
  1,
  optionalBoolean,
  'send a mail on every change of state',
  { standing: notYet('vrrpd sends no mail'), default: 'smtp_alert_vrrp' },
)
const notifyPriorityChanges: Keyword<boolean> = value(
  'notify_priority_changes',
  3,
  optionalBoolean,
  'write changes of priority to the FIFO',
  { default: 'vrrp_notify_priority_changes' },
)

/** Of instances and of groups. */
export const notifyKeywords: readonly Keyword[] = [
  notifyMaster,
  notifyBackup,
  notifyFault,
  notifyStop,
  notifyAny,
  smtpAlert,
  notifyPriorityChanges,
]

const notifyMasterRxLowerPri: Keyword<Command> = value(
  'notify_master_rx_lower_pri',
  3,
  notifyCommand,
  'run when a MASTER hears a lower priority',
)
export const notifyDeleted: Keyword<Command | true> = value(
  'notify_deleted',
  3,
  {
    ...notifyCommand,
    syntax: '[COMMAND [USER [GROUP]]]',
    needed: 0,
    read: (statement, report) =>
      statement.words.length === 1 ? true : notifyCommand.read(statement, report),
  },
  'a reload that removes the instance is told as DELETED, not FAULT; run then',
  { once: true },
)

/** Of instances only. */
export const instanceNotifyKeywords: readonly Keyword[] = [notifyMasterRxLowerPri, notifyDeleted]

export interface Notify {
  readonly master?: Command
  readonly backup?: Command
  readonly fault?: Command
  /** Instances only; a group has none of its own in keepalived before it is stopped. */
  readonly stop?: Command
  /** `notify`: gets type, name, state and priority appended. */
  readonly any?: Command
  /** `notify_master_rx_lower_pri`; instances only. */
  readonly masterRxLowerPriority?: Command
  /** `notify_deleted`, which may name no program; instances only. */
  readonly deleted?: Command | true
  /** `notify_priority_changes`, or the default that global_defs sets: FIFOs hear of them. */
  readonly priorityChanges: boolean
}

/**
 * The first line of each kind holds, as in keepalived.
 *
 * @param priorityChanges `vrrp_notify_priority_changes`
 */
export function resolveNotify(values: Values, priorityChanges: boolean, report: Report): Notify {
  const master = first(values, notifyMaster, report)
  const backup = first(values, notifyBackup, report)
  const fault = first(values, notifyFault, report)
  const stop = first(values, notifyStop, report)
  const any = first(values, notifyAny, report)
  const masterRxLowerPriority = first(values, notifyMasterRxLowerPri, report)
  const deleted = first(values, notifyDeleted, report)
  return {
    priorityChanges: values.last(notifyPriorityChanges) ?? priorityChanges,
    ...(deleted !== undefined && { deleted }),
    ...(master && { master }),
    ...(backup && { backup }),
    ...(fault && { fault }),
    ...(stop && { stop }),
    ...(any && { any }),
    ...(masterRxLowerPriority && { masterRxLowerPriority }),
  }
}

function first<T extends Command | true>(values: Values, keyword: Keyword<T>, report: Report): T | undefined {
  const [kept, ...others] = values.all(keyword)
  if (kept === undefined) return undefined
  for (const { node } of others)
    report(
      errorAt(
        node.statement.place,
        'already-given',
        `${keyword.name} is already given: this one is ignored`,
        {
          related: [{ span: spanOf(kept.node.statement.place), message: 'this one is used' }],
        },
      ),
    )
  return kept.value
}

const ofNotify: Printers<Notify> = {
  master: (given) => [commandLine('notify_master', given)],
  backup: (given) => [commandLine('notify_backup', given)],
  fault: (given) => [commandLine('notify_fault', given)],
  stop: (given) => [commandLine('notify_stop', given)],
  any: (given) => [commandLine('notify', given)],
  masterRxLowerPriority: (given) => [commandLine('notify_master_rx_lower_pri', given)],
  deleted: (given) => [given === true ? 'notify_deleted' : commandLine('notify_deleted', given)],
  priorityChanges: (on) => when(on, 'notify_priority_changes'),
}

export const notifyLines = (notify: Notify): readonly string[] => printFields(ofNotify, notify)
