/** From what was observed to what is reported: tables, and what holds for whatever is observed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Observed, ObservedEvent } from '../../../src/simulation/report/observed.ts'
import { makeReport, type AddressReport } from '../../../src/simulation/report/report.ts'
import { anything } from './arbitrary.ts'
import { address, change, failover, misery, several, trouble } from './stories.ts'

type Times = readonly (readonly [from: number, to: number | null])[]

const observed = (addresses: Observed['addresses'], more: Partial<Observed> = {}): Observed => ({
  hosts: ['a', 'b', 'c'],
  until: 100,
  events: [],
  addresses,
  ...more,
})

const only = (one: Observed['addresses'][number]): AddressReport => makeReport(observed([one])).addresses[0]!

const times = (all: AddressReport['unserved']): Times => all.map(({ from, to }) => [from, to])

interface Row {
  readonly held: Parameters<typeof address>[0]
  readonly wantedFrom?: number
  /** Where it is not what was observed. */
  readonly reported?: Parameters<typeof address>[0]
  readonly unserved: Times
  readonly doubled: Times
}

const rows: Readonly<Record<string, Row>> = {
  'nobody ever': { held: [], unserved: [[0, null]], doubled: [] },
  'never wanted': { held: [], wantedFrom: 100, unserved: [], doubled: [] },
  'one, to the end': { held: [['a', 3, null]], unserved: [[0, 3]], doubled: [] },
  'from the beginning': { held: [['a', 0, null]], unserved: [], doubled: [] },
  'one gives up': { held: [['a', 0, 40]], unserved: [[40, null]], doubled: [] },
  'missed only when wanted': { held: [['a', 10, null]], wantedFrom: 7, unserved: [[7, 10]], doubled: [] },
  'had before it was wanted': { held: [['a', 1, 5]], wantedFrom: 7, unserved: [[7, null]], doubled: [] },
  'one after the other': {
    held: [
      ['a', 0, 40],
      ['b', 40, null],
    ],
    unserved: [],
    doubled: [],
  },
  'a gap': {
    held: [
      ['a', 0, 40],
      ['b', 43.609375, null],
    ],
    unserved: [[40, 43.609375]],
    doubled: [],
  },
  'an overlap': {
    held: [
      ['a', 0, 40],
      ['b', 39.5, null],
    ],
    unserved: [],
    doubled: [[39.5, 40]],
  },
  'two to the end': {
    held: [
      ['a', 0, null],
      ['b', 39.5, null],
    ],
    unserved: [],
    doubled: [[39.5, null]],
  },
  'two, and then others': {
    held: [
      ['a', 0, 50],
      ['b', 40, 60],
      ['c', 50, null],
    ],
    unserved: [],
    doubled: [[40, 60]],
  },
  'three at once are doubled once': {
    held: [
      ['a', 0, null],
      ['b', 40, 60],
      ['c', 45, 50],
    ],
    unserved: [],
    doubled: [[40, 60]],
  },
  'what took no time': {
    held: [
      ['a', 0, 40],
      ['b', 20, 20],
      ['a', 40, 40],
    ],
    reported: [['a', 0, 40]],
    unserved: [[40, null]],
    doubled: [],
  },
  'set again at once': {
    held: [
      ['a', 0, 40],
      ['a', 40, null],
    ],
    reported: [['a', 0, null]],
    unserved: [],
    doubled: [],
  },
  'at the very end': {
    held: [
      ['a', 0, 100],
      ['b', 100, null],
    ],
    reported: [['a', 0, 100]],
    unserved: [],
    doubled: [],
  },
  'beyond the end': {
    held: [
      ['a', 0, 120],
      ['b', 110, null],
    ],
    reported: [['a', 0, null]],
    unserved: [],
    doubled: [],
  },
  'in any order': {
    held: [
      ['b', 50, null],
      ['a', 0, 40],
    ],
    reported: [
      ['a', 0, 40],
      ['b', 50, null],
    ],
    unserved: [[40, 50]],
    doubled: [],
  },
}

