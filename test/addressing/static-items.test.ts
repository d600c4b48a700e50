/** static_ipaddress and its like: there whoever is Master. */

import { expect, test } from 'vitest'
import { NOTHING, type DesiredState } from '../../src/addressing/desired.ts'
import { StaticItems } from '../../src/addressing/static-items.ts'
import { seconds } from '../../src/base/time.ts'
import { ip } from '../netlink/specs.ts'
import { ManualClock, ManualTimers } from '../support/manual-clock.ts'
import { address, Host, OTHERS } from './kernel.ts'

function setUp(wanted: Partial<DesiredState>) {
  const host = new Host()
  const clock = new ManualClock()
  const timers = new ManualTimers(clock)
  const said: string[] = []
  const statics = new StaticItems({
    ...{ clock, timers, applier: host.applier, claims: host.claims },
    hosts: { notice: () => undefined },
    table: () => host.kernel.table,
    drain: () => void host.drain(),
    processName: () => Promise.resolve(undefined),
    say: (text) => said.push(text),
    complain: ({ text }) => said.push(text),
  })
  const has = (text: string): boolean => host.memory.findAddress(ip(text)) !== undefined
  const remove = (text: string): void => {
    const found = host.memory.findAddress(ip(text))
    if (found !== undefined) host.memory.as(OTHERS).removeAddress(found)
  }
  const hear = (): void => {
    statics.onEvents(host.drain())
  }
  statics.use({ ...NOTHING, ...wanted })
  hear()
  // No item is set more than once a second.
  timers.advance(seconds(1))
  return { host, statics, timers, said, has, remove, hear }
}

test('what somebody removes is back at once, and what nobody wants is not', () => {
  const { said, has, remove, hear } = setUp({ addresses: [address('10.7.0.1/24')] })
  expect(has('10.7.0.1')).toBe(true)
  remove('10.7.0.1')
  remove('10.9.0.1')
  hear()
  expect(has('10.7.0.1')).toBe(true)
  expect(has('10.9.0.1')).toBe(false)
  expect(said).toEqual(['Restoring deleted static address 10.7.0.1/24 on eth0'])
})

test('what is removed again comes a second later', () => {
  const { timers, has, remove, hear } = setUp({ addresses: [address('10.7.0.1/24')] })
  remove('10.7.0.1')
  hear()
  expect(has('10.7.0.1')).toBe(true)
  hear()
  remove('10.7.0.1')
  hear()
  expect(has('10.7.0.1')).toBe(false)
  timers.advance(seconds(1))
  expect(has('10.7.0.1')).toBe(true)
})

test('an interface that comes later gets what waits for it', () => {
  const { host, said, has, hear } = setUp({ addresses: [address('10.7.0.1/24', {}, 'eth9')] })
  expect(said).toEqual(['cannot set static address 10.7.0.1/24 before there is an interface eth9'])
  host.memory.addLink({ name: 'eth9', enabled: true, carrier: true, multicast: true })
  hear()
  expect(has('10.7.0.1')).toBe(true)
})

test('all of them go at the end', () => {
  const { statics, has } = setUp({ addresses: [address('10.7.0.1/24')] })
  statics.close()
  expect(has('10.7.0.1')).toBe(false)
  expect(has('10.9.0.1')).toBe(true)
})
