/** `vrrpd status [NAME] [--json] [--control PATH]` */

import { askDaemon } from '../control/client.ts'
import { isAlarming } from '../control/problem.ts'
import type { StatusReport } from '../control/report.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { formatAge } from './layout.ts'
import { localTime } from './local-time.ts'
import type { TimeWords } from './view-options.ts'
import { statusView } from './views.ts'

export interface StatusArguments {
  readonly name: string | undefined
  readonly json: boolean
  readonly control: string
}

const TIMEOUT_MS = 5_000

export async function status(args: StatusArguments, io: CommandIo): Promise<number> {
  const answer = await askDaemon(args.control, 'status', TIMEOUT_MS)
  if (!answer.ok) {
    io.err(`${answer.error.text}\n`)
    return EXIT.noDaemon
  }
  const report = onlyNamed(answer.value, args.name)
  if (args.name !== undefined && report.instances.length === 0) {
    const names = answer.value.instances.map(({ name }) => name)
    io.err(`no vrrp_instance '${args.name}'; there is: ${names.join(', ')}\n`)
    return EXIT.usage
  }
  io.out(args.json ? `${JSON.stringify(report, null, 2)}\n` : render(report, io))
  return report.problems.some(isAlarming) ? EXIT.problems : EXIT.allWell
}

const onlyNamed = (report: StatusReport, name: string | undefined): StatusReport =>
  name === undefined
    ? report
    : {
        ...report,
        problems: report.problems.filter(({ instance }) => instance === name),
        instances: report.instances.filter((instance) => instance.name === name),
        groups: report.groups.filter(({ members }) => members.includes(name)),
      }

function render(report: StatusReport, io: CommandIo): string {
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
