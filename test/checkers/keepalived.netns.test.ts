/**
 * keepalived's checkers and ours, each before servers of its own that answer by the same list: both ask for the same
 * in the same order, and log the same. keepalived's IPVS commands go nowhere (no-ipvs.c).
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seconds, type Instant } from '../../src/base/time.ts'
import { Checkers } from '../../src/checkers/checkers.ts'
import { createTlsContext, Probes } from '../../src/checkers/probe/probes.ts'
import { Schedule } from '../../src/checkers/schedule.ts'
import type { Wanted } from '../../src/checkers/sharing.ts'
import type { TimedCheck, Timing } from '../../src/checkers/types.ts'
import { logLines } from '../../src/checkers/words.ts'
import { openConnectedDatagrams } from '../../src/system/connected-datagrams.ts'
import { openStream } from '../../src/system/outbound-stream.ts'
import { createLauncher } from '../../src/system/spawn.ts'
import { until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { findProgram, run } from '../support/tools.ts'
import {
  connection,
  dnsCheck,
  httpCheck,
  miscCheck,
  pingCheck,
  smtpCheck,
  tcpCheck,
  udpCheck,
  urlCheck,
} from './specs.ts'
import { realClock } from './world.ts'

/** Answers of a server, in their order; then `o` for ever. */
type Answers = string

interface Story {
  readonly name: string
  /** Of keepalived's configuration, but for what all have. */
  readonly block: readonly string[]
  readonly check: TimedCheck
  /** `host`: the kernel itself answers. */
  readonly server: 'http' | 'smtp' | 'dns' | 'udp' | 'tcp' | 'program' | 'host'
  readonly answers: Answers
}

const base: Timing = {
  delayLoop: seconds(0.6),
  delayBeforeRetry: seconds(0.3),
  retry: 1,
  warmup: seconds(0),
}
const all = { timing: base, logAllFailures: true }
const retries = (retry: number): { timing: Timing; logAllFailures: true } => ({
  timing: { ...base, retry },
  logAllFailures: true,
})
const DIGEST = '5d41402abc4b2a76b9719d911017c592'
const two = [urlCheck('/u1'), urlCheck('/u2')] as const
const url = (path: string, ...more: string[]): string => ['url {', `path ${path}`, ...more, '}'].join('\n')
const regex = { pattern: 'hell', options: [], mustNotMatch: false, minOffset: 0, maxOffset: undefined }

