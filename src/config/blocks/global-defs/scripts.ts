/** `global_defs`: programs and FIFOs of the daemon itself. */

import { type Duration, seconds } from '../../../base/time.ts'
import type { Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, noEffect, value } from '../../syntax/keyword.ts'
import { flag, lenient, optionalBoolean } from '../../values/basic.ts'
import {
  type Command,
  commandLine,
  notifyCommand,
  type ScriptUser,
  wholeCommand,
} from '../../values/command.ts'
import { integer } from '../../values/number.ts'
import { inSeconds, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'
import type { GlobalDefs } from './global-defs.ts'

const program = lenient(wholeCommand)
const reader = lenient(notifyCommand)
const once = true as const
/** A command line without arguments reads the same: `PATH [USER [GROUP]]`. */
const path = lenient({ ...notifyCommand, syntax: 'PATH [USER [GROUP]]' })
const timeout = lenient(integer({ minimum: 1, maximum: 1000 }))

const keywords = {
  startupScript: value('startup_script', 3, program, 'run once at startup'),
  startupScriptTimeout: value('startup_script_timeout', 3, timeout, 'seconds it may take', { default: '10' }),
  shutdownScript: value('shutdown_script', 3, program, 'run once at shutdown'),
  shutdownScriptTimeout: value('shutdown_script_timeout', 3, timeout, 'seconds it may take', {
    default: '10',
  }),
  notifyFifo: value('notify_fifo', 3, path, 'where changes of state are written', { once }),
  notifyFifoScript: value('notify_fifo_script', 3, reader, 'reads that FIFO', {
    once,
  }),
  vrrpNotifyFifo: value('vrrp_notify_fifo', 3, path, 'the same', { once }),
  vrrpNotifyFifoScript: value('vrrp_notify_fifo_script', 3, reader, 'reads that FIFO', { once }),
  setSupplementaryGroups: value(
    'set_supplementary_groups',
    3,
    flag,
    'scripts have all groups of their user, not only the one that is set',
    { since: '2.3.2' },
  ),
  fifoWriteVrrpStatesOnReload: value(
    'fifo_write_vrrp_states_on_reload',
    3,
    flag,
    'write all states after a reload',
  ),
}

const lvsNotifyFifo: Keyword<Command> = value(
  'lvs_notify_fifo',
  3,
  path,
  'where changes of virtual servers and real servers are written',
  { once },
)
export const lvsFifoScript: Keyword<Command> = value('lvs_notify_fifo_script', 3, reader, 'reads that FIFO', {
  once,
})

/** Run whatever else the file holds. */
export const startScripts: readonly Keyword<Command>[] = [keywords.startupScript, keywords.shutdownScript]
/** Run where there are instances. */
export const vrrpFifoScripts: readonly Keyword<Command>[] = [
  keywords.notifyFifoScript,
  keywords.vrrpNotifyFifoScript,
]
export const vrrpNotifyPriorityChanges: Keyword<boolean> = value(
  'vrrp_notify_priority_changes',
  3,
  optionalBoolean,
  'write changes of priority',
  { default: 'off' },
)

export const globalScriptKeywords: readonly Keyword[] = [
  keywords.startupScript,
  keywords.startupScriptTimeout,
  keywords.shutdownScript,
  keywords.shutdownScriptTimeout,
  keywords.notifyFifo,
  keywords.notifyFifoScript,
  keywords.vrrpNotifyFifo,
  keywords.vrrpNotifyFifoScript,
  lvsNotifyFifo,
  lvsFifoScript,
  keywords.fifoWriteVrrpStatesOnReload,
  vrrpNotifyPriorityChanges,
  value('use_symlink_paths', 3, optionalBoolean, 'run scripts by the path as written', {
    standing: noEffect('vrrpd always does'),
    since: '2.2.8',
  }),
  keywords.setSupplementaryGroups,
]

export interface LimitedScript {
  readonly command: Command
  /** 10 s by default. */
  readonly timeout: Duration
}

export interface NotifyFifo {
  readonly keyword: 'notify_fifo' | 'vrrp_notify_fifo' | 'lvs_notify_fifo'
  readonly path: string
  /** Who owns it when it has to be made; absent: as scripts. */
  readonly owner?: ScriptUser
  /** Reads it; gets its path as the last argument. */
  readonly script?: Command
  readonly span: Span
}

type Scripts = Pick<
  GlobalDefs,
  'supplementaryGroups' | 'fifos' | 'lvsFifos' | 'fifoStatesOnReload' | 'startupScript' | 'shutdownScript'
>

export function globalScripts(values: Values): Scripts {
  const common = fifoOf(values, 'notify_fifo', keywords.notifyFifo, keywords.notifyFifoScript)
  const ofVrrp = fifoOf(values, 'vrrp_notify_fifo', keywords.vrrpNotifyFifo, keywords.vrrpNotifyFifoScript)
  const ofLvs = fifoOf(values, 'lvs_notify_fifo', lvsNotifyFifo, lvsFifoScript)
  const startupScript = limited(values, keywords.startupScript, keywords.startupScriptTimeout)
  const shutdownScript = limited(values, keywords.shutdownScript, keywords.shutdownScriptTimeout)
  return {
    supplementaryGroups: values.has(keywords.setSupplementaryGroups),
    fifos: [common, ofVrrp].filter((fifo) => fifo !== undefined),
    lvsFifos: [common, ofLvs].filter((fifo) => fifo !== undefined),
    fifoStatesOnReload: values.has(keywords.fifoWriteVrrpStatesOnReload),
    ...(startupScript && { startupScript }),
    ...(shutdownScript && { shutdownScript }),
  }
}

/** A script without a FIFO has nothing to read. */
function fifoOf(
  values: Values,
  keyword: NotifyFifo['keyword'],
  path: Keyword<Command>,
  reader: Keyword<Command>,
): NotifyFifo | undefined {
  const fifo = values.last(path)
  if (fifo === undefined) return undefined
  const script = values.last(reader)
  const { argv, user: owner, span } = fifo
  return { keyword, path: argv[0], ...(owner && { owner }), ...(script && { script }), span }
}

function limited(
  values: Values,
  script: Keyword<Command>,
  timeout: Keyword<number>,
): LimitedScript | undefined {
  const command = values.last(script)
  return command && { command, timeout: seconds(values.last(timeout) ?? 10) }
}

export const fifoLines = ({ keyword, path, owner, script }: NotifyFifo): readonly string[] => [
  commandLine(keyword, { argv: [path], ...(owner && { user: owner }) }),
  ...(script === undefined ? [] : [commandLine(`${keyword}_script`, script)]),
]

export const limitedLines = (keyword: string, { command, timeout }: LimitedScript): readonly string[] => [
  commandLine(keyword, command),
  ...when(inSeconds(timeout) !== '10', `${keyword}_timeout ${inSeconds(timeout)}`),
]
