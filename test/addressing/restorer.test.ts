/** --restore-addresses: what somebody else removes of what a Master holds. */

import { expect, test } from 'vitest'
import { NOTHING } from '../../src/addressing/desired.ts'
import { findLosses } from '../../src/addressing/observed.ts'
import { Restorer } from '../../src/addressing/restorer.ts'
import { seconds } from '../../src/base/time.ts'
import { ip } from '../netlink/specs.ts'
import { ManualClock, ManualTimers } from '../support/manual-clock.ts'
import { address, Host, OTHERS } from './kernel.ts'

const owned = { ...NOTHING, router: { name: 'V1' }, addresses: [address('10.9.0.100/24')] }

function setUp() {
  const host = new Host()
  const clock = new ManualClock()
  const timers = new ManualTimers(clock)
  const heard: string[] = []
  const restorer = new Restorer({
    ...{ clock, timers, installed: host.installed, ownPort: host.kernel.portId },
    table: () => host.kernel.table,
    drain: () => void host.drain(),
    say: (text) => heard.push(text),
    processName: () => Promise.resolve(undefined),
    announce: (router, { text }) => heard.push(`${router} announces ${text}`),
    giveUp: ({ router, item }) => heard.push(`${router} gives up ${item.text}`),
  })
  host.installed.install(owned)
  host.drain()
  const holds = (): boolean => host.memory.findAddress(ip('10.9.0.100')) !== undefined
  /** Somebody takes the address away, and the restorer hears of it. */
  const lose = (): void => {
    const found = host.memory.findAddress(ip('10.9.0.100'))
    if (found !== undefined) host.memory.as(OTHERS).removeAddress(found)
    const items = host.installed.itemsOf('V1')
    const holdings = [{ router: 'V1', link: 'eth0', items }]
    for (const loss of findLosses(host.drain(), holdings, host.kernel.table)) restorer.restore(loss)
  }
  return { host, timers, heard, holds, lose }
}

test('is there again at once, announced to the LAN, and it is said who took it', async () => {
  const { heard, holds, lose } = setUp()
  lose()
  expect(holds()).toBe(true)
  expect(heard).toEqual(['V1 announces address 10.9.0.100/24'])
  await Promise.resolve()
  expect(heard.slice(1)).toEqual([
    '(V1) IP 10.9.0.100/24 on eth0 was removed by process 7, which has ended: it is put back',
  ])
})

test('is announced each time, a second after the one before at the earliest', async () => {
  const { host, timers, heard, holds, lose } = setUp()
  lose()
  host.drain()
  lose()
  expect(holds()).toBe(false)
  timers.advance(seconds(1))
  expect(holds()).toBe(true)
  await Promise.resolve()
  expect(heard.filter((text) => text.startsWith('V1 announces'))).toHaveLength(2)
})

test('of a router that has given it up nothing comes back', () => {
  const { host, timers, heard, holds, lose } = setUp()
  lose()
  host.drain()
  lose()
  host.installed.withdraw(owned)
  timers.advance(seconds(2))
  expect(holds()).toBe(false)
  expect(heard.filter((text) => text.startsWith('V1 announces'))).toHaveLength(1)
})
