/**
 * One client of the control socket. Whatever it does (sends garbage, never
 * ends its line, never reads, closes half) costs a bounded amount of memory for
 * a bounded time: one request is read at a time, and each phase (to send a
 * request, to take a response) has its own deadline, which a byte now and
 * then does not extend. Only a subscriber that waits for news has none.
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
import { isStream, type Answer, type Stream } from './stream.ts'

/** Must not throw. */
export type Handle = (request: Request) => Promise<Answer>

const TOO_LONG = Symbol('too long')

type Lines = AsyncGenerator<string | typeof TOO_LONG>

/** What somebody sends who does not speak the protocol: one answer, and no more. */
const isHopeless = (code: ProtocolErrorCode): boolean => code === 'not-json' || code === 'not-a-request'

/**
 * @param phaseMs how long a client may take for a request, and again for its response
 * @returns when the connection's work is done; what goes wrong with it is the client's affair
 */
export async function serveConnection(socket: Socket, handle: Handle, phaseMs: number): Promise<void> {
  const deadline = new Deadline(socket, phaseMs)
  try {
    // Not destroyed at its end: a client may close its half and still wait for its answer.
    await serveLines(socket, linesOf(socket.iterator({ destroyOnReturn: false })), handle, deadline)
  } catch (error) {
    socket.destroy()
    if (codeOf(error) === undefined) throw error
  }
}

async function serveLines(socket: Socket, lines: Lines, handle: Handle, deadline: Deadline): Promise<void> {
  deadline.begin()
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const { answer, last } = await answerTo(line.value, handle)
    deadline.begin()
    if (isStream(answer)) {
      await serveStream(socket, lines, answer, deadline)
      return
    }
    if (!(await send(socket, answer))) return
    deadline.begin()
    if (last) {
      socket.destroySoon()
      return
    }
  }
  socket.end()
}

/** Until it ends, or the client leaves, closes its half or sends anything: then it wants no more. */
async function serveStream(socket: Socket, lines: Lines, stream: Stream, deadline: Deadline): Promise<void> {
  const stop = (): void => {
    stream.close()
  }
  lines.next().then(stop, stop)
  socket.once('close', stop)
  for (let response = await next(); response !== undefined; response = await next()) {
    deadline.begin()
    if (!(await send(socket, response))) break
  }
  stop()
  socket.destroySoon()

  async function next(): Promise<Response | undefined> {
    deadline.pause()
    return socket.destroyed ? undefined : stream.next()
  }
}

/** Puts the client out unless it has done its part in time. */
class Deadline {
  private readonly socket: Socket
  private readonly ms: number
  private timer: NodeJS.Timeout | undefined

  constructor(socket: Socket, ms: number) {
    this.socket = socket
    this.ms = ms
    socket.once('close', () => {
      this.pause()
    })
  }

  /** From now on. */
  begin(): void {
    this.pause()
    // The client may have left: nobody would clear its timer any more.
    if (!this.socket.destroyed) this.timer = setTimeout(() => this.socket.destroy(), this.ms)
  }

  pause(): void {
    clearTimeout(this.timer)
  }
}

interface Judged {
  readonly answer: Answer
  readonly last: boolean
}

async function answerTo(line: string | typeof TOO_LONG, handle: Handle): Promise<Judged> {
  if (line === TOO_LONG) {
    const text = `a request has at most ${MAX_REQUEST_BYTES} bytes`
    return { answer: failed({ code: 'request-too-long', text }), last: true }
  }
  const request = parseRequest(line)
  if (request.ok) return { answer: await handle(request.value), last: false }
  return { answer: failed(request.error), last: isHopeless(request.error.code) }
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
async function* linesOf(socket: AsyncIterable<unknown>): Lines {
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
