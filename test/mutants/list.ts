/** A fault for each file of the runtime, and why some files have none. */

import { daemonMutants } from './daemon.ts'
import { kernelMutants } from './kernel.ts'
import type { Mutant } from './mutant.ts'
import { vrrpMutants } from './vrrp.ts'

export const mutants: readonly Mutant[] = [...vrrpMutants, ...daemonMutants, ...kernelMutants]
