/** What can stand on a command line, as the completions of all shells need it: the tables, without what does nothing. Pure. */

import { ipvsOptions } from '../ipvs/completion.ts'
import { commands, helpOption, type CommandEntry, type CommandName } from '../table/commands.ts'
import { effectiveOptions } from '../table/daemon.ts'
import type { Operand, Option as TableOption, ValueKind } from '../table/option.ts'

/** What a value can be, as far as a shell can help with it. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: ValueKind }
  /** Nothing a shell could know. */
  | { readonly kind: 'anything' }

export interface Option {
  readonly short?: string
  readonly long: string
  readonly help: string
  /** Absent: it takes none. */
  readonly value?: Values
  /** `--long=VALUE` only. */
  readonly isValueOptional: boolean
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Of the words that are no options. */
  readonly operand?: Values
}

export interface Grammar {
  /** Without a command. */
  readonly daemon: readonly Option[]
  readonly commands: readonly Command[]
}

export const grammar = (): Grammar => ({
  daemon: effectiveOptions.filter(({ refused }) => !refused).map(optionOf),
  commands: commands.map(commandOf),
})

/** Of commands whose options are not in the table. */
const ownOptions: Readonly<Partial<Record<CommandName, readonly Option[]>>> = { ipvs: ipvsOptions() }

const commandOf = ({ name, summary, operand, options, helps = true }: CommandEntry): Command => ({
  name,
  summary,
  options: ownOptions[name] ?? [...options, ...(helps ? [helpOption] : [])].map(optionOf),
  ...(operand !== undefined && { operand: valuesOf(operand) }),
})

const optionOf = (option: TableOption): Option => ({
  long: option.long,
  help: option.help,
  isValueOptional: option.argument === 'optional',
  ...(option.short !== undefined && { short: option.short }),
  ...(option.argument !== 'none' && { value: valuesOf(option) }),
})

function valuesOf({ words, values }: TableOption | Operand): Values {
  if (words !== undefined) return { kind: 'words', words }
  return { kind: values ?? 'anything' }
}

/** `-x` and `--long`, in that order. */
export const namesOf = ({ long, short }: Option): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${long}`,
]
