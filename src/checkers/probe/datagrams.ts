/**
 * Exchanges of datagrams: DNS_CHECK, UDP_CHECK, PING_CHECK. Their sockets are a port (system/connected-datagrams.ts is
 * one): node:dgram has no SO_MARK, no SO_BINDTODEVICE, no ICMP, and does not hear that a host is unreachable.
 */

import type { Result } from '../../base/result.ts'
import { after, type Clock } from '../../base/time.ts'
import type { Running } from '../checkers.ts'
import type { DatagramExchange } from '../datagram.ts'
import type { Deadline, Deadlines } from '../schedule.ts'
import type { Connection, Outcome } from '../types.ts'

/** A system call that was refused: `bind`, `EADDRNOTAVAIL`. */
interface SocketError {
  readonly call: string
  readonly code: string
}

/** Connected to its target. */
export interface DatagramSocket {
  send(datagrams: readonly { readonly bytes: Uint8Array }[]): Result<unknown, SocketError>
  /** What is there now, none when nothing waits; an ICMP error is one. */
  receive(): Result<readonly { readonly bytes: Uint8Array }[], SocketError>
  onReadable(callback: (() => void) | undefined): void
  close(): void
}

export interface DatagramSpec extends Omit<Connection, 'connectTimeout'> {
  readonly protocol: 'udp' | 'icmp'
  /** What is longer may be cut off. */
  readonly datagramBytes: number
}

export type OpenDatagrams = (spec: DatagramSpec) => Result<DatagramSocket, SocketError>

interface DatagramWorld {
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly openDatagrams: OpenDatagrams
}

export function startDatagrams(
  { clock, deadlines, openDatagrams }: DatagramWorld,
  protocol: DatagramSpec['protocol'],
  connection: Connection,
  exchange: DatagramExchange,
  done: (outcome: Outcome) => void,
): Running {
  const opened = openDatagrams({ ...connection, protocol, datagramBytes: exchange.answerBytes })
  const attempt = new DatagramAttempt(exchange, deadlines, opened.ok ? opened.value : undefined, done)
  if (opened.ok) attempt.begin(deadlines.add(after(clock.now(), exchange.timeout), attempt.onDeadline))
  else attempt.fail(opened.error)
  return attempt
}

class DatagramAttempt implements Running {
  readonly #exchange: DatagramExchange
  readonly #deadlines: Deadlines
  readonly #socket: DatagramSocket | undefined
  readonly #done: (outcome: Outcome) => void
  #deadline: Deadline | undefined
  #isOver = false

  constructor(
    exchange: DatagramExchange,
    deadlines: Deadlines,
    socket: DatagramSocket | undefined,
    done: (outcome: Outcome) => void,
  ) {
    this.#exchange = exchange
    this.#deadlines = deadlines
    this.#socket = socket
    this.#done = done
  }

  begin(deadline: Deadline): void {
    this.#deadline = deadline
    this.#socket?.onReadable(this.#onReadable)
    const sent = this.#socket?.send([{ bytes: this.#exchange.request }])
    if (sent?.ok === false) this.fail(sent.error)
  }

  cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#deadline !== undefined) this.#deadlines.cancel(this.#deadline)
    this.#socket?.close()
  }

  fail({ call, code }: SocketError): void {
    this.#finish(this.#exchange.failed(call, code))
  }

  readonly onDeadline = (): void => {
    this.#finish(this.#exchange.timedOut())
  }

  readonly #onReadable = (): void => {
    // Somebody may flood: each wake-up reads a few, and others have their turn.
    for (let read = 0; read < 16 && !this.#isOver; read++) {
      const received = this.#socket?.receive()
      if (received?.ok !== true) {
        if (received !== undefined) this.fail(received.error)
        return
      }
      if (received.value.length === 0) return
      for (const { bytes } of received.value) {
        const outcome = this.#exchange.received(bytes)
        if (outcome !== undefined) this.#finish(outcome)
      }
    }
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return
    this.cancel()
    this.#done(outcome)
  }
}
