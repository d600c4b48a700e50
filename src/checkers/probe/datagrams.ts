/** Exchanges of datagrams over node:dgram: DNS_CHECK and UDP_CHECK. */

import { createSocket, type Socket } from 'node:dgram'
import { formatIp, isIpv4 } from '../../base/address.ts'
import { after, type Clock } from '../../base/time.ts'
import type { Running } from '../checkers.ts'
import type { DatagramExchange } from '../datagram.ts'
import type { Deadline, Deadlines } from '../schedule.ts'
import type { Connection, Outcome } from '../types.ts'

interface DatagramWorld {
  readonly clock: Clock
  readonly deadlines: Deadlines
}

export function startDatagrams(
  world: DatagramWorld,
  connection: Connection,
  exchange: DatagramExchange,
  done: (outcome: Outcome) => void,
): Running {
  const attempt = new DatagramAttempt(world, connection, exchange, done)
  attempt.open()
  return attempt
}

class DatagramAttempt implements Running {
  readonly #world: DatagramWorld
  readonly #connection: Connection
  readonly #exchange: DatagramExchange
  readonly #done: (outcome: Outcome) => void
  readonly #socket: Socket
  readonly #deadline: Deadline
  #isOver = false

  constructor(
    world: DatagramWorld,
    connection: Connection,
    exchange: DatagramExchange,
    done: (outcome: Outcome) => void,
  ) {
    this.#world = world
    this.#connection = connection
    this.#exchange = exchange
    this.#done = done
    const family = isIpv4(connection.target.address) ? 4 : 6
    this.#socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      // All addresses are numbers: nothing is to be looked up.
      lookup: (host, _options, found) => found(null, host, family),
    })
    this.#deadline = world.deadlines.add(after(world.clock.now(), exchange.timeout), () =>
      this.#finish(exchange.timedOut()),
    )
  }

  open(): void {
    this.#socket.on('error', this.#onError)
    this.#socket.on('message', this.#onMessage)
    const { bindAddress, bindPort } = this.#connection
    if (bindAddress === undefined && bindPort === undefined) {
      this.#connect()
      return
    }
    this.#socket.bind(
      {
        port: bindPort ?? 0,
        exclusive: true,
        ...(bindAddress === undefined ? {} : { address: formatIp(bindAddress) }),
      },
      () => this.#connect(),
    )
  }

  cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#world.deadlines.cancel(this.#deadline)
    this.#socket.close()
  }

  /** Connected, so that ICMP errors come back, and datagrams of the target alone. */
  #connect(): void {
    if (this.#isOver) return
    const { address, port } = this.#connection.target
    // An error is told to the callback alone.
    this.#socket.connect(port, formatIp(address), (error?: NodeJS.ErrnoException) => {
      if (this.#isOver) return
      if (error === undefined) this.#send()
      else this.#onError(error)
    })
  }

  #send(): void {
    this.#socket.send(this.#exchange.request, (error) => {
      if (error !== null) this.#onError(error)
    })
  }

  readonly #onMessage = (datagram: Uint8Array): void => {
    if (this.#isOver) return
    const outcome = this.#exchange.received(datagram)
    if (outcome !== undefined) this.#finish(outcome)
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (this.#isOver) return
    this.#finish(this.#exchange.failed(error.syscall ?? 'socket', error.code ?? error.message))
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return
    this.cancel()
    this.#done(outcome)
  }
}
