/**
 * Conversations over node:net and node:tls. Who makes connections with a mark, or from a certain interface, is a port
 * (system/outbound-stream.ts is one): node:net cannot, and takes over those that stand. A socket is closed as soon as the
 * outcome is known: with a FIN where nothing unread is left, as keepalived's is.
 */

import { connect, Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type SecureContext } from 'node:tls'
import { formatIp } from '../../base/address.ts'
import type { Result } from '../../base/result.ts'
import { after, type Clock, type Instant } from '../../base/time.ts'
import type { Running } from '../checkers.ts'
import { connectFailed, connectTimedOut, type Conversation, type Progress } from '../conversation.ts'
import type { Deadline, Deadlines } from '../schedule.ts'
import { failure, type Connection, type Outcome } from '../types.ts'

export interface TlsWish {
  /** Absent: the name is not told (no SNI). */
  readonly serverName: string | undefined
  /** With the client's certificate, where there is one. */
  readonly context: SecureContext
}

/** A system call that was refused: `bind`, `EADDRNOTAVAIL`. */
interface StreamError {
  readonly call: string
  readonly code: string
}

/**
 * Begins a connection. `settled` is told once, later: the descriptor of the connection, which is the caller's to close,
 * or why there is none; what is refused at once is returned.
 */
export type OpenStream = (
  spec: Omit<Connection, 'connectTimeout'>,
  settled: (result: Result<number, StreamError>) => void,
) => Result<{ cancel(): void }, StreamError>

export interface StreamWorld {
  readonly clock: Clock
  readonly deadlines: Deadlines
  /** What is read lies here until the conversation has seen it; one for all attempts. */
  readonly buffer: Uint8Array
  readonly openStream: OpenStream
}

export function startStream(
  world: StreamWorld,
  connection: Connection,
  tls: TlsWish | undefined,
  conversation: Conversation,
  done: (outcome: Outcome) => void,
): Running {
  const attempt = new StreamAttempt(world, connection, conversation, done)
  attempt.open(tls)
  return attempt
}

class StreamAttempt implements Running {
  readonly #world: StreamWorld
  readonly #connection: Connection
  readonly #conversation: Conversation
  readonly #done: (outcome: Outcome) => void
  #socket: Socket | undefined
  #opening: { cancel(): void } | undefined
  #phase: 'connecting' | 'handshake' | 'talking' | 'over' = 'connecting'
  #waitUntil: Instant
  #deadline: Deadline

  constructor(
    world: StreamWorld,
    connection: Connection,
    conversation: Conversation,
    done: (outcome: Outcome) => void,
  ) {
    this.#world = world
    this.#connection = connection
    this.#conversation = conversation
    this.#done = done
    this.#waitUntil = after(world.clock.now(), connection.connectTimeout)
    this.#deadline = world.deadlines.add(this.#waitUntil, this.#onDeadline)
  }

  open(tls: TlsWish | undefined): void {
    const { mark, bindInterface } = this.#connection
    if (mark !== 0 || bindInterface !== undefined) this.#openSpecial(tls)
    else if (tls === undefined) this.#openPlain()
    else this.#openTls(tls)
  }

