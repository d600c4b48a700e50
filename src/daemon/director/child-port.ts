/** How the process that serves the virtual servers is reached; node-child.ts is the real one, tests bring their own. */

import type { ToChild } from './messages.ts'

/** How it has ended. `lost`: the channel to it has closed, and nothing tells more. `refused`: it never began. */
export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly text: string }

export interface ChildHandlers {
  /** Whatever came over the channel. */
  onMessage(value: unknown): void
  /** Once, and the last that is heard of it. */
  onEnd(end: ChildEnd): void
}

export interface StartedChild {
  /** Undefined: it is about to be told that it was refused. */
  readonly pid: number | undefined
  /** Never waits, never fails: what does not reach it is followed by its end. */
  send(message: ToChild): void
  /** SIGKILL. */
  kill(): void
}

/** The handlers hear nothing before this has returned. */
export type StartChild = (handlers: ChildHandlers) => StartedChild
