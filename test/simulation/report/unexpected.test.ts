/** What is judged by the circumstances: each kind of finding, and what it takes that there is none. */

import { describe, expect, test } from 'vitest'
import type { Circumstances, InstanceCircumstances } from '../../../src/simulation/report/circumstances.ts'
import type { FindingKind } from '../../../src/simulation/report/findings.ts'
import type { Observed, ObservedEvent } from '../../../src/simulation/report/observed.ts'
import { judge } from '../../../src/simulation/report/report.ts'
import { address, change } from './stories.ts'

/** Of VI_1; Master_Down_Interval is 3.6 s, and what befalls it is found within 2 s. */
const on = (host: string, more: Partial<InstanceCircumstances> = {}): InstanceCircumstances => ({
  host,
  instance: 'VI_1',
  lan: 'eth0',
  priority: host === 'a' ? 150 : 100,
  masterDownInterval: 3.609375,
  preemptDelay: 0,
  nopreempt: undefined,
  findingTime: 2,
  absent: [],
  faults: [],
  ailments: [],
  trackedLinks: [],
  ...more,
})

interface Case {
  readonly held: Parameters<typeof address>[0]
  readonly events?: readonly ObservedEvent[]
  readonly a?: Partial<InstanceCircumstances>
  readonly b?: Partial<InstanceCircumstances>
  readonly more?: Partial<Circumstances>
}

function kinds({ held, events = [], a, b, more }: Case): readonly FindingKind[] {
  const started = ['a', 'b'].map((host) => change(0, host, 'VI_1', 'INIT', 'BACKUP', 'started'))
  const observed: Observed = {
    hosts: ['a', 'b'],
    until: 100,
    events: [...started, ...events].toSorted((one, other) => one.time - other.time),
    addresses: [address(held)],
    circumstances: {
      instances: [on('a', a), on('b', b)],
      apart: [],
      troubles: [{ from: 0, to: 0 }],
      blips: [],
      ...more,
    },
  }
  return judge(observed).flatMap(({ kind, isExpected }) => (isExpected === true ? [] : [kind]))
}

const becomes = (time: number, host: string, to: 'MASTER' | 'BACKUP' | 'FAULT'): ObservedEvent =>
  change(time, host, 'VI_1', to === 'MASTER' ? 'BACKUP' : 'MASTER', to, '')

const apart = (from: number, to: number, lan = 'eth0'): Partial<Circumstances> => ({
  apart: [{ lan, hosts: ['a', 'b'], from, to }],
})

const A_ALL_THE_WHILE = [['a', 3, null]] as const
const A_IS_MASTER = [becomes(3, 'a', 'MASTER')]
const BOTH_LOSE_IT: Case = {
  held: [
    ['a', 3, 40],
    ['a', 50, null],
  ],
  events: ['a', 'b'].flatMap((host) => [
    becomes(40, host, 'FAULT'),
    change(46, host, 'VI_1', 'FAULT', 'BACKUP', ''),
  ]),
}
const ETH1_IS_DOWN = {
  faults: [{ from: 40, to: 46, what: 'eth1 is down', link: 'eth1' }],
  trackedLinks: [{ link: 'eth1', down: [{ from: 40, to: 46 }] }],
} as const

