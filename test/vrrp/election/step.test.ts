/**
 * Every state with every event. A cell is the next state and what is done, in
 * order; '=' stands for nothing at all. The router has priority 100, nothing
 * is heard by a Backup yet, and all deadlines are at 10 s, the time of the event.
 */

import { describe, expect, test } from 'vitest'
import { between, seconds, toSeconds, type Instant } from '../../../src/base/time.ts'
import type { Conditions, Master, RouterEvent, State } from '../../../src/vrrp/election/state.ts'
import { step } from '../../../src/vrrp/election/step.ts'
import { at, ip, makeAdvert, makeRouter } from '../kit.ts'
import { tellRouterEffect } from '../transcript-text.ts'

const now: Instant = at(10)

const well: Conditions = { priority: 100, faults: [], pending: [], source: ip('10.9.0.1') }
const failing: Conditions = { ...well, faults: [{ kind: 'link-down', subject: 'eth0' }] }
const waiting: Conditions = { ...well, pending: ['script chk'] }
const better: Conditions = { ...well, priority: 120 }

const states = {
  'initialize, not started': { kind: 'initialize', next: undefined },
  'initialize, waiting': { kind: 'initialize', next: 'backup' },
  'initialize, waiting owner': { kind: 'initialize', next: 'master' },
  backup: { kind: 'backup', masterDownAt: now, master: undefined, preemptAt: undefined, wantsMaster: false },
  master: {
    kind: 'master',
    nextAdvertAt: now,
    secondBurstAt: now,
    lowerPrioBurstAt: now,
    refreshAt: now,
  },
  fault: { kind: 'fault', reasons: [{ kind: 'tracker', subject: 'script chk' }] },
} as const satisfies Record<string, State>

const advert = (priority: number, source: string): RouterEvent => ({
  type: 'advert',
  advert: makeAdvert({ priority, source: ip(source), arrivedAt: now }),
})

const events = {
  start: [{ type: 'start', asOwner: false }, well],
  'start as owner': [{ type: 'start', asOwner: true }, well],
  'start, resumed': [{ type: 'start', asOwner: false, resumed: true }, well],
  'start, resumed at fault': [{ type: 'start', asOwner: false, resumed: true }, failing],
  'start, resumed, script pending': [{ type: 'start', asOwner: false, resumed: true }, waiting],
  'start, at fault': [{ type: 'start', asOwner: false }, failing],
  'start, script pending': [{ type: 'start', asOwner: false }, waiting],
  'advert 0': [advert(0, '10.9.0.2'), well],
  'advert lower': [advert(99, '10.9.0.2'), well],
  'advert equal, lower address': [advert(100, '10.9.0.0'), well],
  'advert equal, own address': [advert(100, '10.9.0.1'), well],
  'advert equal, higher address': [advert(100, '10.9.0.2'), well],
  'advert higher': [advert(101, '10.9.0.0'), well],
  deadline: [{ type: 'timeout', heldBack: false }, well],
  'deadline, held back': [{ type: 'timeout', heldBack: true }, well],
  'a fault': [{ type: 'conditions', before: well, following: false }, failing],
  'a fault of the group': [{ type: 'conditions', before: well, following: true }, failing],
  'a pending script': [{ type: 'conditions', before: well, following: false }, waiting],
  'a priority': [{ type: 'conditions', before: well, following: false }, better],
  'all well': [{ type: 'conditions', before: failing, following: false }, well],
  'address lost': [{ type: 'address-lost', address: '10.9.0.101/24' }, well],
  'follow to master': [{ type: 'follow', to: 'master', because: 'V2' }, well],
  'follow to backup': [{ type: 'follow', to: 'backup', because: 'V2' }, well],
  'follow aside': [{ type: 'follow', to: 'aside', because: 'V2' }, well],
  'sibling disturbed': [{ type: 'sibling-disturbed' }, well],
  stop: [{ type: 'stop' }, well],
} as const satisfies Record<string, readonly [RouterEvent, Conditions]>

type StateName = keyof typeof states
type EventName = keyof typeof events

