/** Whoever subscribes, told of one daemon's events: who hears what, and in which order. */

import { expect, test } from 'vitest'
import { subscribersOf } from '../../src/daemon/event-subscribers.ts'
import { Recorder } from '../../src/daemon/journal/recorder.ts'
import { JournalStream } from '../../src/daemon/journal/journal-stream.ts'
import type { Log } from '../../src/daemon/log/logging.ts'
import type { DomainEvent } from '../../src/events/event.ts'
import { EventList, voiceOf } from '../../src/events/event-list.ts'
import { createEngine } from '../../src/vrrp/engine.ts'
import { at, goodLink, ip, makeFacts, makeRouter } from '../vrrp/kit.ts'

function setUp({ monitorAddresses = false } = {}) {
  const heard: string[] = []
  const keep =
    (who: string) =>
    (text: string): void => {
      heard.push(`${who}: ${text}`)
    }
  const log: Log = {
    ...{ detail: keep('detail'), info: keep('info'), warn: keep('warn'), error: keep('error') },
    say: ({ text, level }) => keep(level)(text),
    reopen: () => undefined,
    linesLost: () => 0,
    close: () => Promise.resolve(),
  }
  const links = new Map([['eth0', goodLink]])
  const engine = createEngine({ routers: [makeRouter()], groups: [], facts: makeFacts({ links }) }, at(0))
  const recordOf = (name: string) => engine.routers.get(name)
  const recorder = new Recorder({
    ...{ clock: { now: () => at(0) }, wallMs: () => 0, recordOf },
    addressesOf: () => '',
    checkWords: () => '',
  })
  const events = new EventList()
  const { journal } = recorder
  const subscribers = subscribersOf({
    ...{ clock: { now: () => at(0) }, log, recorder, recordOf, monitorAddresses },
    scriptService: {
      notify: ({ name }, state, priority) => keep('notify')(`${name} ${state} ${priority}`),
      notifyLowerPriority: (name, priority) => keep('notify')(`${name} lower ${priority}`),
      notifyPriority: (name, state, priority) => keep('notify')(`${name} ${state}_PRIORITY ${priority}`),
    },
    succession: { onEvent: ({ type }) => keep('record')(type) },
    service: { onEvent: ({ type }) => keep('service')(type) },
  })
  events.subscribe(() => keep('before all')(String(journal.lastId)))
  for (const subscriber of subscribers) events.subscribe(subscriber)
  events.subscribe(() => keep('after all')(String(journal.lastId)))
  const told = (): readonly string[] => journal.after(0).events.map(({ text }) => text)
  const happen = (event: DomainEvent): readonly string[] => {
    heard.length = 0
    events.publish(event)
    return [...heard]
  }
  return { events, journal, happen, told, heard }
}

const moved: DomainEvent = {
  type: 'election',
  router: 'V1',
  event: { kind: 'transition', from: 'backup', to: 'master', cause: { kind: 'no-master-heard' } },
}

test('the journal first, then programs, log, record and service manager, then who looks on', () => {
  const { happen, told } = setUp()
  expect(happen(moved)).toEqual([
    'before all: 0',
    'info: (V1) Entering MASTER STATE (was BACKUP: no master heard)',
    'record: election',
    'service: election',
    'after all: 1',
  ])
  expect(told()).toEqual(['V1 is MASTER (was BACKUP): no master heard'])
  const source = ip('10.9.0.2')
  const forcing = { kind: 'forcing-election', source, priority: 90, ours: 100 } as const
  expect(happen({ type: 'election', router: 'V1', event: forcing }).slice(1, 3)).toEqual([
    'notify: V1 lower 100',
    'info: (V1) Received advert from 10.9.0.2 with lower priority 90, ours 100, forcing new election',
  ])
})

test('a client that follows has what the journal has, when it is woken', async () => {
  const { events, journal, happen } = setUp()
  const stream = new JournalStream({ journal, events }, () => true, 0)
  await stream.next()
  const next = stream.next()
  happen(moved)
  expect(await next).toMatchObject({ result: { events: [{ id: 1 }] } })
})

