/** What of the engine's effects is told, and about whom. */

import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/events/event.ts'
import { eventOf } from '../../src/events/from-effect.ts'
import type { EngineEffect } from '../../src/vrrp/types.ts'

const ofV1 = (effect: Extract<EngineEffect, { type: 'router' }>['effect']): EngineEffect => ({
  type: 'router',
  router: 'V1',
  effect,
})
const lost = { kind: 'address-lost', address: 'IP 10.0.0.9/24 on eth0' } as const
const stopped = { kind: 'preempt-delay-stopped' } as const

test.each<[string, EngineEffect, DomainEvent | undefined]>([
  ['an event', ofV1({ type: 'event', event: lost }), { type: 'election', router: 'V1', event: lost }],
  ['a note', ofV1({ type: 'note', note: stopped }), { type: 'note', router: 'V1', note: stopped }],
  [
    'the state of an instance',
    ofV1({ type: 'notify', state: 'MASTER', priority: 100 }),
    {
      type: 'notify',
      subject: { type: 'INSTANCE', name: 'V1' },
      state: 'MASTER',
      priority: 100,
      deleted: false,
    },
  ],
  [
    'the last state of one that a reload removes',
    ofV1({ type: 'notify', state: 'STOP', priority: 100, deleted: true }),
    {
      type: 'notify',
      subject: { type: 'INSTANCE', name: 'V1' },
      state: 'STOP',
      priority: 100,
      deleted: true,
    },
  ],
  [
    'the state of a sync group',
    { type: 'group-notify', group: 'G1', state: 'FAULT' },
    { type: 'notify', subject: { type: 'GROUP', name: 'G1' }, state: 'FAULT', priority: 0, deleted: false },
  ],
  [
    'a sync group that takes its members along',
    { type: 'group-syncing', group: 'G1', to: 'MASTER' },
    { type: 'group-syncing', group: 'G1', to: 'MASTER' },
  ],
  ['something to do', ofV1({ type: 'install' }), undefined],
])('%s', (_, effect, event) => {
  expect(eventOf(effect)).toEqual(event)
})
