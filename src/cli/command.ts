/** What all commands share on their command lines. */

import { DEFAULT_CONTROL_PATH } from '../control/protocol.ts'
import type { CommandIo } from './io.ts'

/** A command that has been understood is chosen, and run later: yargs only reads the line. */
export type Choose = (command: (io: CommandIo) => Promise<number>) => void

export const controlOption: {
  readonly type: 'string'
  readonly default: string
  readonly describe: string
  readonly requiresArg: true
} = {
  type: 'string',
  default: DEFAULT_CONTROL_PATH,
  describe: 'The control socket of the daemon',
  requiresArg: true,
}

export const jsonOption = (
  describe: string,
): { readonly type: 'boolean'; readonly default: boolean; readonly describe: string } => ({
  type: 'boolean',
  default: false,
  describe,
})
