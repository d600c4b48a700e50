/**
 * The control socket of a running daemon. It may be reached by its owner
 * (root) and, if wanted, by one group; it never waits for a client, and a
 * daemon whose socket cannot be had runs on without.
 */

import { stat } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { accepted, assertNever, rejected, type Result } from '../base/result.ts'
import { serveConnection, type Handle } from './connection.ts'
import { failed, type Request } from './protocol.ts'
import type { Answer } from './stream.ts'
import { claimSocketPath, codeOf, releaseSocketFile, removeLeftover, type SocketFile } from './socket-file.ts'

export interface ControlServerOptions {
  readonly path: string
  /** The group that may connect besides the owner; none when undefined. */
  readonly gid?: number | undefined
  /** Whatever it throws is answered as an internal error and reported; the daemon goes on. */
  readonly handle: (request: Request) => Answer | Promise<Answer>
  /** A defect of the handler's, for the log. */
  readonly report: (text: string) => void
  readonly limits?: ControlLimits
}

export interface ControlLimits {
  readonly connections: number
  /** For a client to send a request, and again to take the response. */
  readonly phaseMs: number
}

export interface ControlServer {
  readonly path: string
  /** Ends all connections and removes the socket if it is still ours. */
  close(): Promise<void>
}

export interface ControlError {
  /** `held`: another daemon serves this path, and goes on doing so. */
  readonly code: 'held' | 'not-a-socket' | 'path-too-long' | 'refused'
  /** A whole sentence for the log. */
  readonly text: string
}

const DEFAULT_LIMITS: ControlLimits = { connections: 64, phaseMs: 10_000 }

/** sun_path of unix(7), its final zero taken off. */
const MAX_PATH_BYTES = 107

export async function openControlServer(
  options: ControlServerOptions,
): Promise<Result<ControlServer, ControlError>> {
  const { path } = options
  const temporary = `${path}.${process.pid}`
  if (Buffer.byteLength(temporary) > MAX_PATH_BYTES) {
    return rejected({ code: 'path-too-long', text: `the path of the control socket is too long: ${path}` })
  }
  if (!(await isDirectory(dirname(path)))) {
    // libuv would call it EACCES.
    return rejected({ code: 'refused', text: `cannot make the control socket ${path}: no such directory` })
  }
  const clients = new Set<Socket>()
  const server = listenerFor(options, clients)
  try {
    await removeLeftover(temporary)
    await listen(server, temporary)
    const claim = await claimSocketPath(temporary, path, options.gid)
    if (claim.kind === 'claimed') return accepted(controlServer(server, clients, claim.file))
    await closeServer(server, clients)
    return rejected(describeClaim(path, claim.kind))
  } catch (error) {
    await closeServer(server, clients)
    const code = codeOf(error)
    if (code === undefined) throw error
    return rejected({ code: 'refused', text: `cannot make the control socket ${path}: ${code}` })
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )

function describeClaim(path: string, kind: 'held' | 'not-a-socket'): ControlError {
  switch (kind) {
    case 'held':
      return { code: kind, text: `another daemon holds the control socket ${path}` }
    case 'not-a-socket':
      return {
        code: kind,
        text: `${path} is not a socket and is left alone`,
      }
    default:
      return assertNever(kind)
  }
}

function listenerFor(options: ControlServerOptions, clients: Set<Socket>): Server {
  const { connections, phaseMs } = options.limits ?? DEFAULT_LIMITS
  const handle = inTurn(shielded(options))
  // Half-open: a client may close its half once it has asked, as `nc -N` does.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket)
    socket.once('close', () => clients.delete(socket))
    socket.on('error', () => {}) // 'close' follows
    serveConnection(socket, handle, phaseMs).catch((bug: unknown) => {
      options.report(`control socket: ${String(bug)}`)
    })
  })
  server.maxConnections = connections
  return server
}

/**
 * One request is begun in a turn of the event loop, however many clients ask at once: each may take some
 * milliseconds, and adverts are sent and heard in between.
 */
function inTurn(handle: Handle): Handle {
  let last = Promise.resolve()
  return async (request) => {
    last = last.then(() => nextTurn())
    await last
    return handle(request)
  }
}

/** A defect in a report must not take the addresses down with it. */
function shielded({ handle, report }: ControlServerOptions): Handle {
  return async (request) => {
    try {
      return await handle(request)
    } catch (bug) {
      report(
        `control request ${request.request}: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`,
      )
      return failed({ code: 'internal', text: 'internal error; the log of the daemon has more' })
    }
  }
}

function controlServer(server: Server, clients: ReadonlySet<Socket>, file: SocketFile): ControlServer {
  return {
    path: file.path,
    close: async () => {
      await releaseSocketFile(file)
      await closeServer(server, clients)
    },
  }
}

/** The mask is in force while the socket is bound, which happens within listen(). */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
    process.umask(mask)
  })
}

function closeServer(server: Server, clients: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    for (const client of clients) client.destroy()
    server.close(() => {
      resolve()
    })
  })
}
