/** `global_defs`: programs and FIFOs of the daemon itself. */

import { noEffect, value, type Keyword } from '../syntax/keyword.ts'
import { type Command, notifyCommand, wholeCommand } from '../values/command.ts'
import { flag, lenient, optionalBoolean } from '../values/basic.ts'
import { integer } from '../values/number.ts'

const noCheckers = noEffect('vrrpd checks no real servers')
const program = lenient(wholeCommand)
const reader = lenient(notifyCommand)
const once = true as const
/** A command line without arguments reads the same: `PATH [USER [GROUP]]`. */
const path = lenient({ ...notifyCommand, syntax: 'PATH [USER [GROUP]]' })
const timeout = lenient(integer({ minimum: 1, maximum: 1000 }))

export const startupScript: Keyword<Command> = value('startup_script', 3, program, 'run once at startup')
export const startupScriptTimeout: Keyword<number> = value(
  'startup_script_timeout',
  3,
  timeout,
  'seconds it may take',
  { default: '10' },
)
export const shutdownScript: Keyword<Command> = value('shutdown_script', 3, program, 'run once at shutdown')
export const shutdownScriptTimeout: Keyword<number> = value(
  'shutdown_script_timeout',
  3,
  timeout,
  'seconds it may take',
  { default: '10' },
)

export const notifyFifo: Keyword<Command> = value(
  'notify_fifo',
  3,
  path,
  'where changes of state are written',
  { once },
)
export const notifyFifoScript: Keyword<Command> = value('notify_fifo_script', 3, reader, 'reads that FIFO', {
  once,
})
export const vrrpNotifyFifo: Keyword<Command> = value('vrrp_notify_fifo', 3, path, 'the same', { once })
export const vrrpNotifyFifoScript: Keyword<Command> = value(
  'vrrp_notify_fifo_script',
  3,
  reader,
  'reads that FIFO',
  { once },
)
export const lvsFifoScript: Keyword<Command> = value('lvs_notify_fifo_script', 3, reader, 'reads that FIFO', {
  standing: noCheckers,
  once,
})

/** Run whatever else the file holds. */
export const startScripts: readonly Keyword<Command>[] = [startupScript, shutdownScript]
/** Run where there are instances. */
export const vrrpFifoScripts: readonly Keyword<Command>[] = [notifyFifoScript, vrrpNotifyFifoScript]

export const setSupplementaryGroups: Keyword<true> = value(
  'set_supplementary_groups',
  3,
  flag,
  'scripts have all groups of their user, not only the one that is set',
  { since: '2.3.2' },
)
export const fifoWriteVrrpStatesOnReload: Keyword<true> = value(
  'fifo_write_vrrp_states_on_reload',
  3,
  flag,
  'write all states after a reload',
)
export const vrrpNotifyPriorityChanges: Keyword<boolean> = value(
  'vrrp_notify_priority_changes',
  3,
  optionalBoolean,
  'write changes of priority',
  { default: 'off' },
)

export const globalScriptKeywords: readonly Keyword[] = [
  startupScript,
  startupScriptTimeout,
  shutdownScript,
  shutdownScriptTimeout,
  notifyFifo,
  notifyFifoScript,
  vrrpNotifyFifo,
  vrrpNotifyFifoScript,
  value('lvs_notify_fifo', 3, path, 'where changes of real servers are written', {
    standing: noCheckers,
    once,
  }),
  lvsFifoScript,
  fifoWriteVrrpStatesOnReload,
  vrrpNotifyPriorityChanges,
  value('use_symlink_paths', 3, optionalBoolean, 'run scripts by the path as written', {
    standing: noEffect('vrrpd always does'),
    since: '2.2.8',
  }),
  setSupplementaryGroups,
]
