/** Who is heard as master, by what arrives: the election's state has no part in it. */

import { describe, expect, test } from 'vitest'
import { formatIp } from '../../../src/base/address.ts'
import { seconds } from '../../../src/base/time.ts'
import { ObservedMasters, silentSince } from '../../../src/daemon/journal/observed-masters.ts'
import { at, ip, makeAdvert, makeRouter } from '../../vrrp/kit.ts'

/** Seconds after which a master is silent. */
const PATIENCE = 3

function lan() {
  const masters = new ObservedMasters()
  return {
    masters,
    hear: (second: number, source: string, priority: number) =>
      masters.hear('V1', makeAdvert({ source: ip(source), priority, arrivedAt: at(second) }), () =>
        at(second - PATIENCE),
      ),
    live: (second: number) =>
      masters.live('V1', () => at(second - PATIENCE)).map(({ source }) => formatIp(source)),
  }
}

describe('masters that are heard', () => {
  test('the last one first, each since its first advert', () => {
    const { hear, live, masters } = lan()
    expect([hear(1, '10.9.0.2', 100), hear(1.5, '10.9.0.3', 90), hear(2, '10.9.0.2', 100)]).toEqual([
      'new',
      'new',
      undefined,
    ])
    expect(live(2)).toEqual(['10.9.0.2', '10.9.0.3'])
    expect(masters.latest('V1')).toMatchObject({ since: at(1), last: at(2), priority: 100, left: false })
    expect(masters.live('V2', () => at(0))).toEqual([])
  })

  test('each is silent by its own interval, where it has said one (version 3)', () => {
    const masters = new ObservedMasters()
    const router = makeRouter({ version: 3, advertInterval: seconds(4) })
    const silent = (second: number) =>
      silentSince(
        { router, conditions: { priority: 100, faults: [], pending: [], source: undefined } },
        at(second),
      )
    masters.hear(
      'V1',
      makeAdvert({ source: ip('10.9.0.2'), arrivedAt: at(1), interval: seconds(0.5) }),
      silent(1),
    )
    masters.hear('V1', makeAdvert({ source: ip('10.9.0.3'), arrivedAt: at(1) }), silent(1))
    const live = (second: number): readonly string[] =>
      masters.live('V1', silent(second)).map(({ source }) => formatIp(source))
    expect(live(2.8)).toEqual(['10.9.0.3', '10.9.0.2'])
    expect(live(2.9)).toEqual(['10.9.0.3'])
    expect(live(15.5)).toEqual([])
  })

  test('another priority is news', () => {
    const { hear } = lan()
    expect([hear(1, '10.9.0.2', 100), hear(2, '10.9.0.2', 80), hear(3, '10.9.0.2', 80)]).toEqual([
      'new',
      'priority',
      undefined,
    ])
  })

  test('one that has said goodbye is there no more, and is known as the last one', () => {
    const { hear, live, masters } = lan()
    hear(1, '10.9.0.3', 90)
    hear(1, '10.9.0.2', 100)
    expect(hear(2, '10.9.0.2', 0)).toBe('left')
    expect(live(2)).toEqual(['10.9.0.3'])
    expect(masters.latest('V1')).toMatchObject({ source: ip('10.9.0.2'), left: true })
    expect(hear(2.1, '10.9.0.2', 0)).toBeUndefined()
    expect(hear(2.5, '10.9.0.2', 100)).toBe('new')
    expect(live(2.5)).toEqual(['10.9.0.2', '10.9.0.3'])
  })

  test('one that falls silent is there no more, and new when it comes back', () => {
    const { hear, live } = lan()
    hear(1, '10.9.0.2', 100)
    expect(live(1 + PATIENCE)).toEqual(['10.9.0.2'])
    expect(live(1.1 + PATIENCE)).toEqual([])
    expect(hear(9, '10.9.0.2', 100)).toBe('new')
  })

  test('a goodbye of somebody who never was one is no news', () => {
    const { hear, live } = lan()
    expect(hear(1, '10.9.0.2', 0)).toBeUndefined()
    expect(live(1)).toEqual([])
  })
})
