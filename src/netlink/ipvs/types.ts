/**
 * IPVS as values: virtual services, their destinations, what the kernel counts of them, and what it can be asked for.
 * The words are ipvsadm(8)'s and <linux/ip_vs.h>'s.
 */

import type { IpAddress } from '../../base/address.ts'
import type { Result } from '../../base/result.ts'
import type { Refusal } from '../types.ts'

export type IpvsProtocol = 'tcp' | 'udp' | 'sctp'
export type IpFamily = 'ipv4' | 'ipv6'

/** What a virtual service is known by: an address with protocol and port, or a firewall mark with a family. */
export type ServiceKey =
  | {
      readonly kind: 'address'
      readonly protocol: IpvsProtocol
      readonly address: IpAddress
      /** 0..65535; 0 is every port, which the kernel serves with persistence only. */
      readonly port: number
    }
  | { readonly kind: 'mark'; readonly family: IpFamily; readonly mark: number }

/** IP_VS_SVC_F_SCHED1..3; what they mean is the scheduler's: of sh and mh the first is fallback, the second port. */
export interface SchedulerFlags {
  readonly flag1: boolean
  readonly flag2: boolean
  readonly flag3: boolean
}

export interface Service {
  readonly key: ServiceKey
  /** rr, wrr, lc, … as the kernel's module is called after `ip_vs_`. */
  readonly scheduler: string
  readonly schedulerFlags: SchedulerFlags
  /** IP_VS_SVC_F_ONEPACKET: each datagram is scheduled by itself. */
  readonly onePacket: boolean
  readonly persistence:
    | {
        readonly timeoutSeconds: number
        /** A persistence engine's name: sip. */
        readonly engine: string | undefined
      }
    | undefined
  /**
   * Which clients are one client to persistence. IPv4: the mask as a number as addresses are (0xffffffff: each for
   * itself), contiguous or not. IPv6: a prefix length, 1..128.
   */
  readonly netmask: number
}

/** How a packet gets to the destination: IP_VS_CONN_F_MASQ, LOCALNODE, TUNNEL, DROUTE, BYPASS. */
export type ForwardingMethod = 'masquerade' | 'local' | 'tunnel' | 'route' | 'bypass'

export interface Tunnel {
  readonly type: 'ipip' | 'gue' | 'gre'
  /** GUE's UDP port; else 0. */
  readonly port: number
  readonly checksum: 'none' | 'checksum' | 'remote'
}

export interface DestinationKey {
  readonly address: IpAddress
  readonly port: number
}

export interface Destination {
  readonly key: DestinationKey
  readonly forwarding: ForwardingMethod
  /** 0 gets no new connections. */
  readonly weight: number
  /** Connections above which it gets no new ones; 0: no bound. */
  readonly upperThreshold: number
  /** Connections below which it gets new ones again; 0: three quarters of the upper one. */
  readonly lowerThreshold: number
  /** Of the forwarding method `tunnel`; IPIP where nobody said anything. */
  readonly tunnel: Tunnel
}

/** Since the service, destination or kernel began (or was zeroed); rates are the estimator's of the last seconds. */
export interface Statistics {
  readonly connections: bigint
  readonly inPackets: bigint
  readonly outPackets: bigint
  readonly inBytes: bigint
  readonly outBytes: bigint
  readonly connectionsPerSecond: bigint
  readonly inPacketsPerSecond: bigint
  readonly outPacketsPerSecond: bigint
  readonly inBytesPerSecond: bigint
  readonly outBytesPerSecond: bigint
}

export interface ObservedService extends Service {
  readonly statistics: Statistics
}

export interface ObservedDestination extends Destination {
  readonly activeConnections: number
  readonly inactiveConnections: number
  readonly persistentConnections: number
  readonly statistics: Statistics
}

/** How long an idle connection is remembered. */
export interface Timeouts {
  readonly tcpSeconds: number
  readonly tcpFinSeconds: number
  readonly udpSeconds: number
}

/** The kernel threads that tell another director of connections. One of each role for a network namespace. */
export interface SyncDaemon {
  readonly role: 'master' | 'backup'
  readonly interface: string
  /** 0..255; a backup with 0 hears all. */
  readonly syncId: number
  readonly maxLength: number
  readonly group: IpAddress
  readonly port: number
  readonly ttl: number
}

/** What is not said is left to the kernel. */
export type SyncDaemonWish = Pick<SyncDaemon, 'role' | 'interface' | 'syncId'> &
  Partial<Omit<SyncDaemon, 'role' | 'interface' | 'syncId'>>

export type IpvsChange =
  | { readonly type: 'add-service' | 'edit-service'; readonly service: Service }
  | { readonly type: 'delete-service' | 'zero-service'; readonly key: ServiceKey }
  | {
      readonly type: 'add-destination' | 'edit-destination'
      readonly key: ServiceKey
      readonly destination: Destination
    }
  | {
      readonly type: 'delete-destination'
      readonly key: ServiceKey
      readonly destination: DestinationKey
    }
  | { readonly type: 'flush' }
  | { readonly type: 'zero' }
  /** A timeout of 0, or none, leaves it as it is. */
  | { readonly type: 'set-timeouts'; readonly timeouts: Partial<Timeouts> }
  | { readonly type: 'start-sync-daemon'; readonly daemon: SyncDaemonWish }
  | { readonly type: 'stop-sync-daemon'; readonly role: SyncDaemon['role'] }

export interface IpvsInfo {
  /** The kernel's, as three numbers: 1.2.1. */
  readonly version: string
  readonly connectionTableSize: number
}

/** The kernel's IPVS table in one network namespace. Asking is synchronous, as with rtnetlink (transport.ts). */
export interface IpvsTable {
  info(): Result<IpvsInfo, Refusal>
  /** In the kernel's order. */
  services(): Result<readonly ObservedService[], Refusal>
  /** Undefined: there is no such service. */
  service(key: ServiceKey): Result<ObservedService | undefined, Refusal>
  /** Of a service that is not there: none, without an error (measured, Linux 6.1). */
  destinations(key: ServiceKey): Result<readonly ObservedDestination[], Refusal>
  timeouts(): Result<Timeouts, Refusal>
  syncDaemons(): Result<readonly SyncDaemon[], Refusal>
  /** One outcome for each, in order; undefined is success, and a refusal stops none of the others. */
  change(changes: readonly IpvsChange[]): readonly (Refusal | undefined)[]
  close(): void
}
