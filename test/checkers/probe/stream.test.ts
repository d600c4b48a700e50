/** Real sockets and servers of every kind of bad manners. Nothing here depends on how fast a machine is. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseIpv6 } from '../../../src/base/address.ts'
import { after, seconds } from '../../../src/base/time.ts'
import { done, type Progress } from '../../../src/checkers/conversation.ts'
import { createTlsContext } from '../../../src/checkers/probe/probes.ts'
import { startStream } from '../../../src/checkers/probe/stream.ts'
import { Schedule } from '../../../src/checkers/schedule.ts'
import { failure, type Connection, type Outcome, type TimedCheck } from '../../../src/checkers/types.ts'
import { openStream } from '../../../src/system/outbound-stream.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { needs } from '../../support/privileges.ts'
import { address, connection, httpCheck, smtpCheck, tcpCheck, urlCheck } from '../specs.ts'
import { listen, probeLab, serve } from '../world.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const kindOf = (outcome: Outcome): string => (outcome.kind === 'failure' ? outcome.reason.kind : outcome.kind)

/** tcpmux: nobody has listened there for decades. */
const CLOSED_PORT = 1

/** Who connects does not matter to what is said: node:net alone, or a socket of ours that it takes over. */
const ways = [
  { way: 'node:net', from: {} },
  { way: 'sockets of ours', from: { bindInterface: 'lo' } },
]

