import { expect, test } from 'vitest'
import { milliseconds } from '../../../src/base/time.ts'
import { onMaster } from '../../../src/vrrp/election/master.ts'
import { masterDownInterval } from '../../../src/base/intervals.ts'
import { at, ip, makeRouter } from '../kit.ts'

test("a Master's adverts are further apart by the slack, and nothing else is", () => {
  const plain = makeRouter()
  const slack = makeRouter({ advertSlack: milliseconds(10) })
  const conditions = { priority: 100, faults: [], pending: [], source: ip('10.9.0.1') }
  const state = {
    kind: 'master' as const,
    nextAdvertAt: at(1),
    secondBurstAt: undefined,
    lowerPrioBurstAt: undefined,
    refreshAt: undefined,
  }
  const next = (router: typeof plain): unknown =>
    onMaster(router, state, conditions, { type: 'timeout', heldBack: false }, at(1)).state
  expect(next(plain)).toMatchObject({ nextAdvertAt: at(2) })
  expect(next(slack)).toMatchObject({ nextAdvertAt: at(2.01) })
  expect(masterDownInterval(slack, 100)).toBe(masterDownInterval(plain, 100))
})
