/** What is a problem and what is none. */

import { describe, expect, test } from 'vitest'
import type { InstanceReport, TrackerReport } from '../../../src/control/report.ts'
import {
  daemonProblems,
  type DaemonProblemSources,
  vrrpProblems,
  type VrrpProblemSources,
  worstFirst,
} from '../../../src/daemon/status/problems.ts'
import { ProblemMemory } from '../../../src/daemon/status/status-reporter.ts'
import type { FaultReason, State } from '../../../src/vrrp/election/state.ts'
import type { RouterRecord } from '../../../src/vrrp/engine.ts'
import { freshRecord } from '../../../src/vrrp/start.ts'
import type { RejectedSenders } from '../../../src/vrrp/rejections.ts'
import { at, ip, makeFacts, makeRouter } from '../../vrrp/kit.ts'
import { makeInstance, makeReport } from '../../support/reports.ts'

const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z')
const now = at(7_200)

interface Case {
  readonly instance?: Partial<InstanceReport>
  readonly state?: State
  readonly rejected?: RejectedSenders
  /** Of two addresses. */
  readonly unadvertised?: number
  readonly more?: Partial<ProblemSources>
}

type ProblemSources = VrrpProblemSources & DaemonProblemSources

const faultOf = (...reasons: FaultReason[]): State => ({ kind: 'fault', reasons })

function problems({ instance = {}, state, rejected = [], unadvertised, more = {} }: Case) {
  const report = makeInstance(instance)
  const addresses = [ip('10.0.0.9'), ip('10.0.0.10')]
  const router = makeRouter({ name: report.name, link: report.interface, addresses })
  const fresh = freshRecord(router, report.group ?? undefined, makeFacts(), at(0))
  const entered = state ?? fresh.state
  const faults = entered.kind === 'fault' ? entered.reasons : []
  const record: RouterRecord = {
    ...fresh,
    state: entered,
    conditions: { ...fresh.conditions, faults, ...(unadvertised !== undefined && { unadvertised }) },
    rejectedSenders: rejected,
  }
  const sources: ProblemSources = {
    instances: [report],
    recordOf: () => record,
    daemon: makeReport().daemon,
    observed: [],
    notices: [],
    logLinesLost: 0,
    refusedReload: undefined,
    trackerSince: () => undefined,
    now,
    wallNowMs: NOW_MS,
    loopLagMs: 0,
    ...more,
  }
  return worstFirst([...vrrpProblems(sources), ...daemonProblems(sources)])
}

const tracker = (change: Partial<TrackerReport> = {}): TrackerReport => ({
  kind: 'script',
  name: 'chk_nginx',
  weight: -20,
  reverse: false,
  verdict: 'up',
  value: null,
  run: {
    running: false,
    result: 'exit status 1',
    startedAt: null,
    durationMs: 3,
    nextAt: null,
    output: 'connection refused',
    skipped: 0,
  },
  ...change,
})

const HEARD = { priority: 150, lastHeard: '2026-11-21T09:59:59.500Z' }
const master = { ...HEARD, address: '10.0.0.2', since: '2026-11-21T08:00:00.000Z' }
const rival = { ...HEARD, address: '10.0.0.3', since: '2026-11-21T09:00:00.000Z' }
const sender = {
  source: ip('10.0.0.3'),
  reason: 'auth-failure',
  text: 'authentication failure from 10.0.0.3',
  count: 12,
  firstAt: at(7_100),
  lastAt: at(7_199),
  endSaid: false,
  said: undefined,
}
const lagging = (loopLagMs: number): Case => ({ more: { loopLagMs } })
const absent = [{ address: '10.0.0.9/24', present: false }]
const inFault = { state: 'FAULT', addresses: absent, because: 'interface eth1 down' } as const

