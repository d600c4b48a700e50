/**
 * The commands' options as yargs was told of them: whoever adds a command or an
 * option there has its completions.
 */

import yargs, { type Argv } from 'yargs'
import { commandNames } from '../command-names.ts'
import { inspectCommands } from '../commands.ts'
import { daemonOptions } from './daemon.ts'
import { nothingKnown, type Command, type Grammar, type Option, type Values } from './grammar.ts'

/** Parts of yargs that its types leave out. */
interface Inside {
  getOptions(): {
    readonly key: Readonly<Record<string, unknown>>
    readonly alias: Readonly<Record<string, readonly string[]>>
    readonly boolean: readonly string[]
    readonly choices: Readonly<Record<string, readonly string[]>>
    readonly hiddenOptions: readonly string[]
  }
  getInternalMethods(): {
    getCommandInstance(): { getCommandHandlers(): Readonly<Record<string, Handler>> }
    getUsageInstance(): { getDescriptions(): Readonly<Record<string, string | undefined>> }
  }
}

interface Handler {
  /** `status [NAME]` */
  readonly original: string
  readonly description: string | false
  readonly builder: unknown
}

const inside = (parser: Argv): Inside => parser as unknown as Inside

export function grammar(): Grammar {
  const handlers = new Map<string, Handler>()
  inspectCommands((parser) => {
    const known = inside(parser).getInternalMethods().getCommandInstance().getCommandHandlers()
    for (const [name, handler] of Object.entries(known)) handlers.set(name, handler)
  })
  const daemon = daemonOptions()
  return { daemon, commands: commandNames.map((name) => commandOf(name, handlers.get(name), daemon)) }
}

/** Those that yargs does not know take the daemon's options, or none. */
function commandOf(name: string, handler: Handler | undefined, daemon: readonly Option[]): Command {
  if (handler === undefined) {
    const { summary, heeds } = OTHERS[name] ?? { summary: '' }
    return { name, summary, options: daemon.filter(({ long }) => heeds?.includes(long) ?? true) }
  }
  const parser = yargs()
  if (typeof handler.builder === 'function') (handler.builder as (builder: Argv) => unknown)(parser)
  const positional = /[[<]([^\]>.|]+)/.exec(handler.original)?.[1]
  const { alias, boolean, choices, hiddenOptions, key } = inside(parser).getOptions()
  const descriptions = inside(parser).getInternalMethods().getUsageInstance().getDescriptions()
  const operand = positional === undefined ? undefined : operandOf(positional, choices[positional])
  const aliases = new Set(Object.values(alias).flat())
  const options = Object.keys(key)
    .filter((long) => long !== positional && long.length > 1 && !aliases.has(long))
    .filter((long) => !hiddenOptions.includes(long) && long !== 'version' && long !== 'help')
    .map((long): Option => {
      const short = alias[long]?.find((other) => other.length === 1)
      return {
        long,
        help: (descriptions[long] ?? '').replace('__yargsString__:', ''),
        isValueOptional: false,
        ...(short !== undefined && { short }),
        ...(!boolean.includes(long) && { value: valuesOf(long, choices[long]) }),
      }
    })
  return {
    name,
    summary: handler.description === false ? '' : handler.description,
    options: [...options, HELP],
    ...(operand !== undefined && { operand }),
  }
}

const HELP: Option = { long: 'help', short: 'h', help: 'Show this help', isValueOptional: false }

const OTHERS: Readonly<Record<string, { readonly summary: string; readonly heeds: readonly string[] }>> = {
  help: { summary: 'Print the options of the daemon', heeds: [] },
  cleanup: {
    summary: 'Remove what a crashed daemon has left behind',
    heeds: ['pid', 'vrrp_pid', 'namespace', 'help'],
  },
}

function operandOf(positional: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: 'words', words: choices }
  if (/^(NAME|INSTANCE)$/i.test(positional)) return { kind: 'instances' }
  return /FILE|PATH/i.test(positional) ? { kind: 'files' } : nothingKnown
}

function valuesOf(long: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: 'words', words: choices }
  if (/^interfaces?$/.test(long)) return { kind: 'interfaces' }
  if (/^(instance|name)$/.test(long)) return { kind: 'instances' }
  return /^(control|peer|story|svg)$|file|path/.test(long) ? { kind: 'files' } : nothingKnown
}
