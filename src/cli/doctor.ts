/** `vrrpd doctor`: looks at this host as an experienced operator would, and says what to mend. */

import { collectFacts } from '../doctor/collect.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { doctorView } from './doctor-view.ts'
import type { CommandIo } from './io.ts'

export interface DoctorArguments {
  readonly file: string | undefined
  readonly configId: string | undefined
  readonly control: string
  readonly json: boolean
  readonly verbose: boolean
  readonly probe: boolean
}

/** Documented in vrrpd(8). */
export const DOCTOR_EXIT = { allWell: 0, problems: 1, cannotRun: 2 } as const

export async function doctor(args: DoctorArguments, io: CommandIo): Promise<number> {
  const { file, configId, control, probe } = args
  const facts = await collectFacts({ configFile: file, configId, controlPath: control, probe })
  if (file !== undefined && !facts.configuration.ok) {
    io.err(`${facts.configuration.error}\n`)
    return DOCTOR_EXIT.cannotRun
  }
  const report = diagnose(facts)
  const { width, colour } = io
  io.out(
    args.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : doctorView(report, { width, colour, verbose: args.verbose }),
  )
  return report.problems > 0 ? DOCTOR_EXIT.problems : DOCTOR_EXIT.allWell
}
