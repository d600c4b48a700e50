/** Configurations as the daemon's parts get them, where nothing depends on their programs. */

import { vi } from 'vitest'
import { accepted, type Result } from '../../src/base/result.ts'
import type { Examined } from '../../src/daemon/examined.ts'
import { ownPartOf, planBetween } from '../../src/daemon/reading/own-part.ts'
import { modelOf } from '../config/support.ts'

/** @param text of keepalived.conf */
export const examinedOf = async (text: string): Promise<Examined> => ({
  ...ownPartOf(await modelOf(text)),
  scripts: { scriptOf: vi.fn(), ownerOf: vi.fn(), violation: undefined },
})

/** As the daemon's thread does it. */
export const plan = (from: Examined, to: Examined): Promise<Result<readonly string[], string>> =>
  Promise.resolve(accepted(planBetween(from, to)))