describe('an address', () => {
  test.each(Object.entries(rows))('%s', (_name, { held, wantedFrom = 0, reported, unserved, doubled }) => {
    const found = only(address(held, { wantedFrom }))
    expect(found.held).toEqual(address(reported ?? held).held)
    expect(times(found.unserved)).toEqual(unserved)
    expect(times(found.doubled)).toEqual(doubled)
  })

  test('everything is there, and in the order of the issue', () => {
    const { hosts, until, addresses } = failover
    const report = makeReport({
      hosts,
      until,
      events: failover.events.slice(0, 1),
      addresses: addresses.slice(0, 1),
    })
    expect(JSON.stringify(report)).toBe(
      JSON.stringify({
        version: 1,
        hosts: ['a', 'b'],
        events: [
          { time: 0, host: 'a', instance: 'VI_1', from: 'INIT', to: 'BACKUP', because: 'the daemon started' },
        ],
        addresses: [
          {
            address: '10.0.0.9/24',
            held: [
              { host: 'a', from: 3.414063, to: 15 },
              { host: 'b', from: 18.023438, to: 34.020125 },
              { host: 'a', from: 34.02, to: null },
            ],
            unserved: [
              { from: 0, to: 3.414063 },
              { from: 15, to: 18.023438 },
            ],
            doubled: [{ from: 34.02, to: 34.020125 }],
          },
        ],
        findings: [],
      }),
    )
  })
})

describe('findings', () => {
  const well = (from: number, host: string): ObservedEvent =>
    change(from, host, 'VI_1', 'INIT', 'BACKUP', 'started')
  const findings = (
    addresses: Observed['addresses'],
    events: readonly ObservedEvent[] = [],
  ): readonly string[] => makeReport(observed(addresses, { events })).findings

  test('none when all is well', () => {
    expect(makeReport(failover).findings).toEqual([])
  })

  test('of every kind', () => {
    expect(makeReport(misery).findings).toMatchInlineSnapshot(`
      [
        "10.0.0.9/24 of VI_1: unserved for 20.0 s from 40.000 s on, though VI_1 on router-right was well all the while; Master_Down_Interval is 3.6 s",
        "10.0.0.9/24 of VI_1: on router-left and router-right at once for 21.4 s from 8.609 s on, longer than an advertisement interval",
        "10.0.0.9/24 of VI_1: flapping: router-right got it 7 times within 60 s from 60.000 s on, and nothing in the story explains it",
        "10.0.2.1/24 and 10.0.2.2/24 of VI_2: nobody ever had them; at the end VI_2 is FAULT on router-left (interface eth1 is missing) and VI_2 is FAULT on router-right (interface eth1 is missing)",
      ]
    `)
  })

  test.each([
    ['as long as is patient', 4.609375, false],
    ['a microsecond longer', 4.609376, true],
  ])('unserved beside a healthy host: %s', (_name, length, found) => {
    const gap = address([
      ['a', 0, 40],
      ['b', 40 + length, null],
    ])
    expect(findings([gap], [well(0, 'b')])).toHaveLength(found ? 1 : 0)
  })

  test('unserved, but nobody was well for long enough', () => {
    const gap = address([
      ['a', 0, 40],
      ['b', 60, null],
    ])
    expect(findings([gap])).toEqual([])
    expect(findings([gap], [well(56, 'b')])).toEqual([])
    const fault = [well(0, 'b'), change(44, 'b', 'VI_1', 'BACKUP', 'FAULT', 'interface eth0 down')]
    expect(
      findings([gap], [...fault, change(56, 'b', 'VI_1', 'FAULT', 'BACKUP', 'interface eth0 up')]),
    ).toEqual([])
    expect(findings([gap], [change(0, 'b', 'VI_2', 'INIT', 'BACKUP', 'started')])).toEqual([])
  })

  test('a change of state within its time makes nobody less well', () => {
    const gap = address([
      ['a', 0, 40],
      ['b', 46, null],
    ])
    const events = [well(0, 'b'), change(43.6, 'b', 'VI_1', 'BACKUP', 'MASTER', 'timeout')]
    expect(findings([gap], events)).toEqual([
      '10.0.0.9/24 of VI_1: unserved for 6.0 s from 40.000 s on, though VI_1 on b was well all the while; Master_Down_Interval is 3.6 s',
    ])
  })

  test('the worst stands for all', () => {
    const gaps = address([
      ['a', 0, 40],
      ['a', 50, 60],
      ['a', 80, null],
    ])
    expect(findings([gaps], [well(0, 'b')])).toEqual([
      '10.0.0.9/24 of VI_1: unserved for 20.0 s from 60.000 s on, though VI_1 on b was well all the while; Master_Down_Interval is 3.6 s; and 1 more time',
    ])
  })

  test.each([
    ['a third of Master_Down_Interval', 1.203125, false],
    ['a microsecond longer', 1.203126, true],
  ])('two hosts at once for %s', (_name, length, found) => {
    const twice = address([
      ['a', 0, 40 + length],
      ['b', 40, null],
    ])
    expect(findings([twice])).toHaveLength(found ? 1 : 0)
  })

  test('nobody ever, and too short a time to say so', () => {
    expect(findings([address([])], [well(98, 'a')])).toEqual([
      '10.0.0.9/24 of VI_1: nobody ever had it; at the end VI_1 is BACKUP on a (started)',
    ])
    expect(findings([address([], { wantedFrom: 97 })], [well(97, 'a')])).toEqual([])
  })

  /** Four changes after the first owner, `every` seconds. */
  const hopping = (every: number): Observed['addresses'][number] =>
    address(
      [0, 1, 2, 3, 4].map(
        (at) => [at % 2 === 0 ? 'a' : 'b', 20 + at * every, at === 4 ? null : 20 + (at + 1) * every] as const,
      ),
    )

  test.each([
    ['four changes within a minute', 19, [], true],
    ['four in more', 20.1, [], false],
    ['one of them explained', 10, [trouble(40, 'a', 'killed')], false],
    ['what befalls explains only what is soon after it', 10, [trouble(25, 'a', 'killed')], true],
  ] as const)('flapping: %s', (_name, every, events, found) => {
    expect(findings([hopping(every)], events)).toHaveLength(found ? 1 : 0)
  })

  test('addresses that behave alike share them', () => {
    expect(findings(several(5, address([])))).toEqual([
      '10.0.0.9/24 and 4 more of VI_1: nobody ever had them',
    ])
  })
})

