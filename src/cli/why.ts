/** `vrrpd why INSTANCE|ADDRESS`, which may be a virtual or a real server's */

import { printable } from '../base/printable.ts'
import { isAbsence } from '../control/client.ts'
import type { LvsWhyReport } from '../control/lvs-why.ts'
import { shortName } from '../control/server-name.ts'
import type { WhyReport, WhyStep } from '../control/why.ts'
import { askBoth, sayBoth } from './both.ts'
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
  const { daemon, servers } = await askBoth(
    control,
    { request: 'why', given: { subject } },
    { request: 'lvs-why', given: { subject } },
    TIMEOUT_MS,
  )
  if (!daemon.ok) {
    const mayLack = isAbsence(daemon.error) || daemon.error.code === 'not-possible'
    if (!servers.ok) return sayBoth(daemon.error, servers.error, control, io)
    if (!mayLack) return sayFailure(daemon.error, control, io)
  }
  if (json) {
    const told = { ...(daemon.ok && daemon.value), ...(servers.ok && { servers: servers.value }) }
    io.out(`${JSON.stringify(told, null, 2)}\n`)
    return EXIT.allWell
  }
  const texts = [
    ...(daemon.ok ? [whyText(daemon.value, io.width)] : []),
    ...(servers.ok ? serversWhyTexts(servers.value, io.width) : []),
  ]
  io.out(texts.join('\n'))
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

/** One for each answer: since when, what led to it, and what is true now. */
function serversWhyTexts({ answers, others }: LvsWhyReport, width: number): readonly string[] {
  const texts = answers.map(({ virtualServer, realServer, state, since, because, events, now }) => {
    const name = realServer === null ? virtualServer : `${shortName(realServer)} of ${virtualServer}`
    const why = because === null ? '' : `: ${printable(because)}`
    const head = `${printable(name)} is ${state} since ${localTime(since)}${why}`
    const steps = events.flatMap(({ at, text }) => hanging(`  ${localTime(at)}  `, printable(text), width))
    const sentences = now.flatMap((text) => hanging('Now: ', withLocalTimes(printable(text)), width))
    return [...hanging('', head, width), ...steps, ...sentences].map((line) => `${line}\n`).join('')
  })
  return others === 0 ? texts : [...texts, `and ${others} more virtual servers have it\n`]
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
