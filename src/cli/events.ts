/** `vrrpd events [INSTANCE|SERVER] [--follow] [--json] [--last N]` */

import type { LvsEventsArguments } from '../control/arguments.ts'
import { isAbsence } from '../control/client.ts'
import type { EventsReport } from '../control/events.ts'
import { askBoth, followBoth, sayBoth } from './both.ts'
import type { Handler } from './command.ts'
import { eventLine } from './event-line.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { localTime } from './local-time.ts'
import { processViewer } from './terminal.ts'
import { GONE } from './stay-subscribed.ts'

export interface EventsArguments {
  /** A vrrp_instance, a virtual or a real server. */
  readonly subject: string | undefined
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
  const { daemon, servers } = await askBoth(
    args.control,
    { request: 'events', given: requestOf(args, args.last) },
    { request: 'lvs-events', given: serversRequestOf(args, args.last) },
    TIMEOUT_MS,
  )
  if (!daemon.ok) {
    const mayLack = isAbsence(daemon.error) || daemon.error.code === 'not-possible'
    if (!servers.ok) return sayBoth(daemon.error, servers.error, args.control, io)
    if (!mayLack) return sayFailure(daemon.error, args.control, io)
  }
  const told = [daemon, servers].flatMap((answer) => (answer.ok ? [answer.value] : []))
  show(merged(told, args.last), args, io)
  return 0
}

const requestOf = (
  { subject }: EventsArguments,
  last: number | undefined,
): { readonly instance?: string; readonly last?: number } => ({
  ...(subject !== undefined && { instance: subject }),
  ...(last !== undefined && { last }),
})

const serversRequestOf = ({ subject }: EventsArguments, last: number | undefined): LvsEventsArguments => ({
  ...(subject !== undefined && { subject }),
  ...(last !== undefined && { last }),
})

/** By their time; of one time the daemon's first. */
function merged(reports: readonly EventsReport[], last: number | undefined): EventsReport {
  const all = reports.flatMap(({ events: list }) => list)
  const [only] = reports
  if (reports.length === 1 && only) return only
  const sorted = all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return {
    events: last === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - last)),
    forgotten: reports.reduce((sum, { forgotten }) => sum + forgotten, 0),
  }
}

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
  const wanted = args.last ?? FOLLOWED_PAST
  const last = { daemon: wanted, servers: wanted }
  // Until both have told of the past: that is one list.
  let waiting: EventsReport[] | undefined = []
  const result = (report: EventsReport): void => {
    if (waiting) waiting.push(report)
    else show(report, args, io)
  }
  const failure = await followBoth(
    args.control,
    {
      name: 'follow',
      request: () => requestOf(args, last.daemon),
      result,
      lost: () => {
        // Its journal begins anew.
        last.daemon = Number.MAX_SAFE_INTEGER
        io.err(`${GONE}\n`)
      },
    },
    {
      name: 'lvs-follow',
      request: () => serversRequestOf(args, last.servers),
      result,
      lost: () => {
        last.servers = Number.MAX_SAFE_INTEGER
      },
    },
    () => {
      const past = waiting ?? []
      waiting = undefined
      if (past.length > 0) show(merged(past, wanted), args, io)
    },
    ended,
  )
  if (failure === undefined) return Number(ended.reason)
  const { daemon, servers } = failure
  return servers ? sayBoth(daemon, servers, args.control, io) : sayFailure(daemon, args.control, io)
}

export const eventsCommand: Handler<'events'> = {
  checks: [
    ({ last }) => last === undefined || (Number.isSafeInteger(last) && last >= 0) || 'A count: --last 20',
  ],
  run: ({ INSTANCE, follow: following, json, last, control }, io) =>
    events({ subject: INSTANCE, follow: following, json, last, control }, io),
}