const stories: readonly Story[] = [
  {
    name: 'HTTP_GET, two URLs, failures on the way back',
    block: ['HTTP_GET {', url('/u1'), url('/u2'), 'retry 1', '}'],
    check: httpCheck({ ...all, urls: two }),
    server: 'http',
    answers: 'oooxxxoxxooo',
  },
  {
    name: 'HTTP_GET, alpha',
    block: ['HTTP_GET {', url('/u1'), url('/u2'), 'retry 2', 'alpha', '}'],
    check: httpCheck({ ...retries(2), urls: two, alpha: true }),
    server: 'http',
    answers: 'oxxoxoo',
  },
  {
    name: 'HTTP_GET with fast_recovery',
    block: ['HTTP_GET {', url('/u1'), url('/u2'), 'retry 1', 'fast_recovery', '}'],
    check: httpCheck({ ...all, urls: two, fastRecovery: true }),
    server: 'http',
    answers: 'ooxxxooo',
  },
  {
    name: 'HTTP_GET without retries: digest, regex, silence, resets and ends',
    block: ['HTTP_GET {', url('/u1', `digest ${DIGEST}`, 'regex "hell"'), 'retry 0', '}'],
    check: httpCheck({ ...retries(0), urls: [urlCheck('/u1', { digest: DIGEST, regex })] }),
    server: 'http',
    answers: 'odooroozooeoo',
  },
  {
    name: 'HTTP_GET, the first answer is bad',
    block: ['HTTP_GET {', url('/u1'), 'retry 2', '}'],
    check: httpCheck({ ...retries(2), urls: [urlCheck('/u1')] }),
    server: 'http',
    answers: 'xxooxo',
  },
  {
    name: 'HTTP_GET by HTTP/1.1, with names of hosts and statuses',
    block: [
      'HTTP_GET {',
      url('/u1', 'virtualhost www.example.com', 'status_code 500'),
      url('/u2'),
      'http_protocol 1.1',
      'virtualhost all.example.com',
      '}',
    ],
    check: httpCheck({
      ...all,
      protocol: '1.1',
      urls: [
        urlCheck('/u1', { host: 'www.example.com', statuses: [{ first: 500, last: 500 }] }),
        urlCheck('/u2', { host: 'all.example.com' }),
      ],
    }),
    server: 'http',
    answers: 'xoxxxxxo',
  },
  {
    name: 'HTTP_GET by HTTP/1.0C',
    block: ['HTTP_GET {', url('/u1'), 'http_protocol 1.0C', '}'],
    check: httpCheck({ ...all, protocol: '1.0C', urls: [urlCheck('/u1')] }),
    server: 'http',
    answers: 'o',
  },
  {
    name: 'SSL_GET of a server that speaks no TLS',
    block: ['SSL_GET {', url('/u1'), 'retry 1', '}'],
    check: httpCheck({ ...all, tls: true }),
    server: 'smtp',
    answers: 'gggg',
  },
  {
    name: 'TCP_CHECK',
    block: ['TCP_CHECK {', 'retry 2', '}'],
    check: tcpCheck(retries(2)),
    server: 'tcp',
    answers: 'oo',
  },
  {
    name: 'SMTP_CHECK',
    block: ['SMTP_CHECK {', 'retry 2', '}'],
    check: smtpCheck(retries(2)),
    server: 'smtp',
    answers: 'googhegmhoo',
  },
  {
    name: 'DNS_CHECK',
    block: ['DNS_CHECK {', 'retry 1', 'name www.example.com', 'type A', '}'],
    check: dnsCheck({ ...all, name: 'www.example.com', type: 'A' }),
    server: 'dns',
    answers: 'osonssoo',
  },
  {
    name: 'UDP_CHECK that requires a reply',
    block: ['UDP_CHECK {', 'retry 1', 'require_reply', '}'],
    check: udpCheck({ ...all, reply: { pattern: '', minLength: 0, maxLength: 255 } }),
    server: 'udp',
    answers: 'ozozzzoo',
  },
  {
    name: 'PING_CHECK',
    block: ['PING_CHECK {', '}'],
    check: pingCheck(all),
    server: 'host',
    answers: '',
  },
  {
    name: 'MISC_CHECK',
    block: ['MISC_CHECK {', 'misc_path "PROGRAM"', 'misc_timeout 3', 'retry 2', '}'],
    check: miscCheck({ ...retries(2), timeout: seconds(3) }),
    server: 'program',
    answers: 'oxoxxxxkoo',
  },
  {
    name: 'MISC_CHECK that hangs',
    block: ['MISC_CHECK {', 'misc_path "PROGRAM"', 'misc_timeout 3', 'retry 1', '}'],
    check: miscCheck({ ...all, timeout: seconds(3) }),
    server: 'program',
    answers: 'ozozzoo',
  },
]

/** What one daemon's server has been asked, and how it answered: the request, a blank, the letter. */
interface Served {
  readonly port: number
  readonly asked: string[]
  stop(): void
}

const OK = 'HTTP/1.1 200 OK\r\n\r\nhello'
const httpAnswers: Readonly<Record<string, string>> = {
  o: OK,
  x: 'HTTP/1.1 500 No\r\n\r\n',
  d: 'HTTP/1.1 200 OK\r\n\r\nhellx',
  r: 'HTTP/1.1 200 OK\r\n\r\nbello',
  e: '',
}

function answerHttp(socket: Socket, letter: string, asked: (what: string) => void): void {
  socket.once('data', (data) => {
    asked(data.toString().replace(`:${socket.localPort}`, ':PORT'))
    // z says nothing.
    if (letter !== 'z') socket.end(httpAnswers[letter] ?? OK)
  })
}

/** g: a bad greeting, h: a bad answer to HELO, m: a greeting of two lines, e: none. */
function answerSmtp(socket: Socket, letter: string, asked: (what: string) => void): void {
  asked('')
  if (letter === 'e') socket.end()
  else if (letter === 'g') socket.end('500 no\r\n')
  else {
    socket.write(letter === 'm' ? '220-a\r\n220 b\r\n' : '220 hi\r\n')
    socket.on('data', (data) => {
      if (data.toString().startsWith('QUIT')) socket.end('221 bye\r\n')
      else socket.write(letter === 'h' ? '500 no\r\n' : '250 hi\r\n')
    })
  }
}