describe('no problem is', () => {
  test.each<[string, Case]>([
    ['a Master with its addresses, which has never heard of a peer', {}],
    ['a Backup without addresses', { instance: { state: 'BACKUP', addresses: absent, master } }],
    ['waiting for scripts', { instance: { state: 'INIT', addresses: absent } }],
    ['a tracker that is well', { instance: { trackers: [tracker()] } }],
    [
      'a reversed tracker that is down',
      { instance: { trackers: [tracker({ reverse: true, verdict: 'down' })] } },
    ],
    ['a tracker without result', { instance: { trackers: [tracker({ verdict: 'pending' })] } }],
    [
      'a rival during a takeover',
      { instance: { rivals: [{ ...rival, since: '2026-11-21T09:59:58.000Z' }] } },
    ],
    ['an event loop as late as on any busy host', lagging(499)],
    ['one that is late for nobody', { more: { ...lagging(5_000).more, instances: [] } }],
    [
      'a Backup without its routes',
      {
        instance: {
          state: 'BACKUP',
          addresses: absent,
          master,
          routes: [{ route: 'blackhole 203.0.113.0/24', present: false }],
        },
      },
    ],
    ['an advert rejected long ago', { rejected: [{ ...sender, lastAt: at(7_000) }] }],
    ['one that is accepted again', { rejected: [{ ...sender, endSaid: true }] }],
    [
      'a Fault that began just now, for who may serve',
      {
        instance: { ...inFault, since: '2026-11-21T09:59:59.000Z', master },
        state: { kind: 'initialize', next: 'backup' },
      },
    ],
  ])('%s', (_what, each) => {
    expect(problems(each)).toEqual([])
  })
})

