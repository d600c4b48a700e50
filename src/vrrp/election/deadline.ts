/** Deadlines live in the state; this finds the next one. */

import { earliest, type Instant } from '../../base/time.ts'
import type { State } from './state.ts'

export function deadlineOf(state: State): Instant | undefined {
  switch (state.kind) {
    case 'backup':
      return state.masterDownAt
    case 'master': {
      const burstAt = earliest(state.secondBurstAt, state.lowerPrioBurstAt)
      const periodicAt = earliest(state.refreshAt, state.elsewhereAt)
      return earliest(state.nextAdvertAt, earliest(burstAt, periodicAt))
    }
    case 'initialize':
    case 'fault':
      return undefined
  }
}
