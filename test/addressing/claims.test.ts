import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Claims } from '../../src/addressing/claims.ts'
import { changeover } from '../../src/addressing/reconcile.ts'
import { slotOf, type Item } from '../../src/addressing/link-binding.ts'
import { addressSpec, ip, routeSpec } from '../netlink/specs.ts'

const address = (text: string, label?: string): Item => ({
  kind: 'address',
  spec: addressSpec(3, text, label === undefined ? {} : { label }),
  link: 'eth3',
  track: true,
  text: `address ${text}`,
})
const route = (destination: string, gateway: string, realms?: number): Item => ({
  kind: 'route',
  spec: routeSpec(destination, {
    gateway: ip(gateway),
    linkIndex: 3,
    ...(realms !== undefined && { realms }),
  }),
  track: true,
  text: `route to ${destination}`,
})
const rule = (preference: number, table: number): Item => ({
  kind: 'rule',
  spec: { family: 4, preference, action: { kind: 'table', table }, not: false, l3mdev: false },
  track: true,
  text: `rule ${preference}`,
})

const vip = address('10.9.0.100/24')

describe('claims', () => {
  test('what two want stays until both have given it up', () => {
    const claims = new Claims()
    claims.set('A', [vip])
    claims.set('B', [address('10.9.0.100/24', 'eth3:b')])
    claims.release('A')
    expect(claims.removable([vip])).toEqual([])
    expect(claims.release('B')).toHaveLength(1)
    expect(claims.removable([vip])).toEqual([vip])
  })

  test('an owner that is set anew wants nothing of what it wanted before', () => {
    const claims = new Claims()
    claims.set('A', [vip, vip])
    claims.set('A', [address('10.9.0.101/24')])
    expect(claims.removable([vip])).toEqual([vip])
    expect(claims.of('A').map(({ text }) => text)).toEqual(['address 10.9.0.101/24'])
  })

  test('the same address under another prefix length or on another link is another one', () => {
    const claims = new Claims()
    claims.set('A', [vip])
    const elsewhere: Item = { ...vip, spec: addressSpec(4, '10.9.0.100/24') } as Item
    expect(claims.removable([address('10.9.0.100/32'), elsewhere])).toHaveLength(2)
  })

  test('what the host had before us is never removable', () => {
    const claims = new Claims({ has: (item) => item.text === vip.text })
    expect(claims.removable([vip, route('10.1.0.0/16', '10.9.0.9')])).toHaveLength(1)
  })
})

/** Everything that one slot can hold in the properties below. */
const variants: readonly (readonly Item[])[] = [
  [address('10.9.0.100/24'), address('10.9.0.100/24', 'eth3:x')],
  [address('10.9.0.101/24')],
  [address('10.9.0.101/32')],
  [address('fd00::1/64')],
  [route('10.1.0.0/16', '10.9.0.9'), route('10.1.0.0/16', '10.9.0.9', 7)],
  [route('10.1.0.0/16', '10.9.0.8')],
  [rule(100, 5)],
  [rule(100, 6)],
]
const anyItem = fc.nat(variants.length - 1).chain((slot) => fc.constantFrom(...variants[slot]!))
/** What a few owners want, one after the other; several may want the same. */
const owners = fc.array(fc.array(anyItem, { maxLength: 6 }), { minLength: 1, maxLength: 4 })

/** A kernel with room for one thing in each slot: what is there already stays as it is. */
class Kernel {
  readonly there = new Map<string, string>()
  readonly touched = new Set<string>()

  install(item: Item): void {
    if (!this.there.has(slotOf(item))) this.there.set(slotOf(item), JSON.stringify(item.spec))
  }

  remove(item: Item): void {
    this.there.delete(slotOf(item))
    this.touched.add(slotOf(item))
  }
}

const started = (wanted: readonly Item[]): Kernel => {
  const kernel = new Kernel()
  for (const item of wanted) kernel.install(item)
  return kernel
}

describe('a changeover', () => {
  const changed = (from: readonly Item[], to: readonly Item[]): Kernel => {
    const kernel = started(from)
    const { replaced, removed } = changeover(from, to)
    for (const each of replaced) kernel.remove(each.from)
    for (const each of replaced) kernel.install(each.to)
    for (const item of to) kernel.install(item)
    for (const item of removed) kernel.remove(item)
    return kernel
  }

  test('ends where a fresh start with the second configuration does', () => {
    fc.assert(
      fc.property(owners, owners, (before, after) => {
        const kernel = changed(before.flat(), after.flat())
        expect([...kernel.there].sort()).toEqual([...started(after.flat()).there].sort())
      }),
    )
  })

  test('touches nothing that is wanted as it is, whoever had it and whoever gets it', () => {
    fc.assert(
      fc.property(owners, owners, (before, after) => {
        const [was, is] = [started(before.flat()), started(after.flat())]
        const { touched } = changed(before.flat(), after.flat())
        for (const [slot, spec] of is.there)
          if (was.there.get(slot) === spec) expect(touched).not.toContain(slot)
      }),
    )
  })

  test('has nothing to do the second time', () => {
    fc.assert(
      fc.property(owners, (wanted) => {
        expect(changeover(wanted.flat(), wanted.flat())).toEqual({ replaced: [], removed: [] })
      }),
    )
  })
})
