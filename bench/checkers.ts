/**
 * How much of a processor a check takes: checkers with their probes in this process, servers on the loopback in
 * another. `node --import ./tools/typescript.mjs bench/checkers.ts [SERVERS] [SECONDS]`; keepalived 2.2.7 needs about
 * 60 µs for a TCP_CHECK and 105 µs for an HTTP_GET.
 */

import { fork } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseIpv4 } from '../src/base/address.ts'
import { rejected } from '../src/base/result.ts'
import { instant, seconds, toSeconds, type Clock, type Instant } from '../src/base/time.ts'
import { Checkers } from '../src/checkers/checkers.ts'
import { digestOf } from '../src/daemon/director/child/asking.ts'
import { createTlsContext, Probes } from '../src/checkers/probe/probes.ts'
import { Schedule } from '../src/checkers/schedule.ts'
import type { Wanted } from '../src/checkers/sharing.ts'
import type { NetworkCheck } from '../src/checkers/types.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

/** Accepts, answers what is asked, and closes. */
function serve(): void {
  const server = createServer((socket) => {
    socket.on('data', () => socket.end(ANSWER))
    socket.on('error', () => {})
  })
  server.listen(0, () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
}

const clock: Clock = { now: () => instant(performance.now() * 1000) }

interface Measured {
  readonly checks: number
  readonly failures: number
  readonly cpuMicroseconds: number
  readonly rssMegabytes: number
}

async function measure(kind: 'tcp' | 'http', servers: number, span: number, port: number): Promise<Measured> {
  const context = createTlsContext(undefined)
  if (!context.ok) throw new Error(context.error)
  const schedule = new Schedule()
  const prober = new Probes({
    clock,
    deadlines: schedule,
    random: Math.random,
    launcher: { launch: () => rejected({ text: 'none' }) },
    environment: {},
    tls: context.value,
    openDatagrams: () => rejected({ call: 'socket', code: 'EPERM' }),
    openStream: () => rejected({ call: 'socket', code: 'EPERM' }),
  })
  let timer: NodeJS.Timeout | undefined
  const counts = { success: 0, failure: 0, 'no-result': 0 }
  const checkers = new Checkers(
    {
      clock,
      schedule,
      prober,
      digest: digestOf,
      soon: setImmediate,
      random: Math.random,
      setAlarm: (at: Instant | undefined) => {
        clearTimeout(timer)
        if (at !== undefined)
          timer = setTimeout(() => checkers.runDue(), Math.max(0, Math.ceil((at - clock.now()) / 1000)))
      },
    },
    { onStep: (_id, _check, { finding }) => counts[finding.kind]++, onFile: () => {} },
  )
  checkers.apply(
    new Map(
      Array.from({ length: servers }, (_, index): [string, Wanted] => [
        `${index}`,
        // Addresses of their own, lest they be one check.
        { check: checkOf(kind, `127.0.${(index >> 8) + 1}.${index & 255}`, port), scope: '', initial: 'up' },
      ]),
    ),
  )
  await new Promise((resolve) => void setTimeout(resolve, 8_000))
  const before = process.cpuUsage()
  const checksBefore = counts.success
  await new Promise((resolve) => void setTimeout(resolve, span * 1000))
  const { user, system } = process.cpuUsage(before)
  checkers.stop()
  return {
    checks: counts.success - checksBefore,
    failures: counts.failure + counts['no-result'],
    cpuMicroseconds: user + system,
    rssMegabytes: process.memoryUsage().rss / 1e6,
  }
}

function checkOf(kind: 'tcp' | 'http', target: string, port: number): NetworkCheck {
  const address = parseIpv4(target)
  if (address === undefined) throw new Error(target)
  const common = {
    timing: { delayLoop: seconds(6), delayBeforeRetry: seconds(1), retry: 1, warmup: seconds(6) },
    alpha: false,
    logAllFailures: false,
    connection: {
      target: { address, port },
      bindAddress: undefined,
      bindPort: undefined,
      bindInterface: undefined,
      mark: 0,
      connectTimeout: seconds(5),
    },
  }
  if (kind === 'tcp') return { kind, ...common }
  const url = {
    path: '/healthz',
    host: undefined,
    serverName: undefined,
    digest: undefined,
    statuses: [{ first: 200, last: 299 }],
    regex: undefined,
  }
  return { kind, ...common, tls: false, protocol: '1.0', urls: [url], fastRecovery: false }
}

async function main(): Promise<void> {
  const [servers = 5000, span = 12] = process.argv.slice(2).map(Number)
  const responder = fork(fileURLToPath(import.meta.url), ['serve'])
  const port = await new Promise<number>(
    (resolve) => void responder.once('message', (told) => resolve(Number(told))),
  )
  for (const kind of ['tcp', 'http'] as const) {
    const { checks, failures, cpuMicroseconds, rssMegabytes } = await measure(kind, servers, span, port)
    const each = (cpuMicroseconds / checks).toFixed(0)
    process.stdout.write(
      `${kind}: ${servers} servers, delay_loop 6, ${toSeconds(seconds(span))} s: ${checks} checks, ${failures} failed, ` +
        `${each} µs of processor each, RSS ${rssMegabytes.toFixed(0)} MB\n`,
    )
  }
  responder.disconnect()
}

if (process.argv[2] === 'serve') serve()
else await main()
