/** What a command does, apart from how it is read. */

import type { CommandIo } from './io.ts'
import type { Given, YargsName } from './table/commands.ts'

/** A line is read first, whole; only then the command runs. */
export interface Handler<N extends YargsName> {
  /** What must be true of all that was given together: true, or what to do. The first that is not is told. */
  readonly checks?: readonly ((given: Given<N>) => true | string)[]
  /** @returns the exit code */
  readonly run: (given: Given<N>, io: CommandIo) => Promise<number>
}
