/** The port through which this folder runs programs; system/spawn.ts is the real one, tests bring their own. */

import type { Clock, Duration } from '../base/time.ts'

export interface Identity {
  readonly uid: number
  readonly gid: number
  /** Supplementary groups; empty unless the operator asked for them. */
  readonly groups: readonly number[]
}

export interface LaunchSpec {
  readonly argv: readonly [string, ...string[]]
  readonly identity: Identity | undefined
  readonly environment: Readonly<Record<string, string>>
}

export type ExitStatus =
  { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'signalled'; readonly signal: number }

export interface RunningProgram {
  readonly pid: number
  /** Sends to the whole process group; a group already gone is not an error. */
  killGroup(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface LaunchHandlers {
  /** stdout and stderr together, as they come; the runner bounds what it keeps. */
  onOutput(chunk: Uint8Array): void
  onExit(status: ExitStatus): void
}

export interface LaunchRefusal {
  /** A positive errno: 2 not found, 13 not allowed, … */
  readonly errno: number
  readonly text: string
}

export interface Launcher {
  /** Starts a program in a process group of its own, with only stdin (/dev/null), stdout and stderr open. */
  launch(
    spec: LaunchSpec,
    handlers: LaunchHandlers,
  ):
    | { readonly ok: true; readonly value: RunningProgram }
    | { readonly ok: false; readonly error: LaunchRefusal }
}

export interface Timers {
  /** Calls back once, not before `delay` has passed; the returned function cancels. */
  after(delay: Duration, callback: () => void): () => void
}

/** The ports and the clock together: what running a program takes. */
export interface ScriptPorts {
  readonly launcher: Launcher
  readonly timers: Timers
  readonly clock: Clock
}

/** Why a script of the configuration will never be run; a name for tests and status. */
export type DisabledReason =
  | 'not-found'
  | 'inaccessible'
  | 'wrong-file-type'
  | 'not-executable'
  | 'insecure'
  | 'unknown-user'
  | 'unknown-group'

/** A configured command after security.ts has looked at it. Warnings are keepalived's words, for the log. */
export type Script =
  | {
      readonly kind: 'runnable'
      readonly spec: LaunchSpec
      readonly warnings: readonly string[]
      /** Would be refused with enable_script_security. */
      readonly insecure: boolean
      /** Why, in the words of its warning. */
      readonly unsafe?: string
      /** `</path`: it only opens a file, so that enable_script_security does not concern it. */
      readonly onlyOpens?: true
    }
  | {
      readonly kind: 'disabled'
      readonly reason: DisabledReason
      /** keepalived's words. */
      readonly text: string
      readonly warnings: readonly string[]
    }
