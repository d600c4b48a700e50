/** vrrp_script blocks, and the lines of instances and groups that name scripts. */

import type { Command, Notify, ScriptUser, TrackedInterface, TrackedScript, VrrpScript } from '../model.ts'
import { nothing, printFields, type Printers } from './fields.ts'
import { block, command, inSeconds, lineWord, quoted, when, word } from './words.ts'

export const userWords = ({ user, group }: ScriptUser, asWord: (text: string) => string = word): string =>
  group === undefined ? asWord(user) : `${asWord(user)} ${asWord(group)}`

const ofScript: Printers<VrrpScript> = {
  name: nothing,
  command: ({ argv, user }) => [
    `script ${command(argv)}`,
    ...(user === undefined ? [] : [`user ${userWords(user)}`]),
  ],
  interval: (interval) => [`interval ${inSeconds(interval)}`],
  timeout: (timeout, { interval }) => when(timeout !== interval, `timeout ${inSeconds(timeout)}`),
  weight: (weight, { reverse }) => when(weight !== 0 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  rise: (rise) => when(rise !== 1, `rise ${rise}`),
  fall: (fall) => when(fall !== 1, `fall ${fall}`),
  initFail: (initFail) => when(initFail, 'init_fail'),
  span: nothing,
  end: nothing,
}

export const weightWords = (weight: number, reverse: boolean): string =>
  `weight ${weight}${reverse ? ' reverse' : ''}`

export const scriptBlock = (script: VrrpScript): readonly string[] =>
  block(`vrrp_script ${word(script.name)}`, printFields(ofScript, script))

/** @param scripts by name: their weights need not be said again. */
export const trackScriptBlock = (
  tracked: readonly TrackedScript[],
  scripts: ReadonlyMap<string, VrrpScript>,
): readonly string[] =>
  block(
    'track_script',
    tracked.map(({ script, weight, reverse }) => {
      const own = scripts.get(script)
      const isInherited = own?.weight === weight && own.reverse === reverse
      return isInherited ? lineWord(script) : `${lineWord(script)} ${weightWords(weight, reverse)}`
    }),
  )

export const trackInterfaceBlock = (tracked: readonly TrackedInterface[]): readonly string[] =>
  block(
    'track_interface',
    tracked.map(({ link, weight, reverse }) =>
      weight === 0 && !reverse ? lineWord(link) : `${lineWord(link)} ${weightWords(weight, reverse)}`,
    ),
  )

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

export const commandLine = (keyword: string, { argv, user }: Omit<Command, 'span'>): string =>
  `${keyword} ${command(argv)}${user === undefined ? '' : ` ${userWords(user, escaped)}`}`

/** In these lines users are split with escapes, too. */
const escaped = (text: string): string => (/^[\w.-]+$/.test(text) ? text : quoted(text))

export const notifyLines = (notify: Notify): readonly string[] => printFields(ofNotify, notify)
