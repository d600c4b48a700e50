/** vrrp_sync_group blocks. Their members may be defined anywhere in the file. */

import { nearest } from '../../base/suggest.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { resolveTracking } from '../blocks/tracking.ts'
import { reportEmptyList } from '../blocks/gaps.ts'
import type { SyncGroup } from '../model.ts'
import { smtpAlert, resolveNotify } from '../blocks/notify.ts'
import * as keywords from '../keywords/vrrp-sync-group.ts'
import type { Word } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt, warningAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readValues } from '../values/values.ts'
import type { Surrounding } from './context.ts'

/** A group whose members are still words. */
export interface PendingGroup {
  readonly group: Omit<SyncGroup, 'members'>
  readonly name: Word
  readonly members: readonly Word[]
}

export function resolveGroup(node: Node, surrounding: Surrounding, report: Report): PendingGroup | undefined {
  const [, name] = node.statement.words
  if (name === undefined) return undefined
  const values = readValues(node.nodes, report)
  for (const list of node.nodes) if (list.keyword === keywords.group) reportEmptyList(list, report)
  return {
    name,
    members: entriesOf(node, keywords.group).flatMap(({ words }) => words),
    group: {
      name: name.text,
      ...resolveTracking(node, surrounding, report),
      notify: resolveNotify(values, surrounding.defaults.notifyPriorityChanges, report),
      trackingWeight: values.has(keywords.syncGroupTrackingWeight) || values.has(keywords.globalTracking),
      smtpAlert: values.last(smtpAlert) ?? surrounding.defaults.smtpAlert,
      span: spanOf(name),
    },
  }
}

const MOST_GUESSED = 1000

/** @param instances names of those that exist; @param taken the group of each that has one, which this adds to. */
export function settleGroup(
  { group, name, members: written }: PendingGroup,
  instances: ReadonlySet<string>,
  taken: Map<string, string>,
  report: Report,
): SyncGroup | undefined {
  const members: string[] = []
  const named = new Set(written.map(({ text }) => text))
  // Only asked for where a name is wrong, and where there are few enough to guess from.
  const free = (): readonly string[] =>
    instances.size > MOST_GUESSED
      ? []
      : [...instances].filter((instance) => !taken.has(instance) && !named.has(instance))
  for (const member of written) {
    const other = taken.get(member.text)
    if (!instances.has(member.text)) {
      const suggestion = nearest(member.text, free())
      const message = `there is no vrrp_instance ${member.text}: it is left out`
      report(errorAt(member, 'no-such-instance', message, { suggestion }))
    } else if (other !== undefined) {
      report(errorAt(member, 'in-two-groups', `${member.text} is already in ${other}: it is left out here`))
    } else {
      taken.set(member.text, name.text)
      members.push(member.text)
    }
  }
  if (members.length === 0) {
    report(
      errorAt(name, 'empty-group', `sync group ${name.text} has no instance: the whole block is ignored`),
    )
    return undefined
  }
  if (members.length === 1) {
    const message = `sync group ${name.text} has only one instance: there is nothing to synchronise`
    report(warningAt(name, 'lonely-group', message))
  }
  return { ...group, members }
}
