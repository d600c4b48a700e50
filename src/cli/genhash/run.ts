/** `vrrpd genhash`: asks a web server and prints what `digest` of an HTTP_GET is to be, as keepalived's genhash does. */

import { after, seconds, type Duration, type Instant } from '../../base/time.ts'
import { done, type Conversation, type Progress } from '../../checkers/conversation.ts'
import { GenHash, NO_DATA } from '../../checkers/digest.ts'
import { latin1 } from '../../checkers/http-answer.ts'
import { longestAnswer, MAX_ANSWER_BYTES, requestOf } from '../../checkers/http.ts'
import { createMd5, createTlsContext } from '../../checkers/probe/probes.ts'
import { startStream } from '../../checkers/probe/stream.ts'
import { noResultText, reasonText } from '../../checkers/reason.ts'
import { Schedule } from '../../checkers/schedule.ts'
import { failure, SUCCESS, type Outcome } from '../../checkers/types.ts'
import { systemClock } from '../../system/clock.ts'
import { openStream } from '../../system/outbound-stream.ts'
import type { CommandIo } from '../io.ts'
import { readArguments, type GenhashRequest } from './arguments.ts'
import { verboseText } from './verbose.ts'

/**
 * @returns 0 with a digest; 1 without one, where genhash has 0 after a failed connection: whoever asks wants to know
 */
export async function runGenhash(argv: readonly string[], io: CommandIo): Promise<number> {
  const request = readArguments(argv)
  if (!request.ok) {
    io.err(request.error.text)
    return request.error.exitCode
  }
  const began = performance.now()
  const answer = await fetchAnswer(request.value)
  if (!answer.ok) {
    io.err(`${answer.text}\n`)
    return 1
  }
  const digest = digestOf(answer.bytes)
  if (!digest.ok) {
    io.err(`${digest.error}\n`)
    return 1
  }
  const tookMicroseconds = Math.round((performance.now() - began) * 1000)
  const { path, verbose } = request.value
  io.out(
    verbose
      ? verboseText({ path, ...partsOf(answer.bytes), digest: digest.value, tookMicroseconds })
      : `${digest.value}\n`,
  )
  return 0
}

type Answer =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly text: string }

/** All that comes until the server closes; the status does not matter, and nothing is followed. */
function fetchAnswer(request: GenhashRequest): Promise<Answer> {
  const { address, port, mark, tls, tellsName, virtualHost, protocol, path } = request
  const target = { address, port }
  const connectTimeout = seconds(request.timeoutSeconds)
  const context = createTlsContext(undefined)
  if (!context.ok) return Promise.resolve({ ok: false, text: context.error })
  const schedule = new Schedule()
  const talk = new Fetch(requestOf(protocol, { path, host: virtualHost }, target), connectTimeout)
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      schedule.run(systemClock.now())
    }, TICK_MS)
    const settle = (outcome: Outcome): void => {
      clearInterval(timer)
      resolve(
        outcome.kind === 'success'
          ? { ok: true, bytes: talk.bytes }
          : { ok: false, text: outcome.kind === 'failure' ? wordsOf(outcome) : noResultText(outcome.reason) },
      )
    }
    startStream(
      { clock: systemClock, deadlines: schedule, buffer: new Uint8Array(READ_BYTES), openStream },
      { target, mark, connectTimeout, bindAddress: undefined, bindPort: undefined, bindInterface: undefined },
      tls ? { serverName: tellsName ? virtualHost : undefined, context: context.value } : undefined,
      talk,
      settle,
    )
  })
}

const TICK_MS = 50
const READ_BYTES = 65_536

/** genhash's words where it has some. */
function wordsOf({ reason }: Extract<Outcome, { kind: 'failure' }>): string {
  if (reason.kind === 'connect') return `Connection failed: ${reasonText(reason)}`
  if (reason.kind === 'no-data') return NO_DATA
  return reasonText(reason)
}

class Fetch implements Conversation {
  private readonly request: Uint8Array
  private readonly timeout: Duration
  private readonly parts: Uint8Array[] = []
  private length = 0
  private endsBy: Instant | undefined

  constructor(request: Uint8Array, timeout: Duration) {
    this.request = request
    this.timeout = timeout
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.parts)
  }

  connected(now: Instant): Progress {
    this.endsBy = after(now, longestAnswer(this.timeout))
    return { done: false, send: this.request, waitUntil: after(now, this.timeout) }
  }

  received(bytes: Uint8Array, now: Instant): Progress {
    this.length += bytes.length
    if (this.length > MAX_ANSWER_BYTES)
      return done(failure({ kind: 'too-long', part: 'answer', bytes: MAX_ANSWER_BYTES }))
    this.parts.push(bytes.slice())
    if (this.endsBy !== undefined && now > this.endsBy) return this.timedOut()
    return { done: false, waitUntil: after(now, this.timeout) }
  }

  ended(): Progress {
    return done(SUCCESS)
  }

  /** What has come counts, as with a server that closes without a goodbye. */
  lost(error: string): Progress {
    return this.length > 0
      ? done(SUCCESS)
      : done(failure({ kind: 'connection-lost', stage: 'answer', error }))
  }

  timedOut(): Progress {
    return done(failure({ kind: 'read-timeout', stage: 'answer', timeout: this.timeout }))
  }
}

function digestOf(bytes: Uint8Array): ReturnType<GenHash['finish']> | { ok: false; error: string } {
  const md5 = createMd5()
  if (!md5.ok) return md5
  const hash = new GenHash(md5.value)
  hash.add(bytes)
  return hash.finish()
}

/** The header with the empty line at its end, and of the body what counts. */
function partsOf(bytes: Uint8Array): { readonly header: Uint8Array; readonly body: Uint8Array } {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf('\r\n\r\n') + 4
  const header = bytes.subarray(0, end)
  const length = /Content-Length:[ \t]*(\d{1,15})/.exec(latin1(header))?.[1]
  const body = bytes.subarray(end)
  return { header, body: length === undefined ? body : body.subarray(0, Number(length)) }
}
