/** What an instance loses by being in a sync group or by owning its addresses: trackers that would move its priority. */

import { type Report, type Span, warning } from '../../diagnostics/diagnostics.ts'
import type { VrrpInstance } from '../vrrp-instance/vrrp-instance.ts'
import type { SyncGroup } from './vrrp-sync-group.ts'

export function settleMembers(
  instances: readonly VrrpInstance[],
  groups: readonly SyncGroup[],
  report: Report,
): VrrpInstance[] {
  const byName = new Map(instances.map((instance) => [instance.name, instance]))
  const settled = new Map<string, VrrpInstance>()
  for (const instance of instances)
    settled.set(instance.name, instance.priority === 255 ? asOwner(instance, report) : instance)
  for (const group of groups) {
    const members = group.members.map((name) => byName.get(name)).filter((member) => member !== undefined)
    const allOwners = members.every(
      ({ priority, wantedState }) => priority === 255 && wantedState === 'MASTER',
    )
    for (const { name } of members) {
      const member = settled.get(name)
      if (member !== undefined) settled.set(name, asMember(member, group, allOwners, report))
    }
  }
  return [...settled.values()]
}

const dropped = (span: Span, message: string, report: Report, inKeepalived?: 'no'): void =>
  report(warning('weight-dropped', span, message, inKeepalived && { inKeepalived }))

/** keepalived drops the weights of processes without a word. */
const wordOf = (instance: VrrpInstance, { span }: { readonly span: Span }): 'no' | undefined =>
  instance.trackProcesses.some((tracked) => tracked.span === span) ? 'no' : undefined

const withoutWeight = <T extends { readonly weight: number }>(tracked: T): T => ({ ...tracked, weight: 0 })

/** The weight of the block does not hold for it. */
const plain = <T extends { readonly weight: number; readonly inherited: boolean }>(tracked: T): T =>
  tracked.weight === 0 ? tracked : { ...tracked, weight: 0, inherited: false }

/** keepalived ignores the weight of the block, but the whole line where that has one. */
const isPlain = ({ weight, inherited }: { readonly weight: number; readonly inherited: boolean }): boolean =>
  weight === 0 || inherited

const allTracked = ({
  trackScripts,
  trackInterfaces,
  trackFiles,
  trackProcesses,
}: VrrpInstance): readonly { readonly weight: number; readonly span: Span }[] => [
  ...trackScripts,
  ...trackInterfaces,
  ...trackFiles,
  ...trackProcesses,
]

/** Its priority never changes, so only trackers without a weight are left. */
function asOwner(instance: VrrpInstance, report: Report): VrrpInstance {
  const message = 'priority 255 never changes, so a tracker with a weight is ignored'
  for (const tracked of allTracked(instance))
    if (tracked.weight !== 0) dropped(tracked.span, message, report, wordOf(instance, tracked))
  return {
    ...instance,
    trackScripts: instance.trackScripts.filter(({ weight }) => weight === 0),
    trackInterfaces: instance.trackInterfaces.filter(({ weight }) => weight === 0),
    trackFiles: instance.trackFiles.filter(isPlain).map(plain),
    trackProcesses: instance.trackProcesses.filter(isPlain).map(plain),
  }
}

/** Members move together, so their priorities must not move apart. */
function asMember(
  instance: VrrpInstance,
  group: SyncGroup,
  allOwners: boolean,
  report: Report,
): VrrpInstance {
  for (const { link, span } of group.trackInterfaces)
    if (link === instance.link)
      report(
        warning(
          'own-interface',
          span,
          `${link} is ${instance.name}'s own interface, which is tracked anyway`,
        ),
      )
  for (const { link, span } of instance.trackInterfaces)
    if (group.trackInterfaces.some((one) => one.link === link)) {
      const message = `sync group ${group.name} tracks ${link}, too: one of the two is enough`
      report(warning('already-given', span, message))
    }
  const settled = group.trackingWeight ? instance : withoutWeights(instance, group, report)
  return allOwners ? settled : { ...settled, wantedState: 'BACKUP' }
}

/** As keepalived does: what the line gives a weight goes, everything else and every interface stays without. */
function withoutWeights(instance: VrrpInstance, { name }: SyncGroup, report: Report): VrrpInstance {
  const where = `in sync group ${name} members have no weights of their own (track it in the group)`
  for (const { weight, span } of instance.trackScripts)
    if (weight !== 0) dropped(span, `${where}: the script is not tracked`, report)
  for (const { weight, span } of instance.trackInterfaces)
    if (weight !== 0) dropped(span, `${where}: the interface being down means FAULT`, report)
  for (const tracked of [...instance.trackFiles, ...instance.trackProcesses])
    if (tracked.weight !== 0) {
      const what = isPlain(tracked) ? 'its failure means FAULT' : 'it is not tracked'
      dropped(tracked.span, `${where}: ${what}`, report, wordOf(instance, tracked))
    }
  return {
    ...instance,
    trackScripts: instance.trackScripts.filter(({ weight }) => weight === 0),
    trackInterfaces: instance.trackInterfaces.map(withoutWeight),
    trackFiles: instance.trackFiles.filter(isPlain).map(plain),
    trackProcesses: instance.trackProcesses.filter(isPlain).map(plain),
  }
}
