/** One attempt of a datagram and what comes back, without the socket. */

import type { Duration } from '../base/time.ts'
import type { Outcome } from './types.ts'

export interface DatagramExchange {
  readonly request: Uint8Array
  /** How much of an answer has to be seen. */
  readonly answerBytes: number
  /** How long is waited for an answer. */
  readonly timeout: Duration
  /** Undefined: it is none of ours, wait on. */
  received(datagram: Uint8Array): Outcome | undefined
  /** Nothing could be sent, or an ICMP error came. @param call `bind`, `connect`, `send`, `recv` @param error an errno's name */
  failed(call: string, error: string): Outcome
  timedOut(): Outcome
}
