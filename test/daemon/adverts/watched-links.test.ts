/** Where a firewall could keep adverts away: on links with somebody who listens. */

import { expect, test } from 'vitest'
import { parseIp } from '../../../src/base/address.ts'
import { rejected } from '../../../src/base/result.ts'
import { instant } from '../../../src/base/time.ts'
import { watchDroppedAdverts } from '../../../src/daemon/adverts/watched-links.ts'
import { MemoryKernel } from '../../../src/simulation/kernel/memory-kernel.ts'
import type { StateKind } from '../../../src/vrrp/election/state.ts'
import { createEngine, type RouterRecord } from '../../../src/vrrp/engine.ts'
import { noFacts } from '../../../src/vrrp/conditions.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { makeRouter } from '../../vrrp/kit.ts'

/** @returns the links on which it looks for adverts, after long silence */
function lookedAt(kind: StateKind): readonly string[] {
  const memory = new MemoryKernel()
  const linkIndex = memory.addLink({ name: 'eth0', enabled: true, carrier: true })
  const kernel = memory.open()
  kernel.drain()
  const [record] = createEngine(
    { routers: [makeRouter()], groups: [], facts: noFacts },
    instant(0),
  ).routers.values()
  const timers = new ManualTimers()
  const looked: string[] = []
  const openTap = (index: number) => {
    looked.push(index === linkIndex ? 'eth0' : String(index))
    return rejected({ errno: 1, code: 'EPERM', call: 'socket', text: 'refused' })
  }
  const unused = (): never => {
    throw new Error('not asked for')
  }
  const watch = watchDroppedAdverts(
    {
      clock: timers.clock,
      timers,
      kernel,
      adverts: { openTap, openSender: unused, openReceiver: unused },
      complain: unused,
    },
    () => ({
      routers: [{ ...record!, state: { ...record!.state, kind } as RouterRecord['state'] }],
      listeningAt: () => new Set([parseIp('224.0.0.18') as never]),
      linkOf: () => 'eth0',
    }),
  )
  watch.review()
  watch.close()
  return looked
}

test.each(['backup', 'master'] as const)('%s: it is looked whether adverts come', (kind) => {
  expect(lookedAt(kind)).toEqual(['eth0'])
})

test.each(['initialize', 'fault'] as const)('%s: nobody listens, and nobody looks', (kind) => {
  expect(lookedAt(kind)).toEqual([])
})
