/** What is noticed beside the election, as problems of the status. */

import { expect, test } from 'vitest'
import type { Assembly } from '../../../src/daemon/assemble.ts'
import { Recorder } from '../../../src/daemon/journal/recorder.ts'
import { InstanceReporter, type InstanceReporterPorts } from '../../../src/daemon/status/instance-reporter.ts'
import { createEngine } from '../../../src/vrrp/engine.ts'
import { makeInstance } from '../../support/reports.ts'
import { at, makeFacts, makeRouter } from '../../vrrp/kit.ts'

const moment = { now: at(60), wallNowMs: Date.parse('2026-11-21T10:01:00.000Z') }

type Noticed = Pick<InstanceReporterPorts['daemon'], 'droppedAdvertsProblems' | 'conflictProblems'>

function problemsOf(noticed: Partial<Noticed>) {
  const engine = createEngine({ routers: [makeRouter()], groups: [], facts: makeFacts() }, at(0))
  const reporter = new InstanceReporter({
    daemon: {
      ...{ engine, droppedAdvertsProblems: [], conflictProblems: [], ...noticed },
      presence: () => ({ addresses: [], duplicates: [], routes: [], rules: [] }),
    },
    recorder: new Recorder({
      ...{ clock: { now: () => at(60) }, wallMs: () => moment.wallNowMs },
      recordOf: () => undefined,
      addressesOf: () => '',
      checkWords: () => '',
    }),
    assembly: (): Assembly => {
      throw new Error('nobody asks for the instances')
    },
    checks: () => [],
    drainedUntil: () => undefined,
  })
  return reporter
    .problems([makeInstance({ name: 'V1' })], moment, 0)
    .filter(({ code }) => code === 'firewall' || code === 'address-conflict')
}

test('nothing is noticed', () => {
  expect(problemsOf({})).toEqual([])
})

test('another host has the address of a Master', () => {
  const text = '10.9.0.101 is used by 02:00:00:00:00:09'
  const noticed = { code: 'address-conflict', router: 'V1', text, since: at(30) } as const
  expect(problemsOf({ conflictProblems: [noticed] })).toMatchObject([
    {
      code: 'address-conflict',
      severity: 'critical',
      instance: 'V1',
      text: `V1 is MASTER, but ${text}`,
      since: '2026-11-21T10:00:30.000Z',
    },
  ])
})

test.each([
  [['V1'], 'V1'],
  [['V1', 'V2'], null],
])('a firewall keeps adverts from %j', (routers, instance) => {
  const noticed = { code: 'firewall', routers, text: 'adverts do not arrive', since: at(30) } as const
  expect(problemsOf({ droppedAdvertsProblems: [noticed] })).toMatchObject([
    { code: 'firewall', severity: 'critical', instance, instances: routers, text: 'adverts do not arrive' },
  ])
})