async function serveStream(answer: typeof answerHttp, answers: Answers): Promise<Served> {
  const asked: string[] = []
  let count = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const letter = answers.charAt(count++) || 'o'
    answer(socket, letter, (what) => asked.push(`${what} ${letter}`))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

async function serveDatagrams(isDns: boolean, answers: Answers): Promise<Served> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (datagram, from) => {
    const letter = answers.charAt(asked.length) || 'o'
    const rcode = { o: 0, s: 2, n: 3 }[letter] ?? 0
    asked.push(`${isDns ? datagram.subarray(2).toString('hex') : ''} ${letter}`)
    if (letter === 'z') return
    if (isDns) datagram.writeUInt16BE(0x8180 | rcode, 2)
    socket.send(datagram, from.port, from.address)
  })
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, asked, stop: () => void socket.close() }
}

/** A script that takes its answers from a file; x: exit code 1, k: it kills itself, z: it hangs. */
function program(directory: string, name: string, answers: Answers): Served & { readonly path: string } {
  const path = join(directory, `${name}.sh`)
  const log = join(directory, `${name}.log`)
  writeFileSync(log, '')
  const text = [
    '#!/bin/sh',
    `count=$(wc -l < ${log})`,
    `letter=$(echo ${answers} | cut -c $((count + 1)))`,
    `echo " \${letter:-o}" >> ${log}`,
    'case "$letter" in x) exit 1 ;; k) kill -9 $$ ;; z) sleep 60 ;; esac',
    'exit 0',
  ]
  writeFileSync(path, `${text.join('\n')}\n`)
  chmodSync(path, 0o755)
  const asked: string[] = []
  return {
    path,
    // Not a port that is used; it names the server in the log.
    port: 0,
    get asked() {
      return readFileSync(log, 'utf8').split('\n').slice(0, -1).concat(asked)
    },
    stop: () => {},
  }
}

async function serve(story: Story, directory: string, name: string): Promise<Served & { path?: string }> {
  switch (story.server) {
    case 'http':
      return serveStream(answerHttp, story.answers)
    case 'smtp':
      return serveStream(answerSmtp, story.answers)
    case 'tcp':
      return serveStream((socket, _letter, asked) => {
        asked('')
        socket.resume()
      }, story.answers)
    case 'dns':
      return serveDatagrams(true, story.answers)
    case 'udp':
      return serveDatagrams(false, story.answers)
    case 'host':
      return { port: 0, asked: [], stop: () => {} }
    case 'program':
      return program(directory, name, story.answers)
  }
}

const COMMON = ['delay_before_retry 0.3', 'log_all_failures']
const CONNECTED = [...COMMON, 'connect_timeout 3']
/** Enough for a busy machine; what is silent is waited for so long. */
const CONNECT_TIMEOUT = seconds(3)

interface Side {
  readonly story: Story
  readonly served: Served & { path?: string }
  /** The real server's port, by which the log names it: the servers', or one of its own. */
  readonly port: number
}

