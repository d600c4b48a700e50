import { describe, expect, test } from 'vitest'
import type { KernelMessage } from '../../src/netlink/message.ts'
import { OwnChanges } from '../../src/netlink/own-changes.ts'
import { addressSpec, linkAddress, routeSpec } from './specs.ts'

const OURS = 77
const KERNEL = 0
const SOMEBODY = 4242

const gone = (text: string, portId: number, linkIndex = 3): KernelMessage => ({
  type: 'address-gone',
  address: linkAddress(linkIndex, text),
  portId,
})

const added = (text: string, portId: number): KernelMessage => ({
  type: 'address',
  address: linkAddress(3, text),
  portId,
})

describe('which changes are ours', () => {
  const own = new OwnChanges(OURS)
  own.expect('address-gone', [addressSpec(3, '10.0.0.1/24'), addressSpec(3, 'fd00::1')])

  test.each([
    ['asked for', gone('10.0.0.1/24', OURS), true],
    ['asked for, but somebody else was faster', gone('10.0.0.1/24', SOMEBODY), false],
    ['removed by the kernel because of one we removed', gone('10.0.0.2/24', OURS), false],
    ['on another link', gone('10.0.0.1/24', OURS, 4), false],
    ['IPv6, where the kernel never says who asked', gone('fd00::1', KERNEL), true],
    ['IPv6, not asked for', gone('fd00::2', KERNEL), false],
    ['added, while its removal was asked for', added('10.0.0.1/24', OURS), false],
    ['a route', { type: 'route-gone', route: routeSpec('10.1.0.0/16'), portId: OURS }, true],
    ['somebody’s route', { type: 'route-gone', route: routeSpec('10.1.0.0/16'), portId: SOMEBODY }, false],
    ['a link', { type: 'link-gone', index: 3 }, false],
  ] satisfies [string, KernelMessage, boolean][])('%s', (_what, message, ours) => {
    expect(own.has(message)).toBe(ours)
  })

  test('what was asked before the queue was empty says nothing about later', () => {
    const own = new OwnChanges(OURS)
    own.expect('address-gone', [addressSpec(3, '10.0.0.1/24')])
    own.forget()
    expect(own.has(gone('10.0.0.1/24', OURS))).toBe(false)
  })
})