describe('whatever is observed', () => {
  const all = ({
    addresses,
  }: {
    readonly addresses: readonly AddressReport[]
  }): readonly AddressReport['unserved'][] =>
    addresses.flatMap(({ held, unserved, doubled }) => [
      ...[...new Set(held.map(({ host }) => host))].map((host) => held.filter((each) => each.host === host)),
      unserved,
      doubled,
    ])

  test('intervals are sorted, disjoint, not empty and within the simulation', () => {
    fc.assert(
      fc.property(anything, (given) => {
        for (const intervals of all(makeReport(given))) {
          for (const [at, { from, to }] of intervals.entries()) {
            expect(from).toBeGreaterThanOrEqual(0)
            expect(to ?? given.until).toBeGreaterThan(from)
            expect(to ?? given.until).toBeLessThanOrEqual(given.until)
            // What touched would be one.
            if (at > 0) expect(from).toBeGreaterThan(intervals[at - 1]!.to!)
          }
        }
      }),
    )
  })

  test('held, unserved and doubled agree with what was observed, at any moment', () => {
    fc.assert(
      fc.property(
        anything,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (given, moments) => {
          const { addresses } = makeReport(given)
          for (const [at, { held, unserved, doubled }] of addresses.entries()) {
            const source = given.addresses[at]!
            const edges = source.held
              .flatMap(({ from, to }) => [from, to ?? from])
              .filter((time) => time < given.until)
            for (const now of [
              0,
              source.wantedFrom,
              ...edges,
              ...moments.map((each) => each * given.until),
            ]) {
              if (now >= given.until) continue
              const here = ({ from, to }: { from: number; to: number | null }): boolean =>
                from <= now && (to === null || now < to)
              const hosts = new Set(source.held.filter(here).map(({ host }) => host))
              expect(new Set(held.filter(here).map(({ host }) => host))).toEqual(hosts)
              expect(unserved.some(here)).toBe(hosts.size === 0 && now >= source.wantedFrom)
              expect(doubled.some(here)).toBe(hosts.size > 1)
            }
          }
        },
      ),
    )
  })

  test('JSON loses nothing', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const report = makeReport(given)
        expect(JSON.parse(JSON.stringify(report))).toEqual(report)
      }),
    )
  })
})
