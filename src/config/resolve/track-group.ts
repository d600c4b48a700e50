/** track_group blocks: instances that go to FAULT when a static item's link is down. */

import { nearest } from '../../base/suggest.ts'
import type { Report } from '../diagnostics.ts'
import { trackGroup, trackGroupMembers } from '../keywords/static.ts'
import type { TrackGroup } from '../model.ts'
import { errorAt } from '../report.ts'
import { entriesOf, type Node } from '../tree.ts'

/** @param instances names of those that exist */
export function resolveTrackGroups(
  nodes: readonly Node[],
  instances: ReadonlySet<string>,
  report: Report,
): readonly TrackGroup[] {
  return nodes
    .filter(({ keyword }) => keyword === trackGroup)
    .flatMap((node) => {
      const name = node.statement.words[1]
      if (name === undefined) return []
      const written = entriesOf(node, trackGroupMembers).flatMap(({ words }) => words)
      const members = written.filter((member) => {
        if (instances.has(member.text)) return true
        const message = `there is no vrrp_instance ${member.text}: it is left out`
        const suggestion = nearest(member.text, [...instances])
        report(errorAt(member, 'no-such-instance', message, { suggestion }))
        return false
      })
      return [{ name: name.text, members: members.map(({ text }) => text) }]
    })
}
