/** What others have done to our services. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { driftOf } from '../../src/director/drift.ts'
import type { Table } from '../../src/director/plan.ts'
import { configuration, destination, realServer, service, virtualServer } from './kit.ts'
import { dump, emptyKernel, kernelOf } from './model-kernel.ts'
import { anyConfiguration, anyTurn, World } from './stories.ts'

const a = destination('10.9.0.21 80')
const b = destination('10.9.0.22 80')
const web = service('10.8.0.100 80')
const ids = { service: '10.8.0.100:tcp:80' }

function served(): World {
  const servers = [realServer('10.9.0.21'), realServer('10.9.0.22')]
  const world = new World(configuration([virtualServer('10.8.0.100 80', servers)]), emptyKernel)
  world.start()
  return world
}

describe('drift', () => {
  test.each<{ why: string; actual: Table; gives: object[] }>([
    { why: 'none', actual: [{ service: web, destinations: [b, a] }], gives: [] },
    { why: 'the service is gone', actual: [], gives: [{ kind: 'service-missing', ...ids }] },
    {
      why: 'another scheduler',
      actual: [{ service: { ...web, scheduler: 'sh' }, destinations: [a, b] }],
      gives: [{ kind: 'service-differs', ...ids }],
    },
    {
      why: 'a server is gone, another one has come',
      actual: [{ service: web, destinations: [a, destination('10.9.0.77 80')] }],
      gives: [
        { kind: 'destination-missing', ...ids, destination: '10.9.0.22:80' },
        { kind: 'destination-foreign', ...ids, destination: '10.9.0.77:80' },
      ],
    },
    {
      why: 'a weight, and a method',
      actual: [
        {
          service: web,
          destinations: [
            { ...a, weight: 7 },
            { ...b, forwarding: 'route' },
          ],
        },
      ],
      gives: [
        { kind: 'weight-differs', ...ids, destination: '10.9.0.21:80', asked: 1, actual: 7 },
        { kind: 'destination-differs', ...ids, destination: '10.9.0.22:80' },
      ],
    },
    {
      why: 'a lower weight, too',
      actual: [{ service: web, destinations: [{ ...a, weight: 0 }, b] }],
      gives: [{ kind: 'weight-differs', ...ids, destination: '10.9.0.21:80', asked: 1, actual: 0 }],
    },
    {
      why: 'a server on this host is as it was asked for (older kernels)',
      actual: [{ service: web, destinations: [{ ...a, forwarding: 'local' }, b] }],
      gives: [],
    },
    {
      why: 'others’ services are none of it',
      actual: [
        { service: web, destinations: [a, b] },
        { service: service('10.7.0.1 22'), destinations: [a] },
      ],
      gives: [],
    },
  ])('$why', ({ actual, gives }) => {
    expect(driftOf(served().director, actual)).toEqual(gives)
  })

  test('what the kernel has refused is known as refused', () => {
    const world = new World(
      configuration([virtualServer('10.8.0.100 80', [realServer('10.9.0.21')], { scheduler: 'dh' })]),
      emptyKernel,
    )
    world.start()
    expect(world.director.services[0]!.refused.get('')).toBe('ENOENT')
    expect(driftOf(world.director, dump(world.kernel))).toEqual([])
  })

  test('what has been noticed to be gone is told still', () => {
    const world = served()
    world.kernel = kernelOf([])
    world.step({
      type: 'outcomes',
      changes: [{ type: 'delete-destination', key: web.key, destination: a.key }],
      refusals: [{ errno: 3, code: 'ESRCH', text: 'No such process' }],
    })
    expect(driftOf(world.director, [])).toEqual([{ kind: 'service-missing', ...ids }])
  })

  test('there is none where nobody else has done anything', () => {
    fc.assert(
      fc.property(anyConfiguration, fc.array(anyTurn, { maxLength: 15 }), (file, turns) => {
        const world = new World(file, emptyKernel)
        world.start()
        for (const turn of turns) world.take(turn)
        expect(driftOf(world.director, dump(world.kernel))).toEqual([])
      }),
    )
  })
})