  cancel(): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#world.deadlines.cancel(this.#deadline)
    this.#opening?.cancel()
    this.#socket?.destroy()
  }

  #openPlain(): void {
    const onread = { buffer: this.#world.buffer, callback: this.#onRead }
    const socket = connect({ ...this.#options(), onread })
    this.#take(socket)
    socket.on('connect', this.#onTalk)
  }

  #openTls(tls: TlsWish): void {
    const socket = this.#takeTls(this.#options(), tls)
    socket.on('connect', this.#onHandshake)
  }

  #openSpecial(tls: TlsWish | undefined): void {
    const opening = this.#world.openStream(this.#connection, (result) => {
      if (!result.ok) this.#finish(connectFailed(result.error.call, result.error.code))
      else if (tls === undefined) this.#takePlain(result.value)
      else this.#takeForTls(result.value, tls)
    })
    if (opening.ok) this.#opening = opening.value
    else this.#finish(connectFailed(opening.error.call, opening.error.code))
  }

  /** @param fd of a connection, which is the socket's from now on */
  #takePlain(fd: number): void {
    const socket = new Socket({ fd, readable: true, writable: true })
    this.#take(socket)
    socket.on('data', this.#onData)
    this.#onTalk()
  }

  #takeForTls(fd: number, tls: TlsWish): void {
    const socket = new Socket({ fd, readable: true, writable: true })
    socket.on('error', this.#onError)
    this.#onHandshake()
    this.#takeTls({ socket }, tls)
  }

  /** Nothing is verified, as keepalived does not, and no protocol is negotiated (no ALPN). */
  #takeTls(over: ConnectionOptions, { serverName, context }: TlsWish): Socket {
    const socket = connectTls({
      ...over,
      secureContext: context,
      servername: serverName ?? '',
      rejectUnauthorized: false,
    })
    this.#take(socket)
    socket.on('secureConnect', this.#onTalk)
    socket.on('data', this.#onData)
    return socket
  }

  #take(socket: Socket): void {
    this.#socket = socket
    socket.on('error', this.#onError)
    socket.on('end', this.#onEnd)
  }

  #options(): TcpNetConnectOpts {
    const { target, bindAddress, bindPort } = this.#connection
    return {
      host: formatIp(target.address),
      port: target.port,
      autoSelectFamily: false,
      ...(bindAddress === undefined ? {} : { localAddress: formatIp(bindAddress) }),
      ...(bindPort === undefined ? {} : { localPort: bindPort }),
    }
  }

  /** connect_timeout is for connecting, and then for the handshake. */
  readonly #onHandshake = (): void => {
    if (this.#phase !== 'connecting') return
    this.#phase = 'handshake'
    this.#wait(after(this.#world.clock.now(), this.#connection.connectTimeout))
  }

  readonly #onTalk = (): void => {
    if (this.#phase === 'over') return
    this.#phase = 'talking'
    this.#go(this.#conversation.connected(this.#world.clock.now()))
  }

  /** Whether more is to be read. */
  readonly #onRead = (length: number, buffer: Uint8Array): boolean => {
    if (this.#phase !== 'talking') return false
    this.#go(this.#conversation.received(buffer.subarray(0, length), this.#world.clock.now()))
    return !this.#isOver()
  }

  readonly #onData = (data: Uint8Array): void => {
    if (this.#phase === 'talking') this.#go(this.#conversation.received(data, this.#world.clock.now()))
  }

  readonly #onEnd = (): void => {
    if (this.#phase === 'talking') this.#go(this.#conversation.ended())
    else if (this.#phase === 'handshake') this.#finish(handshakeFailed('ECONNRESET'))
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    const code = error.code ?? error.message
    switch (this.#phase) {
      case 'connecting':
        this.#finish(connectFailed(error.syscall ?? 'connect', code))
        break
      case 'handshake':
        this.#finish(handshakeFailed(code))
        break
      case 'talking':
        this.#go(this.#conversation.lost(code))
        break
      case 'over':
    }
  }

  readonly #onDeadline = (now: Instant): void => {
    if (this.#phase === 'over') return
    if (now < this.#waitUntil) {
      // Something has come since: its patience began anew.
      this.#deadline = this.#world.deadlines.add(this.#waitUntil, this.#onDeadline)
      return
    }
    const { connectTimeout } = this.#connection
    if (this.#phase === 'connecting') this.#finish(connectTimedOut(connectTimeout))
    else if (this.#phase === 'handshake')
      this.#finish(failure({ kind: 'read-timeout', stage: 'TLS handshake', timeout: connectTimeout }))
    else this.#go(this.#conversation.timedOut())
  }

  #go(progress: Progress): void {
    if (progress.done) {
      this.#finish(progress.outcome)
      return
    }
    this.#wait(progress.waitUntil)
    if (progress.send !== undefined) this.#socket?.write(progress.send)
  }

  #wait(until: Instant): void {
    // The deadline looks here when it comes; only an earlier one would have to be set anew.
    this.#waitUntil = until
  }

  #isOver(): boolean {
    return this.#phase === 'over'
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver()) return
    this.cancel()
    this.#done(outcome)
  }
}

/** @param code ERR_SSL_WRONG_VERSION_NUMBER, ECONNRESET */
function handshakeFailed(code: string): Outcome {
  const ssl = /^ERR_SSL_(.+)/.exec(code)?.[1]?.replaceAll('_', ' ').toLowerCase()
  return failure({ kind: 'tls', text: ssl ?? code })
}
