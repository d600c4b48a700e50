/** `vrrpd status` as yargs understands it. */

import type { CommandModule } from 'yargs'
import type { InstanceState } from '../control/report.ts'
import { controlOption, jsonOption, type Choose } from './command.ts'
import { processViewer } from './terminal.ts'
import { inState, STATES } from './status-state.ts'
import { status } from './status.ts'
import { watch } from './watch.ts'

interface Given {
  readonly NAME: string | undefined
  readonly json: boolean
  readonly watch: boolean
  readonly state: string | undefined
  readonly quiet: boolean
  readonly control: string
}

const stateOf = (word: string | undefined): InstanceState | undefined =>
  STATES.find((state) => state === word?.toUpperCase())

export const statusCommand = (choose: Choose): CommandModule<object, Given> => ({
  command: 'status [NAME]',
  describe: 'Show the state of a running daemon, or of one vrrp_instance',
  builder: (yargs) =>
    yargs
      .positional('NAME', { type: 'string', describe: 'A vrrp_instance or a vrrp_sync_group' })
      .option('watch', {
        type: 'boolean',
        alias: 'w',
        default: false,
        describe: 'Go on showing it as it changes',
      })
      .option('state', {
        type: 'string',
        requiresArg: true,
        choices: STATES,
        coerce: (word: string) => stateOf(word) ?? word,
        describe: 'Exit with 0 if it is in this state, with 1 if not',
      })
      .option('quiet', {
        type: 'boolean',
        alias: 'q',
        default: false,
        describe: 'With --state: print nothing',
      })
      .option('json', jsonOption('Print the report as JSON; with --watch one line for each change'))
      .option('control', controlOption)
      .check(
        ({ watch: watching, json, state, quiet }) =>
          (state === undefined ? !quiet : !watching && !json) ||
          '--state goes without --watch and --json, and --quiet goes with --state',
      )
      .epilog(
        'Exit code: 0 all well, 1 problems, 2 no daemon, 3 wrong usage or no such name. With --state: 0 all that is named is in that state, 1 it is not.',
      ),
  handler: ({ NAME: name, json, control, watch: watching, state: word, quiet }) => {
    const state = stateOf(word)
    choose((io) => {
      if (state !== undefined) return inState({ name, control, state, quiet }, io)
      const asked = { name, json, control }
      return watching ? watch(asked, io, processViewer(!json)) : status(asked, io)
    })
  },
})
