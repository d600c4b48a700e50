/** Datagrams on their way in and out of the addon, which takes flat buffers and tables of numbers only. */

import type { Duration } from '../base/time.ts'
import { RECEIVE_FIELDS, SEND_FIELDS, SOCKET_ADDRESS_BYTES } from './native.ts'

export interface Datagram {
  readonly bytes: Uint8Array
  /** The sender's struct sockaddr as the kernel gave it; may be empty. */
  readonly source: Uint8Array
  /** Where it arrived; known with IP_PKTINFO. */
  readonly linkIndex: number | undefined
  /** Known with IP_RECVTTL; of IPv6 the hop limit, with IPV6_RECVHOPLIMIT. */
  readonly ttl: number | undefined
  /** Since the kernel received it: never negative; zero when unknown (without SO_TIMESTAMPNS). */
  readonly age: Duration
  /** It was longer than `datagramBytes`, and the rest is lost. */
  readonly truncated: boolean
}

export interface Outgoing {
  readonly bytes: Uint8Array
  /** A struct sockaddr; absent on a connected socket. */
  readonly to?: Uint8Array
}

/** Where the addon puts what it receives; used again for each read. */
export interface Pool {
  readonly payloads: Uint8Array
  readonly slotBytes: number
  readonly sources: Uint8Array
  readonly table: Float64Array
}

export const makePool = (slotBytes: number, slots: number): Pool => ({
  payloads: new Uint8Array(slotBytes * slots),
  slotBytes,
  sources: new Uint8Array(SOCKET_ADDRESS_BYTES * slots),
  table: new Float64Array(RECEIVE_FIELDS * slots),
})

/** One buffer for all datagrams and addresses, and a table of where each lies in it. */
export function pack(datagrams: readonly Outgoing[]): { buffer: Uint8Array; table: Float64Array } {
  const total = datagrams.reduce((sum, { bytes, to }) => sum + bytes.length + (to?.length ?? 0), 0)
  const buffer = new Uint8Array(total)
  const table = new Float64Array(datagrams.length * SEND_FIELDS)
  let at = 0
  for (const [index, { bytes, to }] of datagrams.entries()) {
    buffer.set(bytes, at)
    if (to !== undefined) buffer.set(to, at + bytes.length)
    table.set([at, bytes.length, at + bytes.length, to?.length ?? 0], index * SEND_FIELDS)
    at += bytes.length + (to?.length ?? 0)
  }
  return { buffer, table }
}

/** Microseconds by the wall clock; NaN: not stamped. */
export const ageEstimates = (pool: Pool, count: number): number[] =>
  Array.from({ length: count }, (_, index) => pool.table[index * RECEIVE_FIELDS + 4] ?? Number.NaN)

/** A copy of datagram `index`; `table` rows are as native.ts says. */
export function unpack(pool: Pool, index: number, age: Duration): Datagram {
  const row = index * RECEIVE_FIELDS
  const [length = 0, sourceLength = 0, linkIndex = Number.NaN, ttl = Number.NaN, , truncated] =
    pool.table.subarray(row, row + RECEIVE_FIELDS)
  const start = index * pool.slotBytes
  const source = index * SOCKET_ADDRESS_BYTES
  return {
    bytes: pool.payloads.slice(start, start + length),
    source: pool.sources.slice(source, source + sourceLength),
    linkIndex: Number.isNaN(linkIndex) ? undefined : linkIndex,
    ttl: Number.isNaN(ttl) ? undefined : ttl,
    age,
    truncated: truncated === 1,
  }
}
