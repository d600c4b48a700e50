/**
 * What the blocks virtual_server, virtual_server_group, real_server, SSL and their globals come to: after inheritance
 * (virtual_server, real_server, checker) and defaults, with groups taken apart. Words are keepalived.conf(5)'s. What
 * keepalived resets after parsing (ports that DR cannot change, a quorum above the sum, ha_suspend of a firewall mark)
 * stands here as written: the director does that.
 */

import type { IpAddress } from '../../../base/address.ts'
import type { Duration } from '../../../base/time.ts'
import type { Span } from '../../diagnostics/diagnostics.ts'
import type { Command } from '../../values/command.ts'

export interface LoadBalancing {
  /** In the file's order; those alone that can be served. */
  readonly virtualServers: readonly VirtualServer[]
  /** `SSL { … }`: the client's certificate of SSL_GET. */
  readonly ssl?: SslFiles
  readonly globals: LvsGlobals
}

/** Of PEM, as OpenSSL takes them. */
export interface SslFiles {
  /** Of the key. */
  readonly password?: string
  /** Paths. Nothing is verified by `ca`. */
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
}

/** Of global_defs, and of the file's root. */
export interface LvsGlobals {
  /** lvs_flush */
  readonly flush: boolean
  /** lvs_flush_on_stop: bare `all`, with VS `services`. */
  readonly flushOnStop: 'no' | 'services' | 'all'
  /** lvs_timeouts, whole seconds; 0 leaves one as it is. */
  readonly timeouts?: {
    readonly tcpSeconds?: number
    readonly tcpFinSeconds?: number
    readonly udpSeconds?: number
  }
  /** rs_init_notifies */
  readonly notifyAtStart: boolean
  readonly syncDaemon?: SyncDaemonDefinition
  /** net_namespace_ipvs */
  readonly ipvsNamespace?: string
}

/** lvs_sync_daemon, or lvs_sync_daemon_interface of a vrrp_instance. */
export interface SyncDaemonDefinition {
  readonly interface: string
  /** 0..255; as keepalived has it, the instance's VRID where nothing is written, 0 without an instance. */
  readonly syncId: number
  /** vrrp_instance whose state is its role; absent: master and backup run always. */
  readonly instance?: string
  readonly maxLength?: number
  readonly port?: number
  readonly ttl?: number
  readonly group?: IpAddress
}

export interface VirtualServer {
  readonly span: Span
  readonly target: Target
  readonly scheduler: string
  /** What sh and mh call fallback and port are the first and the second. */
  readonly schedulerFlags: { readonly flag1: boolean; readonly flag2: boolean; readonly flag3: boolean }
  readonly onePacket: boolean
  readonly persistence?: Persistence
  readonly omega: boolean
  readonly haSuspend: boolean
  /** In units of weight, from 1; as written, perhaps above the sum of all weights. */
  readonly quorum: number
  readonly hysteresis: number
  readonly quorumUp?: Command
  readonly quorumDown?: Command
  readonly sorryServer?: SorryServer
  readonly realServers: readonly RealServer[]
  readonly smtpAlert: boolean
}

export type Protocol = 'tcp' | 'udp' | 'sctp'
export type Family = 'ipv4' | 'ipv6'

export type Target =
  | {
      readonly kind: 'address'
      readonly protocol: Protocol
      readonly address: IpAddress
      /** 0: none was written. */
      readonly port: number
    }
  | { readonly kind: 'mark'; readonly mark: number; readonly family: Family }
  | {
      readonly kind: 'group'
      readonly name: string
      readonly protocol: Protocol
      /** Ranges and networks taken apart, each address once. */
      readonly members: readonly GroupMember[]
    }

export type GroupMember =
  | { readonly kind: 'address'; readonly address: IpAddress; readonly port: number }
  | { readonly kind: 'mark'; readonly mark: number; readonly family: Family }

export interface Persistence {
  readonly timeoutSeconds: number
  readonly engine?: string
  /** IPv4: the mask as a number; IPv6: a prefix length. Absent: each client for itself. */
  readonly netmask?: number
}

export type Forwarding =
  | { readonly method: 'masquerade' | 'route' }
  | {
      readonly method: 'tunnel'
      readonly tunnel: {
        readonly type: 'ipip' | 'gue' | 'gre'
        /** Of gue; else 0. */
        readonly port: number
        readonly checksum: 'none' | 'checksum' | 'remote'
      }
    }

