/** An advert reaches a router: counted, its addresses compared, and then an event of the election. */

import type { IpAddress } from '../base/address.ts'
import type { Instant } from '../base/time.ts'
import { advertisedAddresses } from './conditions.ts'
import { countAdvert, countAddressListDiffers, countRejection } from './counters.ts'
import { recordOf, update, type Draft } from './draft.ts'
import type { Advert, VirtualRouter } from './election/state.ts'
import { accept, forgetGone, reject, type Rejections, type RejectedSenders } from './rejections.ts'
import { noteOnce, stepAndSettle } from './stepping.ts'
import type { EngineEvent, RouterRecord } from './types.ts'

export function receiveAdvert(draft: Draft, name: string, advert: Advert): void {
  const { state, counters, router, conditions, lastSender } = recordOf(draft, name)
  if (isDeaf(state) || isTooEarly(router, advert.arrivedAt)) return
  update(draft, name, { counters: countAdvert(counters, advert.priority), lastSender: advert.source })
  forgetGoneSenders(draft, name)
  sayOfSenders(draft, name, (senders) => accept(senders, advert.source))
  const trusted = router.skipCheckAdvAddr && lastSender === advert.source
  const ours = advertisedAddresses(router, conditions)
  if (!trusted && !areSameAddresses(ours, advert.addresses)) acceptDifferingList(draft, name, advert)
  if (advert.hasOtherChecksum) noteOnce(draft, name, { kind: 'other-checksum', source: advert.source })
  stepAndSettle(draft, name, { type: 'advert', advert })
}

export function receiveRejected(draft: Draft, event: EngineEvent & { type: 'rejected' }): void {
  const { state, counters, router } = recordOf(draft, event.router)
  if (isDeaf(state) || isTooEarly(router, draft.now)) return
  const { reason, source, text } = event
  update(draft, event.router, { counters: countRejection(counters, reason) })
  sayOfSenders(draft, event.router, (senders) => reject(senders, { reason, source, text }, draft.now))
}

/** Called with every advert that is believed, and when the router's own deadline comes: one of them does. */
export function forgetGoneSenders(draft: Draft, name: string): void {
  sayOfSenders(draft, name, (senders) => forgetGone(senders, draft.now))
}

function sayOfSenders(draft: Draft, name: string, change: (senders: RejectedSenders) => Rejections): void {
  const { rejectedSenders } = recordOf(draft, name)
  const { senders, notes } = change(rejectedSenders)
  if (senders !== rejectedSenders) update(draft, name, { rejectedSenders: senders })
  for (const note of notes)
    draft.effects.push({ type: 'router', router: name, effect: { type: 'note', note } })
}

const isTooEarly = ({ deafUntil }: VirtualRouter, arrivedAt: Instant): boolean =>
  deafUntil !== undefined && arrivedAt < deafUntil

const isDeaf = ({ kind }: RouterRecord['state']): boolean => kind === 'initialize' || kind === 'fault'

/** In any order: what matters is which addresses both stand for. */
function areSameAddresses(ours: readonly IpAddress[], theirs: readonly IpAddress[]): boolean {
  if (ours.length !== theirs.length) return false
  if (ours.every((address, index) => address === theirs[index])) return true
  const known = new Set<IpAddress>(ours)
  return theirs.every((address) => known.has(address))
}

/** Accepted, as keepalived 2.3.3 and later do: 2.2.7 rejects it and ends with two masters. */
function acceptDifferingList(draft: Draft, name: string, { source, addresses }: Advert): void {
  update(draft, name, { counters: countAddressListDiffers(recordOf(draft, name).counters) })
  noteOnce(draft, name, { kind: 'address-list-differs', source, addresses })
}
