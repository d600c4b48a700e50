import { describe, expect, test } from 'vitest'
import { linksThatLoseMore } from '../../src/addressing/secondaries.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { fold } from '../../src/netlink/fold.ts'
import type { KernelMessage } from '../../src/netlink/message.ts'
import { addressSpec, cidr, link, linkAddress } from '../netlink/specs.ts'

const secondary = { secondary: true }
const messages: readonly KernelMessage[] = [
  { type: 'link', link: link(3), enabled: true },
  ...[
    linkAddress(3, '10.9.0.1/24'),
    linkAddress(3, '10.9.0.100/24', secondary),
    linkAddress(3, '10.9.0.101/24', secondary),
    linkAddress(3, '10.9.0.102/32'),
    linkAddress(3, '10.8.0.1/24'),
    linkAddress(3, '10.7.0.1/32', { peer: cidr('10.6.0.1/24') }),
    linkAddress(3, '10.7.0.2/32', { peer: cidr('10.6.0.2/24'), ...secondary }),
    linkAddress(3, 'fd00::1/64'),
    linkAddress(3, 'fd00::2/64'),
  ].map((address): KernelMessage => ({ type: 'address', address, portId: 0 })),
]
const { table } = fold(LinkTable.empty, messages)

describe('a removal takes more along than is asked for', () => {
  const losing = (...removed: readonly string[]): readonly number[] =>
    linksThatLoseMore(
      table,
      removed.map((text) => addressSpec(3, text)),
    )

  test.each([
    ['the first of a network whose others stay', ['10.9.0.1/24'], [3]],
    ['the first with some of the others', ['10.9.0.1/24', '10.9.0.100/24'], [3]],
    ['the first with all of the others', ['10.9.0.100/24', '10.9.0.1/24', '10.9.0.101/24'], []],
    ['another than the first', ['10.9.0.100/24'], []],
    ['the only one of its network', ['10.8.0.1/24'], []],
    ['one with another prefix length', ['10.9.0.102/32'], []],
    ['IPv6, which knows no secondaries', ['fd00::1/64'], []],
    ['one that is not there', ['10.9.0.7/24'], []],
  ])('%s', (_what, removed, links) => {
    expect(losing(...removed)).toEqual(links)
  })

  test('by the network of the peer, where there is one', () => {
    const first = addressSpec(3, '10.7.0.1', { peer: cidr('10.6.0.1/24') })
    const second = addressSpec(3, '10.7.0.2', { peer: cidr('10.6.0.2/24') })
    expect(linksThatLoseMore(table, [first])).toEqual([3])
    expect(linksThatLoseMore(table, [first, second])).toEqual([])
  })
})
