/** What instances and sync groups track, and how. */

import type { Duration } from '../../base/time.ts'
import type { Span } from '../diagnostics/diagnostics.ts'
import type { Command } from './programs.ts'

export interface VrrpScript {
  readonly name: string
  readonly command: Command
  readonly interval: Duration
  /** The interval when the file gives none. */
  readonly timeout: Duration
  /** -253..253; zero: failure means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  readonly rise: number
  readonly fall: number
  readonly initFail: boolean
  readonly span: Span
  /** The brace that ends the block. */
  readonly end?: Span
}

/** A `track_file` block. */
export interface TrackFile {
  readonly name: string
  readonly path: string
  /** What the number in the file is multiplied by; zero: any other number than 0 means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  /** `init_file`: what the file is made with at start, also in place of an older one with `overwrite`. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean }
  readonly span: Span
}

/** A `vrrp_track_process` block. */
export interface TrackProcess {
  readonly name: string
  /** The program as it is written, and its parameters. */
  readonly program: string
  readonly parameters: readonly string[]
  /**
   * - `name`: by the process's name only
   * - `exact`: by the whole command line
   * - `partial`: it may have more parameters
   * - `initial`: and its last one that is compared may go on
   */
  readonly match: 'name' | 'exact' | 'partial' | 'initial'
  readonly weight: number
  readonly reverse: boolean
  /** So many must run, and no more than `quorumMax` may. */
  readonly quorum: number
  readonly quorumMax?: number
  /** How long the quorum must be lost, or reached, until that counts. */
  readonly terminateDelay: Duration
  readonly forkDelay: Duration
  readonly span: Span
}

/** `track_group`: instances that need the links of some static items. */
export interface TrackGroup {
  readonly name: string
  readonly members: readonly string[]
}

export interface TrackedScript {
  /** A VrrpScript's name; always one that exists in the model. */
  readonly script: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

export interface TrackedFile {
  /** A TrackFile's name; always one that exists in the model. */
  readonly file: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
  readonly span: Span
}

export interface TrackedProcess {
  /** A TrackProcess's name; always one that exists in the model. */
  readonly process: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
  readonly span: Span
}

export interface TrackedInterface {
  readonly link: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}
