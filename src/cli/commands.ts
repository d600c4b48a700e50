/** The commands beside the daemon, as yargs understands them. Loaded for them only. */

import yargs, { type Argv } from 'yargs'
import {
  checkArguments,
  checkOptions,
  checkSummary,
  checkUsage,
  explainedCode,
  withStandardInput,
} from './check-command.ts'
import { completionCommand } from './completion/command.ts'
import type { Choose } from './command.ts'
import { drainCommand, resumeCommand } from './drain.ts'
import { eventsCommand } from './events.ts'
import { doctorArguments, doctorOptions, doctorSummary, doctorUsage } from './doctor-command.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { reloadCommand } from './reload.ts'
import { simulateCommand } from './simulate-command.ts'
import { statusCommand } from './status-command.ts'
import { whyCommand } from './why.ts'

/** @param argv beginning with the command's name */
export async function runCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const chosen = parse(argv)
  if (typeof chosen === 'function') return chosen(io)
  if (chosen.exitCode === EXIT.allWell) io.out(`${chosen.text}\n`)
  else io.err(`${chosen.text}\n`)
  return chosen.exitCode
}

type Chosen = ((io: CommandIo) => Promise<number>) | { readonly text: string; readonly exitCode: number }

/** For who wants to know what commands there are. */
export const inspectCommands = (look: (parser: Argv) => void): void => void parse([], look)

function parse(argv: readonly string[], look?: (parser: Argv) => void): Chosen {
  let chosen: Chosen = { text: '', exitCode: EXIT.usage }
  const choose: Choose = (command) => {
    chosen = command
  }
  const parser = yargs()
    .scriptName('vrrpd')
    .detectLocale(false)
    .exitProcess(false)
    .version(false)
    .help('help', 'Show this help')
    .alias('help', 'h')
    .wrap(80)
    .strict()
    .showHelpOnFail(false, `Try 'vrrpd ${argv[0] ?? ''} --help'`)
    // The last one wins, as in the daemon's options; but simulate has several files.
    .parserConfiguration({ 'duplicate-arguments-array': argv[0] === 'simulate', 'boolean-negation': false })
    .command(statusCommand(choose))
    .command(checkUsage, checkSummary, checkOptions, (given) => {
      chosen = async (io) => {
        const { check, explain } = await import('./check.ts')
        const code = explainedCode(given)
        return code === undefined ? check(checkArguments(given), io) : explain(code, io)
      }
    })
    .command(eventsCommand(choose))
    .command(reloadCommand(choose))
    .command(whyCommand(choose))
    .command(drainCommand(choose))
    .command(resumeCommand(choose))
    .command(doctorUsage, doctorSummary, doctorOptions, (given) => {
      chosen = async (io) => (await import('./doctor.ts')).doctor(doctorArguments(given), io)
    })
    .command(simulateCommand(choose))
    .command(completionCommand(choose))
  if (look !== undefined) {
    look(parser)
    return chosen
  }
  // With a callback yargs prints nothing itself.
  parser.parseSync([...withStandardInput(argv)], {}, (error: unknown, _parsed, output) => {
    if (error !== undefined && error !== null) chosen = { text: output, exitCode: EXIT.usage }
    else if (output !== '') chosen = { text: output, exitCode: EXIT.allWell }
  })
  return chosen
}