describe('a problem is', () => {
  test.each<[string, Case, readonly Record<string, unknown>[]]>([
    [
      'an interface that is down',
      { instance: inFault, state: faultOf({ kind: 'link-down', subject: 'eth1' }) },
      [
        {
          code: 'fault',
          severity: 'critical',
          text: 'VI_1 is in FAULT: interface eth1 down',
          advice: expect.stringContaining('ip link set eth1 up') as unknown,
          since: '2026-11-21T08:00:00.000Z',
          instance: 'VI_1',
        },
      ],
    ],
    [
      'a failed script, and nobody serving instead',
      { instance: inFault, state: faultOf({ kind: 'tracker', subject: 'script chk' }) },
      [{ code: 'fault' }, { code: 'unserved', text: expect.stringContaining('10.0.0.9/24') as unknown }],
    ],
    [
      'the same while another router serves',
      { instance: { ...inFault, master }, state: faultOf({ kind: 'tracker', subject: 'script chk' }) },
      [{ code: 'fault' }],
    ],
    [
      'a group member at fault',
      {
        instance: { ...inFault, group: 'G', master },
        state: faultOf({
          ...{ kind: 'group', subject: 'VI_2' },
          reason: { kind: 'link-down', subject: 'eth2' },
        }),
      },
      [{ code: 'group-fault', severity: 'warning' }],
    ],
    [
      'being drained',
      {
        instance: { ...inFault, master, drained: { since: master.since, until: null } },
        state: faultOf({ kind: 'drained', subject: 'VI_1' }),
      },
      [{ code: 'drained', severity: 'warning', advice: 'vrrpd resume VI_1 lets it in again' }],
    ],
    [
      'a sync group that holds back',
      {
        instance: { state: 'BACKUP', group: 'G', addresses: absent },
        state: {
          kind: 'backup',
          masterDownAt: at(1),
          master: undefined,
          preemptAt: undefined,
          wantsMaster: true,
        },
      },
      [{ code: 'group-held-back' }],
    ],
    [
      'a Master without an address',
      { instance: { addresses: absent } },
      [{ code: 'address-missing', text: 'VI_1 is MASTER, but 10.0.0.9/24 is missing' }],
    ],
    [
      'an address of IPv6 that another host has',
      { instance: { addresses: [{ address: '2001:db8::9/64', present: true, duplicate: true }] } },
      [
        {
          code: 'address-duplicate',
          text: '2001:db8::9/64 of VI_1 has failed duplicate address detection: another host has it, and this one does not use it',
        },
      ],
    ],
    [
      'a Backup with an address',
      { instance: { state: 'BACKUP', master } },
      [
        {
          code: 'address-stray',
          text: expect.stringContaining('10.65.33.139/23 is present here') as unknown,
        },
      ],
    ],
    [
      'a link that has no room for all addresses in an advert',
      { unadvertised: 1 },
      [
        {
          code: 'not-advertised',
          severity: 'notice',
          text: expect.stringContaining('VI_1 advertises 1 of its 2 addresses') as unknown,
        },
      ],
    ],
    ['no address at all', { instance: { addresses: [] } }, [{ code: 'no-address', severity: 'notice' }]],
    [
      'another master beside this one',
      { instance: { rivals: [rival] } },
      [
        {
          code: 'rival-master',
          text: 'VI_1 has more than one master: this host and 10.0.0.3 (priority 150)',
          since: rival.since,
        },
      ],
    ],
    [
      'two masters seen by a Backup',
      { instance: { state: 'BACKUP', addresses: absent, master, rivals: [rival] } },
      [{ code: 'rival-master' }],
    ],
    [
      'adverts that are rejected while Master: split brain',
      { rejected: [sender] },
      [
        {
          code: 'adverts-rejected',
          severity: 'critical',
          text: 'another router claims mastery of VI_1: 12 adverts from 10.0.0.3 rejected, the last 1 s ago: authentication failure from 10.0.0.3',
          advice: 'give both routers the same auth_pass',
          since: '2026-11-21T09:58:20.000Z',
        },
      ],
    ],
    [
      'a script that fails',
      {
        instance: {
          priority: { base: 100, effective: 80, contributions: [{ tracker: 'chk_nginx', weight: -20 }] },
          trackers: [tracker({ verdict: 'down' })],
        },
        more: { trackerSince: () => '2026-11-21T09:30:00.000Z' },
      },
      [
        {
          code: 'tracker-failed',
          text: 'script chk_nginx fails (exit status 1): VI_1 -20, priority 80: connection refused',
          since: '2026-11-21T09:30:00.000Z',
          instance: 'VI_1',
        },
      ],
    ],
    [
      'a gain that is missed',
      { instance: { trackers: [tracker({ verdict: 'down', weight: 20 })] } },
      [{ code: 'tracker-failed', text: expect.stringContaining('VI_1 stays at priority 150') as unknown }],
    ],
    [
      'a script that is disabled',
      { instance: { trackers: [tracker({ verdict: 'disabled' })] } },
      [{ code: 'tracker-disabled' }],
    ],
    [
      'a reload that was refused',
      { more: { refusedReload: { at: '2026-11-21T09:30:00.000Z', text: 'keepalived.conf:3: error' } } },
      [
        {
          code: 'reload-refused',
          since: '2026-11-21T09:30:00.000Z',
          text: expect.stringContaining('keepalived.conf:3: error') as unknown,
          instance: null,
        },
      ],
    ],
    [
      'an event loop later than half an advert interval',
      lagging(500.2),
      [
        {
          code: 'loop-lag',
          severity: 'warning',
          text: 'the daemon was 500 ms late within the last minute, and adverts are due every 1 s',
        },
      ],
    ],
    [
      'one so late that somebody has taken over',
      lagging(2_000),
      [
        {
          code: 'loop-lag',
          severity: 'critical',
          text: 'the daemon was 2000 ms late within the last minute, and adverts are due every 1 s: backups may have taken over meanwhile',
        },
      ],
    ],
    [
      'one that is late for the fastest of several instances',
      {
        more: {
          ...lagging(60).more,
          instances: [
            makeInstance(),
            makeInstance({ timers: { ...makeInstance().timers, advertIntervalMs: 100 } }),
          ],
        },
      },
      [{ code: 'loop-lag', severity: 'warning' }],
    ],
    [
      'a route or a rule that is missing',
      {
        instance: {
          routes: [
            { route: '198.51.100.0/24 via 10.0.0.254', present: true },
            { route: 'blackhole 203.0.113.0/24', present: false },
          ],
          rules: [{ rule: 'from 10.0.0.9/32 table 100 preference 16384', present: false }],
        },
      },
      [
        {
          code: 'route-missing',
          severity: 'critical',
          text: 'VI_1 is MASTER, but the route blackhole 203.0.113.0/24 is missing',
        },
        { code: 'rule-missing', text: expect.stringContaining('the rule from 10.0.0.9/32') as unknown },
      ],
    ],
    [
      'what is observed beside the election',
      {
        more: {
          observed: [
            { code: 'address-conflict', severity: 'critical', text: 'x', advice: null, instance: 'VI_1' },
          ],
        },
      },
      [{ code: 'address-conflict' }],
    ],
    ['log lines that were lost', { more: { logLinesLost: 7 } }, [{ code: 'log-lines-lost' }]],
    [
      'blocks that are not served, as a notice',
      { more: { notices: ['1 virtual_server block is not served'] } },
      [{ code: 'not-served', severity: 'notice', since: '2026-11-21T07:00:00.000Z' }],
    ],
  ])('%s', (_what, each, expected) => {
    expect(problems(each)).toEqual(expected.map((one) => expect.objectContaining(one) as unknown))
  })

  test('the worst first; a tracker of many instances once', () => {
    const trackers = [tracker({ verdict: 'down' })]
    const instances = ['A', 'B', 'C', 'D', 'E'].map((name) => makeInstance({ name, trackers }))
    instances.push(makeInstance({ name: 'F', addresses: absent }), makeInstance({ name: 'G', addresses: [] }))
    const found = problems({ more: { instances } })
    expect(found.map(({ code }) => code)).toEqual(['address-missing', 'tracker-failed', 'no-address'])
    expect(found[1]).toMatchObject({ instance: null })
    expect(found[1]?.text).toContain(' and 2 more: ')
  })
})