needs(
  'netns',
  'root',
  'keepalived',
  'cc',
)('keepalived’s checkers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-checkers-'))
  let keepalived: ChildProcess | undefined
  let theirs: readonly Side[] = []
  let ours: readonly Side[] = []
  let theirLog = ''
  const ourLog: string[] = []
  let checkers: Checkers | undefined

  const sides = (name: string): Promise<Side[]> =>
    Promise.all(
      stories.map(async (story, index) => {
        const served = await serve(story, directory, `${name}-${index}`)
        return { story, served, port: served.port === 0 ? 10 + index : served.port }
      }),
    )

  beforeAll(async () => {
    theirs = await sides('theirs')
    ours = await sides('ours')
    await startKeepalived()
    startOurs()
    const isThrough = ({ story, served }: Side): boolean =>
      story.server === 'host' || served.asked.length >= story.answers.length + 2
    await until(
      'both to have been through all answers',
      () => [...theirs, ...ours].every(isThrough),
      seconds(120),
    )
    checkers?.stop()
    keepalived?.kill('SIGTERM')
  })

  afterAll(() => {
    keepalived?.kill('SIGKILL')
    for (const { served } of [...theirs, ...ours]) served.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  async function startKeepalived(): Promise<void> {
    const library = join(directory, 'no-ipvs.so')
    const source = fileURLToPath(new URL('no-ipvs.c', import.meta.url))
    await run(['cc', '-shared', '-fPIC', '-o', library, source])
    const file = join(directory, 'keepalived.conf')
    writeFileSync(file, configuration())
    const pidFile = (option: string, name: string): string[] => [option, join(directory, `${name}.pid`)]
    const pidFiles = [...pidFile('-p', 'parent'), ...pidFile('-c', 'child'), ...pidFile('-b', 'bfd')]
    const files = ['-f', file, ...pidFiles]
    const child = spawn(findProgram('keepalived') ?? '', ['-n', '-l', '-D', '-C', ...files], {
      env: { ...process.env, LD_PRELOAD: library },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (data: Buffer): void => void (theirLog += data.toString())
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    keepalived = child
  }

  function configuration(): string {
    const servers = theirs.map(({ story, served, port }) => {
      const [open = '', ...rest] = story.block
      const common = story.server === 'program' ? COMMON : CONNECTED
      const lines = [open, ...common, ...rest].join('\n').replace('PROGRAM', served.path ?? '')
      return `real_server 127.0.0.1 ${port} {\n${lines}\n}\n`
    })
    return [
      'global_defs {\nenable_script_security\nscript_user root\n}',
      'virtual_server 10.8.0.100 80 {\ndelay_loop 0.6\nlb_kind NAT\nprotocol TCP\nwarmup 0',
      ...servers,
      '}\n',
    ].join('\n')
  }

  function startOurs(): void {
    const context = createTlsContext(undefined)
    if (!context.ok) throw new Error(context.error)
    const schedule = new Schedule()
    const prober = new Probes({
      clock: realClock,
      deadlines: schedule,
      random: Math.random,
      launcher: createLauncher(),
      environment: { PATH: process.env['PATH'] ?? '' },
      tls: context.value,
      openDatagrams: openConnectedDatagrams,
      openStream,
    })
    let timer: NodeJS.Timeout | undefined
    const running = new Checkers(
      {
        clock: realClock,
        schedule,
        prober,
        digest: (text) => text,
        soon: setImmediate,
        random: () => 0,
        setAlarm: (at: Instant | undefined) => {
          clearTimeout(timer)
          if (at === undefined) return
          timer = setTimeout(() => running.runDue(), Math.max(0, Math.ceil((at - realClock.now()) / 1000)))
        },
      },
      {
        onStep: (id, check, step) => {
          const names = { realServer: `[127.0.0.1]:tcp:${id}`, virtualServer: '[10.8.0.100]:tcp:80' }
          ourLog.push(...logLines(names, check, step))
        },
        onFile: () => {},
      },
    )
    checkers = running
    running.apply(
      new Map(
        ours.map((side): [string, Wanted] => [
          `${side.port}`,
          { check: withTarget(side), scope: '', initial: side.story.check.alpha ? 'down' : 'up' },
        ]),
      ),
    )
  }

  function withTarget({ story: { check }, served }: Side): TimedCheck {
    if (check.kind === 'misc') return { ...check, command: [served.path ?? ''] }
    return { ...check, connection: connection(served.port, { connectTimeout: CONNECT_TIMEOUT }) }
  }

  /** The checker's own lines of one server; what follows from them is another's to say. */
  function linesOf(log: readonly string[], { port, served }: Side): string[] {
    return log
      .map((line) => line.replace(/^\w+ \w+ +\d+ [\d:]+ \d+: /, ''))
      .filter((line) => new RegExp(`(:tcp|\\]):${port}\\b`).test(line))
      .filter((line) => !/^(Removing|Adding|Activating|Changing|Shutting|Disabling|Enabling) /.test(line))
      .map((line) => line.replaceAll(`:${port}`, ':PORT').replaceAll(served.path ?? '\0', 'PROGRAM'))
  }

  test.each(stories.map((story, index) => [story.name, index] as const))('%s', (_name, index) => {
    const [their, our] = [theirs[index]!, ours[index]!]
    const length = their.story.answers.length + 2
    expect(our.served.asked.slice(0, length)).toEqual(their.served.asked.slice(0, length))
    const lines = linesOf(theirLog.split('\n'), their)
    expect(lines).not.toEqual([])
    expect(linesOf(ourLog, our)).toEqual(lines)
  })
})
