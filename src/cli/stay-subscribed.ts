/** A subscription that outlives the daemon: whoever watches one wants to see it come back. */

import { setTimeout as sleep } from 'node:timers/promises'
import { isAbsence, subscribe, type ClientError } from '../control/client.ts'
import type { Arguments, RequestName, Results } from '../control/protocol.ts'

export interface Follower<N extends RequestName> {
  /** Asked for anew with each connection. */
  request(): Arguments[N]
  result(value: Results[N]): void
  /** The daemon has gone away, and is waited for; told once until it is back. */
  lost(): void
}

/** For the person who sees nothing new meanwhile. */
export const GONE = 'vrrpd has gone away; waiting for it to come back'

const RETRY_MS = 500

/**
 * @param ended nobody wants any more of it
 * @returns undefined when it was ended; else why there is no daemon to begin with, or what it refuses
 */
export async function staySubscribed<N extends RequestName>(
  path: string,
  request: N,
  follower: Follower<N>,
  ended: AbortSignal,
): Promise<ClientError | undefined> {
  let met = false
  while (!ended.aborted) {
    const { begun, error } = await followOnce(path, request, follower, ended)
    if (isOver(ended)) return undefined
    met ||= begun
    if (error && (!met || !(isAbsence(error) || error.code === 'no-answer'))) return error
    if (begun) follower.lost()
    await sleep(RETRY_MS, undefined, { signal: ended }).catch(() => undefined)
  }
  return undefined
}

/** A question of its own, because the answer changes while something is waited for. */
const isOver = ({ aborted }: AbortSignal): boolean => aborted

interface Followed {
  readonly begun: boolean
  readonly error: ClientError | undefined
}

function followOnce<N extends RequestName>(
  path: string,
  request: N,
  follower: Follower<N>,
  ended: AbortSignal,
): Promise<Followed> {
  return new Promise((resolve) => {
    let begun = false
    const stop = (): void => {
      subscription.close()
      resolve({ begun, error: undefined })
    }
    const subscription = subscribe(path, request, follower.request(), {
      result: (value) => {
        begun = true
        follower.result(value)
      },
      end: (error) => {
        ended.removeEventListener('abort', stop)
        const silence = { code: 'no-answer', text: `vrrpd at ${path} closed the connection` } as const
        resolve({ begun, error: begun ? undefined : (error ?? silence) })
      },
    })
    ended.addEventListener('abort', stop, { once: true })
  })
}
