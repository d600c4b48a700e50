/** How far trackers can move a router's priority. */

import type { TrackedInterface, TrackedScript, VrrpInstance } from '../../model.ts'
import { groupOf, type Subject } from './context.ts'

/** The priority of an address owner, which nothing moves. */
export const OWNER = 255
/** The ends of effective priorities. */
export const HIGHEST = 254
export const LOWEST = 1

/** What moves this router's priority: its own trackers and its group's. */
export function weightedTrackers(
  instance: VrrpInstance,
  subject: Subject,
): readonly (TrackedScript | TrackedInterface)[] {
  const group = groupOf(subject, instance)
  const all = [
    ...instance.trackScripts,
    ...instance.trackInterfaces,
    ...(group === undefined ? [] : [...group.trackScripts, ...group.trackInterfaces]),
  ]
  return all.filter(({ weight }) => weight !== 0)
}

export interface PriorityRange {
  /** With every tracker at its worst; not bounded by LOWEST. */
  readonly least: number
  /** With every tracker at its best; not bounded by HIGHEST. */
  readonly most: number
}

export function priorityRange(instance: VrrpInstance, subject: Subject): PriorityRange {
  const { priority } = instance
  if (priority === OWNER) return { least: OWNER, most: OWNER }
  const moves = weightedTrackers(instance, subject).map(({ weight, reverse }) => (reverse ? -weight : weight))
  return {
    least: priority + moves.reduce((sum, move) => sum + Math.min(0, move), 0),
    most: priority + moves.reduce((sum, move) => sum + Math.max(0, move), 0),
  }
}
