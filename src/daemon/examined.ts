/** A configuration, and what has been found out about its programs: all that is needed to run it. */

import { accepted, type Result } from '../base/result.ts'
import type { Loaded } from '../config/load.ts'
import type { ScriptPorts } from '../scripts/types.ts'
import { judgeConfiguration, loadFor } from './configuration.ts'
import type { Log } from './log/logging.ts'
import { isLargeFile, LARGE_BYTES, type ThreadProgram } from './reading/ask.ts'
import { ownPartOf, planBetween, type OwnPart } from './reading/own-part.ts'
import { examineScripts, type ExaminedScripts } from './scripts/script-access.ts'
import type { DaemonSettings } from './settings.ts'

export interface Examined extends OwnPart {
  readonly scripts: ExaminedScripts
}

/** What reloads want to know of files: of large ones in a thread, and the event loop goes on meanwhile. */
export class Rereading {
  private readonly settings: DaemonSettings
  private readonly programs: ScriptPorts
  private readonly thread: ThreadProgram
  private packedBytes: number

  /** @param started what the daemon was started with */
  constructor(settings: DaemonSettings, programs: ScriptPorts, thread: ThreadProgram, started: OwnPart) {
    this.settings = settings
    this.programs = programs
    this.thread = thread
    this.packedBytes = started.whole.length
  }

  /** Undefined: it cannot be run; why has been logged. Nothing running is touched. */
  async read(log: Log): Promise<Examined | undefined> {
    const own = (await this.isLarge()) ? await this.readInThread(log) : await this.readHere(log)
    if (own === undefined) return undefined
    this.packedBytes = own.whole.length
    return withScripts(own, this.programs, log)
  }

  /** What changes from one to the other. @returns rejected in words */
  async plan({ whole: from }: OwnPart, { whole: to }: OwnPart): Promise<Result<readonly string[], string>> {
    const packed = { from: { whole: from }, to: { whole: to } }
    return Math.max(from.length, to.length) > LARGE_BYTES
      ? this.thread.ask({ kind: 'plan', ...packed })
      : accepted(planBetween(packed.from, packed.to))
  }

  /** What it includes is not looked at: what it was at the last reading is. */
  private async isLarge(): Promise<boolean> {
    return this.packedBytes > LARGE_BYTES || (await isLargeFile(this.settings.configFile))
  }

  private async readHere(log: Log): Promise<OwnPart | undefined> {
    const model = judgeConfiguration(await loadFor(this.settings), this.settings, log, 'reload')
    return model && ownPartOf(model)
  }

  private async readInThread(log: Log): Promise<OwnPart | undefined> {
    const { configFile, configId } = this.settings
    const answer = await this.thread.ask({ kind: 'read', settings: { configFile, configId } })
    if (!answer.ok) {
      log.error(`Unable to read the configuration ${configFile}: ${answer.error}`)
      return undefined
    }
    const { lines, own } = answer.value
    for (const { level, text } of lines) log[level](text)
    return own
  }
}

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
