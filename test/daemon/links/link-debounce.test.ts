/** interface_up_down_delays: what counts, moment by moment. */

import { describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import { LinkDebounce } from '../../../src/daemon/links/link-debounce.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { link } from '../../netlink/specs.ts'

function stage(delays: readonly [down: number, up: number] = [1, 2]) {
  const timers = new ManualTimers()
  let kernel = { index: 3, up: true }
  /** What the kernel is found to say when a delay is over. */
  let unread: boolean | undefined
  const changes: boolean[] = []
  const said: string[] = []
  const ask = (): boolean => debounce.isUp('eth0', link(kernel.index, { name: 'eth0', up: kernel.up }))
  const debounce = new LinkDebounce({
    timers,
    drain: () => {
      if (unread === undefined) return
      kernel = { ...kernel, up: unread }
      ask()
    },
    changed: () => void changes.push(ask()),
    say: (text) => void said.push(text),
  })
  debounce.use(new Map([['eth0', { down: seconds(delays[0]), up: seconds(delays[1]) }]]))
  ask()
  return {
    debounce,
    timers,
    changes,
    said,
    set: (up: boolean, index = 3): boolean => {
      kernel = { index, up }
      return ask()
    },
    unread: (up: boolean) => void (unread = up),
  }
}

describe('a change', () => {
  test('counts when it has lasted, down and up each with its own delay', () => {
    const { set, timers, changes, said } = stage()
    expect(set(false)).toBe(true)
    timers.advance(milliseconds(999))
    expect(changes).toEqual([])
    timers.advance(milliseconds(1))
    expect(changes).toEqual([false])
    expect(set(true)).toBe(false)
    timers.advance(milliseconds(1999))
    expect(changes).toEqual([false])
    timers.advance(milliseconds(1))
    expect(changes).toEqual([false, true])
    expect(said).toEqual([
      'eth0 went down: that counts in 1 s, if it stays so',
      'eth0 went up: that counts in 2 s, if it stays so',
    ])
  })

  test('that is taken back never was one, and the next begins anew', () => {
    const { set, timers, changes, debounce } = stage()
    set(false)
    timers.advance(milliseconds(900))
    expect(debounce.isWaiting('eth0')).toBe(true)
    expect(set(true)).toBe(true)
    expect(debounce.isWaiting('eth0')).toBe(false)
    expect(timers.pending).toBe(0)
    set(false)
    timers.advance(milliseconds(900))
    expect(changes).toEqual([])
    timers.advance(milliseconds(100))
    expect(changes).toEqual([false])
  })

  test('that the kernel has taken back, which nobody has read yet, does not count either', () => {
    const { set, timers, changes, unread } = stage()
    set(false)
    unread(true)
    timers.advance(seconds(5))
    expect(changes).toEqual([])
  })

  test('that is told again does not begin anew', () => {
    const { set, timers, changes } = stage()
    set(false)
    timers.advance(milliseconds(500))
    set(false)
    timers.advance(milliseconds(500))
    expect(changes).toEqual([false])
    expect(timers.pending).toBe(0)
  })

  test('without a delay counts at once', () => {
    const { set, timers } = stage([0, 0])
    expect([set(false), set(true)]).toEqual([false, true])
    expect(timers.pending).toBe(0)
  })

  test('of a link that no line names counts at once', () => {
    const { debounce } = stage()
    debounce.isUp('eth1', link(4, { up: true }))
    expect(debounce.isUp('eth1', link(4, { up: false }))).toBe(false)
  })

  test('waits on, as it began, when a reload changes the delay', () => {
    const { set, timers, changes, debounce } = stage()
    set(false)
    debounce.use(new Map())
    timers.advance(seconds(1))
    expect(changes).toEqual([false])
  })
})

test('a link that is gone, and another of its name, count at once', () => {
  const { debounce, set, timers } = stage()
  set(false)
  expect(debounce.isUp('eth0', undefined)).toBe(false)
  expect(timers.pending).toBe(0)
  expect(set(true, 7)).toBe(true)
  set(false, 7)
  expect(set(false, 8)).toBe(false)
  expect(timers.pending).toBe(0)
})

test('nothing waits when it is closed', () => {
  const { debounce, set, timers } = stage()
  set(false)
  debounce.close()
  expect(timers.pending).toBe(0)
})
