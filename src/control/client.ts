/** Asks a running daemon. Its errors say what to do next. */

import { connect, type Socket } from 'node:net'
import { accepted, rejected, type Result } from '../base/result.ts'
import { encodeLine, parseResponse, PROTOCOL_VERSION, type RequestName, type Results } from './protocol.ts'

export interface ClientError {
  readonly code: 'unreachable' | 'forbidden' | 'no-answer' | 'not-understood' | 'refused'
  /** A whole sentence, with what to do about it. */
  readonly text: string
}

/** More than a thousand instances with a hundred addresses each. */
const MAX_RESPONSE_BYTES = 16 << 20

/** One request on a connection of its own. */
export function askDaemon<N extends RequestName>(
  path: string,
  request: N,
  timeoutMs: number,
): Promise<Result<Results[N], ClientError>> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const timeout = setTimeout(() => {
      finish(rejected(noAnswer(path, `did not answer within ${timeoutMs / 1000} s`)))
    }, timeoutMs)
    const finish = (result: Result<Results[N], ClientError>): void => {
      clearTimeout(timeout)
      socket.destroy()
      resolve(result)
    }
    readLine(socket, (line) => {
      finish(understand<N>(path, line))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      finish(rejected(describeFailure(path, error.code ?? error.message)))
    })
    socket.once('close', () => {
      finish(rejected(noAnswer(path, 'closed the connection without an answer (too many clients?)')))
    })
    socket.write(encodeLine({ version: PROTOCOL_VERSION, request }))
  })
}

function readLine(socket: Socket, callback: (line: string) => void): void {
  const parts: Buffer[] = []
  let size = 0
  socket.on('data', (bytes: Buffer) => {
    const end = bytes.indexOf('\n')
    parts.push(end === -1 ? bytes : bytes.subarray(0, end))
    size += bytes.length
    if (end !== -1) callback(Buffer.concat(parts).toString())
    else if (size > MAX_RESPONSE_BYTES) callback('')
  })
}

function understand<N extends RequestName>(path: string, line: string): Result<Results[N], ClientError> {
  const response = parseResponse<N>(line)
  if (response === undefined) {
    const text = `what listens on ${path} does not speak this protocol: is it a vrrpd of another version?`
    return rejected({ code: 'not-understood', text })
  }
  if (response.ok) return accepted(response.result)
  return rejected({ code: 'refused', text: `vrrpd refused the request: ${response.error.text}` })
}

const noAnswer = (path: string, what: string): ClientError => ({
  code: 'no-answer',
  text: `vrrpd at ${path} ${what}`,
})

function describeFailure(path: string, code: string): ClientError {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return {
        code: 'unreachable',
        text: `cannot reach ${path}: is vrrpd running? (start it with: systemctl start vrrpd; another socket: --control PATH)`,
      }
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'forbidden',
        text: `no permission for ${path}: ask as root, or as a member of the group that owns it (vrrpd --control-group GROUP)`,
      }
    case 'ECONNRESET':
    case 'EPIPE':
      return noAnswer(path, 'closed the connection without an answer (too many clients?)')
    default:
      return { code: 'unreachable', text: `cannot reach ${path}: ${code}` }
  }
}
