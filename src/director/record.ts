/** What a process leaves to who goes on with its virtual servers: its snapshot, and whose it is. Plain data (JSON). */

import { serviceText } from './keys.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'
import type { Adopted } from './state.ts'

/** Who wrote it: a process id, and when that process began, as nobody else has both. */
export type ParentIdentity = string

interface Recorded {
  readonly version: 1
  /** Of the kernel: what it had is gone after another boot, and so are the times. */
  readonly bootId: string
  /** The daemon whose child wrote it; absent: the child was alone. */
  readonly parent?: ParentIdentity
  readonly snapshot: Snapshot
}

/**
 * @param text of the record; undefined: there is none
 * @param parent ours; undefined: we are alone
 * @returns undefined: there is nothing to go on with
 */
export function adopt(
  text: string | undefined,
  bootId: string,
  parent: ParentIdentity | undefined,
): Adopted | undefined {
  const value = text === undefined ? undefined : parse(text)
  if (value?.['version'] !== 1 || value['bootId'] !== bootId) return undefined
  const snapshot = readSnapshot(value['snapshot'])
  if (snapshot === undefined) return undefined
  const from = parent !== undefined && value['parent'] === parent ? 'respawn' : 'restart'
  return { snapshot, from }
}

/** By their texts, what a record's writer has asked for; undefined: it is no record. */
export function servicesIn(text: string): ReadonlySet<string> | undefined {
  const snapshot = readSnapshot(parse(text)?.['snapshot'])
  return snapshot && new Set(snapshot.services.map(({ key }) => serviceText(key)))
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export const recordText = (
  bootId: string,
  parent: ParentIdentity | undefined,
  snapshot: Snapshot,
): string => {
  const recorded: Recorded = { version: 1, bootId, ...(parent !== undefined && { parent }), snapshot }
  return JSON.stringify(recorded)
}
