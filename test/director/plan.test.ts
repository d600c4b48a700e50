/** From the kernel's table to the wanted one: what is done, and what a client may meet on the way. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { destinationText, serviceText } from '../../src/director/keys.ts'
import { planService, planTable, type Ours, type Table, type TablePlan } from '../../src/director/plan.ts'
import type { Destination, IpvsChange, Service } from '../../src/netlink/ipvs/types.ts'
import { destination, service } from './kit.ts'
import { apply, dump, kernelOf, tell, type ModelKernel } from './model-kernel.ts'

const short = (change: IpvsChange): string => {
  switch (change.type) {
    case 'add-service':
    case 'edit-service':
      return `${change.type} ${serviceText(change.service.key)} ${change.service.scheduler}`
    case 'add-destination':
    case 'edit-destination':
      return `${change.type} ${destinationText(change.destination.key)} ${change.destination.weight}`
    case 'delete-destination':
      return `${change.type} ${destinationText(change.destination)}`
    case 'delete-service':
      return `${change.type} ${serviceText(change.key)}`
    default:
      return change.type
  }
}

const web = service('10.8.0.100 80')
const mail = service('10.8.0.100 25')
const a = destination('10.9.0.21 80')
const b = destination('10.9.0.22 80')
const sorry = destination('10.9.0.99 80')
const of = (...destinations: Destination[]): Table => [{ service: web, destinations }]
const asked = (...destinations: Destination[]): Ours =>
  new Map([
    [serviceText(web.key), new Map(destinations.map((each) => [destinationText(each.key), each.weight]))],
  ])
const none: Ours = new Map()

describe('what is done', () => {
  test.each<{ why: string; plan: TablePlan; gives: string[] }>([
    {
      why: 'a service that is new',
      plan: { wanted: of(a, b), actual: [], ours: none, handMade: 'undone' },
      gives: [
        'add-service 10.8.0.100:tcp:80 rr',
        'add-destination 10.9.0.21:80 1',
        'add-destination 10.9.0.22:80 1',
      ],
    },
    { why: 'nothing', plan: { wanted: of(a), actual: of(a), ours: none, handMade: 'undone' }, gives: [] },
    {
      why: 'the sorry server is in before the last server is out',
      plan: { wanted: of(sorry), actual: of(a, b), ours: asked(a, b), handMade: 'kept' },
      gives: [
        'add-destination 10.9.0.99:80 1',
        'delete-destination 10.9.0.21:80',
        'delete-destination 10.9.0.22:80',
      ],
    },
    {
      why: 'also when both are switched by weight',
      plan: {
        wanted: of({ ...a, weight: 0 }, sorry),
        actual: of(a, { ...sorry, weight: 0 }),
        ours: asked(a, { ...sorry, weight: 0 }),
        handMade: 'kept',
      },
      gives: ['edit-destination 10.9.0.99:80 1', 'edit-destination 10.9.0.21:80 0'],
    },
    {
      why: 'a service that goes takes its servers along',
      plan: { wanted: [], actual: of(a, b), ours: asked(a, b), handMade: 'kept' },
      gives: ['delete-service 10.8.0.100:tcp:80'],
    },
    {
      why: 'one that is not ours stays',
      plan: {
        wanted: of(a),
        actual: [{ service: mail, destinations: [b] }, ...of(a)],
        ours: none,
        handMade: 'undone',
      },
      gives: [],
    },
    {
      why: 'lvs_flush: it goes, and ours serves on',
      plan: {
        wanted: of(a),
        actual: [{ service: mail, destinations: [b] }, ...of(a)],
        ours: none,
        handMade: 'undone',
        flush: true,
      },
      gives: ['delete-service 10.8.0.100:tcp:25'],
    },
    {
      why: 'lvs_flush where nothing of ours is there',
      plan: {
        wanted: of(a),
        actual: [{ service: mail, destinations: [b] }],
        ours: none,
        handMade: 'undone',
        flush: true,
      },
      gives: ['flush', 'add-service 10.8.0.100:tcp:80 rr', 'add-destination 10.9.0.21:80 1'],
    },
    {
      why: 'an old scheduler, method and weight are set in place, an old server goes (2.2.7 leaves all of them)',
      plan: {
        wanted: [{ service: { ...web, scheduler: 'wrr' }, destinations: [{ ...a, weight: 3 }] }],
        actual: of({ ...a, weight: 9, forwarding: 'route' }, b),
        ours: none,
        handMade: 'undone',
      },
      gives: [
        'edit-service 10.8.0.100:tcp:80 wrr',
        'edit-destination 10.9.0.21:80 3',
        'delete-destination 10.9.0.22:80',
      ],
    },
    {
      why: 'persistence',
      plan: {
        wanted: [
          { service: { ...web, persistence: { timeoutSeconds: 50, engine: undefined } }, destinations: [a] },
        ],
        actual: of(a),
        ours: asked(a),
        handMade: 'kept',
      },
      gives: ['edit-service 10.8.0.100:tcp:80 rr'],
    },
    {
      why: 'a local server is what it was asked to be (older kernels)',
      plan: {
        wanted: of({ ...a, forwarding: 'route' }),
        actual: of({ ...a, forwarding: 'local' }),
        ours: none,
        handMade: 'undone',
      },
      gives: [],
    },
    {
      why: 'a tunnel is compared of tunnels only',
      plan: {
        wanted: of(a),
        actual: of({ ...a, tunnel: { type: 'gre', port: 0, checksum: 'none' } }),
        ours: none,
        handMade: 'undone',
      },
      gives: [],
    },
    {
      why: 'another tunnel',
      plan: {
        wanted: of({ ...a, forwarding: 'tunnel' }),
        actual: of({ ...a, forwarding: 'tunnel', tunnel: { type: 'gre', port: 0, checksum: 'none' } }),
        ours: none,
        handMade: 'undone',
      },
      gives: ['edit-destination 10.9.0.21:80 1'],
    },
  ])('$why', ({ plan, gives }) => {
    expect(planTable(plan).map(short)).toEqual(gives)
  })
})

describe('whatever differs is made as it is wanted, and only that', () => {
  const flags = { flag1: false, flag2: false, flag3: false }
  test.each<Partial<Service>>([
    { scheduler: 'wlc' },
    { schedulerFlags: { ...flags, flag1: true } },
    { schedulerFlags: { ...flags, flag2: true } },
    { schedulerFlags: { ...flags, flag3: true } },
    { onePacket: true },
    { persistence: { timeoutSeconds: 60, engine: undefined } },
    { persistence: { timeoutSeconds: 60, engine: 'sip' } },
    { netmask: 0xffffff00 },
  ])('a service: %j', (change) => {
    const other = service('10.8.0.100 80', change)
    for (const [actual, wanted] of [
      [web, other],
      [other, web],
    ] as const)
      expect(
        planTable({
          wanted: [{ service: wanted, destinations: [a] }],
          actual: [{ service: actual, destinations: [a] }],
          ours: asked(a),
          handMade: 'kept',
        }),
      ).toEqual([{ type: 'edit-service', service: wanted }])
    expect(planService(web.key, { before: other, after: other }, [])).toEqual([])
  })

  test('the engine of a persistence', () => {
    const before = service('10.8.0.100 80', { persistence: { timeoutSeconds: 60, engine: 'sip' } })
    const after = service('10.8.0.100 80', { persistence: { timeoutSeconds: 60, engine: undefined } })
    expect(planService(web.key, { before, after }, [])).toEqual([{ type: 'edit-service', service: after }])
  })

  const tunnel = (change: Partial<Destination['tunnel']>): Partial<Destination> => ({
    forwarding: 'tunnel',
    tunnel: { type: 'gue', port: 6080, checksum: 'none', ...change },
  })
  test.each<[Partial<Destination>, Partial<Destination>]>([
    [{}, { weight: 2 }],
    [{}, { upperThreshold: 9 }],
    [{}, { lowerThreshold: 5 }],
    [{}, { forwarding: 'route' }],
    [{}, tunnel({})],
    [tunnel({}), tunnel({ port: 6081 })],
    [tunnel({}), tunnel({ checksum: 'checksum' })],
    [tunnel({ type: 'gre', port: 0 }), tunnel({ type: 'ipip', port: 0 })],
  ])('a destination: %j and %j', (one, other) => {
    const [before, after] = [one, other].map((change) => destination('10.9.0.21 80', change))
    for (const [actual, wanted] of [
      [before!, after!],
      [after!, before!],
    ] as const) {
      expect(planTable({ wanted: of(wanted), actual: of(actual), ours: none, handMade: 'kept' })).toEqual([
        { type: 'edit-destination', key: web.key, destination: wanted },
      ])
      expect(planTable({ wanted: of(wanted), actual: of(wanted), ours: none, handMade: 'kept' })).toEqual([])
    }
  })
})

describe('what others have done to ours', () => {
  const edited = { ...a, weight: 7 }

  test.each<{ why: string; plan: TablePlan; gives: string[] }>([
    {
      why: 'a weight stays while the same one is wanted',
      plan: { wanted: of(a), actual: of(edited), ours: asked(a), handMade: 'kept' },
      gives: [],
    },
    {
      why: 'and goes when another one is',
      plan: { wanted: of({ ...a, weight: 5 }), actual: of(edited), ours: asked(a), handMade: 'kept' },
      gives: ['edit-destination 10.9.0.21:80 5'],
    },
    {
      why: 'another method does not touch it',
      plan: {
        wanted: of({ ...a, forwarding: 'route' }),
        actual: of(edited),
        ours: asked(a),
        handMade: 'kept',
      },
      gives: ['edit-destination 10.9.0.21:80 7'],
    },
    {
      why: 'a start or a repair sets it',
      plan: { wanted: of(a), actual: of(edited), ours: asked(a), handMade: 'undone' },
      gives: ['edit-destination 10.9.0.21:80 1'],
    },
    {
      why: 'a weight that was never asked for is no edit',
      plan: { wanted: of(a), actual: of(edited), ours: none, handMade: 'kept' },
      gives: ['edit-destination 10.9.0.21:80 1'],
    },
    {
      why: 'a server of theirs stays',
      plan: { wanted: of(a), actual: of(a, b), ours: asked(a), handMade: 'kept' },
      gives: [],
    },
    {
      why: 'one of ours that is gone is there again after a reload',
      plan: { wanted: of(a, b), actual: of(a), ours: asked(a, b), handMade: 'kept' },
      gives: ['add-destination 10.9.0.22:80 1'],
    },
  ])('$why', ({ plan, gives }) => {
    expect(planTable(plan).map(short)).toEqual(gives)
  })
})

describe('random tables', () => {
  const anyDestination = fc.record({
    address: fc.constantFrom('10.9.0.21 80', '10.9.0.22 80', '10.9.0.23 80', '10.9.0.24 8080'),
    weight: fc.constantFrom(0, 1, 5),
    forwarding: fc.constantFrom('masquerade' as const, 'route' as const, 'tunnel' as const),
    upperThreshold: fc.constantFrom(0, 10),
    type: fc.constantFrom('ipip' as const, 'gre' as const),
  })
  const anyService = fc.record({
    address: fc.constantFrom('10.8.0.100 80', '10.8.0.100 443', '10.8.0.101 80', '10.8.0.102 80'),
    scheduler: fc.constantFrom('rr', 'wrr'),
    timeoutSeconds: fc.constantFrom(0, 50, 300),
    destinations: fc.uniqueArray(anyDestination, { selector: ({ address }) => address, maxLength: 4 }),
  })
  const anyTable: fc.Arbitrary<Table> = fc
    .uniqueArray(anyService, { selector: ({ address }) => address, maxLength: 4 })
    .map((services) =>
      services.map(({ address, scheduler, timeoutSeconds, destinations }) => ({
        service: service(address, {
          scheduler,
          persistence: timeoutSeconds === 0 ? undefined : { timeoutSeconds, engine: undefined },
        }),
        destinations: destinations.map(({ address: where, type, ...change }) =>
          destination(where, { ...change, tunnel: { type, port: 0, checksum: 'none' } }),
        ),
      })),
    )
  const oursOf = (table: Table): Ours =>
    new Map(
      table.map((each) => [
        serviceText(each.service.key),
        new Map(each.destinations.map((one) => [destinationText(one.key), one.weight])),
      ]),
    )
  const keysOf = (table: Table): ReadonlySet<string> =>
    new Set(table.map((each) => serviceText(each.service.key)))
  /** Services that have a server with a weight. */
  const serving = (kernel: ModelKernel): ReadonlySet<string> =>
    new Set(
      dump(kernel)
        .filter(({ destinations }) => destinations.some(({ weight }) => weight > 0))
        .map((each) => serviceText(each.service.key)),
    )
  /** One after the other: what the kernel has at each moment. */
  function moments(kernel: ModelKernel, changes: readonly IpvsChange[]): readonly ModelKernel[] {
    const all = [kernel]
    for (const change of changes) {
      const { kernel: next, refusals } = apply(all.at(-1)!, [change])
      expect(refusals, short(change)).toEqual([undefined])
      all.push(next)
    }
    return all
  }
  const subset = fc
    .tuple(anyTable, anyTable, anyTable)
    .map(([wanted, actual, owned]) => ({ wanted, actual, owned }))

  test('afterwards ours is as wanted, theirs as it was, and nothing is refused', () => {
    fc.assert(
      fc.property(subset, fc.boolean(), ({ wanted, actual, owned }, flush) => {
        const changes = planTable({ wanted, actual, ours: oursOf(owned), handMade: 'undone', flush })
        const end = moments(kernelOf(actual), changes).at(-1)!
        const theirs = actual.filter(
          (each) =>
            !flush &&
            !keysOf(wanted).has(serviceText(each.service.key)) &&
            !keysOf(owned).has(serviceText(each.service.key)),
        )
        const sort = (table: Table) =>
          dump(kernelOf(table))
            .map((each) => ({
              ...each,
              destinations: each.destinations
                // Of others than tunnels the kernel does not care.
                .map((one) => (one.forwarding === 'tunnel' ? one : { ...one, tunnel: undefined }))
                .sort((one, other) => (destinationText(one.key) < destinationText(other.key) ? -1 : 1)),
            }))
            .sort((one, other) => (serviceText(one.service.key) < serviceText(other.service.key) ? -1 : 1))
        expect(sort(dump(end))).toEqual(sort([...wanted, ...theirs]))
      }),
    )
  })

  test('who served and will serve serves at every moment', () => {
    fc.assert(
      fc.property(
        subset,
        fc.boolean(),
        fc.constantFrom('kept' as const, 'undone' as const),
        ({ wanted, actual, owned }, flush, handMade) => {
          const changes = planTable({ wanted, actual, ours: oursOf(owned), handMade, flush })
          const all = moments(kernelOf(actual), changes)
          const [first, last] = [serving(all[0]!), serving(all.at(-1)!)]
          for (const key of first)
            if (last.has(key)) expect(all.every((moment) => serving(moment).has(key))).toBe(true)
        },
      ),
    )
  })

  test('it is done at once: the same plan again is empty', () => {
    fc.assert(
      fc.property(
        subset,
        fc.constantFrom('kept' as const, 'undone' as const),
        ({ wanted, actual, owned }, handMade) => {
          const plan = { wanted, ours: oursOf(owned), handMade }
          const end = apply(kernelOf(actual), planTable({ ...plan, actual })).kernel
          expect(planTable({ ...plan, actual: dump(end) })).toEqual([])
        },
      ),
    )
  })

  test('kept: a weight that differs from the wanted one is what a hand made of what we asked for', () => {
    fc.assert(
      fc.property(subset, ({ wanted, actual, owned }) => {
        const ours = oursOf(owned)
        const end = apply(kernelOf(actual), planTable({ wanted, actual, ours, handMade: 'kept' })).kernel
        const before = kernelOf(actual)
        for (const each of wanted) {
          const text = serviceText(each.service.key)
          for (const one of each.destinations) {
            const found = end.services.get(text)?.destinations.get(destinationText(one.key))
            if (found?.weight === one.weight) continue
            expect(ours.get(text)?.get(destinationText(one.key))).toBe(one.weight)
            expect(found?.weight).toBe(
              before.services.get(text)?.destinations.get(destinationText(one.key))?.weight,
            )
          }
        }
      }),
    )
  })

  test('a refused change leaves the rest right', () => {
    fc.assert(
      fc.property(subset, fc.nat(), ({ wanted, actual, owned }, seed) => {
        const changes = planTable({ wanted, actual, ours: oursOf(owned), handMade: 'undone' })
        if (changes.length === 0) return
        const refused = changes[seed % changes.length]!
        // A service that does not come has no servers.
        const hangsOn = (change: IpvsChange): boolean =>
          refused.type === 'add-service' &&
          'key' in change &&
          serviceText(change.key) === serviceText(refused.service.key)
        const all = apply(kernelOf(actual), changes)
        const rest = apply(
          kernelOf(actual),
          changes.filter((each) => each !== refused),
        )
        const missed = changes.filter((each) => each === refused || hangsOn(each)).length
        const differing = tell(all.kernel).filter((line) => !tell(rest.kernel).includes(line))
        expect(differing.length).toBeLessThanOrEqual(missed)
        expect(rest.refusals.filter((each) => each !== undefined)).toHaveLength(
          changes.filter((each) => each !== refused && hangsOn(each)).length,
        )
      }),
    )
  })
})
