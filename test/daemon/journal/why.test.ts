/** Why an instance is as it is: the chain from the journal, and what is true now, in words. */

import { describe, expect, test } from 'vitest'
import type { InstanceReport } from '../../../src/control/report.ts'
import { Journal } from '../../../src/daemon/journal/journal.ts'
import { whyReport } from '../../../src/daemon/journal/why.ts'
import { makeInstance } from '../../support/reports.ts'

const AT = Date.parse('2026-11-21T14:02:11.204Z')

const heard = {
  address: '10.0.0.2',
  priority: 150,
  since: '2026-11-21T14:02:11.800Z',
  lastHeard: '2026-11-21T14:02:20.000Z',
}

const sentences = (change: Partial<InstanceReport>): readonly string[] =>
  whyReport(makeInstance(change), new Journal(), undefined).now

describe('the chain', () => {
  test('goes back to the first cause, and on to what came of it', () => {
    const journal = new Journal()
    const tell = (ms: number, instance: string | undefined, text: string, cause?: number): number =>
      journal.append({ kind: 'transition', instance, subject: instance ?? 'eth1', text, cause }, AT + ms)
    const link = tell(0, undefined, 'eth1 lost carrier')
    const fault = tell(1, 'VI_2', 'VI_2 is FAULT (was MASTER): interface eth1 down', link)
    tell(1, 'VI_9', 'VI_9 is FAULT (was BACKUP): interface eth1 down', link)
    const group = tell(2, undefined, 'sync group G1 takes its members to FAULT', fault)
    const own = tell(2, 'VI_1', 'VI_1 is FAULT (was MASTER): sync group member VI_2', group)
    const gone = tell(3, 'VI_1', 'VI_1 gave up 10.0.0.9/24', own)
    tell(4, 'VI_2', 'VI_2 gave up 10.0.0.10/24', fault)
    tell(600, 'VI_1', '10.0.0.2 is MASTER of VI_1, priority 150', gone)
    tell(700, 'VI_1', 'VI_1 has nothing to do with it')
    const check = tell(800, undefined, 'script chk fails (exit status 1)')
    tell(800, 'VI_1', 'VI_1 has priority 80 now (was 100)', check)
    const { instance, state, chain } = whyReport(makeInstance({ state: 'FAULT' }), journal, own)
    expect({ instance, state }).toEqual({ instance: 'VI_1', state: 'FAULT' })
    expect(chain.map(({ afterMs, text }) => `+${afterMs} ${text}`)).toEqual([
      '+0 eth1 lost carrier',
      '+1 VI_2 is FAULT (was MASTER): interface eth1 down',
      '+2 sync group G1 takes its members to FAULT',
      '+2 VI_1 is FAULT (was MASTER): sync group member VI_2',
      '+3 VI_1 gave up 10.0.0.9/24',
      '+600 10.0.0.2 is MASTER of VI_1, priority 150',
    ])
  })

  test('begins where the journal does: what came before is forgotten', () => {
    const journal = new Journal(3)
    const ids = ['a', 'b', 'c', 'd'].map((text, index) =>
      journal.append({ kind: 'transition', instance: 'VI_1', subject: 'VI_1', text, cause: index }, AT),
    )
    const { chain } = whyReport(makeInstance(), journal, ids[3])
    expect(chain.map(({ text }) => text)).toEqual(['b', 'c', 'd'])
  })

  test('there is none before the first change of state', () => {
    expect(whyReport(makeInstance(), new Journal(), undefined).chain).toEqual([])
  })
})

test('what keeps adverts away is said, too; what the state says already is not', () => {
  const problems = [
    { code: 'firewall', text: 'adverts from 10.0.0.2 reach eth0 but a firewall drops them' },
    { code: 'tracker-failed', text: 'script chk fails' },
  ] as const
  expect(whyReport(makeInstance(), new Journal(), undefined, problems).now).toEqual([
    'this host serves VI_1',
    'adverts from 10.0.0.2 reach eth0 but a firewall drops them',
  ])
})

describe('now', () => {
  test.each<[string, Partial<InstanceReport>, readonly string[]]>([
    ['a master', {}, ['this host serves VI_1']],
    [
      'one that lacks an address',
      { addresses: [{ address: '10.0.0.9/24', present: false }] },
      ['this host is MASTER of VI_1, but 10.0.0.9/24 is missing'],
    ],
    [
      'one that is not alone',
      { rivals: [heard] },
      ['this host serves VI_1', '10.0.0.2 claims to be master too, with priority 150'],
    ],
    [
      'a backup of a better one',
      { state: 'BACKUP', master: heard, priority: { base: 100, effective: 100, contributions: [] } },
      ['10.0.0.2 is MASTER since 2026-11-21T14:02:11.800Z: its priority is 150 against 100 here'],
    ],
    [
      'a backup of its equal',
      { state: 'BACKUP', master: heard },
      [
        '10.0.0.2 is MASTER since 2026-11-21T14:02:11.800Z: it has the same priority 150, and a Backup never preempts its equal',
      ],
    ],
    [
      'a backup of a worse one',
      {
        state: 'BACKUP',
        master: { ...heard, priority: 50 },
        preempt: { enabled: false, delaySeconds: 0, because: 'nopreempt: it is left alone' },
      },
      [
        '10.0.0.2 is MASTER since 2026-11-21T14:02:11.800Z with priority 50 against 150 here; VI_1 nopreempt: it is left alone',
      ],
    ],
    [
      'a backup of nobody',
      { state: 'BACKUP' },
      ['no master is heard: VI_1 takes over after 3.41 s of silence'],
    ],
    [
      'one that its sync group may hold back',
      { state: 'BACKUP', group: 'G1' },
      [
        'no master is heard: VI_1 takes over after 3.41 s of silence, unless another member of its sync group G1 still hears a master',
      ],
    ],
    [
      'a fault, and somebody else serving',
      { state: 'FAULT', because: 'interface eth1 down', master: heard },
      [
        'VI_1 stays in FAULT: interface eth1 down',
        '10.0.0.2 is MASTER since 2026-11-21T14:02:11.800Z, with priority 150',
      ],
    ],
    [
      'a fault, and nobody',
      { state: 'FAULT', because: 'interface eth1 down' },
      [
        'VI_1 stays in FAULT: interface eth1 down',
        'no master of VI_1 is heard on bond0: nobody serves its addresses, as far as this host can see',
      ],
    ],
    [
      'one that waits',
      { state: 'INIT', because: 'waiting for the first result of script chk' },
      ['VI_1 takes no part yet: waiting for the first result of script chk'],
    ],
    [
      'a priority that is not the configured one',
      {
        priority: {
          base: 150,
          effective: 140,
          contributions: [
            { tracker: 'chk_nginx', weight: -20 },
            { tracker: 'eth2', weight: 0 },
            { tracker: 'chk_dns', weight: 10 },
          ],
        },
      },
      ['this host serves VI_1', 'the priority is 140: 150 -20 chk_nginx +10 chk_dns'],
    ],
  ])('%s', (_what, change, expected) => {
    expect(sentences(change)).toEqual(expected)
  })
})
