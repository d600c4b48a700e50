import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { preemptReport } from '../../../src/daemon/status/preemption.ts'
import { noFacts } from '../../../src/vrrp/conditions.ts'
import { createEngine, type RouterRecord } from '../../../src/vrrp/engine.ts'
import { at, ip, makeRouter } from '../../vrrp/kit.ts'

type Backup = RouterRecord['state'] & { readonly kind: 'backup' }

/** In Backup, with priority 100. */
function because(router: Parameters<typeof makeRouter>[0], state: Partial<Backup>): string {
  const [record] = createEngine(
    { routers: [makeRouter({ priority: 100, ...router })], groups: [], facts: noFacts },
    at(0),
  ).routers.values()
  const backup: Backup = {
    kind: 'backup',
    masterDownAt: at(9),
    master: undefined,
    preemptAt: undefined,
    wantsMaster: false,
    ...state,
  }
  return preemptReport({ ...record!, state: backup }, () => 'then').because
}

const lower = { address: ip('10.0.0.2'), priority: 50, heardAt: at(1) }
const higher = { ...lower, priority: 150 }

test.each([
  [{ preempt: true }, {}, 'takes over from a master of lower priority'],
  [{ preempt: false }, {}, 'nopreempt: a master of lower priority is left alone'],
  [{ preempt: false }, { master: higher }, 'nopreempt: a master of lower priority is left alone'],
  [{ preempt: true, preemptDelay: seconds(7) }, {}, 'after 7 s (preempt_delay)'],
  [{ preempt: true, preemptDelay: seconds(7) }, { preemptAt: at(8) }, 'takes over at then (preempt_delay 7)'],
])('%j %j: %s', (router, state, text) => {
  expect(because(router, state)).toContain(text)
})

test('nopreempt names the master that is left alone', () => {
  expect(because({ preempt: false }, { master: lower })).toMatch(
    /^nopreempt: 10\.0\.0\.2 is left alone, .* 50 /,
  )
})
