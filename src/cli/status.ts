/** `vrrpd status [NAME] [--json]`, once. */

import { askDaemon, isAbsence, type ClientError } from '../control/client.ts'
import type { LvsStatusArguments } from '../control/arguments.ts'
import type { LvsReport } from '../control/lvs-report.ts'
import type { Result } from '../base/result.ts'
import { isAlarming } from '../control/problem.ts'
import type { StatusReport } from '../control/report.ts'
import { askBoth, isNone } from './both.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { formatAge } from '../base/layout.ts'
import { joined, type ServersAnswer } from './joined.ts'
import { localTime } from './local-time.ts'
import { FEW_SERVERS } from './server-views.ts'
import { select } from './selection.ts'
import type { TimeWords } from './view-options.ts'
import { statusView } from './views.ts'

export interface StatusArguments {
  /** A vrrp_instance, a vrrp_sync_group, a virtual or a real server. */
  readonly name: string | undefined
  readonly json: boolean
  /** Every virtual server, however many there are. */
  readonly all?: boolean
  readonly control: string
}

const TIMEOUT_MS = 5_000

/** The daemon's own report; or an exit code, after the reason has been said. */
export async function askStatus(
  { name, control }: Pick<StatusArguments, 'name' | 'control'>,
  io: CommandIo,
): Promise<StatusReport | number> {
  const answer = await askDaemon(control, 'status', TIMEOUT_MS)
  if (!answer.ok) return sayFailure(answer.error, control, io)
  const selected = select(answer.value, name)
  if (selected.ok) return selected.value
  io.err(`${selected.error}\n`)
  return EXIT.usage
}

export async function status(args: StatusArguments, io: CommandIo): Promise<number> {
  const report = await askEverything(args, io)
  if (typeof report === 'number') return report
  io.out(args.json ? `${JSON.stringify(report, null, 2)}\n` : render(report, args, io))
  return report.problems.some(isAlarming) ? EXIT.problems : EXIT.allWell
}

/** With the virtual servers, which another process serves. */
async function askEverything(args: StatusArguments, io: CommandIo): Promise<StatusReport | number> {
  const { name, control } = args
  const { daemon, servers } = await askBoth(
    control,
    { request: 'status' },
    { request: 'lvs-status', given: serversWanted(args) },
    TIMEOUT_MS,
  )
  if (!daemon.ok) {
    if (!isAbsence(daemon.error) || !isThere(servers)) return sayFailure(daemon.error, control, io)
  }
  const told = { daemon: daemon.ok ? daemon.value : undefined, servers: serversAnswer(servers) }
  const report = joined(told, name, new Date(io.now()).toISOString())
  if (report.ok) return report.value
  io.err(`${report.error}\n`)
  return EXIT.usage
}

/** It has answered, be it that it does not know the name. */
const isThere = (answer: Result<LvsReport, ClientError>): boolean =>
  answer.ok || answer.error.code === 'not-possible'

/** Of many, those alone that are shown. */
export const serversWanted = ({ name, json, all }: StatusArguments): LvsStatusArguments => ({
  ...(name !== undefined && { subject: name }),
  ...(!json && all !== true && name === undefined && { mostServers: FEW_SERVERS }),
})

export function serversAnswer(answer: Result<LvsReport, ClientError>): ServersAnswer {
  if (answer.ok) return { kind: 'report', report: answer.value }
  const { error } = answer
  if (isNone(error)) return { kind: 'none' }
  if (error.code === 'dead') return { kind: 'dead', text: error.text }
  return { kind: error.code === 'not-possible' ? 'unknown' : 'silent', text: error.text }
}

export function render(
  report: StatusReport,
  { all = false, name }: Pick<StatusArguments, 'all' | 'name'>,
  io: Pick<CommandIo, 'now' | 'width' | 'colour'>,
): string {
  const now = io.now()
  return statusView(report, {
    width: io.width,
    colour: io.colour,
    all: all || name !== undefined,
    time: (iso) => timeWords(iso, now),
  })
}

/** In the reader's time zone; how long ago, or of a time to come how long until then. */
function timeWords(iso: string, now: number): TimeWords {
  const seconds = (now - Date.parse(iso)) / 1000
  return { at: localTime(iso).slice(0, 19), ago: formatAge(Math.floor(Math.abs(seconds))) }
}
