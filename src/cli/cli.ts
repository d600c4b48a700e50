/**
 * `vrrpd [keepalived's options]` is the daemon, `vrrpd COMMAND …` asks it. The
 * first word decides: an option, or nothing, means the daemon. Each side loads
 * only what it needs: the daemon no yargs, the commands no addon.
 */

import { commandNames, isCommandName } from './command-names.ts'
import { EXIT } from './exit-codes.ts'
import { helpText } from './help.ts'
import { processIo, type CommandIo } from './io.ts'
import { parseCommandLine } from './options.ts'

/**
 * @param argv without the program's name
 * @param makeIo called for commands only
 * @returns the exit code
 */
export async function main(argv: readonly string[], makeIo: () => CommandIo = processIo): Promise<number> {
  const [word] = argv
  if (word !== undefined && !word.startsWith('-')) return command(word, argv, makeIo())
  const line = parseCommandLine(argv)
  if (!line.ok) {
    const io = makeIo()
    io.out(line.stdout)
    io.err(line.stderr)
    return line.exitCode
  }
  const { run } = await import('./run.ts')
  return run(line.options)
}

async function command(word: string, argv: readonly string[], io: CommandIo): Promise<number> {
  if (!isCommandName(word)) {
    io.err(`vrrpd has no command '${word}', only: ${commandNames.join(', ')}. Try 'vrrpd --help'\n`)
    return EXIT.usage
  }
  if (word === 'help') {
    io.out(helpText())
    return EXIT.allWell
  }
  const { runCommand } = await import('./commands.ts')
  return runCommand(argv, io)
}