const takeover = (from: string, why: string, priority = 100): readonly string[] => [
  'master +1.00 +5.00 - +60.00',
  `send ${priority} from 10.9.0.1`,
  `${from} -> master (${why})`,
  '(setting-addresses)',
  'install',
  'ARP x5',
  `NOTIFY MASTER ${priority}`,
]
const removal = ['(removing-addresses)', 'withdraw'] as const
const goodbye = ['send 0 from 10.9.0.1', '(priority-zero-sent)', ...removal] as const
const goodbyeTwice = ['send 0 x2 from 10.9.0.1', '(priority-zero-sent)', ...removal] as const
const linkDown = 'fault link-down eth0'

/** From Initialize, whatever it is about to be. */
const started = {
  start: ['backup +3.61', 'initialize -> backup (init)', 'NOTIFY BACKUP 100'],
  'start as owner': takeover('initialize', 'address owner'),
  'start, resumed': takeover('initialize', 'was Master until this restart'),
  'start, resumed at fault': [linkDown, 'initialize -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
  'start, resumed, script pending': ['initialize backup'],
  'start, at fault': [linkDown, 'initialize -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
  'start, script pending': ['initialize backup'],
  stop: ['initialize not started', 'NOTIFY STOP 100'],
} as const
const waitingFaults = {
  'a fault': [linkDown, 'initialize -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
  'a fault of the group': [linkDown, 'initialize -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
} as const

/** What is not in here is nothing at all. */
const table: Readonly<Record<StateName, Partial<Record<EventName, readonly string[]>>>> = {
  'initialize, not started': started,
  'initialize, waiting': {
    ...started,
    ...waitingFaults,
    'a priority': ['backup +3.53', 'initialize -> backup (init)', 'NOTIFY BACKUP 120'],
    'all well': ['backup +3.61', 'initialize -> backup (init)', 'NOTIFY BACKUP 100'],
  },
  'initialize, waiting owner': {
    ...started,
    ...waitingFaults,
    'a priority': takeover('initialize', 'address owner', 120),
    'all well': takeover('initialize', 'address owner'),
  },
  backup: {
    'advert 0': ['backup +0.61 hears 0', '(priority-zero-received, as backup, source 10.9.0.2)'],
    'advert lower': ['backup +0.00', '(lower-priority-discarded, source 10.9.0.2, priority 99)'],
    'advert equal, lower address': ['backup +3.61 hears 100'],
    'advert equal, own address': ['backup +3.61 hears 100'],
    'advert equal, higher address': ['backup +3.61 hears 100'],
    'advert higher': ['backup +3.61 hears 101'],
    deadline: [
      'master +1.00 +5.00 - +60.00',
      '(master-down-timer-expired)',
      ...takeover('backup', 'no master heard').slice(1),
    ],
    'deadline, held back': ['backup +3.61 wanting', '(master-down-timer-expired)'],
    'a fault': [linkDown, 'backup -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
    'a fault of the group': [linkDown, 'backup -> fault (interface eth0 down)', 'NOTIFY FAULT 100'],
    'a priority': ['backup +-0.08', '(priority-changed, from 100, to 120)'],
    'follow to master': takeover('backup', 'sync group follows V2'),
    stop: ['initialize not started', 'NOTIFY STOP 100'],
  },
  master: {
    'advert 0': [
      'master +1.00 +0.00 +0.00 +0.00',
      '(priority-zero-received, as master, source 10.9.0.2)',
      'send 100 from 10.9.0.1',
    ],
    'advert lower': [
      'master +1.00 +0.00 +5.00 +0.00',
      '(forcing-election, source 10.9.0.2, priority 99, ours 100)',
      'send 100 from 10.9.0.1',
      'ARP x5',
    ],
    'advert equal, lower address': [
      'master +1.00 +0.00 +5.00 +0.00',
      '(forcing-election, source 10.9.0.0, priority 100, ours 100)',
      'send 100 from 10.9.0.1',
      'ARP x5',
    ],
    'advert equal, own address': ['master +0.00 +0.00 +0.00 +0.00', '(own-address-advert, source 10.9.0.1)'],
    'advert equal, higher address': [
      'backup +3.61 hears 100',
      '(yielding, source 10.9.0.2, priority 100, ours 100)',
      'master -> backup (advert from a master of the same priority and a higher address)',
      ...removal,
      'NOTIFY BACKUP 100',
    ],
    'advert higher': [
      'backup +3.61 hears 101',
      '(yielding, source 10.9.0.0, priority 101, ours 100)',
      'master -> backup (advert from a master of higher priority)',
      ...removal,
      'NOTIFY BACKUP 100',
    ],
    deadline: ['master +1.00 - - +60.00', 'send 100 from 10.9.0.1', 'ARP x5', 'ARP x5', 'ARP x1'],
    'deadline, held back': [
      'master +1.00 - - +60.00',
      'send 100 from 10.9.0.1',
      'ARP x5',
      'ARP x5',
      'ARP x1',
    ],
    'a fault': [linkDown, 'master -> fault (interface eth0 down)', ...goodbyeTwice, 'NOTIFY FAULT 100'],
    'a fault of the group': [
      linkDown,
      'master -> fault (interface eth0 down)',
      ...goodbye,
      'NOTIFY FAULT 100',
    ],
    'a priority': ['master +0.00 +0.00 +0.00 +0.00', '(priority-changed, from 100, to 120)'],
    'address lost': [
      'backup +0.61',
      '(address-lost, address 10.9.0.101/24)',
      'master -> backup (10.9.0.101/24 was removed by somebody else)',
      ...goodbye,
      'NOTIFY BACKUP 100',
    ],
    'follow to backup': [
      'backup +3.61',
      'master -> backup (sync group follows V2)',
      ...removal,
      'NOTIFY BACKUP 100',
    ],
    'follow aside': [
      'backup +0.61',
      'master -> backup (sync group follows V2)',
      ...goodbye,
      'NOTIFY BACKUP 100',
    ],
    'sibling disturbed': ['master +0.00 +0.00 +5.00 +0.00', 'ARP x5'],
    stop: ['initialize not started', ...goodbye, 'NOTIFY STOP 100'],
  },
  fault: {
    'a fault': [
      linkDown,
      '(fault-reason, reason interface eth0 down)',
      '(fault-cleared, reason script chk failed)',
    ],
    'a fault of the group': [
      linkDown,
      '(fault-reason, reason interface eth0 down)',
      '(fault-cleared, reason script chk failed)',
    ],
    'a pending script': [
      'fault no-result script chk',
      '(fault-reason, reason script chk has not returned yet)',
      '(fault-cleared, reason script chk failed)',
    ],
    'a priority': ['backup +3.53', 'fault -> backup (fault cleared)', 'NOTIFY BACKUP 120'],
    'all well': ['backup +3.61', 'fault -> backup (fault cleared)', 'NOTIFY BACKUP 100'],
    stop: ['initialize not started', 'NOTIFY STOP 100'],
  },
}

const router = makeRouter({
  garp: { ...makeRouter().garp, refresh: seconds(60) },
})

function cell(stateName: StateName, eventName: EventName): readonly string[] {
  const state: State = states[stateName]
  const [event, conditions] = events[eventName]
  const { state: next, effects } = step(router, state, conditions, event, now)
  if (next === state && effects.length === 0) return ['=']
  return [tellState(next), ...effects.map(tellRouterEffect)]
}

function tellState(state: State): string {
  const relative = (time: Instant | undefined): string =>
    time === undefined ? '-' : `+${toSeconds(between(now, time)).toFixed(2)}`
  switch (state.kind) {
    case 'initialize':
      return `initialize ${state.next ?? 'not started'}`
    case 'backup': {
      const wants = state.wantsMaster ? ' wanting' : ''
      const heard = state.master ? ` hears ${state.master.priority}` : ''
      return `backup ${relative(state.masterDownAt)}${heard}${wants}`
    }
    case 'master':
      return `master ${bursts(state).map(relative).join(' ')}`
    case 'fault':
      return `fault ${state.reasons.map((reason) => `${reason.kind} ${reason.subject}`).join(', ')}`
  }
}

const bursts = (state: Master): readonly (Instant | undefined)[] => [
  state.nextAdvertAt,
  state.secondBurstAt,
  state.lowerPrioBurstAt,
  state.refreshAt,
]

const stateNames = Object.keys(states) as StateName[]
const eventNames = Object.keys(events) as EventName[]

describe.each(stateNames)('in %s', (stateName) => {
  test.each(eventNames)('%s', (eventName) => {
    expect(cell(stateName, eventName)).toEqual(table[stateName][eventName] ?? ['='])
  })

  test('before its deadline nothing is due', () => {
    const early = step(router, states[stateName], well, { type: 'timeout', heldBack: false }, at(9.999999))
    expect(early).toEqual({ state: states[stateName], effects: [] })
  })
})
