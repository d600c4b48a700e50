/** What a reload wants to know of configurations that takes long where they are large, and so is asked in a thread. */

import { judgeConfiguration, judgeVirtualServers, loadFor, type Judged } from '../configuration.ts'
import type { DaemonSettings } from '../settings.ts'
import { ownPartOf, pack, planBetween, type OwnPart } from './own-part.ts'

/** How a line goes to the log. */
export interface Line {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** A file as it is now. */
export interface ReadQuestion {
  readonly kind: 'read'
  readonly settings: Pick<DaemonSettings, 'configFile' | 'configId'>
}

/** A file as it is now, for the process that serves its virtual servers. */
export interface ServeQuestion {
  readonly kind: 'serve'
  readonly settings: Pick<DaemonSettings, 'configFile' | 'configId'>
}

/** What changes from one configuration to another. */
export interface PlanQuestion {
  readonly kind: 'plan'
  readonly from: Pick<OwnPart, 'whole'>
  readonly to: Pick<OwnPart, 'whole'>
}

export type Question = ReadQuestion | ServeQuestion | PlanQuestion

export interface ReadAnswer {
  /** Undefined: it cannot be run, or had better not be gone on with; the lines say why. */
  readonly own: OwnPart | undefined
  readonly lines: readonly Line[]
}

export interface ServeAnswer {
  /** For `unpack`; of an empty file where it cannot be read. */
  readonly whole: Uint8Array<ArrayBuffer>
  /** Why it is not to be served, in one line. */
  readonly refused: string | undefined
  readonly lines: readonly Line[]
}

export interface Answers {
  readonly serve: ServeAnswer
  readonly read: ReadAnswer
  readonly plan: readonly string[]
}

export type Answer = Answers[keyof Answers]

export function answerTo(question: Question): Promise<Answer> {
  switch (question.kind) {
    case 'read':
      return read(question)
    case 'serve':
      return serve(question)
    case 'plan':
      return Promise.resolve(planBetween(question.from, question.to))
  }
}

/** What can be handed over to the thread that asked, instead of being copied in its event loop. */
export function ownedBy(answer: Answer): readonly ArrayBuffer[] {
  if ('whole' in answer) return [answer.whole.buffer]
  return 'own' in answer && answer.own ? [answer.own.whole.buffer] : []
}

async function read({ settings }: ReadQuestion): Promise<ReadAnswer> {
  const { lines, log } = keptLog()
  const model = judgeConfiguration(await loadFor(settings), settings, log, 'reload')
  return { own: model && ownPartOf(model), lines }
}

async function serve({ settings }: ServeQuestion): Promise<ServeAnswer> {
  const { lines, log } = keptLog()
  const loaded = await loadFor(settings)
  const judged = judgeVirtualServers(loaded, 'reload', log)
  return { whole: pack(loaded.model), refused: judged.ok ? undefined : judged.error, lines }
}

function keptLog(): { readonly lines: readonly Line[]; readonly log: Judged } {
  const lines: Line[] = []
  const at =
    (level: Line['level']) =>
    (text: string): void => {
      lines.push({ level, text })
    }
  return { lines, log: { info: at('info'), warn: at('warn'), error: at('error') } }
}
