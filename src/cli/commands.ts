/** The commands beside the daemon, as yargs reads them. Loaded for them only. */

import yargs, { type Argv, type Options, type PositionalOptions } from 'yargs'
import { checkCommand, withStandardInput } from './check-command.ts'
import type { Handler } from './command.ts'
import { completionCommand } from './completion/command.ts'
import { drainCommand, resumeCommand } from './drain.ts'
import { eventsCommand } from './events.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { reloadCommand } from './reload.ts'
import { simulateCommand } from './simulate-command.ts'
import { statusCommand } from './status-command.ts'
import { operandText } from './help.ts'
import { misread } from './misread.ts'
import { commands, helpOption, type CommandEntry, type Given, type YargsName } from './table/commands.ts'
import type { CommandOption, Operand } from './table/option.ts'
import { whyCommand } from './why.ts'

const handlers: { readonly [N in YargsName]: Handler<N> } = {
  status: statusCommand,
  events: eventsCommand,
  why: whyCommand,
  drain: drainCommand,
  resume: resumeCommand,
  check: checkCommand,
  doctor: {
    run: async ({ 'use-file': file, 'config-id': configId, control, probe, verbose, json }, io) => {
      const { doctor } = await import('./doctor.ts')
      return doctor({ file, configId, control, probe, verbose, json }, io)
    },
  },
  simulate: simulateCommand,
  reload: reloadCommand,
  completion: completionCommand,
}

const handlerOf = <N extends YargsName>(name: N): Handler<N> => handlers[name]

type Chosen = ((io: CommandIo) => Promise<number>) | { readonly text: string; readonly exitCode: number }

/** @param argv what stands behind the command's name */
export async function runCommand(name: YargsName, argv: readonly string[], io: CommandIo): Promise<number> {
  const chosen = parse(name, argv)
  if (typeof chosen === 'function') return chosen(io)
  if (chosen.exitCode === EXIT.allWell) io.out(`${chosen.text}\n`)
  else io.err(`${chosen.text}\n`)
  return chosen.exitCode
}

function parse(name: YargsName, argv: readonly string[]): Chosen {
  const handler = handlerOf(name)
  let chosen: Chosen = { text: '', exitCode: EXIT.usage }
  const command = commands.find((each) => each.name === name)
  if (command === undefined) return chosen
  const advice = `Try 'vrrpd ${name} --help'`
  const mistake = argv.some((word) => word === '--help' || word === '-h') ? undefined : misread(argv, command)
  if (mistake !== undefined) return { text: `${mistake}\n\n${advice}`, exitCode: EXIT.usage }
  const isRepeatable = command.options.some(({ many }) => many)
  const parser = yargs()
    .scriptName('vrrpd')
    .detectLocale(false)
    .exitProcess(false)
    .version(false)
    .help(helpOption.long, helpOption.help)
    .alias('help', 'h')
    .wrap(80)
    .strict()
    .showHelpOnFail(false, advice)
    // The last one wins, as in the daemon's options, where not all count.
    .parserConfiguration({
      'duplicate-arguments-array': isRepeatable,
      'boolean-negation': false,
      'camel-case-expansion': false,
    })
    .command(
      [name, ...operandForm(command)].join(' '),
      command.summary,
      (builder) => told(builder, command, handler),
      (given) => {
        const values = lastOnes(given, command) as unknown as Given<YargsName>
        chosen = (io) => handler.run(values, io)
      },
    )
  const words = name === 'check' ? withStandardInput(argv) : argv
  // With a callback yargs prints nothing itself.
  parser.parseSync([name, ...words], {}, (error: unknown, _parsed, output) => {
    if (error !== undefined && error !== null) chosen = { text: inOneLine(output), exitCode: EXIT.usage }
    else if (output !== '') chosen = { text: output, exitCode: EXIT.allWell }
  })
  return chosen
}

/** What yargs lists below a colon stands behind it. */
const inOneLine = (text: string): string => text.replace(/:\n +/g, ': ')

/** What the table says of a command, and what its handler wants to be true besides. */
function told<N extends YargsName>(builder: Argv, command: CommandEntry, { checks = [] }: Handler<N>): void {
  const { epilog, example, name, operand, options, summary } = command
  if (operand?.shown !== undefined) builder.usage(`vrrpd ${name} ${operandText(operand)}\n\n${summary}`)
  if (operand !== undefined) builder.positional(operand.name, positionalOf(operand))
  for (const option of options) builder.option(option.long, optionOf(option))
  // Either says so of the other; the error is told once.
  for (const { long, conflicts } of options)
    if (conflicts !== undefined && long < conflicts) builder.conflicts(long, conflicts)
  for (const check of checks) builder.check((given) => check(lastOnes(given, command) as unknown as Given<N>))
  if (example !== undefined) builder.example(...example)
  if (epilog !== undefined) builder.epilog(epilog)
}

/** `[NAME]`, `[INSTANCE|ADDRESS]`, `[NAME..]`, `<FILES..>` */
function operandForm({ operand }: CommandEntry): readonly string[] {
  if (operand === undefined) return []
  const { alias, many, name, required } = operand
  const form = `${name}${alias === undefined ? '' : `|${alias}`}${many ? '..' : ''}`
  return [required ? `<${form}>` : `[${form}]`]
}

const positionalOf = ({ default: value, help, many, required, words }: Operand): PositionalOptions => ({
  describe: help,
  ...(words === undefined ? { type: 'string' } : { choices: words }),
  ...(many && { array: true }),
  ...(required && { demandOption: true }),
  ...(value !== undefined && { default: value }),
})

function optionOf(option: CommandOption): Options {
  const { argument, conflicts, default: value, help, implies, short } = option
  return {
    describe: help,
    ...(short !== undefined && { alias: short }),
    ...(implies !== undefined && { implies }),
    ...(argument === 'none'
      ? { type: 'boolean', ...(conflicts === undefined && { default: false }) }
      : valueOf(option)),
    ...(value !== undefined && { default: value }),
  }
}

function valueOf({ anyCase, many, type, words }: CommandOption): Options {
  return {
    type: type ?? 'string',
    requiresArg: true,
    ...(words !== undefined && { choices: words }),
    ...(anyCase && {
      coerce: (given: string) => words?.find((word) => word === given.toUpperCase()) ?? given,
    }),
    ...(many && { array: true, nargs: 1, default: [] }),
  }
}

/** What is given twice comes as a list where a command has an option of which all count: of the others, the last. */
function lastOnes(given: Readonly<Record<string, unknown>>, { options }: CommandEntry): object {
  const single = options.filter(({ many }) => !many).map(({ long }) => long)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      single.includes(name) && Array.isArray(value) ? (value as unknown[]).at(-1) : value,
    ]),
  )
}
