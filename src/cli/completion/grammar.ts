/** What can stand on a command line, as the completions of all shells need it. Pure. */

/** What a value can be, as far as a shell can help with it. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  /** Names of the vrrp_instances of the running daemon. */
  | { readonly kind: 'instances' }
  | { readonly kind: 'interfaces' }
  | { readonly kind: 'groups' }
  | { readonly kind: 'namespaces' }
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

export const nothingKnown: Values = { kind: 'anything' }

/** `-x` and `--long`, in that order. */
export const namesOf = ({ long, short }: Option): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${long}`,
]
