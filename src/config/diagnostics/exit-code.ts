/**
 * What `-t` ends with. keepalived(8) documents other codes than keepalived 2.2.7
 * really gives; these are the real ones, since scripts depend on them.
 */

import type { ReadProblem } from '../syntax/io.ts'
import type { Diagnostic } from './diagnostics.ts'

export type ConfigTestExitCode = 0 | 2 | 4 | 5 | 6

/** @param unreadable why the file itself could not be read. */
export function configTestExitCode(
  diagnostics: readonly Diagnostic[],
  unreadable?: ReadProblem,
): ConfigTestExitCode {
  const found = new Set(diagnostics.map(({ inKeepalived }) => inKeepalived))
  if (unreadable !== undefined || found.has('abort')) return 2
  if (found.has('security')) return 6
  if (found.has('config')) return 5
  return found.has('interface') ? 4 : 0
}
