/**
 * The daemon and the process that serves its virtual servers, asked as one: each has a socket of its own, and either may
 * be alone.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Result } from '../base/result.ts'
import { askDaemon, isAbsence, type ClientError } from '../control/client.ts'
import { lvsControlPath, type Arguments, type RequestName, type Results } from '../control/protocol.ts'
import { sayFailure } from './failure.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { staySubscribed, type Follower } from './stay-subscribed.ts'

type Answered<N extends RequestName> = Result<Results[N], ClientError>

export interface Answers<D extends RequestName, S extends RequestName> {
  readonly daemon: Answered<D>
  readonly servers: Answered<S>
}

interface Question<N extends RequestName> {
  readonly request: N
  readonly given?: Arguments[N]
}

export async function askBoth<D extends RequestName, S extends RequestName>(
  control: string,
  daemon: Question<D>,
  servers: Question<S>,
  timeoutMs: number,
): Promise<Answers<D, S>> {
  const [one, other] = await Promise.all([
    askDaemon(control, daemon.request, timeoutMs, daemon.given),
    askDaemon(lvsControlPath(control), servers.request, timeoutMs, servers.given),
  ])
  return { daemon: one, servers: other }
}

/** No virtual servers are served, for all one can tell. */
export const isNone = ({ code }: ClientError): boolean => code === 'absent' || code === 'unreachable'

/**
 * Why neither has an answer: what the daemon says; where it only does not know the name, the other's words, too.
 *
 * @returns the exit code
 */
export async function sayBoth(
  daemon: ClientError,
  servers: ClientError,
  control: string,
  io: CommandIo,
): Promise<number> {
  if (servers.code !== 'not-possible') return sayFailure(daemon, control, io)
  if (daemon.code !== 'not-possible' && !isAbsence(daemon)) return sayFailure(daemon, control, io)
  if (daemon.code === 'not-possible') io.err(`${daemon.text}\n`)
  io.err(`${servers.text}\n`)
  return EXIT.usage
}

export interface Half<N extends RequestName> extends Follower<N> {
  readonly name: N
}

const RETRY_MS = 1_000
/** Who hangs is not waited for. */
const PATIENCE_MS = 1_000

/**
 * Both subscriptions, until nobody wants any more. The daemon alone is enough, and so are virtual servers; those that are
 * not there yet are looked for again and again.
 *
 * @param ready called once, when each has told something or has turned out not to
 * @returns undefined when it was ended; else why neither goes on
 */
export async function followBoth<D extends RequestName, S extends RequestName>(
  control: string,
  daemon: Half<D>,
  servers: Half<S>,
  ready: () => void,
  ended: AbortSignal,
): Promise<{ readonly daemon: ClientError; readonly servers: ClientError | undefined } | undefined> {
  const stop = new AbortController()
  const over = AbortSignal.any([ended, stop.signal])
  const one = new Beginning<D>(daemon)
  const other = new Beginning<S>(servers)
  const patience = sleep(PATIENCE_MS, undefined, { signal: over }).catch(() => undefined)
  const begun = Promise.race([Promise.all([one.known, other.known]), patience]).then(ready)
  const rest = followServers(lvsControlPath(control), other, over)
  const error = await staySubscribed(control, daemon.name, one, over)
  one.failed()
  let refusal: ClientError | undefined
  if (error !== undefined) {
    const mayLack = isAbsence(error) || error.code === 'not-possible'
    if (!mayLack || !(await other.known)) stop.abort()
    refusal = await rest
  }
  stop.abort()
  await Promise.all([rest, begun])
  return error === undefined || ended.aborted ? undefined : { daemon: error, servers: refusal }
}

/** Until it is ended, or refused; undefined then, or its refusal. */
async function followServers<S extends RequestName>(
  path: string,
  servers: Beginning<S>,
  over: AbortSignal,
): Promise<ClientError | undefined> {
  let refusal: ClientError | undefined
  while (!over.aborted) {
    const error = await staySubscribed(path, servers.name, servers, over)
    servers.failed()
    refusal = error
    if (error === undefined || !isAbsence(error)) break
    await sleep(RETRY_MS, undefined, { signal: over }).catch(() => undefined)
  }
  return refusal
}

/** Whether a subscription has ever told anything. */
class Beginning<N extends RequestName> implements Follower<N> {
  readonly name: N
  readonly known: Promise<boolean>
  private readonly half: Half<N>
  private tell: (begun: boolean) => void = () => undefined

  constructor(half: Half<N>) {
    this.half = half
    this.name = half.name
    this.known = new Promise((resolve) => {
      this.tell = resolve
    })
  }

  request(): Arguments[N] {
    return this.half.request()
  }

  result(value: Results[N]): void {
    this.half.result(value)
    this.tell(true)
  }

  lost(): void {
    this.half.lost()
  }

  failed(): void {
    this.tell(false)
  }
}
