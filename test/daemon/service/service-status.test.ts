import { expect, test } from 'vitest'
import { stateSummary } from '../../../src/daemon/service/service-status.ts'
import { noFacts } from '../../../src/vrrp/conditions.ts'
import { createEngine, type RouterRecord } from '../../../src/vrrp/engine.ts'
import { at, makeRouter } from '../../vrrp/kit.ts'

function records(...kinds: readonly RouterRecord['state']['kind'][]): readonly RouterRecord[] {
  const routers = kinds.map((_, index) => makeRouter({ name: `V${String(index + 1)}`, vrid: index + 1 }))
  const engine = createEngine({ routers, groups: [], facts: noFacts }, at(0))
  return [...engine.routers.values()].map((record, index) => ({
    ...record,
    state: { ...record.state, kind: kinds[index] } as RouterRecord['state'],
  }))
}

test.each([
  [[], 'no instance to run'],
  [['initialize'], '1 INIT'],
  [['backup', 'master', 'master'], '2 MASTER, 1 BACKUP'],
  [['fault', 'master', 'fault'], '1 MASTER, 2 FAULT (V1, V3)'],
  [['fault', 'fault', 'fault', 'fault', 'fault'], '5 FAULT (V1, V2, V3 and 2 more)'],
] as const)('%j', (kinds, text) => {
  expect(stateSummary(records(...kinds))).toBe(text)
})
