import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instant } from '../../src/base/time.ts'
import { AF_UNIX, SOCK_DGRAM } from '../../src/system/constants.ts'
import { connectServiceManager, watchdogInterval, type ServiceManager } from '../../src/system/sd-notify.ts'
import { unixSocketAddress } from '../../src/system/socket-address.ts'
import { Socket } from '../../src/system/socket.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-notify-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

function listen(path: string): Socket {
  const opened = Socket.open({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 })
  if (!opened.ok) throw new Error(opened.error.text)
  expect(opened.value.bind(unixSocketAddress(path)!)).toMatchObject({ ok: true })
  return opened.value
}

function heard(socket: Socket): string[] {
  const received = socket.receive()
  if (!received.ok) throw new Error(received.error.text)
  return received.value.map(({ bytes }) => Buffer.from(bytes).toString())
}

function connect(path: string | undefined): ServiceManager {
  const connected = connectServiceManager({ NOTIFY_SOCKET: path }, { now: () => instant(1_234_567) })
  if (!connected.ok) throw new Error(connected.error.text)
  return connected.value
}

describe.each([
  ['a path', () => join(directory, 'notify')],
  ['an abstract name', () => `@vrrpd-test-notify-${process.pid}`],
])('NOTIFY_SOCKET as %s', (_, makePath) => {
  test('each message is one datagram in the words of sd_notify', () => {
    const path = makePath()
    const manager = listen(path)
    const service = connect(path)
    const sent = [
      service.ready(),
      service.reloading(),
      service.stopping(),
      service.status('two\nlines\r\nand more'),
      service.watchdog(),
      service.mainPid(42),
    ]
    expect(sent).toEqual(sent.map(() => ({ ok: true, value: undefined })))
    expect(heard(manager)).toEqual([
      'READY=1',
      'RELOADING=1\nMONOTONIC_USEC=1234567',
      'STOPPING=1',
      'STATUS=two lines and more',
      'WATCHDOG=1',
      'MAINPID=42',
    ])
    service.close()
    manager.close()
  })
})

test('a manager that does not read is not waited for', () => {
  const path = join(directory, 'full')
  const manager = listen(path)
  const service = connect(path)
  const results = Array.from({ length: 5_000 }, () => service.watchdog())
  expect(results[0]).toMatchObject({ ok: true })
  expect(results.at(-1)).toMatchObject({ ok: false, error: { code: 'EAGAIN' } })
  service.close()
  manager.close()
})

test('a manager that is gone gives an error value', () => {
  expect(connect(join(directory, 'nobody')).ready()).toMatchObject({ ok: false, error: { code: 'ENOENT' } })
})

test.each([undefined, ''])('without a socket (%j) nothing happens', (path) => {
  const service = connect(path)
  expect(service.ready()).toEqual({ ok: true, value: undefined })
  service.close()
})

test.each(['relative', 'vsock:2:1', `/${'x'.repeat(107)}`])('%s is no socket', (path) => {
  expect(connectServiceManager({ NOTIFY_SOCKET: path })).toMatchObject({
    ok: false,
    error: { code: 'EINVAL' },
  })
})

test.each([
  [{ WATCHDOG_USEC: '30000000' }, 30_000_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 30_000_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, undefined],
  [{ WATCHDOG_USEC: '0' }, undefined],
  [{ WATCHDOG_USEC: '-5' }, undefined],
  [{ WATCHDOG_USEC: '1e6' }, undefined],
  [{}, undefined],
])('the watchdog of process 7 in %j', (environment, interval) => {
  expect(watchdogInterval(environment, 7)).toBe(interval)
})
