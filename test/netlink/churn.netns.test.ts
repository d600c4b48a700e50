/** Whatever happens in a real kernel, and in whatever order: what was heard of it and what it dumps is the same. */

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKernel } from '../../src/netlink/kernel.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { askKernel, contents, Namespace } from './namespace.ts'
import { routeSpec } from './specs.ts'

/** Commands for `ip`, many of which fail: in a small world they collide often. */
const device = fc.constantFrom('eth0', 'eth0', 'eth0', 'veth0')
const host = fc
  .tuple(fc.constantFrom('1.0.0', '2.0.0'), fc.integer({ min: 1, max: 4 }))
  .map((parts) => parts.join('.'))
const address = fc.tuple(host, fc.constantFrom(16, 24)).map((parts) => parts.join('/'))
const scope = fc.constantFrom('global', 'link')
const destination = fc.integer({ min: 1, max: 3 }).map((n) => `192.168.${n}.0/24`)
const mtu = fc.integer({ min: 1400, max: 1402 })

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(address, device, scope).map(([a, d, s]) => `addr add ${a} dev ${d} scope ${s}`),
  },
  { weight: 6, arbitrary: fc.tuple(address, device).map(([a, d]) => `addr del ${a} dev ${d}`) },
  {
    weight: 2,
    arbitrary: fc.tuple(device, fc.constantFrom('up', 'down')).map(([d, to]) => `link set ${d} ${to}`),
  },
  { weight: 1, arbitrary: fc.tuple(device, mtu).map(([d, to]) => `link set ${d} mtu ${to}`) },
  { weight: 1, arbitrary: fc.constantFrom('link add veth0 type veth peer name veth1', 'link del veth0') },
  {
    weight: 2,
    arbitrary: fc.tuple(destination, device).map(([to, d]) => `route add ${to} dev ${d} proto 18`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(destination, host)
      .map(([to, src]) => `route prepend ${to} dev eth0 src ${src} proto 18`),
  },
  { weight: 1, arbitrary: destination.map((to) => `route replace ${to} dev lo proto boot`) },
  { weight: 1, arbitrary: destination.map((to) => `route del ${to}`) },
)
const history = fc.record({
  promote: fc.nat(1),
  pieces: fc.array(fc.array(command, { minLength: 5, maxLength: 20 }), { minLength: 2, maxLength: 4 }),
})

needs('netns')('any changes', () => {
  let namespace: Namespace

  beforeAll(async () => {
    namespace = await Namespace.create()
  })
  afterAll(() => namespace.destroy())

  test('give the same table, whether they were heard or dumped', async () => {
    const property = fc.asyncProperty(history, async ({ promote, pieces }) => {
      await startAfresh(promote)
      const kernel = openKernel({ namespace: namespace.name })
      if (!kernel.ok) throw new Error(kernel.error.text)
      const { value: listener } = kernel
      // Who has never had routes does not listen to any.
      listener.withdrawRoutes([routeSpec('192.168.99.0/24')])
      const inStep = (): boolean => {
        listener.drain()
        return isDeepStrictEqual(contents(listener.table), contents(askKernel(namespace)))
      }
      try {
        for (const piece of pieces) {
          await namespace.tryBatch(piece)
          listener.drain()
        }
        // A carrier follows its link a little later, by itself.
        await until('the table to be as the kernel is', inStep, patiently).catch(() => {
          expect(contents(listener.table)).toEqual(contents(askKernel(namespace)))
        })
      } finally {
        listener.close()
      }
    })
    await fc.assert(property, { numRuns: 12, interruptAfterTimeLimit: 20_000 })
  })

  async function startAfresh(promote: number): Promise<void> {
    await namespace.tryBatch(['link del veth0', 'route flush proto boot', 'route flush proto 18'])
    await namespace.batch(['addr flush dev eth0', 'link set eth0 up'])
    await namespace.sysctl('net/ipv4/conf/all/promote_secondaries', promote)
  }
})
