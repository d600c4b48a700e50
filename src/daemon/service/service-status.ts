/** The states of all instances in one line, for `systemctl status`. */

import { STATE_WORDS } from '../../base/state-names.ts'
import type { StateKind } from '../../vrrp/election/state.ts'
import type { RouterRecord } from '../../vrrp/engine.ts'

const ORDER: readonly StateKind[] = ['master', 'backup', 'fault', 'initialize']

/** As many names are read, and a line should stay one. */
const MOST_NAMES = 3

/** `2 MASTER, 1 BACKUP, 1 FAULT (VI_4)` */
export function stateSummary(records: Iterable<RouterRecord>): string {
  const names = new Map<StateKind, string[]>()
  for (const { router, state } of records) {
    const known = names.get(state.kind)
    if (known) known.push(router.name)
    else names.set(state.kind, [router.name])
  }
  const parts = ORDER.flatMap((kind) => {
    const those = names.get(kind) ?? []
    if (those.length === 0) return []
    return [`${String(those.length)} ${STATE_WORDS[kind]}${kind === 'fault' ? ` (${enumerate(those)})` : ''}`]
  })
  return parts.length === 0 ? 'no instance to run' : parts.join(', ')
}

const enumerate = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${String(names.length - MOST_NAMES)} more`
    : names.join(', ')
