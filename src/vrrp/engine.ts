/**
 * All virtual routers of one daemon as a value. One event goes in; a new
 * engine and the list of effects come out, in the order in which they have to
 * be performed. Nothing else changes a router's state.
 *
 * An event first alters the facts or names a router; the routers concerned are
 * stepped (election/step.ts), their sync groups settled (sync-group.ts), and
 * at the end each group whose members agree on a new state announces it:
 * keepalived notifies a group after all its members.
 */

import type { Ipv4Address } from '../base/address.ts'
import { assertNever } from '../base/result.ts'
import { earliest, type Instant } from '../base/time.ts'
import { ownConditions, sameConditions, withGroup, type Facts, type LinkFact } from './conditions.ts'
import { countAdvert, countRejection, countStep, zeroCounters, type Counters } from './counters.ts'
import { deadlineOf } from './election/deadline.ts'
import { OWNER_PRIORITY } from './election/priority.ts'
import { step } from './election/step.ts'
import type {
  Advert,
  Conditions,
  Effect,
  Note,
  NotifyState,
  RouterEvent,
  State,
  Verdict,
  VirtualRouter,
} from './election/state.ts'
import { followTo, jointState, mayBecomeMaster } from './sync-group.ts'

export interface RouterRecord {
  readonly router: VirtualRouter
  readonly group: string | undefined
  readonly state: State
  readonly conditions: Conditions
  /** When the state was entered, and why in words. */
  readonly since: Instant
  readonly because: string
  readonly counters: Counters
  /** Notes that are given once, until the state or the master changes (RFC 9568 asks for rate limits). */
  readonly said: ReadonlySet<string>
  /** Who sent the last accepted advert: skip_check_adv_addr trusts its address list. */
  readonly lastSender: Ipv4Address | undefined
}

export interface GroupRecord {
  readonly name: string
  readonly members: readonly string[]
  /** What was last announced for the group. */
  readonly announced: NotifyState | undefined
}

export interface Engine {
  readonly routers: ReadonlyMap<string, RouterRecord>
  readonly groups: ReadonlyMap<string, GroupRecord>
  readonly facts: Facts
}

export interface EngineSetup {
  readonly routers: readonly VirtualRouter[]
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly facts: Facts
}

export type EngineEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** Deadlines up to now are due. */
  | { readonly type: 'alarm' }
  | { readonly type: 'advert'; readonly router: string; readonly advert: Advert }
  | {
      readonly type: 'rejected'
      readonly router: string
      readonly reason: string
      readonly source: Ipv4Address
      readonly text: string
    }
  /** `fact` undefined: the link does not exist any more. */
  | { readonly type: 'link'; readonly name: string; readonly fact: LinkFact | undefined }
  | { readonly type: 'script'; readonly name: string; readonly verdict: Verdict }
  | { readonly type: 'address-lost'; readonly router: string; readonly address: string }

export type EngineEffect =
  | { readonly type: 'router'; readonly router: string; readonly effect: Effect }
  | { readonly type: 'group-syncing'; readonly group: string; readonly to: StateName }
  | { readonly type: 'group-notify'; readonly group: string; readonly state: NotifyState }

export type StateName = 'MASTER' | 'BACKUP' | 'FAULT'

export interface EngineStep {
  readonly engine: Engine
  readonly effects: readonly EngineEffect[]
}

export function createEngine(setup: EngineSetup, now: Instant): Engine {
  const groupOf = new Map(setup.groups.flatMap((group) => group.members.map((name) => [name, group.name])))
  const routers = new Map(
    setup.routers.map((router): [string, RouterRecord] => [
      router.name,
      {
        router,
        group: groupOf.get(router.name),
        state: { kind: 'initialize' },
        conditions: ownConditions(router, setup.facts),
        since: now,
        because: 'starting',
        counters: zeroCounters,
        said: new Set(),
        lastSender: undefined,
      },
    ]),
  )
  const groups = new Map(
    setup.groups.map((group): [string, GroupRecord] => [group.name, { ...group, announced: undefined }]),
  )
  return { routers, groups, facts: setup.facts }
}

export function nextDeadline(engine: Engine): Instant | undefined {
  let next: Instant | undefined
  for (const record of engine.routers.values()) next = earliest(next, deadlineOf(record.state))
  return next
}

export function stepEngine(engine: Engine, event: EngineEvent, now: Instant): EngineStep {
  const work = new Work(engine, now)
  switch (event.type) {
    case 'start':
      work.start()
      break
    case 'stop':
      work.stop()
      break
    case 'alarm':
      work.alarm()
      break
    case 'advert':
      work.advert(event.router, event.advert)
      break
    case 'rejected':
      work.rejected(event)
      break
    case 'link':
      work.facts({ ...engine.facts, links: withEntry(engine.facts.links, event.name, event.fact) })
      break
    case 'script':
      work.facts({ ...engine.facts, scripts: withEntry(engine.facts.scripts, event.name, event.verdict) })
      break
    case 'address-lost':
      work.addressLost(event.router, event.address)
      break
    default:
      assertNever(event)
  }
  return work.result()
}

