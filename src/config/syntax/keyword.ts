/**
 * How a keyword is described. The tables in blocks/ are the one truth that
 * the parser, the validator, "did you mean" and the documentation read.
 */

import type { Report } from '../diagnostics/diagnostics.ts'
import type { Words } from './lexer.ts'

/** How often it is met: 1 in nearly every file … 3 rarely; 4 needs a subsystem of its own. */
export type Tier = 1 | 2 | 3 | 4

/** What the daemon does with it. */
export type Standing =
  | { readonly kind: 'implemented' }
  /** Read and checked; nothing happens, and need not. */
  | { readonly kind: 'no-effect'; readonly because: string }
  /** Read and checked; the behaviour is still to come. */
  | { readonly kind: 'not-yet'; readonly instead: string }

export const implemented: Standing = { kind: 'implemented' }
export const noEffect = (because: string): Standing => ({ kind: 'no-effect', because })
export const notYet = (instead: string): Standing => ({ kind: 'not-yet', instead })

/** keepalived's processes; each reads the whole file and skips the others' blocks. */
export type Process = 'vrrp' | 'checker' | 'bfd'

/** What stands after a keyword on its line. */
export interface Arguments<T> {
  /** For people, e.g. `1-255`, `MASTER|BACKUP`; empty when there is nothing. */
  readonly syntax: string
  /** Words that must follow. */
  readonly needed: number
  /** What keepalived does with fewer: it exits at once (the default), or says so and ignores the line. */
  readonly missing?: 'ignored'
  /** Reads the line anew with quotes and escapes of its own (see values/quoted.ts). */
  readonly quoted?: true
  /** Undefined when what is written is unusable, which it has then reported. */
  read(statement: Words, report: Report): T | undefined
}

export type Contents =
  /** Keywords of its own. */
  | { readonly kind: 'section'; readonly table: Table }
  /** Lines that are no keywords, such as addresses. */
  | { readonly kind: 'list' }

export interface Keyword<out T = unknown> {
  readonly name: string
  /** One line for the documentation. */
  readonly summary: string
  readonly tier: Tier
  readonly standing: Standing
  readonly arguments: Arguments<T>
  /** As it is written in the documentation. */
  readonly default?: string
  readonly contents?: Contents
  /** The process whose block it is; absent: every process reads it. */
  readonly process?: Process
  /** The keepalived version that first knows it, when 2.2.7 does not. */
  readonly since?: string
  /** A newer name that keepalived recommends instead. */
  readonly renamed?: string
  /** Given again it is ignored, and keepalived says so; others hold as they were given last. */
  readonly once?: true
  /** One of these has to stand in the block, or keepalived leaves it out. */
  readonly oneOf?: readonly string[]
  /** What must stand in a block's first line. */
  readonly naming?: Naming
  /** Whether a block with this first line exists at all; if not, it is skipped and that has been reported. */
  admits?(statement: Words, report: Report): boolean
}

/**
 * - `one`: exactly one name, and no other block of this keyword has the same,
 *   or the block is skipped
 * - `needed`: keepalived gives up without a name
 * - absent: it has none
 */
export type Naming = 'one' | 'needed'

export type Table = ReadonlyMap<string, Keyword>

export function table(...keywords: readonly (Keyword | readonly Keyword[])[]): Table {
  return new Map(keywords.flat().map((keyword) => [keyword.name, keyword]))
}

type Optional = 'default' | 'since' | 'renamed' | 'process' | 'once'

/** A keyword with a value on its line. */
export const value = <T>(
  name: string,
  tier: Tier,
  args: Arguments<T>,
  summary: string,
  more: Partial<Pick<Keyword<T>, Optional | 'standing'>> = {},
): Keyword<T> => ({ name, tier, arguments: args, summary, standing: implemented, ...more })

const nothing: Arguments<undefined> = { syntax: '', needed: 0, read: () => undefined }

/** A keyword with a block of keywords. */
export const section = (
  name: string,
  tier: Tier,
  keywords: Table,
  summary: string,
  more: Partial<Pick<Keyword, Optional | 'standing' | 'naming' | 'oneOf' | 'admits'>> & {
    readonly syntax?: string
  } = {},
): Keyword => ({
  name,
  tier,
  arguments: more.syntax === undefined ? nothing : { ...nothing, syntax: more.syntax },
  summary,
  standing: implemented,
  contents: { kind: 'section', table: keywords },
  ...more,
})

/** A keyword with a block of lines that are no keywords. */
export const list = (
  name: string,
  tier: Tier,
  summary: string,
  more: Partial<Pick<Keyword, Optional | 'standing' | 'naming'>> & { readonly syntax?: string } = {},
): Keyword => ({
  name,
  tier,
  arguments: more.syntax === undefined ? nothing : { ...nothing, syntax: more.syntax },
  summary,
  standing: implemented,
  contents: { kind: 'list' },
  ...more,
})