describe.each(ways)('over $way', ({ from }) => {
  /** Long enough for any machine. */
  const patient = (port: number, changes: Partial<Connection> = {}): Connection =>
    connection(port, { connectTimeout: seconds(20), ...from, ...changes })

  describe('TCP_CHECK', () => {
    test('passes where somebody accepts, and closes with a FIN and no data', async () => {
      const seen: string[] = []
      let closed: () => void
      const isClosed = new Promise<void>((resolve) => {
        closed = resolve
      })
      const port = await serve((socket) => {
        socket.on('data', () => seen.push('data'))
        socket.on('end', () => {
          seen.push('FIN')
          closed()
        })
        socket.on('error', () => seen.push('RST'))
      })
      expect(await probeLab().ask(tcpCheck({ connection: patient(port) }))).toEqual({ kind: 'success' })
      await isClosed
      expect(seen).toEqual(['FIN'])
    })

    test('fails where nobody listens', async () => {
      expect(await probeLab().ask(tcpCheck({ connection: patient(CLOSED_PORT) }))).toEqual({
        kind: 'failure',
        reason: { kind: 'connect', error: 'ECONNREFUSED' },
      })
    })

    test('fails on port 0', async () => {
      expect(kindOf(await probeLab().ask(tcpCheck({ connection: patient(0) })))).toBe('connect')
    })

    test('comes from the address and port that it is bound to', async () => {
      let told: (from: string) => void
      const from = new Promise<string>((resolve) => {
        told = resolve
      })
      const port = await serve((socket) => told(`${socket.remoteAddress}`))
      const bound = patient(port, { bindAddress: address('127.0.0.9') })
      expect(kindOf(await probeLab().ask(tcpCheck({ connection: bound })))).toBe('success')
      expect(await from).toBe('127.0.0.9')
    })

    test('says nothing of a server when its own address cannot be had', async () => {
      const port = await serve(() => {})
      const bound = patient(port, { bindAddress: address('192.0.2.1') })
      expect(await probeLab().ask(tcpCheck({ connection: bound }))).toEqual({
        kind: 'no-result',
        reason: { kind: 'bind', error: 'EADDRNOTAVAIL' },
      })
    })

    test('what is cancelled is not heard of, and leaves no deadline', async () => {
      const port = await serve(() => {})
      const lab = probeLab()
      const outcomes: Outcome[] = []
      const running = lab.probes.start(tcpCheck({ connection: patient(port) }), 0, (each) =>
        outcomes.push(each),
      )
      running.cancel()
      running.cancel()
      await lab.ask(tcpCheck({ connection: patient(port) }))
      expect(outcomes).toEqual([])
      expect(lab.schedule.size).toBe(0)
    })

    test('speaks IPv6', async () => {
      const port = CLOSED_PORT
      const target = { address: parseIpv6('::1')!, port }
      const outcome = await probeLab().ask(tcpCheck({ connection: patient(port, { target }) }))
      // Where there is no IPv6 at all, that is what the kernel says.
      expect(['connect', 'no-result']).toContain(kindOf(outcome))
    })
  })

  describe('patience', () => {
    /** @returns after whatever has been reached: what has come of it that many seconds after its beginning */
    async function outcomesAt(
      answer: (socket: Socket, reach: () => void) => void,
      tls: boolean,
      moments: readonly number[],
    ): Promise<readonly string[]> {
      let reach = (): void => {}
      const reached = new Promise<void>((resolve) => {
        reach = resolve
      })
      const port = await serve((socket) => answer(socket, reach))
      const clock = new ManualClock()
      const start = clock.now()
      const schedule = new Schedule()
      const context = createTlsContext(undefined)
      if (!context.ok) throw new Error(context.error)
      const wait = (): Progress => ({ done: false, waitUntil: after(clock.now(), seconds(20)) })
      const outcomes: string[] = []
      const running = startStream(
        { clock, deadlines: schedule, buffer: new Uint8Array(1000), openStream },
        patient(port),
        tls ? { serverName: undefined, context: context.value } : undefined,
        {
          connected: wait,
          received: () => {
            reach()
            return wait()
          },
          ended: () => expect.unreachable(),
          lost: () => expect.unreachable(),
          timedOut: () => done(failure({ kind: 'reply-content' })),
        },
        (outcome) => outcomes.push(kindOf(outcome)),
      )
      // All that comes from now on comes then.
      clock.skip(seconds(15))
      await reached
      for (let turn = 0; turn < 3; turn++) await nextTurn()
      const seen = moments.map((moment) => {
        schedule.run(after(start, seconds(moment)))
        return outcomes.join()
      })
      running.cancel()
      expect(schedule.size).toBe(0)
      return seen
    }

    test('begins anew with what comes', async () => {
      const seen = await outcomesAt((socket) => void socket.write('x'), false, [20, 34, 35, 36])
      expect(seen).toEqual(['', '', 'reply-content', 'reply-content'])
    })

    test('begins anew with the handshake', async () => {
      const hello = (socket: Socket, reach: () => void): void => void socket.once('data', reach)
      expect(await outcomesAt(hello, true, [20, 34, 35])).toEqual(['', '', 'read-timeout'])
    })
  })

  interface HostileServer {
    readonly what: string
    readonly answer: (socket: Socket) => void
    /** What the check comes to; `a|b` where it depends on what comes together. */
    readonly expected: string
    /** Nothing more will come: the check has to notice by itself. */
    readonly isSilent?: boolean
  }

  const afterRequest = (answer: (socket: Socket) => void) => (socket: Socket) =>
    void socket.once('data', () => answer(socket))

  const hostile: readonly HostileServer[] = [
    { what: 'closes at once', answer: (socket) => void socket.end(), expected: 'no-data' },
    { what: 'says nothing', answer: () => {}, expected: 'read-timeout', isSilent: true },
    {
      what: 'says all and stays',
      answer: afterRequest((socket) => void socket.write(OK)),
      expected: 'read-timeout',
      isSilent: true,
    },
    {
      what: 'resets at once',
      answer: afterRequest((socket) => void socket.resetAndDestroy()),
      expected: 'connection-lost',
    },
    {
      what: 'resets in the middle of its answer',
      answer: afterRequest((socket) => void socket.write('HTTP/1.1 200', () => socket.resetAndDestroy())),
      // A reset that comes together with data is an end to libuv.
      expected: 'connection-lost|no-data',
    },
    {
      what: 'ends in the middle of its header',
      answer: afterRequest((socket) => void socket.end('HTTP/1.1 200 OK\r\nConte')),
      expected: 'no-data',
    },
    {
      what: 'says garbage',
      answer: afterRequest((socket) => void socket.end(createHash('sha512').update('x').digest())),
      expected: 'no-data',
    },
    {
      what: 'half-closes and stays open for us',
      answer: afterRequest((socket) => void socket.end(OK)),
      expected: 'success',
    },
    {
      what: 'never ends',
      answer: afterRequest((socket) => flood(socket, 'HTTP/1.1 200 OK\r\n\r\n')),
      expected: 'too-long',
    },
    {
      what: 'never ends its header',
      answer: afterRequest((socket) => flood(socket, 'HTTP/1.1 200 OK\r\nX: ')),
      expected: 'too-long',
    },
    {
      what: 'answers before it is asked',
      answer: (socket) => void socket.end(OK),
      expected: 'success',
    },
    {
      what: 'answers byte by byte',
      answer: afterRequest((socket) => {
        socket.setNoDelay(true)
        const send = (rest: string): void => {
          if (rest === '') socket.end()
          else socket.write(rest.slice(0, 1), () => setImmediate(send, rest.slice(1)))
        }
        send(OK)
      }),
      expected: 'success',
    },
  ]

  /** Asks it; where it is silent, from the moment it has heard us, or we it. */
  async function ask(
    { answer, isSilent }: HostileServer,
    check: (port: number) => TimedCheck,
  ): Promise<Outcome> {
    let reach: () => void = () => {}
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    const port = await serve((socket) => {
      if (check(0).kind === 'smtp') reach()
      else socket.once('data', reach)
      answer(socket)
    })
    const lab = probeLab()
    const outcome = await (isSilent === true ? lab.askInVain(check(port), reached) : lab.ask(check(port)))
    expect(lab.schedule.size).toBe(0)
    return outcome
  }

  /** Writes as long as somebody reads. */
  function flood(socket: Socket, beginning: string): void {
    const chunk = Buffer.alloc(262_144, 'a')
    const write = (): void => {
      if (!socket.destroyed) socket.write(chunk, () => setImmediate(write))
    }
    socket.write(beginning, write)
  }

  describe('HTTP_GET to a server that', () => {
    test.each(hostile)('$what: $expected', async (server) => {
      const outcome = await ask(server, (port) => httpCheck({ connection: patient(port) }))
      expect(server.expected.split('|')).toContain(kindOf(outcome))
    })

    test('is asked in keepalived’s bytes', async () => {
      let told: (request: string) => void
      const request = new Promise<string>((resolve) => {
        told = resolve
      })
      const port = await serve((socket) => {
        socket.once('data', (data) => {
          told(data.toString())
          socket.end(OK)
        })
      })
      const urls = [urlCheck('/a'), urlCheck('/b', { host: 'b.example' })] as const
      await probeLab().ask(httpCheck({ connection: patient(port), urls }), 1)
      expect(await request).toBe('GET /b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: b.example\r\n\r\n')
    })

    test('has an answer of many packets: digest and regex are of all of it', async () => {
      const body = Buffer.alloc(3_000_000, 'abcdefg')
      const port = await serve(
        afterRequest(
          (socket) => void socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body])),
        ),
      )
      const digest = createHash('md5').update(body).digest('hex')
      const regex = {
        pattern: 'efgab',
        options: [],
        mustNotMatch: false,
        minOffset: 2_999_000,
        maxOffset: undefined,
      }
      const check = httpCheck({ connection: patient(port), urls: [urlCheck('/', { digest, regex })] })
      expect(await probeLab().ask(check)).toEqual({ kind: 'success' })
    })

    test('a regex that cannot be had comes to nothing', async () => {
      const regex = { pattern: '(', options: [], mustNotMatch: false, minOffset: 0, maxOffset: undefined }
      const check = httpCheck({ urls: [urlCheck('/', { regex })] })
      expect(kindOf(await probeLab().ask(check))).toBe('no-result')
    })

    test('many at once share what is read into, and nothing else', async () => {
      const port = await serve((socket) => {
        socket.once('data', (data) => {
          const path = data.toString().split(' ')[1] ?? ''
          const send = (rest: string): void => {
            if (rest === '') socket.end()
            else socket.write(rest.slice(0, 7), () => setImmediate(send, rest.slice(7)))
          }
          send(`HTTP/1.1 200 OK\r\n\r\n${path.repeat(20)}`)
        })
      })
      const lab = probeLab()
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          const path = `/${index}`
          const digest = createHash('md5').update(path.repeat(20)).digest('hex')
          return lab.ask(httpCheck({ connection: patient(port), urls: [urlCheck(path, { digest })] }))
        }),
      )
      expect(new Set(outcomes.map(kindOf))).toEqual(new Set(['success']))
    })
  })

  describe('SMTP_CHECK', () => {
    test('talks to a mail server', async () => {
      let heard = ''
      const port = await serve((socket) => {
        socket.write('220 mx.example ESMTP\r\n')
        socket.on('data', (data) => {
          heard += data.toString()
          socket.write(data.toString().startsWith('QUIT') ? '221 bye\r\n' : '250 mx.example\r\n')
        })
      })
      expect(await probeLab().ask(smtpCheck({ connection: patient(port) }))).toEqual({ kind: 'success' })
      expect(heard).toBe('HELO smtpchecker.keepalived.org\r\nQUIT\r\n')
    })

    test.each<HostileServer>([
      { what: 'says nothing', answer: () => {}, expected: 'read-timeout', isSilent: true },
      { what: 'floods', answer: (socket) => flood(socket, ''), expected: 'smtp-answer' },
      { what: 'goes', answer: (socket) => void socket.end(), expected: 'connection-lost' },
      {
        what: 'resets at once',
        answer: (socket) => void socket.resetAndDestroy(),
        // It may do so before we know that the connection stands.
        expected: 'connect|connection-lost',
      },
      {
        what: 'resets when it is spoken to',
        answer: (socket) => {
          socket.write('220 hi\r\n')
          socket.once('data', () => socket.resetAndDestroy())
        },
        expected: 'connection-lost',
      },
    ])('of a server that $what: $expected', async (server) => {
      const outcome = await ask(server, (port) => smtpCheck({ connection: patient(port) }))
      expect(server.expected.split('|')).toContain(kindOf(outcome))
    })
  })

  needs('openssl')('SSL_GET', () => {
    let files: string
    let server: TlsOptions

    beforeAll(() => {
      files = mkdtempSync(join(tmpdir(), 'vrrpd-tls-'))
      const file = (name: string): string => join(files, name)
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
          ...['-subj', '/CN=somebody.else', '-days', '2', '-keyout', file('key'), '-out', file('cert')],
        ],
        { stdio: 'ignore' },
      )
      server = { key: readFileSync(file('key')), cert: readFileSync(file('cert')) }
    })
    afterAll(() => rmSync(files, { recursive: true }))

    /** What a TLS server sees of its client. */
    interface Seen {
      readonly serverName: string | undefined
      readonly alpn: string | false | null
      readonly peer: string | undefined
      readonly request: string
    }

    async function tlsServer(options: TlsOptions = {}): Promise<{ port: number; seen: Promise<Seen> }> {
      let told: (seen: Seen) => void
      const seen = new Promise<Seen>((resolve) => {
        told = resolve
      })
      const tls = createTlsServer({ ...server, ALPNProtocols: ['http/1.1'], ...options }, (socket) => {
        socket.on('error', () => {})
        socket.once('data', (data: Buffer) => {
          const name = (socket as TLSSocket & { servername?: string | false }).servername
          const peer = socket.getPeerCertificate() as { subject?: { CN?: string } }
          told({
            serverName: typeof name === 'string' ? name : undefined,
            alpn: socket.alpnProtocol,
            peer: peer.subject?.CN,
            request: data.toString(),
          })
          socket.end(OK)
        })
      })
      tls.on('tlsClientError', () => {})
      return { port: await listen(tls), seen }
    }

    test('takes any certificate, names no host and negotiates nothing', async () => {
      const { port, seen } = await tlsServer()
      const check = httpCheck({ tls: true, connection: patient(port) })
      expect(await probeLab().ask(check)).toEqual({ kind: 'success' })
      expect(await seen).toEqual({
        serverName: undefined,
        alpn: false,
        peer: undefined,
        request: `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
      })
    })

    test('names the host with enable_sni', async () => {
      const { port, seen } = await tlsServer()
      const urls = [urlCheck('/', { serverName: 'www.example.com' })] as const
      expect(kindOf(await probeLab().ask(httpCheck({ tls: true, connection: patient(port), urls })))).toBe(
        'success',
      )
      expect((await seen).serverName).toBe('www.example.com')
    })

    /** With the certificate of somebody.else. */
    const certified = () => {
      const context = createTlsContext({
        certificate: server.cert as Buffer,
        key: server.key as Buffer,
        password: undefined,
      })
      if (!context.ok) throw new Error(context.error)
      return context.value
    }

    test('shows its certificate where it has one', async () => {
      const { port, seen } = await tlsServer({ requestCert: true, rejectUnauthorized: false })
      const check = httpCheck({ tls: true, connection: patient(port) })
      expect(kindOf(await probeLab({ tls: certified() }).ask(check))).toBe('success')
      expect((await seen).peer).toBe('somebody.else')
    })

    test('shows the one that a reload has brought', async () => {
      const { port, seen } = await tlsServer({ requestCert: true, rejectUnauthorized: false })
      const { ask, probes } = probeLab()
      probes.useTls(certified())
      expect(kindOf(await ask(httpCheck({ tls: true, connection: patient(port) })))).toBe('success')
      expect((await seen).peer).toBe('somebody.else')
    })

    test('a key that cannot be read is an error that does not name the password', () => {
      const context = createTlsContext({
        certificate: server.cert as Buffer,
        key: Buffer.from('no key'),
        password: 'secret',
      })
      expect(context.ok).toBe(false)
      expect(JSON.stringify(context)).not.toContain('secret')
    })

    test.each<HostileServer>([
      { what: 'speaks no TLS', answer: (socket) => void socket.end(OK), expected: 'tls' },
      { what: 'goes in the handshake', answer: afterRequest((socket) => void socket.end()), expected: 'tls' },
      {
        what: 'resets in the handshake',
        answer: afterRequest((socket) => void socket.resetAndDestroy()),
        expected: 'tls',
      },
      { what: 'says nothing', answer: () => {}, expected: 'read-timeout', isSilent: true },
      {
        what: 'sends an alert',
        answer: afterRequest((socket) => void socket.end(Buffer.from('15030300020228', 'hex'))),
        expected: 'tls',
      },
      {
        what: 'sends a record that is cut off',
        answer: afterRequest((socket) => void socket.end(Buffer.from('160303ffff02', 'hex'))),
        expected: 'tls',
      },
      { what: 'floods', answer: afterRequest((socket) => flood(socket, '')), expected: 'tls' },
    ])('of a server that $what: $expected', async (server) => {
      const outcome = await ask(server, (port) => httpCheck({ tls: true, connection: patient(port) }))
      expect(server.expected.split('|')).toContain(kindOf(outcome))
    })

    test('a peer that ends without close_notify has said all', async () => {
      const { port } = await truncatingServer()
      const check = httpCheck({ tls: true, connection: patient(port) })
      expect(kindOf(await probeLab().ask(check))).toBe('success')
    })

    /** Sends its answer by TLS and then ends the connection below it. */
    async function truncatingServer(): Promise<{ port: number }> {
      const port = await serve((socket) => {
        const secure = new TLSSocket(socket, { isServer: true, ...server })
        secure.on('error', () => {})
        secure.once('data', () => {
          secure.write(OK, () => socket.end())
        })
      })
      return { port }
    }

    test('nobody listens: as without TLS', async () => {
      const check = httpCheck({ tls: true, connection: patient(CLOSED_PORT) })
      expect(kindOf(await probeLab().ask(check))).toBe('connect')
    })
  })
})
