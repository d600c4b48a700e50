/** The model kernel, against what Linux 6.1 was measured to refuse and to accept. */

import { describe, expect, test } from 'vitest'
import type { IpvsChange, Service } from '../../../src/netlink/ipvs/types.ts'
import { IpvsInMemory, type Traffic } from '../../support/ipvs-in-memory.ts'
import { ip } from '../specs.ts'
import { destination, mark, real, service, virtual } from './values.ts'

const web = virtual('tcp 10.8.0.100 80')
const web6 = virtual('tcp fd00::100 443')
const unknown = virtual('udp 10.8.0.100 80')

/** `web` with one destination, `web6` with none. */
function table(): IpvsInMemory {
  const kernel = new IpvsInMemory()
  const outcomes = kernel.change([
    { type: 'add-service', service: service(web) },
    { type: 'add-service', service: service(web6) },
    { type: 'add-destination', key: web, destination: destination('10.9.0.21 80') },
  ])
  expect(outcomes).toEqual([undefined, undefined, undefined])
  return kernel
}

const add = (more: Service): IpvsChange => ({ type: 'add-service', service: more })
const addTo = (key: typeof web, more: ReturnType<typeof destination>): IpvsChange => ({
  type: 'add-destination',
  key,
  destination: more,
})

describe('refused', () => {
  const there = destination('10.9.0.21 80')
  const another = (more: Parameters<typeof destination>[1]): IpvsChange =>
    addTo(web, destination('10.9.0.22 80', more))
  const master = { role: 'master', interface: 'eth0', syncId: 7 } as const

  test.each([
    ['a service that is there', add(service(web)), 'EEXIST'],
    ['to edit one that is not', { type: 'edit-service', service: service(unknown) }, 'ESRCH'],
    ['to delete one that is not', { type: 'delete-service', key: unknown }, 'ESRCH'],
    ['to zero one that is not', { type: 'zero-service', key: unknown }, 'ESRCH'],
    ['a mark of the other family', { type: 'delete-service', key: mark(7, 'ipv6') }, 'ESRCH'],
    ['a destination of no service', addTo(unknown, there), 'ESRCH'],
    [
      'to delete a destination of none',
      { type: 'delete-destination', key: unknown, destination: there.key },
      'ESRCH',
    ],
    ['a destination that is there', addTo(web, there), 'EEXIST'],
    [
      'to edit one that is not',
      { type: 'edit-destination', key: web, destination: destination('10.9.0.9 80') },
      'ENOENT',
    ],
    [
      'to delete one that is not',
      { type: 'delete-destination', key: web, destination: real('10.9.0.21 81') },
      'ENOENT',
    ],
    ['an unknown scheduler', add(service(unknown, { scheduler: 'wrr-p' })), 'ENOENT'],
    [
      'an unknown engine',
      add(service(unknown, { persistence: { timeoutSeconds: 5, engine: 'http' } })),
      'ENOENT',
    ],
    ['IPv6, no prefix length', { type: 'edit-service', service: service(web6, { netmask: 0 }) }, 'EINVAL'],
    ['IPv6, a prefix length of 129', add(service(virtual('tcp fd00::9 1'), { netmask: 129 })), 'EINVAL'],
    ['a negative weight', another({ weight: -1 }), 'ERANGE'],
    ['a lower threshold above the upper one', another({ lowerThreshold: 5 }), 'ERANGE'],
    ['a multicast destination', addTo(web, destination('224.0.0.18 80')), 'EINVAL'],
    ['a broadcast destination', addTo(web, destination('255.255.255.255 80')), 'EINVAL'],
    ['the other family by route', addTo(web, destination('fd00::21 80')), 'EINVAL'],
    [
      'the other family by NAT',
      addTo(web6, destination('10.9.0.21 80', { forwarding: 'masquerade' })),
      'EINVAL',
    ],
    [
      'GUE without a port',
      another({ forwarding: 'tunnel', tunnel: { type: 'gue', port: 0, checksum: 'none' } }),
      'EINVAL',
    ],
    [
      'a timeout beyond what the kernel has',
      { type: 'set-timeouts', timeouts: { udpSeconds: 2 ** 31 } },
      'EINVAL',
    ],
    [
      'a daemon on no link',
      { type: 'start-sync-daemon', daemon: { ...master, interface: 'eth9' } },
      'ENODEV',
    ],
    ['to stop a daemon that does not run', { type: 'stop-sync-daemon', role: 'backup' }, 'ESRCH'],
  ] satisfies [string, IpvsChange, string][])('%s', (_what, change, code) => {
    const kernel = table()
    const before = [kernel.services(), kernel.destinations(web), kernel.timeouts(), kernel.syncDaemons()]
    expect(kernel.change([change]).map((outcome) => outcome?.code)).toEqual([code])
    const after = [kernel.services(), kernel.destinations(web), kernel.timeouts(), kernel.syncDaemons()]
    expect(after).toEqual(before)
  })

  test('a second daemon of a role, and the other role is not', () => {
    const backup = { ...master, role: 'backup' } as const
    const outcomes = table().change(
      [master, master, backup].map((daemon) => ({ type: 'start-sync-daemon', daemon })),
    )
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, 'EEXIST', undefined])
  })

  test('one of several, and not the others', () => {
    const kernel = table()
    const other = service(virtual('tcp 10.8.0.101 80'))
    expect(kernel.change([add(service(web)), add(other)]).map((outcome) => outcome?.code)).toEqual([
      'EEXIST',
      undefined,
    ])
    expect(kernel.service(other.key)).toMatchObject({ ok: true, value: other })
  })

  test('whatever a test has it refuse', () => {
    const full = { errno: 12, code: 'ENOMEM', text: 'no memory' }
    const kernel = new IpvsInMemory({ refuses: ({ type }) => (type === 'flush' ? full : undefined) })
    expect(kernel.change([{ type: 'zero' }, { type: 'flush' }])).toEqual([undefined, full])
    expect(kernel.asked).toEqual([{ type: 'zero' }, { type: 'flush' }])
  })

  test('everything after close', () => {
    const kernel = table()
    kernel.close()
    expect(kernel.change([{ type: 'zero' }]).map((outcome) => outcome?.code)).toEqual(['EBADF'])
    expect(kernel.services()).toMatchObject({ ok: false, error: { code: 'EBADF' } })
  })
})

