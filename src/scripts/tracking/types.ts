/** The ports through which this folder waits; the daemon brings the real ones, tests their own. */

import type { Clock } from '../../base/time.ts'
import type { Timers } from '../types.ts'
import type { ProcessSeen, ProcessToTrack } from './process-match.ts'

export interface TrackingPorts {
  readonly timers: Timers
  readonly clock: Clock
  readonly trackedFiles: TrackedFileSystem
  readonly processTable: (wanted: readonly ProcessToTrack[]) => ProcessTable
}

export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly because: string }

export interface InitialContent {
  readonly value: number
  /** What is there already. */
  readonly overwrite: boolean
}

/** Never waits in this thread. */
export interface TrackedFileSystem {
  /** As much as a number takes. */
  readBeginning(path: string): Promise<Content>
  /**
   * Makes the file with that number. A symbolic link is not followed: whoever may
   * write in the directory could have it overwrite any file of the system's.
   *
   * @returns what went wrong, if anything did
   */
  writeInitial(path: string, initial: InitialContent): Promise<string | undefined>
  /** Which directory that is now; undefined while there is none. */
  directoryIdentity(path: string): Promise<string | undefined>
  /**
   * @param changed with the name of what has changed in it, if that is known
   * @param failed it is watched no more
   * @returns ends the watching; undefined: it cannot be watched
   */
  watchDirectory(
    path: string,
    changed: (name: string | null) => void,
    failed: () => void,
  ): (() => void) | undefined
}

export interface ProcessTable {
  /** Reads what may have changed. @returns the processes that run and that `isWanted` */
  look(isWanted: (seen: ProcessSeen) => boolean): Promise<readonly ProcessSeen[]>
}
