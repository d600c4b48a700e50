/** `track_group NAME { … }`: instances that go to FAULT when a static item’s link is down. */

import { nearest } from '../../base/suggest.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, list, section, table } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import type { Outcome } from '../values/line-options.ts'
import { asLineWord, asWord, block } from '../values/printing.ts'

const trackGroupMembers: Keyword = list('group', 3, 'instances')
export const trackGroup: Keyword = section(
  'track_group',
  3,
  table(trackGroupMembers),
  'instances that need the interfaces of static items',
  { syntax: 'NAME', naming: 'one', process: 'vrrp' },
)

/** `track_group`: instances that need the links of some static items. */
export interface TrackGroup {
  readonly name: string
  readonly members: readonly string[]
}

/** A line of static_ipaddress, static_routes or static_rules. */
export interface StaticItem {
  /** Those defined above it: keepalived looks them up while it reads. Absent elsewhere, where no group may be named. */
  readonly trackGroups: ReadonlySet<string> | undefined
  trackGroup?: string
}

/** @param twice what becomes of a line that names two, of which the first holds */
export function joinTrackGroup(item: StaticItem, given: Word, report: Report, twice?: Outcome): Outcome {
  if (item.trackGroup !== undefined) {
    const outcome = twice === 'drop' ? 'the line is ignored' : 'the first one holds'
    report(errorAt(given, 'already-given', `the track_group is given already: ${outcome}`))
    return twice
  }
  if (item.trackGroups?.has(given.text) === true) {
    item.trackGroup = given.text
    return undefined
  }
  const message = `there is no track_group ${given.text} above this line: it is ignored`
  const suggestion = nearest(given.text, [...(item.trackGroups ?? [])])
  report(errorAt(given, 'no-such-group', message, { suggestion }))
  return undefined
}

/** What keepalived says of `track_group` in an instance's blocks. */
export const onlyStatic = (what: string): string =>
  `'track_group' is for static ${what} only: in an instance they follow its state anyway`

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

export const trackGroupBlock = ({ name, members }: TrackGroup): readonly string[] =>
  block(`track_group ${asWord(name)}`, block('group', members.map(asLineWord)))
