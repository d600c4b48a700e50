/** Instances and groups of `vrrpd status`, from an engine that ran a while. */

import { describe, expect, test } from 'vitest'
import { assemble } from '../../../src/daemon/assemble.ts'
import { ObservedMasters } from '../../../src/daemon/journal/observed-masters.ts'
import { reportInstances } from '../../../src/daemon/status/status.ts'
import { createEngine, nextDeadline, stepEngine, type EngineEvent } from '../../../src/vrrp/engine.ts'
import { modelOf } from '../adverts/signing-model.ts'
import { at, goodLink, ip, makeAdvert, makeFacts } from '../../vrrp/kit.ts'

const BEGUN = Date.parse('2026-11-21T10:00:00.000Z')

const instance = (vrid: number, more = ''): string => `
vrrp_instance V${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  virtual_ipaddress {
    10.0.0.${vrid}/24
  }
  ${more}
}`
const weighted = `
vrrp_script chk {
  script "/bin/true"
}
${instance(1, 'track_script {\n chk weight -30\n }')}`

async function story(text: string) {
  const model = await modelOf(text)
  const { routers, groups } = assemble(model)
  const setup = { routers: routers.map(({ router }) => router), groups }
  let now = at(0)
  let engine = createEngine({ ...setup, facts: makeFacts({ links: new Map([['eth0', goodLink]]) }) }, now)
  const observedMasters = new ObservedMasters()
  const tell = (event: EngineEvent): void => {
    ;({ engine } = stepEngine(engine, event, now))
  }
  tell({ type: 'start' })
  return {
    tell,
    until: (second: number) => {
      for (let next = nextDeadline(engine); next !== undefined && next <= at(second);) {
        now = next
        tell({ type: 'alarm' })
        next = nextDeadline(engine)
      }
      now = at(second)
    },
    advert: (router: string, source: string, priority: number) => {
      const advert = makeAdvert({ source: ip(source), priority, arrivedAt: now })
      observedMasters.hear(router, advert, () => at(-9))
      tell({ type: 'advert', router, advert })
    },
    report: () =>
      reportInstances({
        ...{ engine, observedMasters, now, wallNowMs: BEGUN + now / 1_000, checks: new Map() },
        routers: routers.map((assembled) => ({
          assembled,
          record: engine.routers.get(assembled.router.name)!,
        })),
        presence: () => ({ addresses: [true], duplicates: [false], routes: [], rules: [] }),
        history: () => [],
        drainedUntil: () => undefined,
      }),
  }
}

describe('an instance', () => {
  test('is MASTER, with the priority of the file, since it became that', async () => {
    const { until, report } = await story(instance(1))
    until(10)
    expect(report().instances).toMatchObject([
      {
        ...{ name: 'V1', interface: 'eth0', vrid: 1, state: 'MASTER', because: 'no master heard' },
        ...{ group: null, master: null, rivals: [], drained: null },
        since: '2026-11-21T10:00:03.609Z',
        priority: { base: 100, effective: 100, contributions: [] },
        timers: { advertIntervalMs: 1_000, masterDownIntervalMs: 3_609.375, skewTimeMs: 609.375 },
        addresses: [{ address: '10.0.0.1/24', present: true }],
      },
    ])
  })

  test('weighs what its trackers leave of its priority, and waits accordingly', async () => {
    const { tell, until, report } = await story(weighted)
    tell({ type: 'script', name: 'chk', verdict: 'down' })
    until(1)
    expect(report().instances).toMatchObject([
      {
        state: 'BACKUP',
        priority: { base: 100, effective: 70, contributions: [{ tracker: 'chk', weight: -30 }] },
        timers: { skewTimeMs: 726.562 },
        trackers: [{ name: 'chk', verdict: 'down' }],
      },
    ])
  })

  test('hears its master, and those that are there besides', async () => {
    const { until, advert, report } = await story(instance(1))
    until(1)
    advert('V1', '10.9.0.3', 150)
    until(2)
    advert('V1', '10.9.0.2', 200)
    const [told] = report().instances
    expect(told!.master).toEqual({
      ...{ address: '10.9.0.2', priority: 200 },
      ...{ since: '2026-11-21T10:00:02.000Z', lastHeard: '2026-11-21T10:00:02.000Z' },
    })
    expect(told!.rivals).toMatchObject([{ address: '10.9.0.3', priority: 150 }])
  })

  test('is in FAULT for what keeps it there', async () => {
    const { tell, report } = await story(instance(1))
    tell({ type: 'link', name: 'eth0', fact: { ...goodLink, up: false } })
    expect(report().instances).toMatchObject([{ state: 'FAULT', because: 'interface eth0 down' }])
  })

  test('is drained since it was asked to be', async () => {
    const { tell, until, report } = await story(instance(1))
    until(5)
    tell({ type: 'drain', routers: ['V1'] })
    until(9)
    expect(report().instances[0]!.drained).toEqual({ since: '2026-11-21T10:00:05.000Z', until: null })
  })
})

test('a sync group has the state of its members, while they have the same', async () => {
  const { until, report } = await story(
    `vrrp_sync_group G {\n group {\n V1\n V2\n }\n}\n${instance(1)}${instance(2)}`,
  )
  expect(report().groups).toEqual([{ name: 'G', members: ['V1', 'V2'], state: 'BACKUP' }])
  until(9)
  expect(report().groups).toEqual([{ name: 'G', members: ['V1', 'V2'], state: 'MASTER' }])
})
