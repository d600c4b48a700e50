/** Names of scheduler flags (`-b`), of which sh and mh have their own for the first two. Pure. */

import type { SchedulerFlags } from '../../netlink/ipvs/types.ts'

const own: Readonly<Partial<Record<string, readonly [string, string]>>> = {
  sh: ['sh-fallback', 'sh-port'],
  mh: ['mh-fallback', 'mh-port'],
}
const general = ['flag-1', 'flag-2', 'flag-3'] as const

/** 1, 2 or 3; undefined: there is no such flag. */
export function flagNumber(name: string): number | undefined {
  const all: readonly (readonly string[] | undefined)[] = [general, ...Object.values(own)]
  for (const names of all) {
    const index = names?.indexOf(name) ?? -1
    if (index !== -1) return index + 1
  }
  return undefined
}

/** The general names go with every scheduler. */
export const isFlagOf = (name: string, scheduler: string): boolean =>
  general.some((each) => each === name) || own[scheduler]?.includes(name) === true

/** Whether any flag is set. */
export const hasFlags = ({ flag1, flag2, flag3 }: SchedulerFlags): boolean => flag1 || flag2 || flag3

/** What `-b` takes. */
export function flagNames(scheduler: string, { flag1, flag2, flag3 }: SchedulerFlags): readonly string[] {
  const [first, second] = own[scheduler] ?? general
  return [...(flag1 ? [first] : []), ...(flag2 ? [second] : []), ...(flag3 ? [general[2]] : [])]
}
