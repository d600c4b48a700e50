/** `vrrp_sync_group NAME { … }`: instances that are all MASTER or all not. They may be defined anywhere in the file. */

import { nearest } from '../../../base/suggest.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list, section, table, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../../syntax/tree.ts'
import { flag } from '../../values/basic.ts'
import {
  asLineWord,
  asWord,
  block,
  nothing,
  type Printers,
  printFields,
  when,
} from '../../values/printing.ts'
import { readValues, reportEmptyList } from '../../values/values.ts'
import type { Surrounding } from '../context.ts'
import { type Notify, notifyKeywords, notifyLines, resolveNotify, smtpAlert } from '../notify.ts'
import { resolveTracking, type Tracking, trackingKeywords, trackingPrinters } from '../tracking.ts'
import { scriptsByName, type VrrpScript } from '../vrrp-script.ts'

const keywords = {
  group: list('group', 1, 'the instances that change state together'),
  syncGroupTrackingWeight: value(
    'sync_group_tracking_weight',
    3,
    flag,
    'members keep the weights of their trackers',
  ),
  globalTracking: value('global_tracking', 3, flag, 'the same', {
    renamed: 'sync_group_tracking_weight',
  }),
}

export const vrrpSyncGroup: Keyword = section(
  'vrrp_sync_group',
  1,
  table(
    keywords.group,
    keywords.syncGroupTrackingWeight,
    keywords.globalTracking,
    trackingKeywords,
    notifyKeywords,
  ),
  'instances that are all MASTER or all not',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)

export interface SyncGroup extends Tracking {
  readonly name: string
  /** Names of instances that exist, in the file's order. */
  readonly members: readonly string[]
  /** `sync_group_tracking_weight` (or the older `global_tracking`): members keep their tracker weights. */
  readonly trackingWeight: boolean
  readonly notify: Notify
  /** `smtp_alert`, or the default that global_defs sets. */
  readonly smtpAlert: boolean
  readonly span: Span
}

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

export const syncGroupBlock = (group: SyncGroup, scripts: readonly VrrpScript[]): readonly string[] =>
  block(`vrrp_sync_group ${asWord(group.name)}`, printFields(ofGroup(scriptsByName(scripts)), group))

const ofGroup = (scripts: ReadonlyMap<string, VrrpScript>): Printers<SyncGroup> => ({
  name: nothing,
  members: (members) => block('group', members.map(asLineWord)),
  ...trackingPrinters(scripts),
  trackingWeight: (keeps) => when(keeps, 'sync_group_tracking_weight'),
  notify: notifyLines,
  smtpAlert: (on) => when(on, 'smtp_alert'),
  span: nothing,
})
