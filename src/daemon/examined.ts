/** A configuration, and what has been found out about its programs: all that is needed to run it. */

import type { Loaded } from '../config/load.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import { judgeConfiguration } from './configuration.ts'
import type { Log } from './log/logging.ts'
import type { ThreadProgram } from './reading/ask.ts'
import { ownPartOf, type OwnPart } from './reading/own-part.ts'
import type { Result } from '../base/result.ts'
import { examineScripts, type ExaminedScripts } from './scripts/script-access.ts'
import type { DaemonSettings } from './settings.ts'

export interface Examined extends OwnPart {
  readonly scripts: ExaminedScripts
}

/**
 * For a reload: a thread reads, and the event loop goes on meanwhile. Undefined: it cannot be run; why has been logged.
 * Nothing running is touched.
 */
export async function readAndExamine(
  { configFile, configId }: DaemonSettings,
  { reader, ...programs }: ScriptPorts & { readonly reader: ThreadProgram },
  log: Log,
): Promise<Examined | undefined> {
  const answer = await reader.ask({ kind: 'read', settings: { configFile, configId } })
  if (!answer.ok) {
    log.error(`Unable to read the configuration ${configFile}: ${answer.error}`)
    return undefined
  }
  const { lines, own } = answer.value
  for (const { level, text } of lines) log[level](text)
  return own && withScripts(own, programs, log)
}

/** What changes from one to the other: a thread compares them. @returns rejected in words */
export const planInThread =
  (reader: ThreadProgram) =>
  ({ whole: from }: OwnPart, { whole: to }: OwnPart): Promise<Result<readonly string[], string>> =>
    reader.ask({ kind: 'plan', from: { whole: from }, to: { whole: to } })

/** For a start, when there are no adverts yet that could be late. */
export async function examine(
  loaded: Loaded,
  settings: DaemonSettings,
  programs: ScriptPorts,
  log: Log,
): Promise<Examined | undefined> {
  const model = judgeConfiguration(loaded, settings, log, 'start')
  return model && withScripts(ownPartOf(model), programs, log)
}

async function withScripts(own: OwnPart, programs: ScriptPorts, log: Log): Promise<Examined> {
  const scripts = await examineScripts(own.model, programs)
  if (scripts.violation !== undefined) log.warn(scripts.violation)
  return { ...own, scripts }
}