const table: Readonly<Record<string, readonly [FindingKind | undefined, Case]>> = {
  'all is well': [undefined, { held: A_ALL_THE_WHILE, events: A_IS_MASTER }],

  'two at once, in reach': ['doubled', { held: [...A_ALL_THE_WHILE, ['b', 40, 50]] }],
  'two at once while parted': [undefined, { held: [...A_ALL_THE_WHILE, ['b', 40, 50]], more: apart(36, 49) }],
  'two at once, long after they were parted': [
    'doubled',
    { held: [...A_ALL_THE_WHILE, ['b', 40, 50]], more: apart(36, 48) },
  ],
  'two at once on another LAN than is parted': [
    'doubled',
    {
      held: [...A_ALL_THE_WHILE, ['b', 40, 50]],
      more: { apart: [{ lan: 'eth1', hosts: ['a', 'b'], from: 0, to: 90 }] },
    },
  ],
  'two at once while one is held up': [
    undefined,
    { held: [...A_ALL_THE_WHILE, ['b', 40, 50]], a: { absent: [{ from: 37, to: 50 }] } },
  ],

  'nobody, though b is well': [
    'unserved',
    {
      held: [
        ['a', 3, 40],
        ['b', 50, null],
      ],
      events: [becomes(40, 'a', 'FAULT')],
      a: { faults: [{ from: 40, to: null, what: 'eth0 is down', link: 'eth0' }] },
    },
  ],
  'nobody, and b is held up': [
    undefined,
    {
      held: [
        ['a', 3, 40],
        ['b', 50, null],
      ],
      events: [becomes(40, 'a', 'FAULT')],
      a: { faults: [{ from: 40, to: null, what: 'eth0 is down', link: 'eth0' }] },
      b: { absent: [{ from: 38, to: 46 }] },
    },
  ],

  'a keeps it while its check fails': [
    'kept-while-failing',
    {
      held: A_ALL_THE_WHILE,
      events: A_IS_MASTER,
      a: { ailments: [{ from: 40, to: 47, what: 'chk fails', less: 2 }] },
    },
  ],
  'its check fails no longer than it takes to be found and to take over': [
    undefined,
    {
      held: A_ALL_THE_WHILE,
      events: A_IS_MASTER,
      a: { ailments: [{ from: 40, to: 46.5, what: 'chk fails', less: 2 }] },
    },
  ],
  'its check fails, but so does that of b': [
    undefined,
    {
      held: A_ALL_THE_WHILE,
      events: A_IS_MASTER,
      a: { ailments: [{ from: 40, to: 60, what: 'chk fails', less: 2 }] },
      b: { ailments: [{ from: 45, to: 55, what: 'chk fails', less: 2 }] },
    },
  ],
  'its check fails, and b is out of reach': [
    undefined,
    {
      held: A_ALL_THE_WHILE,
      events: A_IS_MASTER,
      a: { ailments: [{ from: 40, to: 60, what: 'chk fails', less: 2 }] },
      more: apart(40, 60),
    },
  ],
  'its check fails, and b waits for its preempt_delay': [
    undefined,
    {
      held: A_ALL_THE_WHILE,
      events: A_IS_MASTER,
      a: { ailments: [{ from: 40, to: 60, what: 'chk fails', less: 60 }] },
      b: { preemptDelay: 30 },
    },
  ],

  'one link takes it from both': [
    'lost-together',
    {
      ...BOTH_LOSE_IT,
      a: ETH1_IS_DOWN,
      b: ETH1_IS_DOWN,
    },
  ],
  'one link, and something else, too': [
    undefined,
    {
      ...BOTH_LOSE_IT,
      a: ETH1_IS_DOWN,
      b: { ...ETH1_IS_DOWN, faults: [...ETH1_IS_DOWN.faults, { from: 39, to: 46, what: 'chk fails' }] },
    },
  ],

  'FAULT without a reason': ['stuck', { held: [['b', 3, null]], events: [becomes(30, 'a', 'FAULT')] }],
  'FAULT for a reason': [
    undefined,
    {
      held: [['b', 3, null]],
      events: [becomes(30, 'a', 'FAULT')],
      a: { faults: [{ from: 30, to: null, what: 'chk fails' }] },
    },
  ],
  'FAULT long after its reason': [
    'stuck',
    {
      held: [['b', 3, null]],
      events: [becomes(30, 'a', 'FAULT')],
      a: { faults: [{ from: 30, to: 50, what: 'chk fails' }] },
    },
  ],
  'FAULT no longer after its reason than it takes to be found': [
    undefined,
    {
      held: [['b', 3, null]],
      events: [becomes(30, 'a', 'FAULT'), change(56.5, 'a', 'VI_1', 'FAULT', 'BACKUP', '')],
      a: { faults: [{ from: 30, to: 50, what: 'chk fails' }] },
    },
  ],

  ...Object.fromEntries(
    (
      [
        ['a takes over from b in spite of nopreempt', 'nopreempt', { nopreempt: 'kept' }, {}],
        [
          'a takes over from b, where state MASTER takes nopreempt back',
          'nopreempt',
          { nopreempt: 'cleared' },
          {},
        ],
        ['a takes over from b, and may', undefined, {}, {}],
        [
          'a takes over from b, which it has not heard all the while',
          undefined,
          { nopreempt: 'kept' },
          apart(30, 38),
        ],
        [
          'a takes over after it was held up',
          undefined,
          { nopreempt: 'kept', absent: [{ from: 35, to: 39 }] },
          {},
        ],
      ] as const
    ).map(([name, kind, a, more]) => [
      name,
      [
        kind,
        {
          held: [
            ['b', 3, 40],
            ['a', 40, null],
          ],
          events: [becomes(3, 'b', 'MASTER'), becomes(40, 'a', 'MASTER'), becomes(40.001, 'b', 'BACKUP')],
          a,
          more,
        },
      ] as const,
    ]),
  ),
}

describe('what is unexpected', () => {
  test.each(Object.entries(table))('%s', (_name, [kind, given]) => {
    expect(kinds(given)).toEqual(kind === undefined ? [] : [kind])
  })
})

describe('flapping', () => {
  const hopping: Case['held'] = Array.from({ length: 8 }, (_, index) => [
    index % 2 === 0 ? 'a' : 'b',
    index === 0 ? 3 : 20 + index * 5,
    index === 7 ? null : 25 + index * 5,
  ])

  test('is explained by what lasts', () => {
    expect(kinds({ held: hopping })).toEqual(['flapping'])
    expect(kinds({ held: hopping, more: { troubles: [{ from: 20, to: 60 }] } })).toEqual([])
  })

  test('is told with the failed runs of a check beside it', () => {
    const [finding] = judge({
      hosts: ['a', 'b'],
      until: 100,
      events: [],
      addresses: [address(hopping)],
      circumstances: {
        instances: [on('a'), on('b')],
        apart: [],
        troubles: [],
        blips: [{ what: 'chk_nginx on a', from: 24 }],
      },
    })
    expect(finding?.text).toBe(
      '10.0.0.9/24 of VI_1: flapping: b and a got it 7 times within 60 s from 25.000 s on, and all that happened is that single runs of chk_nginx on a failed (fall and rise would ask for more)',
    )
  })
})
