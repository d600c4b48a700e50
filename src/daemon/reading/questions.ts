/** What a reload wants to know of configurations that takes long where they are large, and so is asked in a thread. */

import { judgeConfiguration, loadFor, type Judged } from '../configuration.ts'
import type { DaemonSettings } from '../settings.ts'
import { ownPartOf, planBetween, type OwnPart } from './own-part.ts'

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

/** What changes from one configuration to another. */
export interface PlanQuestion {
  readonly kind: 'plan'
  readonly from: Pick<OwnPart, 'whole'>
  readonly to: Pick<OwnPart, 'whole'>
}

export type Question = ReadQuestion | PlanQuestion

export interface ReadAnswer {
  /** Undefined: it cannot be run, or had better not be gone on with; the lines say why. */
  readonly own: OwnPart | undefined
  readonly lines: readonly Line[]
}

export interface Answers {
  readonly read: ReadAnswer
  readonly plan: readonly string[]
}

export type Answer = Answers[keyof Answers]

export const answerTo = (question: Question): Promise<Answer> =>
  question.kind === 'read' ? read(question) : Promise.resolve(planBetween(question.from, question.to))

async function read({ settings }: ReadQuestion): Promise<ReadAnswer> {
  const lines: Line[] = []
  const at =
    (level: Line['level']) =>
    (text: string): void => {
      lines.push({ level, text })
    }
  const log: Judged = { info: at('info'), warn: at('warn'), error: at('error') }
  const model = judgeConfiguration(await loadFor(settings), settings, log, 'reload')
  return { own: model && ownPartOf(model), lines }
}
