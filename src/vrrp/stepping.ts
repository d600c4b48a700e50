/** One router takes one step, and its sync group follows where it has to. */

import { limitByKey, NOTHING_SAID, type Said } from '../base/repeat-limiter.ts'
import { notifyWord } from '../base/state-names.ts'
import type { Instant } from '../base/time.ts'
import { countStep } from './counters.ts'
import { recordOf, siblingsOf, update, type Draft } from './draft.ts'
import { describeCause } from './election/cause.ts'
import type { Effect, Note, RouterEvent, State, StateKind } from './election/state.ts'
import { step } from './election/step.ts'
import { renew } from './rejections.ts'
import { followTo, hearsMaster } from './sync-group.ts'
import type { EngineEffect, RouterRecord } from './types.ts'

export function stepRouter(draft: Draft, name: string, event: RouterEvent): void {
  const record = recordOf(draft, name)
  const { state, effects } = step(record.router, record.state, record.conditions, event, draft.now)
  update(draft, name, advance(record, state, effects, draft))
  if (record.group !== undefined && state.kind !== record.state.kind) draft.movedGroups.add(record.group)
  for (const effect of effects) {
    if (effect.type === 'note') noteOnce(draft, name, effect.note)
    else draft.effects.push({ type: 'router', router: name, effect })
  }
}

/** Steps a router and, when its group has to follow, the others. */
export function stepAndSettle(draft: Draft, name: string, event: RouterEvent): void {
  const from = recordOf(draft, name).state
  const mark = draft.effects.length
  stepRouter(draft, name, event)
  const { group, state } = recordOf(draft, name)
  if (group === undefined) return
  if (hearsMaster(from, state, event)) yieldDivided(draft, name, group)
  const follow = followTo(from.kind, state.kind, event)
  if (follow === 'master' || follow === 'backup') announceSyncing(draft, group, follow)
  if (follow !== undefined) stepSiblings(draft, name, { type: 'follow', to: follow, because: name })
  else if (draft.effects.slice(mark).some(isForcedElection))
    stepSiblings(draft, name, { type: 'sibling-disturbed' })
}

/**
 * A reload may leave a Master beside members that only begin. If one of these accepts another's adverts, nobody could
 * ever serve the rest: the group is one again when the Master goes back with it.
 */
function yieldDivided(draft: Draft, name: string, group: string): void {
  if (siblingsOf(draft, name).some(({ state }) => state.kind === 'master'))
    announceSyncing(draft, group, 'backup')
  yieldSiblings(draft, name)
}

/** The Masters of its group go back to Backup because this member is one. */
export function yieldSiblings(draft: Draft, name: string): void {
  for (const { router, state } of siblingsOf(draft, name))
    if (state.kind === 'master')
      stepRouter(draft, router.name, { type: 'follow', to: 'backup', because: name })
}

function stepSiblings(draft: Draft, name: string, event: RouterEvent): void {
  for (const { router } of siblingsOf(draft, name)) stepRouter(draft, router.name, event)
}

const isForcedElection = (effect: EngineEffect): boolean =>
  effect.type === 'router' &&
  effect.effect.type === 'event' &&
  effect.effect.event.kind === 'forcing-election'

export function announceSyncing(draft: Draft, group: string, to: StateKind): void {
  const name = notifyWord(to)
  if (name !== undefined) draft.effects.push({ type: 'group-syncing', group, to: name })
}

/** Whatever may be said with every advert is said again. */
export const withNothingSaid = (record: RouterRecord): Pick<RouterRecord, 'said' | 'rejectedSenders'> => ({
  said: NOTHING_SAID,
  rejectedSenders: renew(record.rejectedSenders),
})

export function noteOnce(draft: Draft, name: string, note: Note): void {
  const record = recordOf(draft, name)
  const said = remember(record.said, note, draft.now)
  if (said === undefined) return
  if (said !== record.said) update(draft, name, { said })
  draft.effects.push({ type: 'router', router: name, effect: { type: 'note', note } })
}

function advance(
  record: RouterRecord,
  state: State,
  effects: readonly Effect[],
  { now }: Draft,
): Partial<RouterRecord> {
  const counters = countStep(record.counters, record.state.kind, state.kind, effects)
  if (state.kind === record.state.kind) return { state, counters }
  return { state, counters, since: now, because: reasonGiven(effects), ...withNothingSaid(record) }
}

/** Every change of state but the one at the end says why. */
function reasonGiven(effects: readonly Effect[]): string {
  for (const effect of effects)
    if (effect.type === 'event' && effect.event.kind === 'transition')
      return describeCause(effect.event.cause)
  return 'stopped'
}

/**
 * Notes that could come with every advert are given once until the router
 * changes state: a misconfigured neighbour sends one per second, a hostile one
 * thousands, each from another address. The counters go on counting.
 */
const ONCE = { intervals: [], most: 32 }

/** What has been said after this note; undefined when it is not to be given. */
function remember(said: Said, note: Note, now: Instant): Said | undefined {
  const key = onceKey(note)
  if (key === undefined) return said
  const next = limitByKey(said, key, now, ONCE)
  return next.say && next.said
}

/** Undefined for notes that are given every time. */
function onceKey(note: Note): string | undefined {
  switch (note.kind) {
    case 'address-list-differs':
    case 'two-owners':
    case 'other-checksum':
      return `${note.kind} ${note.source}`
    case 'own-address-advert':
      return note.kind
    case 'interval-learned':
      return `${note.kind} ${note.to}`
    default:
      return undefined
  }
}
