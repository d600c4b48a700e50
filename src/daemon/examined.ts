/** A configuration, and what has been found out about its programs: all that is needed to run it. */

import type { Loaded } from '../config/load.ts'
import type { Model } from '../config/model.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import { judgeConfiguration, loadFor } from './configuration.ts'
import type { Log } from './log/logging.ts'
import { examineScripts, type ExaminedScripts } from './scripts/script-access.ts'
import type { DaemonSettings } from './settings.ts'

export interface Examined {
  readonly model: Model
  readonly scripts: ExaminedScripts
}

/** Undefined: it cannot be run; why has been logged. Nothing running is touched. */
export async function readAndExamine(
  settings: DaemonSettings,
  programs: ScriptPorts,
  log: Log,
): Promise<Examined | undefined> {
  return examine(await loadFor(settings), 'reload', settings, programs, log)
}

/** As readAndExamine, of what has been read. */
export async function examine(
  loaded: Loaded,
  purpose: 'start' | 'reload',
  settings: DaemonSettings,
  programs: ScriptPorts,
  log: Log,
): Promise<Examined | undefined> {
  const model = judgeConfiguration(loaded, settings, log, purpose)
  if (!model) return undefined
  const scripts = await examineScripts(model, programs)
  if (scripts.violation !== undefined) log.warn(scripts.violation)
  return { model, scripts }
}
