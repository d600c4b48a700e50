/** The table over generic netlink, whose kernel is a model of it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REQUESTS_PER_WRITE, ipvsTableOver } from '../../../src/netlink/ipvs/table.ts'
import type { IpvsChange, IpvsTable } from '../../../src/netlink/ipvs/types.ts'
import { Transport } from '../../../src/netlink/transport.ts'
import { IpvsInMemory } from '../../support/ipvs-in-memory.ts'
import { answer, datagram, done, ENOBUFS, error, ScriptedSocket, success } from '../scripted-socket.ts'
import { anyChanges, KEYS } from './arbitraries.ts'
import { FAMILY, fakeFamily } from './fake-family.ts'
import { familyMessage } from './kernel-messages.ts'
import { destination, mark, real, service, virtual } from './values.ts'

const CONTROLLER = 0x10
const web = virtual('tcp 10.8.0.100 80')

const over = (socket: ScriptedSocket): Transport => new Transport(socket, 7, REQUESTS_PER_WRITE, false)

function tableOver(socket: ScriptedSocket): IpvsTable {
  const table = ipvsTableOver(over(socket))
  if (!table.ok) throw new Error(table.error.text)
  return table.value
}

/** A kernel that has the family, and answers everything else by a script. */
const scripted = (script: ConstructorParameters<typeof ScriptedSocket>[0]): ScriptedSocket =>
  new ScriptedSocket((requests, write) =>
    write === 1
      ? requests.map(({ seq }) => [datagram(CONTROLLER, seq, { body: familyMessage(FAMILY) }), success(seq)])
      : script(requests, write),
  )

describe('the family', () => {
  const empty = new IpvsInMemory()

  test('that is there is asked for once, and nothing is loaded', () => {
    let loads = 0
    const socket = fakeFamily(empty)
    expect(ipvsTableOver(over(socket), () => loads++).ok).toBe(true)
    expect([socket.writes.length, loads]).toEqual([1, 0])
  })

  test.each([1, 2])('may come %i lookups late; the module is loaded once', (late) => {
    let loads = 0
    const socket = fakeFamily(empty, (lookup) => lookup > late)
    expect(ipvsTableOver(over(socket), () => loads++).ok).toBe(true)
    expect([socket.writes.length, loads]).toEqual([1 + late, 1])
  })

  test.each([true, false])('that never comes: what to do (a way to load the module: %s)', (canLoad) => {
    const socket = fakeFamily(empty, () => false)
    expect(ipvsTableOver(over(socket), canLoad ? () => undefined : undefined)).toEqual({
      ok: false,
      error: {
        errno: 2,
        code: 'ENOENT',
        text: 'the kernel has no IPVS: load the module ip_vs (modprobe ip_vs), for every boot in /etc/modules-load.d/',
      },
    })
    expect(socket.writes).toHaveLength(3)
    expect(socket.isClosed).toBe(true)
  })

  test.each([
    ['refused', new ScriptedSocket(([each]) => [[answer(each!.seq, 1)]]), 'EPERM'],
    ['not answered', new ScriptedSocket(() => []), 'ETIMEDOUT'],
    ['answered by nothing', new ScriptedSocket(([each]) => [[success(each!.seq)]]), 'EPROTO'],
    [
      'answered by what cannot be read',
      new ScriptedSocket(([each]) => [[datagram(CONTROLLER, each!.seq, { body: [1] }), success(each!.seq)]]),
      'EPROTO',
    ],
    ['not sent', new ScriptedSocket(() => error('EBADF', 9)), 'EBADF'],
  ])('that is %s: once', (_what, socket, code) => {
    let loads = 0
    expect(ipvsTableOver(over(socket), () => loads++)).toMatchObject({ ok: false, error: { code } })
    expect([socket.writes.length, loads, socket.isClosed]).toEqual([1, 0, true])
  })
})

