/**
 * One client of the control socket. Whatever it does (sends garbage, never
 * ends its line, never reads, closes half) costs a bounded amount of memory for
 * a bounded time: one request is read at a time, and each phase (to send a
 * request, to take the response) has its own deadline, which a byte now and
 * then does not extend.
 */

import type { Socket } from 'node:net'
import {
  encodeLine,
  failed,
  MAX_REQUEST_BYTES,
  parseRequest,
  type ProtocolErrorCode,
  type Request,
  type Response,
} from './protocol.ts'
import { codeOf } from './socket-file.ts'

/** Must not throw. */
export type Handle = (request: Request) => Promise<Response>

const TOO_LONG = Symbol('too long')

/** What somebody sends who does not speak the protocol: one answer, and no more. */
const isHopeless = (code: ProtocolErrorCode): boolean => code === 'not-json' || code === 'not-a-request'

/**
 * @param phaseMs how long a client may take for a request, and again for its response
 * @returns when the connection's work is done; what goes wrong with it is the client's affair
 */
export async function serveConnection(socket: Socket, handle: Handle, phaseMs: number): Promise<void> {
  const phase = setTimeout(() => socket.destroy(), phaseMs)
  socket.once('close', () => {
    clearTimeout(phase)
  })
  try {
    // Not destroyed at its end: a client may close its half and still wait for its answer.
    for await (const line of linesOf(socket.iterator({ destroyOnReturn: false }))) {
      const answer = await answerTo(line, handle)
      // The client may have left: refreshing would wake its timer from the dead.
      if (socket.destroyed) return
      phase.refresh()
      if (!(await send(socket, answer.response))) return
      phase.refresh()
      if (answer.last) {
        socket.destroySoon()
        return
      }
    }
    socket.end()
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    socket.destroy()
  }
}

interface Answer {
  readonly response: Response
  readonly last: boolean
}

async function answerTo(line: string | typeof TOO_LONG, handle: Handle): Promise<Answer> {
  if (line === TOO_LONG) {
    const text = `a request has at most ${MAX_REQUEST_BYTES} bytes`
    return { response: failed({ code: 'request-too-long', text }), last: true }
  }
  const request = parseRequest(line)
  if (request.ok) return { response: await handle(request.value), last: false }
  return { response: failed(request.error), last: isHopeless(request.error.code) }
}

/**
 * Resolves when the system has taken the response, with false when it has not:
 * a write that a destroyed socket gave up is reported without an error.
 */
const send = (socket: Socket, response: Response): Promise<boolean> =>
  new Promise((resolve) => {
    socket.write(encodeLine(response), (error) => {
      resolve(!error && !socket.destroyed)
    })
  })

/**
 * Lines as they are complete; the last one may lack its newline, when the
 * client has closed its half. Nothing is read while the consumer is at work.
 */
async function* linesOf(socket: AsyncIterable<unknown>): AsyncGenerator<string | typeof TOO_LONG> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of socket) {
    rest = Buffer.concat([rest, bytes as Buffer])
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      yield end > MAX_REQUEST_BYTES ? TOO_LONG : rest.toString('utf8', 0, end)
      rest = rest.subarray(end + 1)
    }
    if (rest.length > MAX_REQUEST_BYTES) yield TOO_LONG
  }
  if (rest.length > 0) yield rest.toString()
}
