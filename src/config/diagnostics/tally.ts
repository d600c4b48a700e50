/** The last line of a check: how much was found, or what there is when nothing was. */

import type { Model } from '../model.ts'
import type { Diagnostic, Severity } from './diagnostics.ts'

export type Tally = Readonly<Record<Severity, number>>

export function tally(diagnostics: readonly Diagnostic[]): Tally {
  const count = (wanted: Severity): number => diagnostics.filter(({ severity }) => severity === wanted).length
  return { error: count('error'), warning: count('warning'), note: count('note') }
}

/** `2 errors, 1 warning, 3 notes in 2 files` */
export function tallyText(counts: Tally, files: number): string {
  const parts = [
    counted(counts.error, 'error'),
    counted(counts.warning, 'warning'),
    counted(counts.note, 'note'),
  ]
  return `${parts.filter((part) => part !== '').join(', ')} in ${counted(files, 'file')}`
}

/** `3 instances, 1 sync group, 2 scripts` */
export function contentsText({ instances, loadBalancing, scripts, syncGroups }: Model): string {
  const parts = [
    counted(instances.length, 'instance') || 'no instance',
    counted(syncGroups.length, 'sync group'),
    counted(scripts.length, 'script'),
    counted(loadBalancing.virtualServers.length, 'virtual server'),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** Empty for none. */
function counted(count: number, noun: string): string {
  if (count === 0) return ''
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
