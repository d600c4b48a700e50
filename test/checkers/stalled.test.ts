/** A process that was kept from running, with real sockets: a server that has answered in time is not taken out. */

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { parseIpv4 } from '../../src/base/address.ts'
import { rejected } from '../../src/base/result.ts'
import { milliseconds, type Instant } from '../../src/base/time.ts'
import { Checkers } from '../../src/checkers/checkers.ts'
import { createTlsContext, Probes } from '../../src/checkers/probe/probes.ts'
import { Schedule } from '../../src/checkers/schedule.ts'
import { systemClock } from '../../src/system/clock.ts'
import { connection, tcpCheck, timing } from './specs.ts'

const CONNECT_TIMEOUT = milliseconds(100)
const STALL_MS = 400

test('a connection that was there while nobody looked', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const context = createTlsContext(undefined)
  if (!context.ok) throw new Error('no TLS context')
  const schedule = new Schedule()
  const nothing = { call: 'socket', code: 'EPERM' }
  const probes = new Probes({
    clock: systemClock,
    deadlines: schedule,
    random: Math.random,
    launcher: { launch: () => rejected({ text: 'none' }) },
    environment: {},
    tls: context.value,
    openDatagrams: () => rejected(nothing),
    openStream: () => rejected(nothing),
  })
  let timer: NodeJS.Timeout | undefined
  const found: string[] = []
  let hasBegun = false
  await new Promise<void>((resolve) => {
    const checkers: Checkers = new Checkers(
      {
        clock: systemClock,
        schedule,
        soon: setImmediate,
        digest: (text) => text,
        random: () => 0,
        // The first attempt begins in the last phase of the event loop, and the stall with it: the next thing that libuv
        // looks at are timers, and only then sockets.
        setAlarm: (at: Instant | undefined) => {
          clearTimeout(timer)
          if (at === undefined) return
          const wait = Math.max(0, Math.ceil((at - systemClock.now()) / 1000))
          timer = setTimeout(() => {
            if (!hasBegun) setImmediate(() => checkers.runDue())
            else checkers.runDue()
          }, wait)
        },
        prober: {
          start: (check, url, done) => {
            hasBegun = true
            const running = probes.start(check, url, done)
            // The kernel goes on, and nobody else here.
            process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS))
            return running
          },
        },
      },
      {
        onStep: (_id, _check, { finding }) => {
          found.push(finding.kind)
          if (found.length === 1) resolve()
        },
        onFile: () => undefined,
      },
    )
    const address = parseIpv4('127.0.0.1')
    if (address === undefined) throw new Error('no address')
    const asked = connection(port, { target: { address, port }, connectTimeout: CONNECT_TIMEOUT })
    const check = tcpCheck({ connection: asked, timing: timing({ retry: 0 }) })
    checkers.apply(new Map([['a', { check, scope: '', initial: 'up' }]]))
  })
  clearTimeout(timer)
  server.close()
  expect(found).toEqual(['success'])
})
