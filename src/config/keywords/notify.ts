/** What instances and sync groups run when they change state. */

import { notYet, value, type Keyword } from '../syntax/keyword.ts'
import type { Command } from '../model.ts'
import { optionalBoolean } from '../values/basic.ts'
import { notifyCommand } from '../values/command.ts'

export const notifyMaster: Keyword<Command> = value(
  'notify_master',
  1,
  notifyCommand,
  'run on becoming MASTER',
)
export const notifyBackup: Keyword<Command> = value(
  'notify_backup',
  1,
  notifyCommand,
  'run on becoming BACKUP',
)
export const notifyFault: Keyword<Command> = value('notify_fault', 1, notifyCommand, 'run on entering FAULT')
export const notifyStop: Keyword<Command> = value(
  'notify_stop',
  1,
  notifyCommand,
  'run when the daemon stops',
)
export const notifyAny: Keyword<Command> = value(
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
export const notifyPriorityChanges: Keyword<boolean> = value(
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

export const notifyMasterRxLowerPri: Keyword<Command> = value(
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