export interface SorryServer {
  readonly address: IpAddress
  /** 0: none was written. */
  readonly port: number
  readonly forwarding: Forwarding
  readonly inhibit: boolean
}

export interface RealServer {
  readonly span: Span
  readonly address: IpAddress
  /** 0: none was written. */
  readonly port: number
  readonly forwarding: Forwarding
  /** 0..2147483647 */
  readonly weight: number
  readonly upperThreshold: number
  readonly lowerThreshold: number
  readonly inhibitOnFailure: boolean
  readonly notifyUp?: Command
  readonly notifyDown?: Command
  readonly smtpAlert: boolean
  readonly checkers: readonly Checker[]
}

export interface Timed {
  readonly span: Span
  readonly delayLoop: Duration
  readonly retry: number
  readonly delayBeforeRetry: Duration
  readonly warmup: Duration
  readonly alpha: boolean
  /** log_all_failures, or checker_log_all_failures. */
  readonly logAllFailures: boolean
}

/** Where a checker connects: connect_ip and connect_port, or the server's own as written. */
export interface Connection {
  readonly address: IpAddress
  /** 0 where there is none (a server without a port: the virtual server's has been put in where it has one). */
  readonly port: number
  readonly bindAddress?: IpAddress
  readonly bindPort?: number
  readonly bindInterface?: string
  /** 0 is none. */
  readonly mark: number
  readonly connectTimeout: Duration
}

export interface Connected extends Timed {
  readonly connection: Connection
}

export type Checker =
  | (Connected & { readonly kind: 'tcp' })
  | HttpChecker
  | (Connected & { readonly kind: 'smtp'; readonly heloName: string })
  | (Connected & { readonly kind: 'dns'; readonly type: DnsType; readonly name: string })
  | UdpChecker
  | (Connected & { readonly kind: 'ping' })
  | MiscChecker
  | FileChecker
  | BfdChecker

export type DnsType = 'A' | 'NS' | 'CNAME' | 'SOA' | 'MX' | 'TXT' | 'AAAA' | 'RRSIG' | 'DNSKEY'

/** HTTP_GET and, with `tls`, SSL_GET. */
export interface HttpChecker extends Connected {
  readonly kind: 'http'
  readonly tls: boolean
  readonly protocol: '1.0' | '1.0C' | '1.1'
  /** At least one. */
  readonly urls: readonly [Url, ...Url[]]
  readonly fastRecovery: boolean
}

export interface Url {
  readonly path: string
  /** Of the header Host: the url's, the checker's, the real server's, the virtual server's; absent: address and port. */
  readonly host?: string
  /** enable_sni: the url's, the checker's or the virtual server's virtualhost; absent: none is told. */
  readonly serverName?: string
  /** 32 hexadecimal digits, lower case. */
  readonly digest?: string
  /** 100..599, both included; 200-299 where none is written. */
  readonly statuses: readonly { readonly first: number; readonly last: number }[]
  readonly regex?: {
    /** One backslash of each pair in quotes is eaten, as keepalived does. */
    readonly pattern: string
    readonly options: readonly string[]
    readonly mustNotMatch: boolean
    readonly minOffset: number
    readonly maxOffset?: number
  }
}

export interface UdpChecker extends Connected {
  readonly kind: 'udp'
  /** Hexadecimal, two digits a byte. */
  readonly payload?: string
  /** require_reply */
  readonly reply?: {
    /** Hexadecimal, `x` for four bits that do not matter; may be empty. */
    readonly pattern: string
    readonly minLength: number
    readonly maxLength: number
  }
}

export interface MiscChecker extends Timed {
  readonly kind: 'misc'
  /** With `user` of the checker as its user. */
  readonly command: Command
  /** misc_timeout; the virtual server's delay_loop where none is written. */
  readonly timeout: Duration
  readonly dynamic: boolean
}

export interface FileChecker {
  readonly kind: 'file'
  readonly span: Span
  /** A track_file's name, which is defined. */
  readonly trackFile: string
  readonly weight: number
  readonly reverse: boolean
}

/** Counts as up: vrrpd does not speak BFD. */
export interface BfdChecker {
  readonly kind: 'bfd'
  readonly span: Span
  readonly name: string
}
