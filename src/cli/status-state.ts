/** `vrrpd status --state STATE [NAME] [--quiet]`: a question for scripts, as `systemctl is-active` is one. */

import type { InstanceState } from '../control/report.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { askStatus, type StatusArguments } from './status.ts'

export interface StateArguments extends Omit<StatusArguments, 'json'> {
  readonly state: InstanceState
  readonly quiet: boolean
}

/** @returns 0 when everything that was named is in that state, 1 when anything is not, or nothing is there */
export async function inState({ state, quiet, ...asked }: StateArguments, io: CommandIo): Promise<number> {
  const report = await askStatus(asked, io)
  if (typeof report === 'number') return report
  const states = report.instances.map((instance) => instance.state)
  if (!quiet) io.out(states.map((each) => `${each}\n`).join(''))
  return states.length > 0 && states.every((each) => each === state) ? EXIT.allWell : EXIT.problems
}