describe('accepted', () => {
  test.each([
    ['port 0 without persistence', add(service(virtual('tcp 10.8.0.100 0')))],
    ['a mark of 0', add(service(mark(0)))],
    ['a mask with holes', add(service(unknown, { netmask: 0xff00ff00 }))],
    ['no mask', add(service(unknown, { netmask: 0 }))],
    ['a multicast service', add(service(virtual('tcp 224.0.0.1 80')))],
    ['one packet of TCP', add(service(virtual('tcp 10.8.0.1 80'), { onePacket: true }))],
    ['the largest weight', addTo(web, destination('10.9.0.22 80', { weight: 0x7fffffff }))],
    ['another port by route', addTo(web, destination('10.9.0.22 99'))],
    ['the other family by tunnel', addTo(web, destination('fd00::21 80', { forwarding: 'tunnel' }))],
  ] satisfies [string, IpvsChange][])('%s', (_what, change) => {
    expect(table().change([change])).toEqual([undefined])
  })

  test('timeouts one by one; 0 leaves them as they are', () => {
    const kernel = table()
    kernel.change([{ type: 'set-timeouts', timeouts: { tcpSeconds: 0, udpSeconds: 30 } }])
    expect(kernel.timeouts()).toEqual({
      ok: true,
      value: { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 30 },
    })
  })

  test('a daemon, and what is not said of it', () => {
    const kernel = table()
    kernel.change([
      { type: 'start-sync-daemon', daemon: { role: 'master', interface: 'eth0', syncId: 7, ttl: 3 } },
    ])
    const running = { maxLength: 1472, group: ip('224.0.0.81'), port: 8848, ttl: 3 }
    expect(kernel.syncDaemons()).toEqual({
      ok: true,
      value: [{ role: 'master', interface: 'eth0', syncId: 7, ...running }],
    })
    expect(kernel.change([{ type: 'stop-sync-daemon', role: 'master' }])).toEqual([undefined])
    expect(kernel.syncDaemons()).toEqual({ ok: true, value: [] })
  })

  test('an edit changes what is there in place', () => {
    const kernel = table()
    kernel.traffic(web, real('10.9.0.21 80'), { activeConnections: 3 })
    const changed = destination('10.9.0.21 80', { forwarding: 'tunnel', weight: 0 })
    expect(
      kernel.change([
        { type: 'edit-destination', key: web, destination: changed },
        { type: 'edit-service', service: service(web, { scheduler: 'wlc' }) },
      ]),
    ).toEqual([undefined, undefined])
    expect(kernel.destinations(web)).toMatchObject({
      ok: true,
      value: [{ ...changed, activeConnections: 3 }],
    })
    expect(kernel.service(web)).toMatchObject({ ok: true, value: { scheduler: 'wlc' } })
  })
})

describe('what is not there', () => {
  test('has no destinations, without an error', () => {
    expect(table().destinations(unknown)).toEqual({ ok: true, value: [] })
    expect(table().service(unknown)).toEqual({ ok: true, value: undefined })
  })

  test('after a flush: everything', () => {
    const kernel = table()
    expect(kernel.change([{ type: 'flush' }])).toEqual([undefined])
    expect(kernel.services()).toEqual({ ok: true, value: [] })
  })
})

describe('counters', () => {
  const busy: Partial<Traffic> = { activeConnections: 2, inactiveConnections: 1 }

  test('a zero leaves connections', () => {
    const kernel = table()
    kernel.traffic(web, real('10.9.0.21 80'), busy)
    kernel.count(web, { inBytes: 4n })
    kernel.change([{ type: 'zero' }])
    expect(kernel.destinations(web)).toMatchObject({ ok: true, value: [busy] })
    expect(kernel.service(web)).toMatchObject({ ok: true, value: { statistics: { inBytes: 0n } } })
  })

  test.each([
    ['itself', { type: 'delete-destination', key: web, destination: real('10.9.0.21 80') }],
    ['with its service', { type: 'delete-service', key: web }],
    ['with all', { type: 'flush' }],
  ] satisfies [string, IpvsChange][])(
    'a destination that was removed (%s) with connections gets them back',
    (_how, removal) => {
      const kernel = table()
      kernel.traffic(web, real('10.9.0.21 80'), busy)
      kernel.change([removal, add(service(web)), addTo(web, destination('10.9.0.21 80'))])
      expect(kernel.destinations(web)).toMatchObject({ ok: true, value: [busy] })
    },
  )
})
