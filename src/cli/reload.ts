/** `vrrpd reload [--dry-run] [--json]` */

import { askDaemon } from '../control/client.ts'
import type { ReloadReport } from '../control/reload.ts'
import type { Handler } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'

export interface ReloadArguments {
  readonly dryRun: boolean
  readonly json: boolean
  readonly control: string
}

/** Scripts are examined and names looked up meanwhile. */
const TIMEOUT_MS = 30_000

/** @returns 0 it was done (or would be), 1 it was refused, 2 there is no daemon */
export async function reload({ dryRun, json, control }: ReloadArguments, io: CommandIo): Promise<number> {
  const answer = await askDaemon(control, 'reload', TIMEOUT_MS, { dryRun })
  if (!answer.ok) return sayFailure(answer.error, control, io)
  const report = answer.value
  if (json) io.out(`${JSON.stringify(report)}\n`)
  else show(report, io)
  return report.accepted ? EXIT.allWell : EXIT.problems
}

function show({ accepted, dryRun, plan, messages }: ReloadReport, io: CommandIo): void {
  for (const text of messages) io.err(`${text}\n`)
  for (const line of plan) io.out(`${line}\n`)
  if (!accepted) io.err(`${dryRun ? 'It would be refused' : 'Refused'}: nothing changes\n`)
  else if (plan.length === 0) io.out(dryRun ? 'Nothing would change\n' : 'Reloaded: nothing has changed\n')
  else io.out(dryRun ? 'Nothing has been changed: this was a dry run\n' : 'Reloaded\n')
}

export const reloadCommand: Handler<'reload'> = {
  run: ({ 'dry-run': dryRun, json, control }, io) => reload({ dryRun, json, control }, io),
}