function withEntry<V>(
  map: ReadonlyMap<string, V>,
  key: string,
  value: V | undefined,
): ReadonlyMap<string, V> {
  const copy = new Map(map)
  if (value === undefined) copy.delete(key)
  else copy.set(key, value)
  return copy
}

/** One event being worked off: local, mutable, and gone when the result is taken. */
class Work {
  private readonly routers: Map<string, RouterRecord>
  private readonly groups: Map<string, GroupRecord>
  private readonly effects: EngineEffect[] = []
  private currentFacts: Facts
  private readonly now: Instant

  constructor(engine: Engine, now: Instant) {
    this.routers = new Map(engine.routers)
    this.groups = new Map(engine.groups)
    this.currentFacts = engine.facts
    this.now = now
  }

  result(): EngineStep {
    return {
      engine: { routers: this.routers, groups: this.groups, facts: this.currentFacts },
      effects: this.effects,
    }
  }

  /** keepalived announces a starting group before its members. */
  start(): void {
    this.refreshConditions()
    for (const name of this.routers.keys())
      this.step(name, { type: 'start', asOwner: this.startsAsOwner(name) })
    this.announceGroups('first')
  }

  stop(): void {
    for (const name of this.routers.keys()) this.step(name, { type: 'stop' })
    for (const group of this.groups.keys()) this.effects.push({ type: 'group-notify', group, state: 'STOP' })
  }

  alarm(): void {
    const due = [...this.routers.values()]
      .map((record) => ({ name: record.router.name, at: deadlineOf(record.state) }))
      .filter(
        (entry): entry is { name: string; at: Instant } => entry.at !== undefined && entry.at <= this.now,
      )
      .sort((a, b) => a.at - b.at)
    for (const { name } of due) this.stepAndSettle(name, { type: 'timeout', heldBack: this.isHeldBack(name) })
    this.announceGroups('last')
  }

  advert(name: string, advert: Advert): void {
    const record = this.record(name)
    if (record.state.kind !== 'backup' && record.state.kind !== 'master') return
    this.update(name, { counters: countAdvert(record.counters, advert.priority) })
    this.compareAddresses(name, advert)
    this.update(name, { lastSender: advert.source })
    this.stepAndSettle(name, { type: 'advert', advert })
    this.announceGroups('last')
  }

  rejected(event: { router: string; reason: string; source: Ipv4Address; text: string }): void {
    const record = this.record(event.router)
    if (record.state.kind !== 'backup' && record.state.kind !== 'master') return
    this.update(event.router, { counters: countRejection(record.counters, event.reason) })
    this.note(event.router, {
      kind: 'advert-rejected',
      reason: event.reason,
      source: event.source,
      text: event.text,
    })
  }

  /**
   * Steps every router whose conditions the new facts alter; in a group the
   * member whose own conditions changed goes first, the others follow it.
   */
  facts(facts: Facts): void {
    const before = this.currentFacts
    this.currentFacts = facts
    const changed = this.refreshConditions()
    const isOwn = (name: string): boolean => {
      const { router } = this.record(name)
      return !sameConditions(ownConditions(router, before), ownConditions(router, facts))
    }
    const ordered = [...changed].sort(([a], [b]) => Number(isOwn(b)) - Number(isOwn(a)))
    const moved = new Map<string, number>()
    for (const [name, previous] of ordered) {
      this.stepMember(name, { type: 'conditions', before: previous }, moved)
    }
    this.announceGroups('last')
  }

  /** The other masters of the group step down in the same way (measured); the group itself is not notified. */
  addressLost(name: string, address: string): void {
    const record = this.record(name)
    if (record.state.kind !== 'master') return
    this.note(name, { kind: 'address-lost', address })
    this.step(name, { type: 'address-lost', address })
    if (record.group === undefined) return
    for (const sibling of this.siblings(name))
      this.step(sibling.router.name, { type: 'address-lost', address })
    const group = this.groups.get(record.group)
    if (group !== undefined) this.groups.set(group.name, { ...group, announced: 'BACKUP' })
  }

  private record(name: string): RouterRecord {
    const record = this.routers.get(name)
    if (record === undefined) throw new Error(`no virtual router ${name}`)
    return record
  }

  private update(name: string, change: Partial<RouterRecord>): void {
    this.routers.set(name, { ...this.record(name), ...change })
  }

  private siblings(name: string): readonly RouterRecord[] {
    const { group } = this.record(name)
    const members = group === undefined ? [] : (this.groups.get(group)?.members ?? [])
    return members.filter((member) => member !== name).map((member) => this.record(member))
  }

  private startsAsOwner(name: string): boolean {
    const all = [this.record(name), ...this.siblings(name)]
    return all.every(({ router }) => router.priority === OWNER_PRIORITY)
  }

  private isHeldBack(name: string): boolean {
    return (
      this.record(name).state.kind === 'backup' &&
      !mayBecomeMaster(this.siblings(name).map(({ state }) => state))
    )
  }

