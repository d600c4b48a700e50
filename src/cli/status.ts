/** `vrrpd status [NAME] [--json]`, once. */

import { askDaemon } from '../control/client.ts'
import { isAlarming } from '../control/problem.ts'
import type { StatusReport } from '../control/report.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { formatAge } from '../base/layout.ts'
import { localTime } from './local-time.ts'
import { select } from './selection.ts'
import type { TimeWords } from './view-options.ts'
import { statusView } from './views.ts'

export interface StatusArguments {
  /** A vrrp_instance or a vrrp_sync_group. */
  readonly name: string | undefined
  readonly json: boolean
  readonly control: string
}

const TIMEOUT_MS = 5_000

/** The report; or an exit code, after the reason has been said. */
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
  const report = await askStatus(args, io)
  if (typeof report === 'number') return report
  io.out(args.json ? `${JSON.stringify(report, null, 2)}\n` : render(report, io))
  return report.problems.some(isAlarming) ? EXIT.problems : EXIT.allWell
}

export function render(report: StatusReport, io: Pick<CommandIo, 'now' | 'width' | 'colour'>): string {
  const now = io.now()
  return statusView(report, {
    width: io.width,
    colour: io.colour,
    time: (iso) => timeWords(iso, now),
  })
}

/** In the reader's time zone; how long ago, or of a time to come how long until then. */
function timeWords(iso: string, now: number): TimeWords {
  const seconds = (now - Date.parse(iso)) / 1000
  return { at: localTime(iso).slice(0, 19), ago: formatAge(Math.floor(Math.abs(seconds))) }
}
