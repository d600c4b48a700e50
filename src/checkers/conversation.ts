/**
 * One attempt over a connection, without the connection: what was read goes in, what is to be sent and the outcome
 * come out. Whoever has the socket calls these; after an outcome nothing more.
 */

import { isPeerError } from './reason.ts'
import { failure, noResult, SUCCESS, type Outcome } from './types.ts'
import type { Duration, Instant } from '../base/time.ts'

export type Progress =
  | {
      readonly done: false
      /** Absent: nothing now. */
      readonly send?: Uint8Array
      /** `timedOut` is due then; it replaces what was said before. */
      readonly waitUntil: Instant
    }
  | { readonly done: true; readonly outcome: Outcome }

export const done = (outcome: Outcome): Progress => ({ done: true, outcome })

export interface Conversation {
  /** The connection stands; with TLS, the handshake is over, too. */
  connected(now: Instant): Progress
  /** @param bytes are not kept: whoever owns them may use them again. */
  received(bytes: Uint8Array, now: Instant): Progress
  /** The peer sends nothing more. */
  ended(): Progress
  /** The connection broke. @param error an errno's name */
  lost(error: string): Progress
  /** What was to come by `waitUntil` has not. */
  timedOut(): Progress
}

const CONNECTED = done(SUCCESS)

/** TCP_CHECK: that somebody accepts is all. */
export const tcpConversation: Conversation = {
  connected: () => CONNECTED,
  received: () => CONNECTED,
  ended: () => CONNECTED,
  lost: () => CONNECTED,
  timedOut: () => CONNECTED,
}

/**
 * What it means that no connection came about.
 *
 * @param call which system call failed: `bind`, `connect`, `socket`
 * @param error its errno's name
 */
export function connectFailed(call: string, error: string): Outcome {
  if (call === 'bind') return noResult({ kind: 'bind', error })
  return isPeerError(error) ? failure({ kind: 'connect', error }) : noResult({ kind: 'socket', call, error })
}

export const connectTimedOut = (timeout: Duration): Outcome => failure({ kind: 'connect-timeout', timeout })
