/** When a changed link is announced on again, with a clock of the test's own. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMac } from '../../../src/base/address.ts'
import { between, milliseconds, seconds, toMilliseconds } from '../../../src/base/time.ts'
import { hasNeighbours } from '../../../src/daemon/kernel/announcer.ts'
import { describeRenewal, LinkRenewals, renewalMessage } from '../../../src/daemon/kernel/link-renewals.ts'
import type { Link } from '../../../src/netlink/types.ts'
import { link } from '../../netlink/specs.ts'
import { ManualTimers } from '../../support/manual-clock.ts'

const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last)
const eth3 = link(3, { name: 'eth3', mac: mac(1) })

type Change = Partial<Link> | 'gone'

function stage() {
  const timers = new ManualTimers()
  const start = timers.clock.now()
  const table = new Map([[3, eth3]])
  const used = new Set([3])
  const announced: string[] = []
  let later: (() => void) | undefined
  const renewals = new LinkRenewals({
    clock: timers.clock,
    timers,
    drain: () => {
      later?.()
      later = undefined
    },
    linkByIndex: (index) => table.get(index),
    isInUse: (index) => used.has(index),
    announce: (now, former) => {
      const at = toMilliseconds(between(start, timers.clock.now()))
      announced.push(`${at} ${formatMac(former.mac).slice(-2)} ${formatMac(now.mac).slice(-2)}`)
    },
  })
  /** One after the other, told all at once. */
  const change = (...changes: readonly Change[]): void => {
    const events = changes.map((each) => {
      const before = table.get(3) ?? eth3
      if (each === 'gone') {
        table.delete(3)
        return { type: 'link-removed', link: before } as const
      }
      const now = { ...before, ...each }
      table.set(3, now)
      return { type: 'link-changed', before, link: now } as const
    })
    renewals.onEvents(events)
  }
  return {
    timers,
    renewals,
    table,
    used,
    change,
    /** What the kernel has told when a timer reads it. */
    tellLater: (...changes: readonly Change[]) => (later = () => change(...changes)),
    announced: (): readonly string[] => announced.splice(0),
  }
}

describe('what is on a link is announced again', () => {
  test('at once when its hardware address is another one', () => {
    const { change, announced, timers } = stage()
    change({ mac: mac(2) })
    expect(announced()).toEqual(['0 01 02'])
    timers.advance(seconds(5))
    change({ mtu: 9000 }, { name: 'lan0' }, { up: false }, { up: true }, { multicast: false })
    expect(announced()).toEqual([])
    expect(timers.pending).toBe(0)
  })

  test('when it can be announced on and could not before', () => {
    const { change, announced, timers } = stage()
    for (const [without, again] of [
      [{ noArp: true }, { noArp: false }],
      [{ mac: new Uint8Array() }, { mac: mac(1) }],
      [
        { mac: mac(2), noArp: true },
        { noArp: false, mac: mac(1) },
      ],
    ]) {
      change(without ?? {})
      expect(announced()).toEqual([])
      change(again ?? {})
      expect(announced()).toHaveLength(1)
      timers.advance(seconds(1))
    }
  })

  test('when it is up again, having changed while it was down', () => {
    const { change, announced, timers } = stage()
    change({ up: false }, { mac: mac(2) })
    timers.advance(seconds(5))
    expect(announced()).toEqual([])
    change({ up: true })
    expect(announced()).toEqual(['5000 01 02'])
  })

  test('but not where nothing is held, then or later', () => {
    const { change, announced, used, timers } = stage()
    used.clear()
    change({ mac: mac(2) })
    used.add(3)
    change({ mtu: 1400 })
    timers.advance(seconds(5))
    expect(announced()).toEqual([])
  })

  test('not sooner than a second after the last time, and then as the link is', () => {
    const { change, announced, timers } = stage()
    change({ mac: mac(2) })
    for (let count = 3; count < 99; count += 1) {
      timers.advance(milliseconds(10))
      change({ mac: mac(count) })
    }
    expect(announced()).toEqual(['0 01 02'])
    timers.advance(seconds(5))
    expect(announced()).toEqual(['1000 02 62'])
  })

  test('not on a link that went meanwhile, nor on another one that has its number', () => {
    const { change, announced, timers, tellLater } = stage()
    change({ mac: mac(2) })
    change({ mac: mac(3) })
    change('gone')
    expect(timers.pending).toBe(0)
    change({ mac: mac(4) })
    change({ mac: mac(5) })
    announced()
    tellLater('gone')
    timers.advance(seconds(5))
    expect(announced()).toEqual([])
    expect(timers.pending).toBe(0)
  })

  test('property: at most once a second, and what it ends with is told', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 1500 }),
      changes: fc.array(
        fc.record(
          {
            mac: fc.constantFrom(mac(1), mac(2), mac(3), new Uint8Array()),
            noArp: fc.boolean(),
            up: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const { change, announced, timers, table } = stage()
        let told = '01'
        let last = -1000
        for (const { wait, changes } of [...steps, { wait: 0, changes: [{ up: true }] }]) {
          change(...changes)
          timers.advance(milliseconds(wait))
          for (const text of announced()) {
            const [at = '', , now = ''] = text.split(' ')
            expect(Number(at) - last).toBeGreaterThanOrEqual(1000)
            last = Number(at)
            told = now
          }
        }
        timers.advance(seconds(1))
        told = announced().at(-1)?.split(' ')[2] ?? told
        const ends = table.get(3) ?? eth3
        if (hasNeighbours(ends)) expect(told).toBe(formatMac(ends.mac).slice(-2))
        expect(timers.pending).toBe(0)
      }),
    )
  })
})

test('the line says what has changed', () => {
  const again = 'the virtual addresses on it are announced again'
  expect(describeRenewal({ ...eth3, mac: mac(2) }, eth3)).toBe(
    `eth3 has the hardware address 02:00:00:00:00:02 now, not 02:00:00:00:00:01: ${again}`,
  )
  expect(renewalMessage({ ...eth3, mac: mac(2) }, eth3)).toBe(
    `(eth3) MAC Address changed from 02:00:00:00:00:01 to 02:00:00:00:00:02: ${again}`,
  )
  for (const former of [eth3, { ...eth3, noArp: true }])
    expect(renewalMessage(eth3, former)).toBe(describeRenewal(eth3, former))
  expect(describeRenewal(eth3, { ...eth3, noArp: true })).toBe(`eth3 can be announced on again: ${again}`)
  expect(describeRenewal(eth3, eth3)).toBe(`eth3 has the hardware address 02:00:00:00:00:01 again: ${again}`)
})
