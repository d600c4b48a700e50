import { afterAll, beforeAll, expect, test } from 'vitest'
import { microseconds, milliseconds } from '../../src/base/time.ts'
import { AF_PACKET, SO_RCVBUF, SOCK_RAW, SOL_SOCKET } from '../../src/system/constants.ts'
import { netlinkPortId, openNetlinkSocket, type NetlinkSocketSpec } from '../../src/system/netlink-socket.ts'
import { littleEndian, netlinkPortOf, netlinkSocketAddress } from '../../src/system/socket-address.ts'
import { Socket } from '../../src/system/socket.ts'
import { Lab, type Host } from '../support/lab.ts'
import { craftAdvert } from '../support/lab/craft.ts'
import { patiently, pause, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const RTM_NEWLINK = 16
const RTM_GETLINK = 18
const NLM_F_REQUEST_DUMP = 0x301

/** struct nlmsghdr and struct ifinfomsg: a dump of all links. */
function dumpLinks(sequence: number): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, littleEndian)
  view.setUint16(4, RTM_GETLINK, littleEndian)
  view.setUint16(6, NLM_F_REQUEST_DUMP, littleEndian)
  view.setUint32(8, sequence, littleEndian)
  return bytes
}

const typeOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint16(4, littleEndian)
const portOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(12, littleEndian)

needs('netns')('sockets of the kernel', () => {
  let lab: Lab<'a' | 'b'>
  let a: Host
  let b: Host

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'b'] })
    a = lab.host('a')
    b = lab.host('b')
  })
  afterAll(async () => {
    await lab.destroy()
  })

  function openNetlink(spec: NetlinkSocketSpec = {}): Socket {
    const opened = openNetlinkSocket({ namespace: a.namespace, ...spec })
    if (!opened.ok) throw new Error(opened.error.text)
    return opened.value
  }

  test('netlink answers a request, to the port it gave us', async () => {
    const socket = openNetlink()
    const port = netlinkPortId(socket)
    expect(socket.send([{ bytes: dumpLinks(1) }])).toEqual({ ok: true, value: 1 })
    await new Promise<void>((resolve) => {
      socket.onReadable(resolve)
    })
    const received = socket.receive()
    if (!received.ok) throw new Error(received.error.text)
    const [first] = received.value
    expect(typeOf(first!.bytes)).toBe(RTM_NEWLINK)
    expect({ ok: true, value: portOf(first!.bytes) }).toEqual(port)
    expect(netlinkPortOf(first!.source)).toBe(0)
    expect(first).toMatchObject({ age: 0, ttl: undefined, linkIndex: undefined, truncated: false })
    socket.close()
  })

  test('a group is heard: links coming and going', async () => {
    const socket = openNetlink({ groups: [1] })
    let heard = 0
    socket.onReadable(() => {
      const received = socket.receive()
      if (received.ok) heard += received.value.filter(({ bytes }) => typeOf(bytes) === RTM_NEWLINK).length
    })
    await a.setLink('down')
    await until('RTM_NEWLINK', () => heard > 0, patiently)
    await a.setLink('up')
    socket.close()
  })

  test('a group that does not exist is refused, a closed socket as well', () => {
    expect(openNetlinkSocket({ groups: [100_000] })).toMatchObject({
      ok: false,
      error: { call: 'setsockopt' },
    })
    const socket = openNetlink()
    socket.close()
    socket.close()
    socket.onReadable(undefined)
    expect(socket.receive()).toMatchObject({ ok: false, error: { code: 'EBADF', call: 'recvmmsg' } })
    expect(socket.send([{ bytes: dumpLinks(1) }])).toMatchObject({ ok: false, error: { code: 'EBADF' } })
    expect(socket.bind(netlinkSocketAddress(0))).toMatchObject({ ok: false, error: { code: 'EBADF' } })
    expect(() => {
      socket.onReadable(() => {})
    }).toThrow('watch: Bad file descriptor')
  })

  test('an overrun is an error value, and waiting goes on', async () => {
    const socket = openNetlink({ groups: [1], receiveBufferBytes: 2048 })
    for (let round = 0; round < 20; round++) {
      await a.setLink('down')
      await a.setLink('up')
    }
    const outcomes: string[] = []
    socket.onReadable(() => {
      const received = socket.receive()
      outcomes.push(received.ok ? 'heard' : received.error.code)
    })
    await until('the overrun', () => outcomes.includes('ENOBUFS'), patiently)
    await pause(milliseconds(50))
    outcomes.length = 0
    await pause(milliseconds(50))
    expect(outcomes).toEqual([])
    await a.setLink('down')
    await a.setLink('up')
    await until('what comes after', () => outcomes.includes('heard'), patiently)
    socket.close()
  })

  test('the receive buffer is as large as asked for', () => {
    const socket = openNetlink({ receiveBufferBytes: 3 << 20 })
    const option = socket.option(SOL_SOCKET, SO_RCVBUF, 4)
    if (!option.ok) throw new Error(option.error.text)
    // The kernel doubles it for its own needs (socket(7)).
    expect(new DataView(option.value.buffer).getUint32(0, littleEndian)).toBe(6 << 20)
    socket.close()
  })

  test('an interface that goes down is told once to a packet socket, which hears again afterwards', async () => {
    const everything = Uint8Array.of(0, 3)
    const opened = Socket.open({
      domain: AF_PACKET,
      type: SOCK_RAW,
      protocol: new DataView(everything.buffer).getUint16(0, littleEndian),
      namespace: b.namespace,
    })
    if (!opened.ok) throw new Error(opened.error.text)
    const socket = opened.value
    const [link] = JSON.parse(await b.ip('-j', 'link', 'show', 'dev', 'eth0')) as { ifindex: number }[]
    const address = new Uint8Array(20)
    const view = new DataView(address.buffer)
    view.setUint16(0, AF_PACKET, littleEndian)
    address.set(everything, 2)
    view.setInt32(4, link!.ifindex, littleEndian)
    expect(socket.bind(address)).toMatchObject({ ok: true })
    const outcomes: string[] = []
    socket.onReadable(() => {
      const received = socket.receive()
      outcomes.push(received.ok ? 'heard' : received.error.code)
    })
    await b.setLink('down')
    await until('the error', () => outcomes.includes('ENETDOWN'), patiently)
    await b.setLink('up')
    outcomes.length = 0
    await a.inject(craftAdvert({ source: '10.9.0.1', vrid: 1, priority: 100, addresses: ['10.9.0.9'] }))
    await until('a frame', () => outcomes.includes('heard'), patiently)
    expect(outcomes.filter((outcome) => outcome !== 'heard')).toEqual([])
    socket.close()
  })

  test('only what is there is received, never more than the limit', () => {
    const socket = openNetlink()
    expect(socket.receive()).toEqual({ ok: true, value: [] })
    socket.send([{ bytes: dumpLinks(1) }])
    expect(socket.receive(1)).toMatchObject({ ok: true, value: [{ age: microseconds(0) }] })
    socket.close()
  })
})
