import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIpv6, type Ipv6Address } from '../../src/base/address.ts'
import {
  contributionsNow,
  ownConditions,
  sameConditions,
  sharedConditions,
  withShared,
  type Facts,
} from '../../src/vrrp/conditions.ts'
import type { Conditions, FaultReason } from '../../src/vrrp/election/state.ts'
import { goodLink, ip, makeFacts, makeRouter, makeTracker } from './kit.ts'

const down = { ...goodLink, up: false }
const withLinks = (links: readonly (readonly [string, typeof goodLink])[]): Facts =>
  makeFacts({ links: new Map(links) })

describe('of one router', () => {
  test('all well', () => {
    expect(ownConditions(makeRouter(), makeFacts())).toEqual({
      priority: 100,
      faults: [],
      pending: [],
      source: ip('10.9.0.1'),
    })
  })

  test('its link is down, or is not there', () => {
    expect(ownConditions(makeRouter(), withLinks([['eth0', down]])).faults).toEqual([
      { kind: 'link-down', subject: 'eth0' },
    ])
    expect(ownConditions(makeRouter(), withLinks([])).faults).toEqual([
      { kind: 'link-missing', subject: 'eth0' },
    ])
  })

  test('its link cannot carry multicast, which matters to those that use it', () => {
    const links = withLinks([['eth0', { ...goodLink, lacksMulticast: true }]])
    expect(ownConditions(makeRouter(), links).faults).toEqual([])
    expect(ownConditions(makeRouter({ usesMulticast: true }), links).faults).toEqual([
      { kind: 'no-multicast', subject: 'eth0' },
    ])
  })

  test('dont_track_primary: down is no fault, missing is', () => {
    const router = makeRouter({ requiredLinks: [] })
    expect(ownConditions(router, withLinks([['eth0', down]])).faults).toEqual([])
    expect(ownConditions(router, withLinks([])).faults).toEqual([{ kind: 'link-missing', subject: 'eth0' }])
  })

  test('its link has no address of its own, and mcast_src_ip makes up for it', () => {
    const facts = makeFacts({ links: new Map([['eth0', { up: true, source: undefined }]]) })
    expect(ownConditions(makeRouter(), facts).faults).toEqual([
      { kind: 'no-source-address', subject: 'eth0' },
    ])
    const router = makeRouter({ sourceAddress: ip('10.9.0.7') })
    expect(ownConditions(router, facts)).toMatchObject({ faults: [], source: ip('10.9.0.7') })
  })

  test('weight-0 scripts: pending, then up or down; a disabled one does not count', () => {
    const router = makeRouter({ trackers: [makeTracker()] })
    const given = (verdict?: 'up' | 'down' | 'disabled'): Conditions =>
      ownConditions(router, makeFacts({ scripts: new Map(verdict && [['chk', verdict]]) }))
    expect(given()).toMatchObject({ faults: [], pending: ['script chk'] })
    expect(given('up')).toMatchObject({ faults: [], pending: [] })
    expect(given('down')).toMatchObject({ faults: [{ kind: 'tracker', subject: 'script chk' }], pending: [] })
    expect(given('disabled')).toMatchObject({ faults: [], pending: [] })
  })

  test('a weighted interface alters the priority, present or not', () => {
    const tracker = makeTracker({ kind: 'interface', name: 'eth1', weight: -30 })
    const router = makeRouter({ trackers: [tracker] })
    const up = withLinks([
      ['eth0', goodLink],
      ['eth1', goodLink],
    ])
    expect(ownConditions(router, up)).toMatchObject({ priority: 100, faults: [] })
    expect(ownConditions(router, makeFacts())).toMatchObject({ priority: 70, faults: [] })
    expect(contributionsNow(router, makeFacts())).toEqual([{ tracker, weight: -30 }])
  })
})

describe('of a group', () => {
  const reasons: fc.Arbitrary<FaultReason> = fc.record({
    kind: fc.constantFrom('link-down', 'tracker'),
    subject: fc.constantFrom('eth0', 'eth1'),
  })
  const own: fc.Arbitrary<Conditions> = fc.record({
    priority: fc.integer({ min: 1, max: 254 }),
    faults: fc.array(reasons, { maxLength: 2 }),
    pending: fc.subarray(['script a', 'script b']),
    source: fc.constant(ip('10.9.0.1')),
  })
  const groups = fc
    .array(own, { minLength: 1, maxLength: 5 })
    .map((list) => list.map((each, index) => ({ name: `V${index + 1}`, own: each })))

  test('is at fault, or waits, as one; priorities stay their own', () => {
    fc.assert(
      fc.property(groups, (members) => {
        const joint = members.map((member) => withShared(member.own, sharedConditions(members)))
        const anyFault = members.some((member) => member.own.faults.length > 0)
        const anyPending = members.some((member) => member.own.pending.length > 0)
        expect(joint.every(({ faults }) => faults.length > 0 === anyFault)).toBe(true)
        expect(joint.every(({ pending }) => pending.length > 0 === anyPending)).toBe(true)
        expect(joint.map(({ priority }) => priority)).toEqual(members.map((member) => member.own.priority))
      }),
    )
  })

  test('who is well is told whose fault it is', () => {
    const well = ownConditions(makeRouter(), makeFacts())
    const ill = ownConditions(makeRouter(), withLinks([['eth0', down]]))
    const shared = sharedConditions([
      { name: 'V1', own: ill },
      { name: 'V2', own: well },
    ])
    expect(withShared(ill, shared).faults).toEqual([{ kind: 'link-down', subject: 'eth0' }])
    expect(withShared(well, shared).faults).toEqual([
      { kind: 'group', subject: 'V1', reason: { kind: 'link-down', subject: 'eth0' } },
    ])
  })
})

test('conditions are the same when nothing the election looks at differs', () => {
  const well = ownConditions(makeRouter(), makeFacts())
  expect(sameConditions(well, { ...well })).toBe(true)
  expect(sameConditions(well, { ...well, priority: 99 })).toBe(false)
  expect(sameConditions(well, { ...well, source: undefined })).toBe(false)
  expect(sameConditions(well, { ...well, pending: ['script chk'] })).toBe(false)
  expect(sameConditions(well, { ...well, faults: [{ kind: 'tracker', subject: 'script chk' }] })).toBe(false)
  const through = (subject: string): Conditions => ({
    ...well,
    faults: [{ kind: 'group', subject: 'V1', reason: { kind: 'link-down', subject } }],
  })
  expect(sameConditions(through('eth0'), through('eth0'))).toBe(true)
  expect(sameConditions(through('eth0'), through('eth1'))).toBe(false)
})

test('IPv6 is spoken from the link-local address, whatever else the link has', () => {
  const router = makeRouter({ family: 6, version: 3 })
  const links = (linkLocal?: Ipv6Address): Facts =>
    makeFacts({ links: new Map([['eth0', { ...goodLink, ...(linkLocal && { linkLocal }) }]]) })
  expect(ownConditions(router, links(parseIpv6('fe80::1')))).toMatchObject({ faults: [], source: 'fe80::1' })
  expect(ownConditions(router, links())).toMatchObject({
    faults: [{ kind: 'no-link-local-address', subject: 'eth0' }],
    source: undefined,
  })
})