describe('what is asked', () => {
  function filled(): { model: IpvsInMemory; table: IpvsTable } {
    const model = new IpvsInMemory()
    model.change([
      { type: 'add-service', service: service(web, { persistence: { timeoutSeconds: 5, engine: 'sip' } }) },
      { type: 'add-service', service: service(mark(7, 'ipv6'), { netmask: 64 }) },
      { type: 'add-destination', key: web, destination: destination('10.9.0.21 80', { weight: 3 }) },
      {
        type: 'add-destination',
        key: mark(7, 'ipv6'),
        destination: destination('10.9.0.21 80', { forwarding: 'tunnel' }),
      },
      { type: 'start-sync-daemon', daemon: { role: 'backup', interface: 'eth0', syncId: 0 } },
      { type: 'set-timeouts', timeouts: { udpSeconds: 30 } },
    ])
    model.count(web, { inBytes: 1n << 40n })
    model.traffic(web, real('10.9.0.21 80'), { activeConnections: 2, persistentConnections: 9 })
    return { model, table: tableOver(fakeFamily(model)) }
  }

  const looks: readonly [string, (table: IpvsTable) => unknown][] = [
    ['info', (table) => table.info()],
    ['services', (table) => table.services()],
    ['a service', (table) => table.service(web)],
    ['a service by mark', (table) => table.service(mark(7, 'ipv6'))],
    ['a service that is not there', (table) => table.service(mark(7))],
    ['destinations', (table) => table.destinations(web)],
    ['destinations of the other family', (table) => table.destinations(mark(7, 'ipv6'))],
    ['destinations of what is not there', (table) => table.destinations(mark(8))],
    ['timeouts', (table) => table.timeouts()],
    ['sync daemons', (table) => table.syncDaemons()],
  ]

  test.each(looks)('%s: as the kernel has it', (_what, look) => {
    const { model, table } = filled()
    expect(look(table)).toEqual(look(model))
    expect(look(table)).toMatchObject({ ok: true })
  })

  test.each(looks.filter(([what]) => what !== 'a service that is not there'))(
    '%s: refused',
    (_what, look) => {
      const table = tableOver(scripted(([each]) => [[answer(each!.seq, 1)]]))
      expect(look(table)).toEqual({
        ok: false,
        error: { errno: 1, code: 'EPERM', text: 'Operation not permitted' },
      })
    },
  )

  test.each(looks)('%s: no answer is a refusal', (_what, look) => {
    expect(look(tableOver(scripted(() => [])))).toMatchObject({ ok: false, error: { code: 'ETIMEDOUT' } })
  })

  test('an answer that cannot be read is a refusal; of a list it is left out', () => {
    const socket = scripted(([each]) => [
      [datagram(FAMILY, each!.seq, { body: [1, 1, 0, 0, 9] })],
      [each!.flags === 0x301 ? done(each!.seq) : success(each!.seq)],
    ])
    const table = tableOver(socket)
    expect(table.info()).toMatchObject({ ok: false, error: { code: 'EPROTO' } })
    expect(table.services()).toEqual({ ok: true, value: [] })
  })
})

describe('changes', () => {
  const added = (count: number): IpvsChange[] =>
    Array.from({ length: count }, (_, port) => ({
      type: 'add-service',
      service: service(virtual(`tcp 10.8.0.100 ${port + 1}`)),
    }))

  test('go out 64 at once; each has its own outcome, and one that is refused stops none', () => {
    const model = new IpvsInMemory()
    model.change(added(1))
    const socket = fakeFamily(model)
    const outcomes = tableOver(socket).change([...added(150), { type: 'delete-service', key: mark(1) }])
    expect(socket.writes.slice(1).map((write) => write.length)).toEqual([64, 64, 23])
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([
      'EEXIST',
      ...Array.from({ length: 149 }, () => undefined),
      'ESRCH',
    ])
    expect(outcomes[0]).toEqual({ errno: 17, code: 'EEXIST', text: 'File exists' })
  })

  test('none at all asks for nothing', () => {
    const socket = fakeFamily(new IpvsInMemory())
    expect(tableOver(socket).change([])).toEqual([])
    expect(socket.writes).toHaveLength(1)
  })

  test('that fit into no message are refused without being asked, the others are not', () => {
    const model = new IpvsInMemory()
    const weight = destination('10.9.0.21 80', { weight: 2 ** 31 })
    const outcomes = tableOver(fakeFamily(model)).change([
      ...added(1),
      { type: 'add-destination', key: web, destination: weight },
      { type: 'add-service', service: service(web, { scheduler: 'x'.repeat(70_000) }) },
      { type: 'delete-service', key: virtual('tcp 10.8.0.100 1') },
    ])
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, 'ERANGE', 'EMSGSIZE', undefined])
    expect(model.asked.map(({ type }) => type)).toEqual(['add-service', 'delete-service'])
  })

  test('are never asked twice: where an answer is lost, the table has to be looked at', () => {
    const socket = scripted((requests) => [ENOBUFS, [success(requests[1]!.seq)]])
    const outcomes = tableOver(socket).change(added(3))
    expect(outcomes.map((outcome) => outcome?.code)).toEqual(['ENOBUFS', undefined, 'ENOBUFS'])
    expect(outcomes[0]?.text).toBe('the kernel’s answer was lost: whether it was done has to be looked up')
    expect(socket.writes).toHaveLength(2)
  })

  test('that are never answered end in a refusal', () => {
    const socket = scripted(() => [])
    expect(
      tableOver(socket)
        .change(added(1))
        .map((outcome) => outcome?.code),
    ).toEqual(['ETIMEDOUT'])
    expect(socket.writes).toHaveLength(2)
  })

  test('come out as if the kernel had been asked by itself', () => {
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const direct = new IpvsInMemory()
        const model = new IpvsInMemory()
        const table = tableOver(fakeFamily(model))
        expect(table.change(changes)).toEqual(direct.change(changes))
        const looks = (each: IpvsTable): unknown => [
          each.services(),
          KEYS.map((key) => each.destinations(key)),
          each.timeouts(),
          each.syncDaemons(),
        ]
        expect(looks(table)).toEqual(looks(direct))
        expect(looks(model)).toEqual(looks(direct))
      }),
    )
  })
})

test('a table that is closed closes its socket', () => {
  const socket = fakeFamily(new IpvsInMemory())
  tableOver(socket).close()
  expect(socket.isClosed).toBe(true)
})
