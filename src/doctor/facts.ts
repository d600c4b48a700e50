/**
 * Everything the checks may know: plain data, found out by collect/. What could
 * not be found out carries the reason, in words for the operator. Pure.
 */

import type { Cidr, IpAddress, Ipv4Address } from '../base/address.ts'
import type { Result } from '../base/result.ts'
import type { StatusReport } from '../control/report.ts'
import type { RuleSet } from './firewall/rules.ts'

/** Known, or why not. */
export type Known<T> = Result<T, string>

export interface Facts {
  readonly root: boolean
  readonly configuration: Known<Configuration>
  readonly daemon: DaemonFacts
  /** The links that instances use, by name. */
  readonly links: ReadonlyMap<string, LinkFacts>
  readonly firewall: Known<readonly RuleSet[]>
  readonly lan: Known<LanFacts>
  /** Undefined: nobody asked for it (`--probe`). */
  readonly holders: Known<readonly Holder[]> | undefined
  readonly sysctls: SysctlFacts
  readonly managers: ManagerFacts
  readonly processes: ProcessFacts
  readonly scripts: Known<readonly ScriptFacts[]>
  readonly clock: ClockFacts
  readonly service: Known<ServiceFacts>
  /** Undefined: the file has no virtual servers. */
  readonly director: DirectorFacts | undefined
}

export interface Configuration {
  readonly path: string
  readonly errors: number
  readonly warnings: number
  /** keepalived, and vrrpd, would not run with it. */
  readonly fatal: boolean
  readonly startupDelaySeconds: number
  readonly instances: readonly Instance[]
}

export interface Instance {
  readonly name: string
  readonly link: string
  readonly vrid: number
  readonly version: 2 | 3
  /** Of its adverts; those over IPv6 are not listened for. */
  readonly family: 4 | 6
  readonly priority: number
  /** As it is on the wire: 0 none, 1 PASS, 2 AH. */
  readonly authCode: number
  readonly intervalSeconds: number
  readonly unicast: boolean
  /** Of its multicast adverts. */
  readonly group: Ipv4Address
  /** `unicast_peer`, IPv4 ones. */
  readonly peers: readonly Ipv4Address[]
  readonly sourceAddress?: Ipv4Address
  /** Without excluded ones; its link may have no room for all of them in an advert. */
  readonly advertised: readonly Ipv4Address[]
  /** All of them, with their links. */
  readonly addresses: readonly { readonly cidr: Cidr; readonly link: string; readonly scope: string }[]
  readonly hasRoutes: boolean
  readonly hasRules: boolean
  /** It calls some script at a transition. */
  readonly notifies: boolean
}

export type DaemonFacts =
  | RunningDaemon
  | { readonly kind: 'absent' }
  /** It is there, or may be, but does not answer us. */
  | { readonly kind: 'silent'; readonly why: string }

export interface RunningDaemon {
  readonly kind: 'running'
  readonly report: StatusReport
  /** What it says of itself, where it is of a version that does. */
  readonly problems: readonly DaemonProblem[]
  readonly files: Known<OpenFiles>
  /** False: it is in a network namespace that is not ours, whose links we do not see. */
  readonly sameNetwork: boolean
}

export interface DaemonProblem {
  readonly code: string
  readonly severity: 'problem' | 'warning' | 'hint'
  readonly text: string
  readonly advice?: string
}

/** Descriptors of a process. */
export interface OpenFiles {
  readonly open: number
  readonly limit: number
}

export interface LinkFacts {
  readonly exists: boolean
  readonly up: boolean
  readonly carrier: boolean
  readonly multicast: boolean
  /** Bytes. */
  readonly mtu?: number
  readonly addresses: readonly Cidr[]
  /** IPv4 groups that somebody on this host has joined on it. */
  readonly groups: readonly Ipv4Address[]
  /** It is a bridge, or a port of one. */
  readonly bridge?: { readonly name: string; readonly snooping: boolean; readonly querier: boolean }
}

/** What was heard while we listened. */
export interface LanFacts {
  readonly seconds: number
  readonly links: readonly string[]
  readonly adverts: readonly HeardAdvert[]
}

/** The last one of its sender, link and VRID. */
export interface HeardAdvert {
  readonly link: string
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly protocol: number
  readonly vrid: number
  readonly version: number
  readonly priority: number
  readonly authCode: number
  readonly intervalSeconds: number
  readonly ttl: number
  readonly addresses: readonly Ipv4Address[]
  /** Not only before the firewall. */
  readonly heard: boolean
}

/** Who answered an ARP request for a virtual address. */
export interface Holder {
  readonly link: string
  readonly address: Ipv4Address
  readonly macs: readonly string[]
}

