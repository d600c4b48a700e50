/**
 * A socket that owns its descriptor: CLOEXEC, never blocking, closed by hand
 * and never by the garbage collector. Every refusal is a value.
 */

import { accepted, type Result } from '../base/result.ts'
import { between, instant, type Instant } from '../base/time.ts'
import { boundAges } from './arrival.ts'
import { assemble, type Instruction } from './packet-filter.ts'
import { SO_RCVBUF, SO_RCVBUFFORCE, SO_SNDBUF, SO_SNDBUFFORCE, SOL_SOCKET } from './constants.ts'
import { ageEstimates, makePool, pack, unpack, type Datagram, type Outgoing, type Pool } from './datagrams.ts'
import { mustSucceed, native, outcome, SOCKET_ADDRESS_BYTES, type Handle, type Native } from './native.ts'
import { namespacePath } from './process.ts'
import type { SystemError } from './system-error.ts'

export type { Datagram, Outgoing } from './datagrams.ts'
export type { SystemError } from './system-error.ts'

export interface SocketSpec {
  readonly domain: number
  readonly type: number
  readonly protocol: number
  /** A network namespace to open it in: a name under /run/netns, or a path. */
  readonly namespace?: string | undefined
  /** The longest datagram expected. */
  readonly datagramBytes?: number
  /** How many are read in one system call. */
  readonly datagramsPerRead?: number
}

export class Socket {
  readonly #native: Native
  readonly #handle: Handle
  readonly #datagramBytes: number
  readonly #datagramsPerRead: number
  /** Made at the first read: many sockets only send. */
  #pool: Pool | undefined
  /** The queue was empty then, so whatever is in it now came later. */
  #emptyAt: Instant

  private constructor(addon: Native, handle: Handle, spec: SocketSpec) {
    this.#native = addon
    this.#handle = handle
    this.#datagramBytes = spec.datagramBytes ?? 2048
    this.#datagramsPerRead = spec.datagramsPerRead ?? 16
    this.#emptyAt = instant(addon.now())
  }

  static open(spec: SocketSpec): Result<Socket, SystemError> {
    const addon = native()
    const namespace = spec.namespace === undefined ? undefined : namespacePath(spec.namespace)
    const handle = outcome(addon.openSocket(spec.domain, spec.type, spec.protocol, namespace))
    return handle.ok ? accepted(new Socket(addon, handle.value, spec)) : handle
  }

  bind(address: Uint8Array): Result<undefined, SystemError> {
    return outcome(this.#native.bind(this.#handle, address))
  }

  connect(address: Uint8Array): Result<undefined, SystemError> {
    return outcome(this.#native.connect(this.#handle, address))
  }

  /** The struct sockaddr it is bound to. */
  localAddress(): Result<Uint8Array, SystemError> {
    const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES)
    const length = outcome(this.#native.localAddress(this.#handle, bytes))
    return length.ok ? accepted(bytes.slice(0, length.value)) : length
  }

  /** A number is passed as a C int. */
  setOption(level: number, name: number, value: number | Uint8Array): Result<undefined, SystemError> {
    return outcome(this.#native.setOption(this.#handle, level, name, value))
  }

  /** @param length how many bytes the option's value has at most */
  option(level: number, name: number, length: number): Result<Uint8Array, SystemError> {
    const bytes = new Uint8Array(length)
    const result = outcome(this.#native.getOption(this.#handle, level, name, bytes))
    return result.ok ? accepted(bytes.slice(0, result.value)) : result
  }

  /** From now on only what the filter accepts is received. */
  attachFilter(program: readonly Instruction[]): Result<undefined, SystemError> {
    return outcome(this.#native.attachFilter(this.#handle, assemble(program)))
  }

  /** All of them in as few system calls as possible, or the first error; what was sent before it stays sent. */
  send(datagrams: readonly Outgoing[], flags = 0): Result<number, SystemError> {
    const { buffer, table } = pack(datagrams)
    return outcome(this.#native.send(this.#handle, buffer, table, flags))
  }

  /** What is there now, at most `limit` or one read's worth: none means that nothing waits. */
  receive(limit: number = this.#datagramsPerRead): Result<readonly Datagram[], SystemError> {
    const pool = (this.#pool ??= makePool(this.#datagramBytes, this.#datagramsPerRead))
    const { payloads, slotBytes, sources, table } = pool
    const wanted = Math.min(limit, this.#datagramsPerRead)
    const received = outcome(this.#native.receive(this.#handle, payloads, slotBytes, sources, table, wanted))
    if (!received.ok) return received
    const now = instant(this.#native.now())
    const ages = boundAges(ageEstimates(pool, received.value), between(this.#emptyAt, now))
    if (received.value < wanted) this.#emptyAt = now
    return accepted(ages.map((age, index) => unpack(pool, index, age)))
  }

  /**
   * Calls back whenever something waits (or an error does, which reading then
   * gives); replaces the previous callback, undefined stops. All sockets that
   * are ready together are served before any Alarm.
   */
  onReadable(callback: (() => void) | undefined): void {
    if (callback === undefined) this.#native.watch(this.#handle, undefined)
    else mustSucceed(this.#native.watch(this.#handle, callback, false, true))
  }

  /** Whenever something can be sent: once a connection stands, or has failed. Replaces any callback before it. */
  onWritable(callback: () => void): void {
    mustSucceed(this.#native.watch(this.#handle, callback, false, true, true))
  }

  /** The descriptor's number; who asks for it owns it from now on, and this socket is as closed. */
  takeDescriptor(): Result<number, SystemError> {
    return outcome(this.#native.takeDescriptor(this.#handle))
  }

  /** Every later call gives EBADF; closing again does nothing. */
  close(): void {
    this.#native.closeHandle(this.#handle)
  }
}

/** As many bytes as asked for with CAP_NET_ADMIN, else as many as net.core.rmem_max allows. */
export const setReceiveBuffer = (socket: Socket, bytes: number): Result<undefined, SystemError> =>
  firstAccepted(
    () => socket.setOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes),
    () => socket.setOption(SOL_SOCKET, SO_RCVBUF, bytes),
  )

/** The same for sending, with net.core.wmem_max. */
export const setSendBuffer = (socket: Socket, bytes: number): Result<undefined, SystemError> =>
  firstAccepted(
    () => socket.setOption(SOL_SOCKET, SO_SNDBUFFORCE, bytes),
    () => socket.setOption(SOL_SOCKET, SO_SNDBUF, bytes),
  )

function firstAccepted<T>(
  preferred: () => Result<T, SystemError>,
  otherwise: () => Result<T, SystemError>,
): Result<T, SystemError> {
  const result = preferred()
  return result.ok ? result : otherwise()
}
