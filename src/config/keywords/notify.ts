/** What instances and sync groups run when they change state. */

import { notYet, table, value, type Keyword, type Table } from '../keyword.ts'
import type { Command } from '../model.ts'
import { optionalBoolean } from '../values/basic.ts'
import { command } from '../values/command.ts'

export const notifyMaster: Keyword<Command> = value('notify_master', 1, command, 'run on becoming MASTER')
export const notifyBackup: Keyword<Command> = value('notify_backup', 1, command, 'run on becoming BACKUP')
export const notifyFault: Keyword<Command> = value('notify_fault', 1, command, 'run on entering FAULT')
export const notifyStop: Keyword<Command> = value('notify_stop', 1, command, 'run when the daemon stops')
export const notifyAny: Keyword<Command> = value(
  'notify',
  1,
  command,
  'run on every change, with type, name, state and priority appended',
)
export const smtpAlert: Keyword<boolean> = value(
  'smtp_alert',
  1,
  optionalBoolean,
  'send a mail on every change of state',
  { standing: notYet('vrrpd sends no mail') },
)

export const notifyKeywords: Table = table(
  notifyMaster,
  notifyBackup,
  notifyFault,
  notifyStop,
  notifyAny,
  smtpAlert,
)
