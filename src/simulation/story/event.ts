/** What happens in a story. Pure. */

import type { IpAddress } from '../../base/address.ts'
import type { Duration, Instant } from '../../base/time.ts'
import type { Span } from '../../config/diagnostics/diagnostics.ts'

export type StoryEvent = {
  /** Microseconds from the beginning. */
  readonly at: Instant
  /** Its line, from `at` to the last word. */
  readonly span: Span
} & Happening

export type Happening =
  /** `kill`: the host is gone with all it had. `crash`: the process alone; what it set stays. */
  | { readonly type: 'kill' | 'crash' | 'start' | 'stop'; readonly host: string }
  /** The process does not run for so long. */
  | { readonly type: 'stall'; readonly host: string; readonly duration: Duration }
  | { readonly type: 'link'; readonly host: string; readonly link: string; readonly up: boolean }
  /** What a vrrp_script's runs come to from here on. */
  | {
      readonly type: 'script'
      readonly host: string
      readonly name: string
      readonly outcome: 'pass' | 'fail' | 'time out'
    }
  /** Hosts of different sides do not hear each other, on one LAN or on all. Every host concerned is on one side. */
  | { readonly type: 'partition'; readonly sides: readonly (readonly string[])[]; readonly lan?: string }
  | { readonly type: 'heal'; readonly lan?: string }
  /** 0..100; 0 ends it. */
  | { readonly type: 'lose'; readonly percent: number; readonly lan: string }
  /** The file as it is written in the story. */
  | { readonly type: 'reload'; readonly host: string; readonly file: string }
  /** Names of instances and sync groups; none: all there are. Without a duration until somebody says so. */
  | {
      readonly type: 'drain'
      readonly host: string
      readonly names: readonly string[]
      readonly duration?: Duration
    }
  | { readonly type: 'resume'; readonly host: string; readonly names: readonly string[] }
  /** Somebody else removes an address that the daemon may have set. */
  | { readonly type: 'remove'; readonly host: string; readonly address: IpAddress }
  /** The path of a track_file. */
  | { readonly type: 'file'; readonly host: string; readonly path: string; readonly number: number }
  /** The name of a vrrp_track_process block; what runs is all that the block would find, or nothing of it. */
  | { readonly type: 'process'; readonly host: string; readonly name: string; readonly runs: boolean }
