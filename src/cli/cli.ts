/**
 * `vrrpd [keepalived's options]` is the daemon, `vrrpd COMMAND …` asks it. The
 * first word decides: an option, or nothing, means the daemon. Each side loads
 * only what it needs: the daemon no yargs, the commands no addon.
 */

import { CHILD_WORD } from '../base/own-child.ts'
import { unknownName } from '../base/unknown-name.ts'
import { EXIT } from './exit-codes.ts'
import { cleanupHelp, helpText } from './help.ts'
import { processIo, type CommandIo } from './io.ts'
import { parseCommandLine } from './options.ts'
import { commandNames, isCommandName, type CommandName, type OwnGrammarName } from './table/commands.ts'

/**
 * @param argv without the program's name
 * @param makeIo called for commands only
 * @returns the exit code
 */
export async function main(argv: readonly string[], makeIo: () => CommandIo = processIo): Promise<number> {
  const [word, ...rest] = argv
  if (word === CHILD_WORD) return child(rest, makeIo())
  // keepalived's way to be genhash.
  if (word === '--genhash' || word === '-T') return genhash(rest, makeIo())
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

/** Started by the daemon, with its own options. */
async function child(argv: readonly string[], io: CommandIo): Promise<number> {
  const line = parseCommandLine(argv)
  if (!line.ok) {
    io.err(line.stderr)
    return line.exitCode
  }
  const { runChildOf } = await import('./run.ts')
  return runChildOf(line.options)
}

async function command(word: string, argv: readonly string[], io: CommandIo): Promise<number> {
  if (!isCommandName(word)) {
    io.err(`vrrpd: ${unknownName('command', word, commandNames)}\n\nTry 'vrrpd --help'\n`)
    return EXIT.usage
  }
  const rest = argv.slice(1)
  if (readsItself(word)) return ownGrammars[word](rest, io)
  const { runCommand } = await import('./commands.ts')
  return runCommand(word, rest, io)
}

/** Commands that read their arguments themselves: each a place here and in the table. */
const ownGrammars: Readonly<
  Record<OwnGrammarName, (argv: readonly string[], io: CommandIo) => number | Promise<number>>
> = {
  cleanup,
  help: (_argv, io) => {
    io.out(helpText())
    return EXIT.allWell
  },
  genhash,
  ipvs: async (argv, io) => {
    const { runIpvs } = await import('./ipvs/run.ts')
    return runIpvs(argv, io)
  },
}

async function genhash(argv: readonly string[], io: CommandIo): Promise<number> {
  const { runGenhash } = await import('./genhash/run.ts')
  return runGenhash(argv, io)
}

const readsItself = (name: CommandName): name is OwnGrammarName => Object.hasOwn(ownGrammars, name)

/** It takes the options that the daemon was started with, and heeds those that say where its things are. */
async function cleanup(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    io.out(cleanupHelp())
    return EXIT.allWell
  }
  const line = parseCommandLine(argv)
  if (!line.ok) {
    io.out(line.stdout)
    io.err(line.stderr)
    return EXIT.usage
  }
  const { runCleanup } = await import('./run.ts')
  return runCleanup(line.options, (text) => {
    io.err(`vrrpd cleanup: ${text}\n`)
  })
}
