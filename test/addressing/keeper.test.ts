import { describe, expect, test } from 'vitest'
import { between, instant, seconds, toSeconds, type Duration } from '../../src/base/time.ts'
import type { Attempt } from '../../src/addressing/applier.ts'
import { Keeper } from '../../src/addressing/keeper.ts'
import type { Item } from '../../src/addressing/link-binding.ts'
import type { Refusal } from '../../src/netlink/types.ts'
import { routeSpec } from '../netlink/specs.ts'
import { ManualClock, ManualTimers } from '../support/manual-clock.ts'

const route = (text: string): Item => ({
  kind: 'route',
  spec: routeSpec(text),
  track: true,
  text: `route to ${text}`,
})
const refusal: Refusal = { errno: 101, code: 'ENETUNREACH', text: 'network is unreachable' }

/** A kernel that takes what it is given, or nothing at all, and in which time only passes when told. */
class World {
  readonly there = new Set<Item>()
  readonly tries: string[] = []
  readonly restored: string[] = []
  readonly refused: string[] = []
  wanted: Item[] = []
  refuses = false
  /** Takes it and tells it in words that nobody knows again. */
  mumbles = false
  readonly keeper: Keeper
  private readonly clock = new ManualClock(instant(0))
  private readonly timers = new ManualTimers(this.clock)

  constructor() {
    this.keeper = new Keeper({
      clock: this.clock,
      timers: this.timers,
      wanted: () => this.wanted,
      isPresent: (item) => this.there.has(item),
      install: (items) => items.map((item) => this.take(item)),
      drain: () => undefined,
      restored: (item, count) => this.restored.push(`${item.text} ${count}`),
      refused: (item) => this.refused.push(item.text),
    })
  }

  get isWaiting(): boolean {
    return this.timers.pending > 0
  }

  pass(span: Duration): void {
    this.timers.advance(span)
  }

  private take(item: Item): Attempt {
    this.tries.push(`${toSeconds(between(instant(0), this.clock.now()))} ${item.text}`)
    if (this.refuses) return { item, outcome: refusal }
    if (!this.mumbles) this.there.add(item)
    return { item, outcome: undefined }
  }
}

describe('what is to be kept', () => {
  const item = route('10.1.0.0/16')

  test('is not put back while the kernel has not told yet that others have set it anew', () => {
    const world = new World()
    world.wanted = [item]
    world.there.add(item)
    world.keeper.check()
    // A reload: removed, and set with other attributes, of which the kernel tells later.
    world.there.delete(item)
    world.keeper.haveSet([item])
    world.keeper.check()
    expect(world.tries).toEqual([])
    world.there.add(item)
    world.keeper.check()
    world.there.delete(item)
    world.keeper.check()
    world.pass(seconds(2))
    expect(world.restored).toEqual(['route to 10.1.0.0/16 1'])
  })

  test('is tried by itself where what others have set does not appear', () => {
    const world = new World()
    world.wanted = [item]
    world.keeper.haveSet([item])
    world.keeper.check()
    expect(world.tries).toEqual([])
    world.pass(seconds(2))
    expect(world.there.has(item)).toBe(true)
    expect(world.restored).toEqual([])
  })

  test('is set at once, and nobody waits any longer when it is there', () => {
    const world = new World()
    world.wanted = [item]
    world.keeper.check()
    expect(world.there.has(item)).toBe(true)
    world.pass(seconds(2))
    expect(world.isWaiting).toBe(false)
    expect(world.restored).toEqual([])
    expect(world.tries).toHaveLength(1)
  })

  test('is put back at once when it is gone, but no more than once a second', () => {
    const world = new World()
    world.wanted = [item]
    world.keeper.check()
    world.pass(seconds(2))
    for (let time = 0; time < 19; time++) {
      world.there.delete(item)
      world.keeper.check([item])
      world.pass(seconds(0.1))
    }
    expect(world.tries).toEqual(['0', '2', '3'].map((at) => `${at} ${item.text}`))
    world.pass(seconds(1))
    expect(world.there.has(item)).toBe(true)
    expect(world.restored).toEqual([
      'route to 10.1.0.0/16 1',
      'route to 10.1.0.0/16 2',
      'route to 10.1.0.0/16 3',
    ])
  })

  test('one item’s fight delays no other', () => {
    const world = new World()
    const other = route('10.2.0.0/16')
    world.wanted = [item, other]
    world.keeper.check()
    world.pass(seconds(5))
    world.there.delete(item)
    world.keeper.check()
    world.there.delete(item)
    world.there.delete(other)
    world.keeper.check()
    expect([...world.there]).toEqual([other])
  })

  test('is tried ever less often while it is refused, and at once when something changes', () => {
    const world = new World()
    world.refuses = true
    world.wanted = [item]
    world.keeper.check()
    world.pass(seconds(10 * 60))
    expect(world.tries.length).toBeLessThan(18)
    expect(world.refused).toEqual([item.text])
    world.refuses = false
    world.pass(seconds(1))
    const tries = world.tries.length
    world.keeper.reconsider()
    expect(world.tries).toHaveLength(tries + 1)
    expect(world.there.has(item)).toBe(true)
  })

  test('and is told in other words than ours is not set again and again', () => {
    const world = new World()
    world.mumbles = true
    world.wanted = [item]
    world.keeper.check()
    world.pass(seconds(10 * 60))
    expect(world.tries.length).toBeLessThan(18)
    expect(world.restored).toEqual([])
  })

  test('is forgotten when it is no longer wanted', () => {
    const world = new World()
    world.refuses = true
    world.wanted = [item]
    world.keeper.check()
    world.wanted = []
    world.pass(seconds(60))
    expect(world.tries).toHaveLength(1)
    expect(world.isWaiting).toBe(false)
  })

  test('is left alone after the end', () => {
    const world = new World()
    world.refuses = true
    world.wanted = [item]
    world.keeper.check()
    world.keeper.close()
    world.pass(seconds(60))
    expect(world.tries).toHaveLength(1)
  })
})
