/**
 * What is true around a router, derived from facts: links, trackers, and the
 * other members of its sync group. Nothing is counted up and down, so no
 * sequence of events can leave a Fault behind whose reason is gone.
 */

import type { Ipv4Address } from '../base/address.ts'
import { contributionsOf, effectivePriority, isFaulty, type Contribution } from './election/priority.ts'
import type { Conditions, FaultReason, Tracker, Verdict, VirtualRouter } from './election/state.ts'
import { describeFault } from './election/transitions.ts'

export interface LinkFact {
  readonly up: boolean
  /** The first address that is nobody's virtual one; what adverts are sent from. */
  readonly source: Ipv4Address | undefined
}

export interface Facts {
  /** A link that does not exist is not in here. */
  readonly links: ReadonlyMap<string, LinkFact>
  /** By script name; a script without an entry has not returned yet. */
  readonly scripts: ReadonlyMap<string, Verdict>
}

export function verdictOf(facts: Facts, tracker: Tracker): Verdict {
  switch (tracker.kind) {
    case 'script':
      return facts.scripts.get(tracker.name) ?? 'pending'
    case 'interface':
      return facts.links.get(tracker.name)?.up === true ? 'up' : 'down'
  }
}

/** Each tracker with what it adds to the base priority now. */
export const contributionsNow = (router: VirtualRouter, facts: Facts): readonly Contribution[] =>
  contributionsOf(router, (tracker) => verdictOf(facts, tracker))

/** The conditions of one router by itself. */
export function ownConditions(router: VirtualRouter, facts: Facts): Conditions {
  const decisive = router.trackers.filter((tracker) => tracker.weight === 0)
  const source = router.sourceAddress ?? facts.links.get(router.link)?.source
  return {
    priority: effectivePriority(router.priority, contributionsNow(router, facts)),
    faults: [
      ...linkFaults(router, facts),
      ...sourceFaults(router, facts, source),
      ...decisive
        .filter((tracker) => isFaulty(tracker, verdictOf(facts, tracker)))
        .map((tracker): FaultReason => ({ kind: 'tracker', subject: `${tracker.kind} ${tracker.name}` })),
    ],
    pending: decisive
      .filter((tracker) => verdictOf(facts, tracker) === 'pending')
      .map((tracker) => `${tracker.kind} ${tracker.name}`),
    source,
  }
}

function linkFaults(router: VirtualRouter, facts: Facts): readonly FaultReason[] {
  const required = new Set(router.requiredLinks)
  const own: readonly FaultReason[] =
    facts.links.has(router.link) || required.has(router.link)
      ? []
      : [{ kind: 'link-missing', subject: router.link }]
  const down = [...required].flatMap((name): FaultReason[] => {
    const link = facts.links.get(name)
    if (link === undefined) return [{ kind: 'link-missing', subject: name }]
    return link.up ? [] : [{ kind: 'link-down', subject: name }]
  })
  return [...own, ...down]
}

/** A missing link is said once, not as a missing address as well. */
function sourceFaults(
  router: VirtualRouter,
  facts: Facts,
  source: Ipv4Address | undefined,
): readonly FaultReason[] {
  if (source !== undefined || !facts.links.has(router.link)) return []
  return [{ kind: 'no-source-address', subject: router.link }]
}

/** A member is at fault, or waits, while any other member of its group is or does. */
export function withGroup(
  own: Conditions,
  siblings: readonly { readonly name: string; readonly own: Conditions }[],
): Conditions {
  const faults = siblings.flatMap(({ name, own: { faults: theirs } }): FaultReason[] =>
    theirs[0] === undefined ? [] : [{ kind: 'group', subject: `${name} (${describeFault(theirs[0])})` }],
  )
  const pending = siblings.flatMap((sibling) => sibling.own.pending)
  if (faults.length === 0 && pending.length === 0) return own
  return { ...own, faults: [...own.faults, ...faults], pending: [...own.pending, ...pending] }
}

export const sameConditions = (a: Conditions, b: Conditions): boolean =>
  a.priority === b.priority &&
  a.source === b.source &&
  sameList(a.pending, b.pending, (x) => x) &&
  sameList(a.faults, b.faults, (x) => `${x.kind} ${x.subject}`)

function sameList<T>(a: readonly T[], b: readonly T[], key: (value: T) => string): boolean {
  return a.length === b.length && a.every((value, index) => key(value) === key(b[index] as T))
}
