/**
 * What the director is told: virtual servers and the globals that concern them, after inheritance (virtual_server,
 * real_server, checker) and defaults, with groups resolved to addresses. Words are keepalived.conf(5)'s. Whoever reads
 * a configuration translates it to this; what keepalived makes of the values afterwards is in setup.ts.
 */

import type { IpAddress } from '../base/address.ts'
import type {
  IpFamily,
  IpvsProtocol,
  SchedulerFlags,
  SyncDaemonWish,
  Timeouts,
  Tunnel,
} from '../netlink/ipvs/types.ts'
import type { WeightSay } from './weights.ts'

export interface DirectorConfiguration {
  /** In the file's order. */
  readonly virtualServers: readonly VirtualServer[]
  readonly globals: Globals
}

export interface Globals {
  /** lvs_flush: at start services go that the file does not name, others' too. */
  readonly flush: boolean
  /** lvs_flush_on_stop: `all` takes others' services along; the other two delete ours. */
  readonly flushOnStop: 'no' | 'services' | 'all'
  /** lvs_timeouts; 0 or absent: left as it is. */
  readonly timeouts?: Partial<Timeouts>
  /** rs_init_notifies: notify_up for servers that are up at start. */
  readonly notifyAtStart: boolean
  readonly syncDaemon?: SyncDaemonDefinition
}

export interface SyncDaemonDefinition {
  readonly daemon: Omit<SyncDaemonWish, 'role'>
  /** The vrrp_instance whose state is its role; absent: master and backup run always. */
  readonly instance?: string
}

export interface VirtualServer {
  readonly target: Target
  /** rr, wrr, lc, … */
  readonly scheduler: string
  readonly schedulerFlags: SchedulerFlags
  /** ops */
  readonly onePacket: boolean
  readonly persistence?: Persistence
  /** Down notifications at exit. */
  readonly omega: boolean
  /** Checkers rest while the virtual address is not on this host. */
  readonly haSuspend: boolean
  /** In units of weight, from 1. */
  readonly quorum: number
  readonly hysteresis: number
  readonly quorumUp?: Program
  readonly quorumDown?: Program
  readonly sorryServer?: SorryServer
  readonly realServers: readonly RealServer[]
}

export type Target =
  | {
      readonly kind: 'address'
      readonly protocol: IpvsProtocol
      readonly address: IpAddress
      /** 0: none was written, which is every port. */
      readonly port: number
    }
  | { readonly kind: 'mark'; readonly mark: number; readonly family: IpFamily }
  | {
      readonly kind: 'group'
      readonly name: string
      readonly protocol: IpvsProtocol
      /** Ranges and networks taken apart. */
      readonly members: readonly GroupMember[]
    }

export type GroupMember =
  | { readonly kind: 'address'; readonly address: IpAddress; readonly port: number }
  | { readonly kind: 'mark'; readonly mark: number; readonly family: IpFamily }

export interface Persistence {
  readonly timeoutSeconds: number
  readonly engine?: string
  /** As `Service.netmask`; absent: each client for itself. */
  readonly netmask?: number
}

export type Forwarding =
  { readonly method: 'masquerade' | 'route' } | { readonly method: 'tunnel'; readonly tunnel: Tunnel }

/** A command line as keepalived splits it: run exactly so, nothing appended. */
export interface Program {
  /** At least the program. */
  readonly argv: readonly [string, ...string[]]
  /** Absent: as scripts are run. */
  readonly user?: string
  /** Absent: the user's own. */
  readonly group?: string
}

export interface SorryServer {
  readonly address: IpAddress
  /** 0: none was written. */
  readonly port: number
  readonly forwarding: Forwarding
  /** sorry_server_inhibit: always in the table, with weight 0 while it is not needed. */
  readonly inhibit: boolean
}

export interface RealServer {
  readonly address: IpAddress
  /** 0: none was written. */
  readonly port: number
  readonly forwarding: Forwarding
  /** 0..2147483647; 0 is drained from the start. */
  readonly weight: number
  readonly upperThreshold: number
  readonly lowerThreshold: number
  /** Weight 0 instead of removal. */
  readonly inhibitOnFailure: boolean
  readonly notifyUp?: Program
  readonly notifyDown?: Program
  /** All must be up. A server without any is up. BFD_CHECK is left out until vrrpd speaks BFD. */
  readonly checkers: readonly Checker[]
}

export interface Checker {
  /** Verdicts come under this name: unique in a configuration, opaque here. */
  readonly key: string
  /** What it asks of whom: equal texts are the same check, which keeps its verdict over a reload. */
  readonly fingerprint: string
  /** Down until it has passed. */
  readonly alpha: boolean
  /** What it says of its server's weight before its first verdict. */
  readonly say?: WeightSay
}
