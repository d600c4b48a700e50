/** What the tables of the command line are made of. Pure. */

import type { OptionSpec } from '../getopt.ts'

/** What a value can be, as far as a shell can help with it. */
export type ValueKind =
  | 'files'
  /** Names of the vrrp_instances of the running daemon. */
  | 'instances'
  /** Those, and of its sync groups, virtual and real servers. */
  | 'subjects'
  | 'interfaces'
  | 'groups'
  | 'namespaces'

/** What a word on the command line can be. */
interface Value {
  /** The only ones there are. */
  readonly words?: readonly string[]
  /** Absent: nothing that a shell could know. */
  readonly values?: ValueKind
  /** Where it is left out. */
  readonly default?: string | number
  readonly help: string
}

/** An option that does something; `help` is what `--help`, completions and, for want of more, vrrpd(8) say of it. */
export interface Option extends OptionSpec, Value {
  /** How its value is called, in capitals. */
  readonly value?: string
}

/** One of a command, which yargs reads. */
export interface CommandOption extends Option {
  /** Of the value; absent: a text. */
  readonly type?: 'number'
  /** May be given several times, and all count. Otherwise the last one does. */
  readonly many?: true
  /** `words` in capitals or not. */
  readonly anyCase?: true
  /** Its value can be an empty word. Anywhere else that is a mistake, of a script for instance. */
  readonly mayBeEmpty?: true
  /** It goes with this other one only. */
  readonly implies?: string
  /** It goes without this other one. Neither has a default. */
  readonly conflicts?: string
}

/** What a command works on: the words that are no options. */
export interface Operand extends Value {
  readonly name: string
  /** What else it can be called, as it can be something else. */
  readonly alias?: string
  /** Where the name is not all that is to be written. */
  readonly shown?: string
  readonly required?: true
  /** The option that stands for all there are, without which one has to be named. */
  readonly or?: string
  readonly many?: true
}
