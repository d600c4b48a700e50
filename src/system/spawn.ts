/**
 * Starting programs: the real Launcher of src/scripts/types.ts, in whose shape
 * the types here are.
 *
 * A program gets a process group of its own, /dev/null as stdin, one pipe as
 * stdout and stderr, and nothing else of ours; SIGTERM should we die. It is
 * over when its process has ended, whoever still holds the pipe.
 */

import { constants } from 'node:os'
import { accepted, rejected, type Result } from '../base/result.ts'
import { mustSucceed, native, outcome, type Handle, type Native } from './native.ts'
import type { SystemError } from './system-error.ts'

export interface Identity {
  readonly uid: number
  readonly gid: number
  /** Supplementary groups. */
  readonly groups: readonly number[]
}

export interface LaunchSpec {
  /** The program's path comes first; PATH is not searched. */
  readonly argv: readonly [string, ...string[]]
  /** Absent: ours. */
  readonly identity: Identity | undefined
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
}

export type ExitStatus =
  { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'signalled'; readonly signal: number }

export interface LaunchHandlers {
  /** stdout and stderr together, at most 16 KiB at a time and in one wake-up of the event loop. */
  onOutput(chunk: Uint8Array): void
  /** Once, after the last output. */
  onExit(status: ExitStatus): void
}

export interface RunningProgram {
  readonly pid: number
  /** To its whole process group; one that is gone is left alone. */
  killGroup(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface SystemLauncher {
  /**
   * Takes some 0.1 ms, whatever our size; 50 ms where the program's file system
   * does not answer, 2 ms where we are in real time and it has to wait for a processor. Then, if it cannot be executed after all, it exits with 127.
   */
  launch(spec: LaunchSpec, handlers: LaunchHandlers): Result<RunningProgram, SystemError>
}

const bytesPerRead = 16_384
/** More than a pipe holds at its largest, lest a grandchild that goes on writing never lets us end. */
const readsAtExit = 80

export function createLauncher(): SystemLauncher {
  const scratch = new Uint8Array(bytesPerRead)
  return { launch: (spec, handlers) => launch(spec, handlers, scratch) }
}

function launch(
  spec: LaunchSpec,
  handlers: LaunchHandlers,
  scratch: Uint8Array,
): Result<RunningProgram, SystemError> {
  const argv = encodeStrings(spec.argv)
  const environment = encodeStrings(
    Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
  )
  if (argv === undefined || environment === undefined) return rejected(nulByte)

  const addon = native()
  let groupMayLive = true
  const spawned = outcome(
    addon.spawn(argv, environment, encodeIdentity(spec.identity), (code, signal, groupAlive) => {
      groupMayLive = groupAlive
      output.finish()
      handlers.onExit(signal === 0 ? { kind: 'exited', code } : { kind: 'signalled', signal })
    }),
  )
  if (!spawned.ok) return spawned
  const { pid } = spawned.value
  const output = new Output(addon, spawned.value.output, scratch, handlers)
  return accepted({
    pid,
    killGroup: (signal) => {
      // An id without a process may by now be somebody else's.
      if (groupMayLive) addon.killGroup(pid, constants.signals[signal])
    },
  })
}

const nulByte: SystemError = {
  errno: constants.errno.EINVAL,
  code: 'EINVAL',
  call: 'execve',
  text: 'an argument or environment variable contains a NUL byte',
}

/** Each string followed by a NUL; undefined when one contains a NUL itself. */
function encodeStrings(strings: readonly string[]): Uint8Array | undefined {
  if (strings.some((text) => text.includes('\0'))) return undefined
  return new TextEncoder().encode(strings.map((text) => `${text}\0`).join(''))
}

const encodeIdentity = (identity: Identity | undefined): Float64Array | undefined =>
  identity === undefined ? undefined : Float64Array.of(identity.uid, identity.gid, ...identity.groups)

/** The reading end of a program's stdout and stderr. */
class Output {
  readonly #native: Native
  readonly #handle: Handle
  readonly #scratch: Uint8Array
  readonly #handlers: LaunchHandlers
  #open = true

  constructor(addon: Native, handle: Handle, scratch: Uint8Array, handlers: LaunchHandlers) {
    this.#native = addon
    this.#handle = handle
    this.#scratch = scratch
    this.#handlers = handlers
    mustSucceed(addon.watch(handle, () => this.#deliver(), false, true))
  }

  /** The program has ended: hands over what is in the pipe. */
  finish(): void {
    for (let reads = 0; reads < readsAtExit && this.#deliver(); reads++);
    // Something it left running still holds the pipe, and would die of SIGPIPE if we closed it.
    if (this.#open) mustSucceed(this.#native.watch(this.#handle, () => this.#read(), false, false))
  }

  /** Whether there was anything. */
  #deliver(): boolean {
    const length = this.#read()
    if (length > 0) this.#handlers.onOutput(this.#scratch.slice(0, length))
    return length > 0
  }

  /** How much is in the scratch buffer now; closes at the end. */
  #read(): number {
    if (!this.#open) return 0
    const length = mustSucceed(this.#native.read(this.#handle, this.#scratch))
    if (length === 0) {
      this.#open = false
      this.#native.closeHandle(this.#handle)
    }
    return length
  }
}
