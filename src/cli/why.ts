/** `vrrpd why INSTANCE|ADDRESS` */

import { printable } from '../base/printable.ts'
import { askDaemon } from '../control/client.ts'
import type { WhyReport, WhyStep } from '../control/why.ts'
import type { Handler } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { wrap } from '../base/layout.ts'
import { localTime } from './local-time.ts'
import { askStatus } from './status.ts'

const TIMEOUT_MS = 5_000

interface Asked {
  /** Undefined: the only instance there is. */
  readonly subject: string | undefined
  readonly json: boolean
  readonly control: string
}

async function why({ subject: named, json, control }: Asked, io: CommandIo): Promise<number> {
  const subject = named ?? (await onlyInstance(control, io))
  if (typeof subject === 'number') return subject
  const answer = await askDaemon(control, 'why', TIMEOUT_MS, { subject })
  if (!answer.ok) return sayFailure(answer.error, control, io)
  io.out(json ? `${JSON.stringify(answer.value, null, 2)}\n` : whyText(answer.value, io.width))
  return EXIT.allWell
}

/** Or an exit code, after it has been said that there are several, or none. */
async function onlyInstance(control: string, io: CommandIo): Promise<string | number> {
  const report = await askStatus({ name: undefined, control }, io)
  if (typeof report === 'number') return report
  const names = report.instances.map(({ name }) => name)
  const [only, other] = names
  if (only !== undefined && other === undefined) return only
  io.err(`vrrpd why: which one? there is: ${names.join(', ') || 'none'}\n`)
  return EXIT.usage
}

/** The chain with an arrow before each consequence, then what is true now. */
function whyText({ instance, state, since, chain, now }: WhyReport, width: number): string {
  const head = `${printable(instance)} is ${state} since ${localTime(since)}${chain.length === 0 ? '' : ', because:'}`
  const steps = chain.flatMap((step, index) => stepLines(step, index, width))
  const sentences = now.flatMap((text) => hanging('Now: ', withLocalTimes(printable(text)), width))
  return [head, ...steps, ...sentences].map((line) => `${line}\n`).join('')
}

function stepLines({ at, afterMs, text }: WhyStep, index: number, width: number): readonly string[] {
  const time = index === 0 ? localTime(at).slice(11) : offset(afterMs)
  return hanging(`${time.padStart(14)}  ${index === 0 ? '   ' : '-> '}`, printable(text), width)
}

const offset = (ms: number): string => (ms < 10_000 ? `+${ms} ms` : `+${(ms / 1000).toFixed(1)} s`)

function hanging(mark: string, text: string, width: number): readonly string[] {
  const [first = '', ...rest] = wrap(text, Math.max(20, width - mark.length))
  return [mark + first, ...rest.map((line) => ' '.repeat(mark.length) + line)]
}

const withLocalTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (iso) => localTime(iso))

export const whyCommand: Handler<'why'> = {
  run: ({ INSTANCE, json, control }, io) => why({ subject: INSTANCE, json, control }, io),
}