  /** Brings every record's conditions up to date; gives those that changed, with what they were. */
  private refreshConditions(): Map<string, Conditions> {
    const own = new Map(
      [...this.routers].map(
        ([name, { router }]) => [name, ownConditions(router, this.currentFacts)] as const,
      ),
    )
    const changed = new Map<string, Conditions>()
    for (const [name, conditions] of own) {
      const record = this.record(name)
      const others = this.siblings(name).map(({ router }) => ({
        name: router.name,
        own: own.get(router.name) ?? conditions,
      }))
      const joint = withGroup(conditions, others)
      if (sameConditions(record.conditions, joint)) continue
      changed.set(name, record.conditions)
      this.update(name, { conditions: joint })
    }
    return changed
  }

  /** Steps a member for changed conditions and says once, after the first of its group, that the rest follows. */
  private stepMember(name: string, event: RouterEvent, moved: Map<string, number>): void {
    const { group, state } = this.record(name)
    const mark = this.effects.length
    this.step(name, event)
    const after = this.record(name).state.kind
    if (group === undefined || after === state.kind || (after !== 'fault' && after !== 'backup')) return
    const count = moved.get(group) ?? 0
    moved.set(group, count + 1)
    if (count !== 1) return
    const to = after === 'fault' ? 'FAULT' : 'BACKUP'
    this.effects.splice(mark, 0, { type: 'group-syncing', group, to })
  }

  /** Steps a router and, when its group has to follow, the others. */
  private stepAndSettle(name: string, event: RouterEvent): void {
    const from = this.record(name).state.kind
    this.step(name, event)
    const { group, state } = this.record(name)
    const to = group === undefined ? undefined : followTo(from, state.kind)
    if (group === undefined || to === undefined) return
    const followers = this.siblings(name).filter((sibling) => sibling.state.kind !== to)
    if (followers.length === 0) return
    this.effects.push({ type: 'group-syncing', group, to: to === 'master' ? 'MASTER' : 'BACKUP' })
    for (const { router } of followers) this.step(router.name, { type: 'follow', to, because: name })
  }

  private step(name: string, event: RouterEvent): void {
    const record = this.record(name)
    const { state, effects } = step(record.router, record.state, record.conditions, event, this.now)
    this.routers.set(name, this.advance(record, state, effects))
    for (const effect of effects) {
      if (effect.type === 'note') this.note(name, effect.note)
      else this.effects.push({ type: 'router', router: name, effect })
    }
  }

  private advance(record: RouterRecord, state: State, effects: readonly Effect[]): RouterRecord {
    const counters = countStep(record.counters, record.state.kind, state.kind, effects)
    if (state.kind === record.state.kind) return { ...record, state, counters }
    const transition = effects.find((effect) => effect.type === 'note' && effect.note.kind === 'transition')
    const because =
      transition?.type === 'note' && transition.note.kind === 'transition'
        ? transition.note.because
        : 'stopped'
    return { ...record, state, counters, since: this.now, because, said: new Set() }
  }

  /** Notes that could come with every advert are given once; see RouterRecord.said. */
  private note(name: string, note: Note): void {
    const key = onceKey(note)
    if (key !== undefined) {
      const { said } = this.record(name)
      if (said.has(key)) return
      this.update(name, { said: new Set(said).add(key) })
    }
    this.effects.push({ type: 'router', router: name, effect: { type: 'note', note } })
  }

  /** A differing list is accepted, as keepalived 2.3.3 and later do: 2.2.7 rejects it and ends with two masters. */
  private compareAddresses(name: string, advert: Advert): void {
    const { router, lastSender, counters, said } = this.record(name)
    if (lastSender !== advert.source) this.update(name, { said: withoutKey(said, 'address-list') })
    if (router.skipCheckAdvAddr && lastSender === advert.source) return
    const ours = new Set(router.addresses)
    const same =
      advert.addresses.length === router.addresses.length &&
      advert.addresses.every((address) => ours.has(address))
    if (same) return
    this.update(name, { counters: { ...counters, addressListDiffers: counters.addressListDiffers + 1 } })
    this.note(name, { kind: 'address-list-differs', source: advert.source, addresses: advert.addresses })
  }

  private announceGroups(place: 'first' | 'last'): void {
    const notifies: EngineEffect[] = []
    for (const group of this.groups.values()) {
      const joint = jointState(group.members.map((member) => this.record(member).state))
      if (joint === undefined || joint === group.announced) continue
      this.groups.set(group.name, { ...group, announced: joint })
      notifies.push({ type: 'group-notify', group: group.name, state: joint })
    }
    if (place === 'first') this.effects.unshift(...notifies)
    else this.effects.push(...notifies)
  }
}

function onceKey(note: Note): string | undefined {
  switch (note.kind) {
    case 'advert-rejected':
      return `rejected ${note.reason} ${String(note.source)}`
    case 'address-list-differs':
      return 'address-list'
    case 'own-address-advert':
    case 'two-owners':
      return note.kind
    default:
      return undefined
  }
}

function withoutKey(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  if (!set.has(key)) return set
  const copy = new Set(set)
  copy.delete(key)
  return copy
}
