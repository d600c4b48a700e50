import type { CheckMaker } from '../world.ts'
import { authenticity } from './authenticity.ts'
import { delayedStart, pauseGuard, resumption } from './awakening.ts'
import { drained } from './drained.ts'
import { oneMaster, settles, tieBreak } from './elections.ts'
import { agreement, groupNotifies } from './groups.ts'
import { noPreemption } from './no-preemption.ts'
import {
  addresses,
  adverts,
  cadence,
  deadlines,
  faults,
  leftovers,
  notifies,
  priorities,
  takeoverOrder,
} from './routers.ts'

export const allChecks: readonly CheckMaker[] = [
  authenticity,
  delayedStart,
  pauseGuard,
  resumption,
  drained,
  priorities,
  faults,
  agreement,
  addresses,
  leftovers,
  adverts,
  cadence,
  takeoverOrder,
  notifies,
  groupNotifies,
  deadlines,
  tieBreak,
  noPreemption,
  oneMaster,
  settles,
]
