/** The director as a value, what it hears of, and what it has done. */

import type { IpAddress } from '../base/address.ts'
import type { Destination, IpvsChange, Service, Timeouts } from '../netlink/ipvs/types.ts'
import type { Refusal } from '../netlink/types.ts'
import type { DirectorConfiguration, Program } from './configuration.ts'
import type { Held, Table } from './plan.ts'
import type { Verdict } from './real-server.ts'
import type { Setup } from './setup.ts'
import type { Snapshot } from './snapshot.ts'
import type { VirtualServerState } from './virtual-server.ts'
import type { WeightSay } from './weights.ts'

export interface Director {
  readonly setup: Setup
  readonly phase: 'created' | 'running' | 'stopped'
  /** As `setup.blocks`; empty before the start. */
  readonly virtualServers: readonly VirtualServerState[]
  /** As `setup.services`; empty before the start. */
  readonly services: readonly ServiceState[]
  /** On how many links each address is; those alone that a block with ha_suspend asks for. */
  readonly addresses: ReadonlyMap<IpAddress, number>
  /** The kernel's, from before ours; given back at the end. */
  readonly formerTimeouts: Timeouts | undefined
  /** Of the vrrp_instance that the sync daemon follows. */
  readonly master: boolean
}

/** What we have asked for, and the kernel has not refused. Others may have changed it since. */
export interface ServiceState {
  readonly service: Held<Service>
  /** As `destinations` of the united service. */
  readonly destinations: readonly Held<Destination>[]
  /** The kernel does not have it any more, and it was not us. It is left so until the next reload, start or repair. */
  readonly lost: boolean
  /** What the kernel refuses: by destinationText (empty: the service itself) its reason. */
  readonly refused: ReadonlyMap<string, string>
}

export type DirectorEvent =
  | {
      readonly type: 'start'
      /** The kernel's table now; undefined: it could not be read, and is taken to be empty. */
      readonly table: Table | undefined
      readonly timeouts: Timeouts | undefined
      /** The addresses on this host, each as often as it is there. */
      readonly addresses: readonly IpAddress[]
      readonly adopted?: Adopted
    }
  | ({ readonly type: 'verdict'; readonly checker: string } & Verdict)
  /** A checker wants another weight without having come to a verdict; undefined: the configured one. */
  | { readonly type: 'weight'; readonly checker: string; readonly say: WeightSay | undefined }
  | { readonly type: 'address'; readonly change: 'added' | 'removed'; readonly address: IpAddress }
  /** The vrrp_instance of lvs_sync_daemon is Master now, or is not. */
  | { readonly type: 'vrrp'; readonly master: boolean }
  | {
      readonly type: 'reconfigure'
      readonly configuration: DirectorConfiguration
      /** Undefined: what we have asked for is taken to be there. */
      readonly table: Table | undefined
      /** Of this host, all of them. */
      readonly addresses: readonly IpAddress[]
    }
  /** Our services are made what they should be, whatever was done to them. */
  | { readonly type: 'repair'; readonly table: Table }
  /** What came of the changes of the step before; told before any other event. */
  | {
      readonly type: 'outcomes'
      readonly changes: readonly IpvsChange[]
      /** One for each; undefined is success. */
      readonly refusals: readonly (Refusal | undefined)[]
    }
  /** `keepTable`: `--dont-release-ipvs`. */
  | { readonly type: 'stop'; readonly keepTable: boolean }

export interface Adopted {
  readonly snapshot: Snapshot
  /**
   * `respawn`: the process that had it died a moment ago; nobody is told anything, and what was done by hand stays.
   * `restart`: a daemon before this one died; it is a start as any other, but for what is known of the servers.
   */
  readonly from: 'respawn' | 'restart'
}

/** In the order in which they are to be performed. */
export type DirectorEffect =
  | { readonly type: 'ipvs'; readonly changes: readonly IpvsChange[] }
  /** Started, not waited for. */
  | { readonly type: 'run'; readonly script: ScriptKind; readonly program: Program }
  /** lvs_notify_fifo and notify_fifo, without the end of line. */
  | { readonly type: 'fifo'; readonly line: string }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'happened'; readonly happening: Happening }
  /** After a reload, before the next two: these end, by their keys until now. */
  | { readonly type: 'remove'; readonly checkers: readonly string[] }
  /** These begin, with what is known of them, or go on. */
  | { readonly type: 'activate'; readonly checkers: readonly KnownChecker[] }
  /** These are there, and rest. */
  | { readonly type: 'suspend'; readonly checkers: readonly string[] }
  /** `snapshotOf` is another one now. Whoever keeps it asks at his own pace. */
  | { readonly type: 'snapshot' }

export type ScriptKind = 'notify_up' | 'notify_down' | 'quorum_up' | 'quorum_down'

export interface KnownChecker {
  readonly key: string
  readonly up: boolean
  /** Its first verdict is over: it has its retries. */
  readonly hasRun: boolean
  /** By this key it has run until now: it goes on, with its counters. Absent: it is new, or begins again. */
  readonly before?: string
}

/** For journal, status and mail: facts, with names as keepalived has them. */
export type Happening =
  | {
      readonly type: 'server-up' | 'server-down'
      readonly virtualServer: string
      readonly realServer: string
      readonly cause: Cause
    }
  | {
      readonly type: 'quorum-gained' | 'quorum-lost'
      readonly virtualServer: string
      /** In units of weight. */
      readonly quorum: number
      readonly hysteresis: number
      readonly sum: number
      readonly cause: Cause
    }
  | {
      readonly type: 'sorry-in' | 'sorry-out'
      readonly virtualServer: string
      readonly sorryServer: string
    }
  | {
      readonly type: 'weight-changed'
      readonly virtualServer: string
      readonly realServer: string
      readonly from: number
      readonly to: number
      readonly cause: Cause
    }
  | {
      readonly type: 'server-added' | 'server-removed'
      readonly virtualServer: string
      readonly realServer: string
    }
  | { readonly type: 'virtual-server-added' | 'virtual-server-removed'; readonly virtualServer: string }
  | { readonly type: 'refused'; readonly change: IpvsChange; readonly refusal: Refusal }

export type Cause =
  | { readonly by: 'start' | 'reload' | 'stop' }
  | { readonly by: 'checker'; readonly checker: string; readonly reason: string | undefined }

export interface DirectorStep {
  readonly director: Director
  readonly effects: readonly DirectorEffect[]
}
