/** `vrrpd drain` and `vrrpd resume`: out for maintenance, and back. */

import { askDaemon, subscribe, type ClientError } from '../control/client.ts'
import type { DrainArguments, Targets } from '../control/arguments.ts'
import type { DrainNews } from '../control/drain.ts'
import type { Handler } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { localTime } from './local-time.ts'
import { parseSpan } from './span.ts'
import type { Given } from './table/commands.ts'

interface Asked {
  readonly control: string
  readonly json: boolean
}

const TIMEOUT_MS = 5_000

export function drain(given: DrainArguments, { control, json }: Asked, io: CommandIo): Promise<number> {
  return new Promise((resolve) => {
    let code: number = EXIT.allWell
    let begun = false
    subscribe(control, 'drain', given, {
      result: ({ news }) => {
        begun = true
        if (news.kind === 'not-taken-over') code = EXIT.problems
        io.out(json ? `${JSON.stringify(news)}\n` : describe(news))
      },
      end: (error: ClientError | undefined) => {
        const silence = { code: 'no-answer', text: 'vrrpd closed the connection without an answer' } as const
        const failure = error ?? (begun ? undefined : silence)
        resolve(failure ? sayFailure(failure, control, io) : code)
      },
    })
  })
}

function describe(news: DrainNews): string {
  switch (news.kind) {
    case 'drained': {
      const ends =
        news.until === null
          ? 'until vrrpd resume, or a restart of vrrpd'
          : `until ${localTime(news.until).slice(0, 19)}`
      return news.instances
        .map(
          ({ name, was, already }) =>
            `${name} is ${already ? 'still' : `drained (was ${was}), and stays`} out ${ends}\n`,
        )
        .join('')
    }
    case 'taken-over':
      return `${news.instance}: ${news.by} is MASTER with priority ${news.priority}; unserved for ${inSeconds(news.afterMs)} as seen from here\n`
    case 'not-taken-over': {
      const what = news.resumed
        ? 'taking back what was drained; to leave it out all the same: --force'
        : 'it stays out, and nobody serves its addresses'
      return `${news.instances.join(', ')}: nobody has taken over within ${inSeconds(news.afterMs)}: ${what}\n`
    }
    case 'resumed':
      return `${news.instances.join(', ') || 'nothing'} may serve again\n`
  }
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`

export async function resume(targets: Targets, { control, json }: Asked, io: CommandIo): Promise<number> {
  const answer = await askDaemon(control, 'resume', TIMEOUT_MS, targets)
  if (!answer.ok) return sayFailure(answer.error, control, io)
  const { resumed, notDrained } = answer.value
  if (json) io.out(`${JSON.stringify(answer.value)}\n`)
  else {
    if (resumed.length > 0) io.out(`${resumed.join(', ')} may serve again\n`)
    if (notDrained.length > 0) io.out(`not drained: ${notDrained.join(', ')}\n`)
  }
  return EXIT.allWell
}

type Named = Pick<Given<'drain' | 'resume'>, 'NAME' | 'all'>

const targetsOf = ({ NAME, all }: Named): Targets => ({ names: NAME, all })

const hasTargets = ({ NAME, all }: Named): true | string =>
  NAME.length > 0 !== all || 'Name instances or sync groups, or give --all'

export const drainCommand: Handler<'drain'> = {
  checks: [
    hasTargets,
    ({ for: span }) => span === undefined || parseSpan(span) !== undefined || 'A time: --for 60s, 5m',
  ],
  run: (given, io) => {
    const forMs = given.for === undefined ? undefined : parseSpan(given.for)
    return drain(
      { ...targetsOf(given), force: given.force, ...(forMs !== undefined && { forMs }) },
      given,
      io,
    )
  },
}

export const resumeCommand: Handler<'resume'> = {
  checks: [hasTargets],
  run: (given, io) => resume(targetsOf(given), given, io),
}
