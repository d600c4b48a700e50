/**
 * What is true around a router, derived from facts: links, trackers, and the
 * other members of its sync group. Nothing is counted up and down, so no
 * sequence of events can leave a Fault behind whose reason is gone.
 */

import {
  formatIp,
  type IpAddress,
  type IpFamily,
  type Ipv4Address,
  type Ipv6Address,
} from '../base/address.ts'
import { advertCapacity } from '../base/advert-capacity.ts'
import { isSameFault } from './election/fault.ts'
import {
  contributionsOf,
  effectivePriority,
  isDecisive,
  isFaulty,
  type Contribution,
} from './election/priority.ts'
import type { Conditions, FaultReason, Finding, Tracker, Verdict, VirtualRouter } from './election/state.ts'

export interface LinkFact {
  readonly up: boolean
  /** It has never had the flag MULTICAST. One that loses it goes on as it was, as in keepalived (measured). */
  readonly lacksMulticast?: boolean
  /** The first address that is nobody's virtual one, or else an address owner's; what adverts are sent from. */
  readonly source: Ipv4Address | undefined
  /** The same of IPv6: the first link-local address that is nobody's virtual one. */
  readonly linkLocal?: Ipv6Address
  /** Without a source: an address that is there and that adverts must not come from, as it is a virtual one. */
  readonly onlyVirtual?: Ipv4Address
  /** Bytes; what an advert sent here may have. Absent: not known. */
  readonly mtu?: number
  /** Of the configured source addresses of routers here, those that this host does not have now. */
  readonly lacks?: ReadonlySet<IpAddress>
}

/** What adverts of that family are sent from on a link. */
export const sourceOn = (fact: LinkFact | undefined, family: IpFamily): IpAddress | undefined =>
  family === 4 ? fact?.source : fact?.linkLocal

export interface Facts {
  /** A link that does not exist is not in here. */
  readonly links: ReadonlyMap<string, LinkFact>
  /** By script name; a script without an entry has not returned yet. */
  readonly scripts: ReadonlyMap<string, Verdict>
  /** The number in each tracked file that has been looked at; 0 where there is none. */
  readonly files: ReadonlyMap<string, number>
  /** By the name of the vrrp_track_process; likewise. */
  readonly processes: ReadonlyMap<string, Verdict>
  /** Routers that the operator has taken out, by name; absent: none. */
  readonly drained?: ReadonlySet<string>
}

/** What does not come from the kernel. */
export type Findings = Omit<Facts, 'links'>

export const noFacts: Facts = { links: new Map(), scripts: new Map(), files: new Map(), processes: new Map() }

export function findingOf(facts: Facts, tracker: Tracker): Finding {
  switch (tracker.kind) {
    case 'file':
      return facts.files.get(tracker.name) ?? 'pending'
    case 'process':
      return facts.processes.get(tracker.name) ?? 'pending'
    case 'script':
      return facts.scripts.get(tracker.name) ?? 'pending'
    case 'interface':
      return facts.links.get(tracker.name)?.up === true ? 'up' : 'down'
  }
}

/** Each tracker with what it adds to the base priority now. */
export const contributionsNow = (router: VirtualRouter, facts: Facts): readonly Contribution[] =>
  contributionsOf(router, (tracker) => findingOf(facts, tracker))

/** The conditions of one router by itself. */
export function ownConditions(router: VirtualRouter, facts: Facts): Conditions {
  const decisive = router.trackers.filter(isDecisive)
  const source = router.sourceAddress ?? sourceOn(facts.links.get(router.link), router.family)
  const unadvertised = countUnadvertised(router, facts)
  return {
    priority: effectivePriority(router.priority, contributionsNow(router, facts)),
    faults: [
      ...drained(router, facts),
      ...unsupported(router),
      ...peerless(router),
      ...linkFaults(router, facts),
      ...sourceFaults(router, facts, source),
      ...decisive
        .filter((tracker) => isFaulty(tracker, findingOf(facts, tracker)))
        .map((tracker): FaultReason => ({ kind: 'tracker', subject: describeTracker(tracker) })),
    ],
    pending: decisive.filter((tracker) => findingOf(facts, tracker) === 'pending').map(describeTracker),
    source,
    ...(router.trackers.some((tracker) => isUnread(tracker, facts)) && { unread: true }),
    ...(unadvertised > 0 && { unadvertised }),
  }
}

