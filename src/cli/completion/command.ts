/** `vrrpd completion bash|zsh|fish` */

import type { CommandModule } from 'yargs'
import { askDaemon } from '../../control/client.ts'
import { controlOption, type Choose } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { CommandIo } from '../io.ts'
import type { Grammar } from './grammar.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

interface CompletionOptions {
  SHELL: Shell | undefined
  instances: boolean
  control: string
}

export const completionCommand = (choose: Choose): CommandModule<object, CompletionOptions> => ({
  command: 'completion [SHELL]',
  describe: 'Print completions for a shell',
  builder: (builder) =>
    builder
      .positional('SHELL', { choices: SHELLS, describe: 'The shell they are for' })
      .option('instances', {
        type: 'boolean',
        default: false,
        describe: 'Print the names of the running instances instead, for the completions themselves',
      })
      .option('control', controlOption)
      .example('source <(vrrpd completion bash)', 'for this shell'),
  handler: ({ SHELL, control, instances }) => {
    choose((io) => (instances ? printInstances(control, io) : printCompletion(SHELL, io)))
  },
})

async function printCompletion(shell: Shell | undefined, io: CommandIo): Promise<number> {
  if (shell === undefined) {
    io.err(`vrrpd completion: for which shell? ${SHELLS.join(', ')}\n`)
    return EXIT.usage
  }
  const { grammar } = await import('./commands.ts')
  io.out(await scriptFor(shell, grammar()))
  return EXIT.allWell
}

async function scriptFor(shell: Shell, known: Grammar): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('./bash.ts')).bashCompletion(known)
    case 'zsh':
      return (await import('./zsh.ts')).zshCompletion(known)
    case 'fish':
      return (await import('./fish.ts')).fishCompletion(known)
  }
}

/** Whoever presses a key does not wait long. */
const PATIENCE_MS = 1_000

/** One a line; none without a daemon. */
async function printInstances(control: string, io: CommandIo): Promise<number> {
  const answer = await askDaemon(control, 'status', PATIENCE_MS)
  if (!answer.ok) return EXIT.noDaemon
  io.out(answer.value.instances.map(({ name }) => `${name}\n`).join(''))
  return EXIT.allWell
}
