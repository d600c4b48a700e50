import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseIpv4 } from '../../src/base/address.ts'
import { openConnectedDatagrams, type ConnectedDatagramsSpec } from '../../src/system/connected-datagrams.ts'
import { SO_BINDTODEVICE, SOL_SOCKET } from '../../src/system/constants.ts'
import type { Socket } from '../../src/system/socket.ts'
import { Lab, type Host } from '../support/lab.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

/** ICMP echo request, identifier and checksum left to the kernel, sequence number 7. */
const ECHO = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4)

needs('netns')('connected datagrams', () => {
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

  const spec = (to: string, changes: Partial<ConnectedDatagramsSpec> = {}): ConnectedDatagramsSpec => ({
    protocol: 'udp',
    target: { address: parseIpv4(to)!, port: 9 },
    bindAddress: undefined,
    bindPort: undefined,
    bindInterface: undefined,
    mark: 0,
    datagramBytes: 512,
    namespace: a.namespace,
    ...changes,
  })

  function open(wanted: ConnectedDatagramsSpec): Socket {
    const opened = openConnectedDatagrams(wanted)
    if (!opened.ok) throw new Error(`${opened.error.call}: ${opened.error.text}`)
    return opened.value
  }

  /** What comes first: a datagram's bytes, or an error's code. */
  async function firstOf(socket: Socket): Promise<Uint8Array | string> {
    let found: Uint8Array | string | undefined
    socket.onReadable(() => {
      const received = socket.receive()
      found ??= received.ok ? received.value[0]?.bytes : received.error.code
    })
    await until('something to come back', () => found !== undefined, patiently)
    socket.close()
    return found!
  }

  test('a port where nobody is answers with an error', async () => {
    const socket = open(spec(b.address()))
    socket.send([{ bytes: ECHO }])
    expect(await firstOf(socket)).toBe('ECONNREFUSED')
  })

  test('and so does a host that is not there, which UDP passes over otherwise', async () => {
    const socket = open(spec('10.9.0.200'))
    socket.send([{ bytes: ECHO }])
    expect(await firstOf(socket)).toBe('EHOSTUNREACH')
  })

  test('an echo request gets its reply, where the kernel lets us', async () => {
    const wanted = spec(b.address(), { protocol: 'icmp' })
    const range = 'net.ipv4.ping_group_range'
    await a.exec(['sysctl', '-q', '-w', `${range}=1 0`])
    expect(openConnectedDatagrams(wanted)).toMatchObject({
      ok: false,
      error: { call: 'socket', code: 'EACCES' },
    })
    await a.exec(['sysctl', '-q', '-w', `${range}=0 0`])
    const socket = open(wanted)
    socket.send([{ bytes: ECHO }])
    const reply = await firstOf(socket)
    expect([reply[0], reply[1], reply[7]]).toEqual([0, 0, 7])
  })

  test('is bound to its link, which has to be there', async () => {
    const socket = open(spec(b.address(), { bindInterface: 'eth0' }))
    const bound = socket.option(SOL_SOCKET, SO_BINDTODEVICE, 16)
    expect(bound.ok && Buffer.from(bound.value).toString()).toBe('eth0\0')
    socket.send([{ bytes: ECHO }])
    expect(await firstOf(socket)).toBe('ECONNREFUSED')
    expect(openConnectedDatagrams(spec(b.address(), { bindInterface: 'nosuch' }))).toMatchObject({
      ok: false,
      error: { call: 'setsockopt', code: 'ENODEV' },
    })
  })

  test('its mark chooses the route', async () => {
    await a.ip('rule', 'add', 'fwmark', '4294967295', 'prohibit')
    expect(openConnectedDatagrams(spec(b.address(), { mark: 4_294_967_295 }))).toMatchObject({
      ok: false,
      error: { call: 'connect', code: 'EACCES' },
    })
    open(spec(b.address(), { mark: 1 })).close()
  })

  test('a source address that is not ours is refused by name', () => {
    const bindAddress = parseIpv4('192.0.2.1')!
    expect(openConnectedDatagrams(spec(b.address(), { bindAddress }))).toMatchObject({
      ok: false,
      error: { call: 'bind', code: 'EADDRNOTAVAIL' },
    })
  })
})
