import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countAddressListDiffers,
  countAdvert,
  countRejection,
  countStep,
  zeroCounters,
  type Counters,
} from '../../src/vrrp/counters.ts'
import type { Effect, StateKind } from '../../src/vrrp/election/state.ts'

interface Said {
  readonly priority: number
  readonly copies: number
}

type Happening =
  | { readonly type: 'advert'; readonly priority: number }
  | { readonly type: 'rejected'; readonly reason: string }
  | { readonly type: 'differs' }
  | {
      readonly type: 'step'
      readonly from: StateKind
      readonly to: StateKind
      readonly said: readonly Said[]
    }

const kind = fc.constantFrom<StateKind>('initialize', 'backup', 'master', 'fault')
const priority = fc.constantFrom(0, 1, 100, 255)
const said = fc.record({ priority, copies: fc.integer({ min: 1, max: 3 }) })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ type: fc.constant('advert' as const), priority }),
  fc.record({ type: fc.constant('rejected' as const), reason: fc.constantFrom('ttl', 'checksum') }),
  fc.record({ type: fc.constant('differs' as const) }),
  fc.record({ type: fc.constant('step' as const), from: kind, to: kind, said: fc.array(said) }),
)

function count(counters: Counters, happened: Happening): Counters {
  switch (happened.type) {
    case 'advert':
      return countAdvert(counters, happened.priority)
    case 'rejected':
      return countRejection(counters, happened.reason)
    case 'differs':
      return countAddressListDiffers(counters)
    case 'step': {
      const effects = happened.said.map((each): Effect => ({
        type: 'send-advert',
        ...each,
        source: undefined,
      }))
      return countStep(counters, happened.from, happened.to, [{ type: 'install' }, ...effects])
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

test('everything is counted where it belongs, and nowhere else', () => {
  fc.assert(
    fc.property(fc.array(happening), (all) => {
      const adverts = all.filter((each) => each.type === 'advert')
      const steps = all.filter((each) => each.type === 'step')
      const rejected = all.filter((each) => each.type === 'rejected')
      const sent = steps.flatMap((step) => step.said)
      expect(all.reduce(count, zeroCounters)).toEqual({
        advertsReceived: adverts.length,
        advertsSent: sum(sent.map(({ copies }) => copies)),
        becameMaster: steps.filter(({ from, to }) => from !== 'master' && to === 'master').length,
        releasedMaster: steps.filter(({ from, to }) => from === 'master' && to !== 'master').length,
        priorityZeroReceived: adverts.filter((each) => each.priority === 0).length,
        priorityZeroSent: sum(sent.map((each) => (each.priority === 0 ? each.copies : 0))),
        addressListDiffers: all.filter(({ type }) => type === 'differs').length,
        rejected: Object.fromEntries(
          [...new Set(rejected.map(({ reason }) => reason))].map((reason) => [
            reason,
            rejected.filter((each) => each.reason === reason).length,
          ]),
        ),
      } satisfies Counters)
    }),
  )
})
