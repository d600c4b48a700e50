/** `vrrpd status` in its forms: once, for scripts, and from then on. */

import type { Handler } from './command.ts'
import { inState } from './status-state.ts'
import { status } from './status.ts'
import { processViewer } from './terminal.ts'
import { watch } from './watch.ts'

export const statusCommand: Handler<'status'> = {
  checks: [
    ({ watch: watching, json, state, quiet }) =>
      (state === undefined ? !quiet : !watching && !json) ||
      '--state goes without --watch and --json, and --quiet goes with --state',
  ],
  run: ({ NAME: name, json, control, all, watch: watching, state, quiet }, io) => {
    if (state !== undefined) return inState({ name, control, state, quiet }, io)
    const asked = { name, json, control, all }
    return watching ? watch(asked, io, processViewer(!json)) : status(asked, io)
  },
}
