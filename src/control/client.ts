/** Asks a running daemon. */

import { statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { accepted, rejected, type Result } from '../base/result.ts'
import {
  parseResponse,
  PROTOCOL_VERSION,
  type Arguments,
  type RequestName,
  type Results,
} from './protocol.ts'

export interface ClientError {
  /**
   * `absent`: there is no socket; `dead`: there is one, and nobody listens; `other-version`: the daemon knows
   * no such request, or speaks no such version; `not-possible`: what was asked for does not exist.
   */
  readonly code:
    | 'absent'
    | 'dead'
    | 'unreachable'
    | 'forbidden'
    | 'no-answer'
    | 'not-understood'
    | 'other-version'
    | 'refused'
    | 'not-possible'
  /** A whole sentence. */
  readonly text: string
}

/** There is no daemon, for all one can tell. */
export const isAbsence = ({ code }: ClientError): boolean =>
  code === 'absent' || code === 'dead' || code === 'unreachable'

/** More than a thousand instances with a hundred addresses each, or ten thousand real servers with ten checks each. */
const MAX_RESPONSE_BYTES = 64 << 20

/** One request on a connection of its own. */
export function askDaemon<N extends RequestName>(
  path: string,
  request: N,
  timeoutMs: number,
  given?: Arguments[N],
): Promise<Result<Results[N], ClientError>> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => {
      finish(rejected(noAnswer(path, `did not answer within ${timeoutMs / 1000} s`)))
    }, timeoutMs)
    const subscription = subscribe(path, request, given, {
      result: (value) => {
        finish(accepted(value))
      },
      end: (error) => {
        const silence = noAnswer(path, 'closed the connection without an answer (too many clients?)')
        finish(rejected(error ?? silence))
      },
    })
    const finish = (result: Result<Results[N], ClientError>): void => {
      clearTimeout(timeout)
      subscription.close()
      resolve(result)
    }
  })
}

export interface Subscriber<N extends RequestName> {
  /** One response of the stream. */
  result(value: Results[N]): void
  /** Called once, unless close() came first; undefined: the daemon has ended the stream. */
  end(error: ClientError | undefined): void
}

export interface Subscription {
  /** No more of it, and no end. */
  close(): void
}

/** A request that is answered by a stream, on a connection of its own. */
export function subscribe<N extends RequestName>(
  path: string,
  request: N,
  given: Arguments[N] | undefined,
  subscriber: Subscriber<N>,
): Subscription {
  const socket = connect(path)
  let over = false
  const end = (error: ClientError | undefined): void => {
    if (over) return
    over = true
    socket.destroy()
    subscriber.end(error)
  }
  readLines(socket, (line) => {
    if (over) return
    const result = understand<N>(path, line)
    if (result.ok) subscriber.result(result.value)
    else end(result.error)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end(describeFailure(path, error.code ?? error.message))
  })
  socket.once('close', () => {
    end(undefined)
  })
  socket.write(`${JSON.stringify({ version: PROTOCOL_VERSION, request, arguments: given })}\n`)
  return {
    close: () => {
      over = true
      socket.destroy()
    },
  }
}

/** Complete lines; one that never ends is given as an empty one. */
function readLines(socket: Socket, callback: (line: string) => void): void {
  let parts: Buffer[] = []
  let size = 0
  socket.on('data', (bytes: Buffer) => {
    let rest = bytes
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString()
      parts = []
      size = 0
      rest = rest.subarray(end + 1)
      callback(line)
    }
    parts.push(rest)
    size += rest.length
    if (size > MAX_RESPONSE_BYTES) callback('')
  })
}

function understand<N extends RequestName>(path: string, line: string): Result<Results[N], ClientError> {
  const response = parseResponse<N>(line)
  if (response === undefined) {
    const text = `what listens on ${path} does not speak this protocol`
    return rejected({ code: 'not-understood', text })
  }
  if (response.ok) return accepted(response.result)
  const { code, text } = response.error
  if (code === 'not-possible') return rejected({ code, text })
  if (code === 'unknown-request' || code === 'unsupported-version')
    return rejected({
      code: 'other-version',
      text: 'the running vrrpd is of another version, and does not know this request',
    })
  return rejected({ code: 'refused', text: `vrrpd refused the request: ${text}` })
}

const noAnswer = (path: string, what: string): ClientError => ({
  code: 'no-answer',
  text: `vrrpd at ${path} ${what}`,
})

function describeFailure(path: string, code: string): ClientError {
  switch (code) {
    case 'ENOENT':
      return { code: 'absent', text: `vrrpd is not running here: there is no ${path}` }
    case 'ECONNREFUSED':
      return isSocket(path)
        ? { code: 'dead', text: `vrrpd is not running: ${path} was left behind by one that was killed` }
        : { code: 'unreachable', text: `cannot reach vrrpd at ${path}: it is no socket` }
    case 'EACCES':
    case 'EPERM':
      return { code: 'forbidden', text: `no permission for ${path}` }
    case 'ECONNRESET':
    case 'EPIPE':
      return noAnswer(path, 'closed the connection without an answer (too many clients?)')
    default:
      return { code: 'unreachable', text: `cannot reach ${path}: ${code}` }
  }
}

/** The kernel says of a file what it says of a socket that nobody listens on. */
const isSocket = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isSocket() !== false
