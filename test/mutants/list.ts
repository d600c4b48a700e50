/** A fault for each file of the runtime and of what serves virtual servers, and why some files have none. */

import { checkerMutants } from './checkers.ts'
import { daemonMutants } from './daemon.ts'
import { directorMutants } from './director.ts'
import { kernelMutants } from './kernel.ts'
import type { Mutant } from './mutant.ts'
import { serverMutants } from './servers.ts'
import { processMutants } from './serving.ts'
import { vrrpMutants } from './vrrp.ts'

/** The simulation runs what they are in. */
export const simulatedMutants: readonly Mutant[] = [...vrrpMutants, ...daemonMutants, ...kernelMutants]

/** Unit tests alone know them: virtual servers are no part of the simulation. */
export const servingMutants: readonly Mutant[] = [
  ...directorMutants,
  ...checkerMutants,
  ...processMutants,
  ...serverMutants,
]

export const mutants: readonly Mutant[] = [...simulatedMutants, ...servingMutants]