export interface SysctlFacts {
  /** By link; `all` has already been taken into account. */
  readonly links: ReadonlyMap<string, LinkSysctls>
  readonly nonlocalBind: boolean | undefined
}

export interface LinkSysctls {
  readonly rpFilter: number
  readonly arpIgnore: number
  readonly arpAnnounce: number
  readonly promoteSecondaries: boolean
}

export interface ManagerFacts {
  readonly networkd: ReadonlyMap<string, NetworkdLink>
  /** `ManageForeignRoutes=` and `ManageForeignRoutingPolicyRules=` of networkd.conf. */
  readonly keepsForeignRoutes: boolean
  readonly keepsForeignRules: boolean
  /** Links that NetworkManager has a profile active on. */
  readonly networkManager: ReadonlySet<string>
}

export interface NetworkdLink {
  /** The .network file. */
  readonly file: string
  readonly keepConfiguration: string | undefined
}

export interface ProcessFacts {
  readonly keepaliveds: readonly KeepalivedProcess[]
  /** The one of them that is its checkers, in this network namespace. */
  readonly keepalivedCheckers: number | undefined
  /** keepalived.service is started at boot. */
  readonly keepalivedEnabled: boolean
  /** Sockets on which somebody of this host receives VRRP. */
  readonly sockets: readonly VrrpSocket[]
}

export interface KeepalivedProcess {
  readonly pid: number
  /** `-P` or neither: it runs VRRP; with `-C` alone it does not. */
  readonly runsVrrp: boolean
  readonly sameNetwork: boolean
}

export interface VrrpSocket {
  readonly protocol: number
  /** Packets that did not fit its buffer. */
  readonly drops: number
  /** Undefined: another user's. */
  readonly owner: { readonly pid: number; readonly name: string } | undefined
}

export interface ScriptFacts {
  /** `vrrp_script chk_nginx`, `notify_master of VI_1` */
  readonly use: string
  /** A vrrp_script. */
  readonly isCheck?: boolean
  readonly program: string
  /** Why it will never run, in keepalived's words, and the reason's name. */
  readonly disabled?: { readonly reason: string; readonly text: string }
  readonly warnings: readonly string[]
  /** Only root can look at it. */
  readonly hidden: boolean
  /** Of its first line, where that names one that does not exist. */
  readonly missingInterpreter?: string
}

export interface ClockFacts {
  readonly synchronised: boolean | undefined
  readonly uptimeSeconds: number | undefined
}

export interface ServiceFacts {
  readonly installed: boolean
  readonly enabled: boolean
  readonly active: boolean
  readonly changedOnDisk: boolean
  readonly restarts: boolean
  readonly watchdog: boolean
  readonly dropIns: readonly string[]
  /** Descriptors that it may open; undefined: systemd says nothing of it. */
  readonly openFilesLimit: number | undefined
}

/** What load balancing stands on. Of sysctls undefined is what the host has not: those of IPVS come with its module. */
export interface DirectorFacts {
  readonly services: readonly Service[]
  readonly ipvs: Known<Module>
  readonly schedulers: ReadonlyMap<string, Known<Module>>
  readonly ipForward: boolean | undefined
  readonly ipForward6: boolean | undefined
  readonly expireNodest: boolean | undefined
  readonly expireQuiescent: boolean | undefined
  readonly conntrack: boolean | undefined
  /** Groups that may open ICMP datagram sockets. */
  readonly pingGroups: { readonly first: number; readonly last: number } | undefined
  /** By link; `all` has been taken into account. */
  readonly sendRedirects: ReadonlyMap<string, boolean>
  /** The firewall has MASQUERADE or SNAT somewhere. */
  readonly masquerades: Known<boolean>
  /** IPv4, of the main table. */
  readonly routes: Known<readonly Route[]>
}

export type Module = 'loaded' | 'loadable' | 'missing'

export type Method = 'NAT' | 'DR' | 'TUN'

/** A virtual server. */
export interface Service {
  /** `10.0.0.100:80`, `fwmark 7` */
  readonly name: string
  readonly addresses: readonly IpAddress[]
  /** False: it is a firewall mark. */
  readonly isAddressed: boolean
  readonly scheduler: string
  readonly methods: readonly Method[]
  readonly servers: readonly { readonly address: IpAddress; readonly method: Method }[]
  /** It has a PING_CHECK. */
  readonly pings: boolean
  /** inhibit_on_failure with persistence. */
  readonly keepsDead: boolean
}

export interface Route {
  readonly link: string
  readonly network: Cidr
  /** Absent: what is in the network is on the link. */
  readonly gateway?: Ipv4Address
}
