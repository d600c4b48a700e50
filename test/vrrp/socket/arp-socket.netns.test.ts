import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseIpv4 } from '../../../src/base/address.ts'
import { openArpSocket, type ArpSocket } from '../../../src/vrrp/socket/arp-socket.ts'
import { encodeGratuitousArp } from '../../../src/vrrp/wire/gratuitous-arp.ts'
import { Lab, type Host } from '../../support/lab.ts'
import { needs } from '../../support/privileges.ts'

const mac = Uint8Array.of(2, 0, 0, 0, 0, 1)
const frame = (host: number): Uint8Array => encodeGratuitousArp(mac, parseIpv4(`10.9.0.${host}`)!)

needs('netns')('gratuitous ARP', () => {
  let lab: Lab<'a' | 'b'>
  let a: Host
  let socket: ArpSocket
  let index = 0

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a', 'b'] })
    a = lab.host('a')
    const links = JSON.parse(await a.ip('-j', 'link', 'show', 'dev', 'eth0')) as { ifindex: number }[]
    index = links[0]!.ifindex
    const opened = openArpSocket(a.namespace)
    if (!opened.ok) throw new Error(opened.error.text)
    socket = opened.value
  })
  afterAll(async () => {
    socket.close()
    await lab.destroy()
  })

  test('frames go out unchanged, in order, a thousand in one call', async () => {
    const capture = await lab.host('b').capture()
    const frames = Array.from({ length: 1000 }, (_, number) => frame((number % 250) + 1))
    expect(socket.send(index, frames)).toEqual({ ok: true, value: 1000 })
    const seen = await capture.gratuitousArps()
    expect(seen.map(({ bytes }) => bytes.subarray(0, 42).toString('hex'))).toEqual(
      frames.map((bytes) => Buffer.from(bytes).toString('hex')),
    )
  })

  test('a link that is down or gone refuses; nothing of that stays when it is back', async () => {
    await a.setLink('down')
    expect(socket.send(index, [frame(1)])).toMatchObject({ ok: false, error: { code: 'ENETDOWN' } })
    await a.setLink('up')
    expect(socket.send(index, [frame(1)])).toEqual({ ok: true, value: 1 })
    for (const nowhere of [0, 9999])
      expect(socket.send(nowhere, [frame(1)])).toMatchObject({ ok: false, error: { code: 'ENXIO' } })
    expect(socket.send(index, [frame(1)])).toEqual({ ok: true, value: 1 })
  })

  test('what is no frame is refused', () => {
    expect(socket.send(index, [Uint8Array.of(1, 2, 3)])).toMatchObject({
      ok: false,
      error: { code: 'EINVAL' },
    })
    expect(socket.send(index, [new Uint8Array(100_000)])).toMatchObject({
      ok: false,
      error: { code: 'EMSGSIZE' },
    })
  })
})