const isUnread = (tracker: Tracker, facts: Facts): boolean =>
  tracker.kind === 'file' && findingOf(facts, tracker) === 'pending'

function countUnadvertised(
  { addresses, advertLink, family, link, signed, version }: VirtualRouter,
  facts: Facts,
): number {
  const mtu = facts.links.get(advertLink ?? link)?.mtu
  const capacity = advertCapacity(mtu, { version, family, signed: signed === true })
  return Math.max(0, addresses.length - capacity)
}

/** What our adverts carry now. */
export const advertisedAddresses = (
  { addresses }: VirtualRouter,
  { unadvertised = 0 }: Conditions,
): readonly IpAddress[] =>
  unadvertised === 0 ? addresses : addresses.slice(0, Math.max(0, addresses.length - unadvertised))

/** As keepalived's users have it with a tracked file: a Fault like any other, so that groups and scripts follow. */
const drained = ({ name }: VirtualRouter, facts: Facts): readonly FaultReason[] =>
  facts.drained?.has(name) === true ? [{ kind: 'drained', subject: name }] : []

const unsupported = ({ unsupported: subject }: VirtualRouter): readonly FaultReason[] =>
  subject === undefined ? [] : [{ kind: 'unsupported', subject }]

const peerless = ({ lacksPeers }: VirtualRouter): readonly FaultReason[] =>
  lacksPeers === true ? [{ kind: 'no-peers', subject: '' }] : []

const describeTracker = ({ kind, name }: Tracker): string => `${kind} ${name}`

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
  return [...own, ...down, ...multicastFaults(router, facts)]
}

const multicastFaults = ({ link, usesMulticast }: VirtualRouter, { links }: Facts): readonly FaultReason[] =>
  usesMulticast === true && links.get(link)?.lacksMulticast === true
    ? [{ kind: 'no-multicast', subject: link }]
    : []

/** A missing link is said once, not as a missing address as well. */
function sourceFaults(
  router: VirtualRouter,
  facts: Facts,
  source: IpAddress | undefined,
): readonly FaultReason[] {
  const link = facts.links.get(router.link)
  if (link === undefined) return []
  if (source === undefined && router.family === 6)
    return [{ kind: 'no-link-local-address', subject: router.link }]
  if (source === undefined) {
    const { onlyVirtual } = link
    return onlyVirtual === undefined
      ? [{ kind: 'no-source-address', subject: router.link }]
      : [{ kind: 'only-virtual-address', subject: `${formatIp(onlyVirtual)} on ${router.link}` }]
  }
  return router.needsSourceAddress === true && link.lacks?.has(source) === true
    ? [{ kind: 'source-address-missing', subject: formatIp(source) }]
    : []
}

/** What the members of a sync group share: a fault of one is everybody's, and all wait for anybody's scripts. */
export type Shared = Pick<Conditions, 'faults' | 'pending'>

export function sharedConditions(
  members: readonly { readonly name: string; readonly own: Conditions }[],
): Shared {
  return {
    faults: members.flatMap(({ name, own: { faults } }): FaultReason[] =>
      faults[0] === undefined ? [] : [{ kind: 'group', subject: name, reason: faults[0] }],
    ),
    pending: [...new Set(members.flatMap(({ own }) => own.pending))],
  }
}

/** Who has faults of its own is not told of the others' as well. */
export const withShared = (own: Conditions, { faults, pending }: Shared): Conditions => ({
  ...own,
  faults: own.faults.length > 0 ? own.faults : faults,
  pending,
})

export const sameConditions = (a: Conditions, b: Conditions): boolean =>
  a.priority === b.priority &&
  a.source === b.source &&
  a.unread === b.unread &&
  (a.unadvertised ?? 0) === (b.unadvertised ?? 0) &&
  sameList(a.pending, b.pending, (one, other) => one === other) &&
  sameList(a.faults, b.faults, isSameFault)

function sameList<T>(a: readonly T[], b: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  return a.length === b.length && a.every((value, index) => isSame(value, b[index] as T))
}
