/** fwmark and bind_if choose the way that a check takes, on hosts with two LANs and routes for each of them. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rejected, type Result } from '../../../src/base/result.ts'
import { seconds } from '../../../src/base/time.ts'
import type { Connection, Outcome } from '../../../src/checkers/types.ts'
import { openStream } from '../../../src/system/outbound-stream.ts'
import { Lab, type Host } from '../../support/lab.ts'
import { needs } from '../../support/privileges.ts'
import { address, connection, httpCheck, smtpCheck, tcpCheck, urlCheck } from '../specs.ts'
import { probeLab } from '../world.ts'

/** b's, and on none of its LANs. */
const SERVER = '192.0.2.80'

/** Says to each client from where it comes; port 25 greets as a mail server does. */
const PROGRAM = `
const { createServer } = require('node:net')
createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\n\\r\\nfrom ' + socket.remoteAddress))
}).listen(80, '0.0.0.0', () => createServer((socket) => {
  socket.on('error', () => {})
  socket.write('220 mx\\r\\n')
  socket.on('data', (data) => socket.write(String(data).startsWith('QUIT') ? '221 bye\\r\\n' : '250 mx\\r\\n'))
}).listen(25, '0.0.0.0', () => console.log('ready')))
`

needs('netns')('checks that choose their way', () => {
  let lab: Lab<'a' | 'b'>
  let a: Host
  let server: ChildProcess

  beforeAll(async () => {
    lab = await Lab.create({
      hosts: ['a', 'b'],
      lans: [
        { link: 'eth0', subnet: '10.9.0.0/24' },
        { link: 'eth1', subnet: '10.9.1.0/24' },
      ],
    })
    a = lab.host('a')
    const b = lab.host('b')
    await b.ip('addr', 'add', `${SERVER}/32`, 'dev', 'eth0')
    // Linux takes a target without a route to be on the link that a socket is bound to. It is not, on eth1.
    const settings = ['all.rp_filter=0', 'eth1.rp_filter=0', 'eth1.arp_ignore=1']
    await b.exec(['sysctl', '-q', '-w', ...settings.map((each) => `net.ipv4.conf.${each}`)])
    const argv = ['netns', 'exec', b.namespace, process.execPath, '-e', PROGRAM]
    server = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(server.stdout!, 'data')
  })
  afterAll(async () => {
    server.kill('SIGKILL')
    await lab.destroy()
  })

  /** Every connection of these probes is made on host a. */
  const probes = () =>
    probeLab({
      openStream: (spec, settled) => openStream({ ...spec, namespace: a.namespace }, settled),
    })

  const to = (changes: Partial<Connection>): Connection =>
    connection(80, {
      target: { address: address(SERVER), port: 80 },
      connectTimeout: seconds(20),
      ...changes,
    })

  /** An HTTP_GET that passes when the server has seen it come from there. */
  const seenFrom = (source: string, changes: Partial<Connection>): Promise<Outcome> => {
    const regex = {
      pattern: `from ${source}$`,
      options: [],
      mustNotMatch: false,
      minOffset: 0,
      maxOffset: undefined,
    }
    return probes().ask(httpCheck({ connection: to(changes), urls: [urlCheck('/', { regex })] }))
  }

  const UNREACHABLE = { kind: 'failure', reason: { kind: 'connect', error: 'ENETUNREACH' } }

  /** A connection from host a without a mark or an interface: from where, or why not. */
  const without = (): Promise<string> =>
    new Promise((resolve) => {
      const heard = (result: Result<number, { readonly code: string }>): void => {
        if (!result.ok) {
          resolve(result.error.code)
          return
        }
        const socket = new Socket({ fd: result.value, readable: true, writable: true })
        socket.on('data', (data) => {
          resolve(data.toString().split('\r\n\r\n')[1] ?? '')
          socket.destroy()
        })
        socket.write('?')
      }
      const opened = openStream({ ...to({}), namespace: a.namespace }, heard)
      if (!opened.ok) heard(rejected(opened.error))
    })

  test('a mark has a route of its own, and without it there is none', async () => {
    await a.ip('rule', 'add', 'fwmark', '7', 'table', '100')
    await a.ip('route', 'add', SERVER, 'via', '10.9.1.2', 'table', '100')
    const marked = to({ mark: 7 })
    expect(await seenFrom('10.9.1.1', { mark: 7 })).toEqual({ kind: 'success' })
    expect(await probes().ask(tcpCheck({ connection: marked }))).toEqual({ kind: 'success' })
    const mail = to({ mark: 7, target: { address: address(SERVER), port: 25 } })
    expect(await probes().ask(smtpCheck({ connection: mail }))).toEqual({ kind: 'success' })
    expect(await probes().ask(tcpCheck({ connection: to({ mark: 8 }) }))).toEqual(UNREACHABLE)
    expect(await without()).toBe('ENETUNREACH')
    await a.ip('rule', 'del', 'fwmark', '7', 'table', '100')
    expect(await probes().ask(tcpCheck({ connection: marked }))).toEqual(UNREACHABLE)
  })

  test('an interface is left by no other way, where there is a better one', async () => {
    await a.ip('route', 'add', SERVER, 'via', '10.9.0.2', 'dev', 'eth0', 'metric', '1')
    await a.ip('route', 'add', SERVER, 'via', '10.9.1.2', 'dev', 'eth1', 'metric', '2')
    expect(await without()).toBe('from 10.9.0.1')
    expect(await seenFrom('10.9.1.1', { bindInterface: 'eth1' })).toEqual({ kind: 'success' })
    expect(await seenFrom('10.9.0.1', { bindInterface: 'eth0' })).toEqual({ kind: 'success' })
    await a.ip('route', 'del', SERVER, 'metric', '2')
    expect(await probes().ask(tcpCheck({ connection: to({ bindInterface: 'eth1' }) }))).toEqual({
      kind: 'failure',
      reason: { kind: 'connect', error: 'EHOSTUNREACH' },
    })
    expect(await seenFrom('10.9.0.1', { bindInterface: 'eth0' })).toEqual({ kind: 'success' })
    await a.ip('route', 'del', SERVER, 'metric', '1')
  })

  test('mark, interface and source address are one connection’s', async () => {
    await a.ip('addr', 'add', '10.9.1.99/32', 'dev', 'eth1')
    await a.ip('rule', 'add', 'fwmark', '4294967295', 'table', '101')
    await a.ip('route', 'add', SERVER, 'via', '10.9.1.2', 'dev', 'eth1', 'table', '101')
    const bindAddress = address('10.9.1.99')
    const all = { mark: 4_294_967_295, bindInterface: 'eth1', bindAddress }
    expect(await seenFrom('10.9.1.99', all)).toEqual({ kind: 'success' })
  })

  test('an interface that is not there says nothing of the server', async () => {
    expect(await probes().ask(tcpCheck({ connection: to({ bindInterface: 'nosuch' }) }))).toEqual({
      kind: 'no-result',
      reason: { kind: 'socket', call: 'setsockopt', error: 'ENODEV' },
    })
  })

  test('nobody answers: its time is up', async () => {
    const target = { address: address('10.9.1.200'), port: 80 }
    const check = tcpCheck({ connection: to({ target, bindInterface: 'eth1' }) })
    expect(await probes().askInVain(check, Promise.resolve())).toEqual({
      kind: 'failure',
      reason: { kind: 'connect-timeout', timeout: seconds(20) },
    })
  })
})