describe('ProblemMemory', () => {
  test('each address, route and tracker is a problem of its own, whatever its text becomes', () => {
    const missing = (...addresses: readonly string[]) =>
      problems({ instance: { addresses: addresses.map((address) => ({ address, present: false })) } })
    const memory = new ProblemMemory()
    const since = (found: ReturnType<typeof problems>, second: number) =>
      memory.date(found, `2026-11-21T10:00:0${second}.000Z`).map((each) => each.since.slice(17, 19))
    expect(since(missing('10.0.0.8/24'), 1)).toEqual(['01'])
    expect(since(missing('10.0.0.8/24', '10.0.0.9/24'), 2)).toEqual(['01', '02'])
    expect(since(missing('10.0.0.9/24'), 3)).toEqual(['02'])
    const failing = (output: string) =>
      problems({
        instance: { trackers: [tracker({ verdict: 'down' }), tracker({ name: 'other', verdict: 'down' })] },
      }).map((found) => ({ ...found, text: `${found.text}: ${output}` }))
    expect(since(failing('refused'), 4)).toEqual(['04', '04'])
    expect(since(failing('timed out').slice(1), 5)).toEqual(['04'])
  })

  test('what it tells them apart by is nobody else’s', () => {
    const [told] = new ProblemMemory().date(
      problems({ instance: { addresses: absent } }),
      '2026-11-21T10:00:00.000Z',
    )
    expect(Object.keys(told ?? {}).sort()).toEqual(
      ['code', 'severity', 'text', 'advice', 'since', 'instance', 'instances'].sort(),
    )
  })

  test('a problem without a beginning began when it was first seen, numbers aside', () => {
    const memory = new ProblemMemory()
    const found = problems({ instance: { addresses: absent } })
    const [first] = memory.date(found, '2026-11-21T10:00:00.000Z')
    expect(first?.since).toBe('2026-11-21T10:00:00.000Z')
    const late = problems({ more: { logLinesLost: 7 } })
    const later = problems({ more: { logLinesLost: 8 } })
    expect(memory.date([...found, ...late], '2026-11-21T10:00:05.000Z').map(({ since }) => since)).toEqual([
      '2026-11-21T10:00:00.000Z',
      '2026-11-21T10:00:05.000Z',
    ])
    expect(memory.date(later, '2026-11-21T10:00:09.000Z')[0]?.since).toBe('2026-11-21T10:00:05.000Z')
    // Gone and back.
    expect(memory.date(found, '2026-11-21T10:00:10.000Z')[0]?.since).toBe('2026-11-21T10:00:10.000Z')
  })
})