test.each<[string, DomainEvent, readonly string[], readonly string[]]>([
  [
    'a state that programs hear of',
    {
      ...{ type: 'notify', subject: { type: 'GROUP', name: 'G1' }, state: 'FAULT' },
      ...{ priority: 0, deleted: false },
    },
    ['notify: G1 FAULT 0'],
    [],
  ],
  [
    'a priority',
    { type: 'election', router: 'V1', event: { kind: 'priority-changed', from: 100, to: 80 } },
    ['notify: V1 BACKUP_PRIORITY 80', 'info: (V1) Changing effective priority from 100 to 80'],
    ['V1 has priority 80 now (was 100)'],
  ],
  [
    'a priority of a router that is no more',
    { type: 'election', router: 'V9', event: { kind: 'priority-changed', from: 100, to: 80 } },
    ['info: (V9) Changing effective priority from 100 to 80'],
    ['V9 has priority 80 now (was 100)'],
  ],
  [
    'a note',
    { type: 'note', router: 'V1', note: { kind: 'preempt-delay-stopped' } },
    ['detail: (V1) stop preempt delay'],
    ['V1 waits no longer: a master of its rank or higher is heard'],
  ],
  [
    'a group',
    { type: 'group-syncing', group: 'G1', to: 'MASTER' },
    ['info: VRRP_Group(G1) Syncing instances to MASTER state'],
    ['sync group G1 takes its members to MASTER'],
  ],
  [
    'a link',
    { type: 'link', link: 'eth0', state: 'gone' },
    ['info: Netlink reports eth0 deleted'],
    ['eth0 was removed'],
  ],
  [
    'a complaint',
    { type: 'complaint', what: 'not-set', router: 'V1', text: 'cannot set address 10.9.0.9/24' },
    ['warn: (V1) cannot set address 10.9.0.9/24'],
    ['(V1) cannot set address 10.9.0.9/24'],
  ],
  ['a remark', { type: 'remark', level: 'detail', text: 'x' }, ['detail: x'], []],
  ['the start', { type: 'started', version: '1.2' }, [], ['vrrpd 1.2 starts']],
  [
    'the end',
    { type: 'stopping', reason: 'SIGTERM' },
    ['info: Stopping (SIGTERM)'],
    ['vrrpd stops (SIGTERM)'],
  ],
  ['a reload', { type: 'reloaded', configFile: '/k.conf' }, [], ['/k.conf was read anew']],
  ['a refused reload', { type: 'reload-refused', reason: 'x' }, [], ['a reload was refused: x']],
  ['a drain', { type: 'drain', routers: ['V1', 'V2'] }, [], ['the operator takes V1, V2 out']],
  ['its end', { type: 'resume', routers: ['V1'], by: 'daemon' }, [], ['vrrpd lets V1 in again']],
  ['a resume', { type: 'resume', routers: ['V1'], by: 'operator' }, [], ['the operator lets V1 in again']],
])('%s', (_what, event, expected, journal) => {
  const { happen, told } = setUp()
  const heard = happen(event).filter((each) => !/^(before all|after all|record|service)/.test(each))
  expect(heard).toEqual(expected)
  expect(told()).toEqual(journal)
})

test('an instance may have any name: a complaint says which one it means', () => {
  const { events, journal } = setUp()
  const { complain } = voiceOf((event) => {
    events.publish(event)
  })
  complain({ what: 'not-set', router: 'V1', text: 'cannot set x' })
  // It only looks like V1's.
  complain({ what: 'virtual-mac', text: '(V1) is no interface' })
  complain({ what: 'not-removed', router: 'gone', text: 'cannot remove x' })
  expect(journal.after(0).events.map(({ instance, subject, text }) => [instance, subject, text])).toEqual([
    ['V1', 'V1', '(V1) cannot set x'],
    [null, 'vrrpd', '(V1) is no interface'],
    [null, 'vrrpd', '(gone) cannot remove x'],
  ])
})

test('addresses are logged for those who asked for it', () => {
  const event = { type: 'address', change: 'removed', link: 'eth0', address: ip('10.9.0.9') } as const
  const lines = (monitorAddresses: boolean): readonly string[] =>
    setUp({ monitorAddresses })
      .happen(event)
      .filter((each) => each.startsWith('info'))
  expect(lines(false)).toEqual([])
  expect(lines(true)).toEqual(['info: Netlink reflector reports IP 10.9.0.9 removed from eth0'])
})
