/**
 * Runs before and after the namespace tests: removes what a laboratory whose
 * process was killed could not remove itself. A laboratory's namespaces carry
 * its process id (see lab/names.ts); those of living processes are left alone.
 */

import { sweepAbandoned } from './lab/names.ts'

export async function setup(): Promise<void> {
  await sweepAbandoned()
}

export async function teardown(): Promise<void> {
  await sweepAbandoned()
}
