/** `vrrpd events [INSTANCE] [--follow] [--json] [--last N]` */

import { askDaemon } from '../control/client.ts'
import type { EventsReport } from '../control/events.ts'
import type { Handler } from './command.ts'
import { eventLine } from './event-line.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { localTime } from './local-time.ts'
import { processViewer } from './terminal.ts'
import { GONE, staySubscribed } from './stay-subscribed.ts'

export interface EventsArguments {
  readonly instance: string | undefined
  readonly follow: boolean
  readonly json: boolean
  readonly last: number | undefined
  readonly control: string
}

const TIMEOUT_MS = 5_000
/** What a follower sees of the past. */
const FOLLOWED_PAST = 10

export async function events(args: EventsArguments, io: CommandIo): Promise<number> {
  if (args.follow) return follow(args, io)
  const given = requestOf(args, args.last)
  const answer = await askDaemon(args.control, 'events', TIMEOUT_MS, given)
  if (!answer.ok) return sayFailure(answer.error, args.control, io)
  show(answer.value, args, io)
  return 0
}

const requestOf = (
  { instance }: EventsArguments,
  last: number | undefined,
): { readonly instance?: string; readonly last?: number } => ({
  ...(instance !== undefined && { instance }),
  ...(last !== undefined && { last }),
})

function show({ events: list, forgotten }: EventsReport, { json }: EventsArguments, io: CommandIo): void {
  if (json) {
    io.out(list.map((event) => `${JSON.stringify(event)}\n`).join(''))
    return
  }
  if (forgotten > 0) io.out(`(${forgotten} earlier ones are not kept any more)\n`)
  io.out(list.map((event) => eventLine(event, { ...io, time: localTime })).join(''))
}

/** Until it is interrupted; a daemon that goes away is waited for, once it has been there. */
async function follow(args: EventsArguments, io: CommandIo): Promise<number> {
  const { ended } = processViewer(false)
  let last = args.last ?? FOLLOWED_PAST
  const error = await staySubscribed(
    args.control,
    'follow',
    {
      request: () => requestOf(args, last),
      result: (report) => {
        show(report, args, io)
      },
      lost: () => {
        // Its journal begins anew.
        last = Number.MAX_SAFE_INTEGER
        io.err(`${GONE}\n`)
      },
    },
    ended,
  )
  return error ? sayFailure(error, args.control, io) : Number(ended.reason)
}

export const eventsCommand: Handler<'events'> = {
  checks: [
    ({ last }) => last === undefined || (Number.isSafeInteger(last) && last >= 0) || 'A count: --last 20',
  ],
  run: ({ INSTANCE, follow: following, json, last, control }, io) =>
    events({ instance: INSTANCE, follow: following, json, last, control }, io),
}
