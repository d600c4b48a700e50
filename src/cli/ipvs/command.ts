/** What a command line asks for, and what is wrong with it. Pure. */

import type { IpvsChange, ServiceKey } from '../../netlink/ipvs/types.ts'

/** Which columns a list has; where several are asked for, the first of these is shown. */
export type View = 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tun-info' | 'plain'

export type Command =
  | { readonly type: 'help' | 'version' | 'restore' }
  | {
      readonly type: 'list'
      /** Of one service only. */
      readonly key: ServiceKey | undefined
      readonly view: View
      readonly numeric: boolean
      readonly exact: boolean
      readonly sorted: boolean
    }
  | {
      readonly type: 'connections'
      readonly numeric: boolean
      /** With persistence engines and their data. */
      readonly engines: boolean
    }
  | { readonly type: 'timeouts' | 'sync-daemons' }
  | { readonly type: 'save'; readonly numeric: boolean }
  | ChangeCommand

export interface ChangeCommand {
  readonly type: 'change'
  readonly change: IpvsChange
  /** What happens otherwise than the line looks; a sentence each. */
  readonly remarks: readonly string[]
  /** What an edit sets to its default because nothing was said of it. */
  readonly unsaid: readonly Unsaid[]
}

export type Unsaid = 'forwarding' | 'weight' | 'scheduler' | 'persistence'

/**
 * - `no-command`: nothing to do, or nothing ipvsadm knows: a restore ends
 * - `bad-option`: an option that popt refuses: a restore goes on
 * - `usage`: everything else: a restore ends
 */
export interface ArgumentError {
  readonly kind: 'no-command' | 'bad-option' | 'usage'
  /** With its end of line; to stderr. */
  readonly text: string
  readonly exitCode: number
}

/** 255 is ipvsadm's -1: of what the kernel or popt refuses. */
export const IPVSADM_EXIT = { done: 0, cannotList: 1, usage: 2, refused: 255 } as const
