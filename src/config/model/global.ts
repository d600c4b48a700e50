/** What global_defs says. */

import type { Ipv4Address, Ipv6Address } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'
import type { Span } from '../diagnostics/diagnostics.ts'
import type { ScriptUser } from '../values/command.ts'
import type { LimitedScript, NotifyFifo } from './programs.ts'

export interface GlobalDefs {
  readonly routerId?: string
  readonly enableScriptSecurity: boolean
  /** `script_user`; absent: keepalived_script if that user exists, else the daemon's own. */
  readonly scriptUser?: ScriptUser
  readonly dynamicInterfaces: boolean
  /** `vrrp_mcast_group4`, 224.0.0.18 by default. */
  readonly mcastGroup4: Ipv4Address
  /** `vrrp_startup_delay`; zero by default. */
  readonly startupDelay: Duration
  /** `vrrp_mcast_group6`, ff02::12 by default. */
  readonly mcastGroup6: Ipv6Address
  /** `vrrp_garp_interval`, `vrrp_gna_interval`: spacing on one link; zero by default. */
  readonly garpInterval: Duration
  readonly gnaInterval: Duration
  /** `default_interface`, eth0 by default: for static addresses that name none. */
  readonly defaultInterface: string
  readonly mail: Mail
  readonly firewall: FirewallTable
  readonly dumps: DumpFiles
  readonly virtualMacNames: VirtualMacNames
  /** `set_supplementary_groups` */
  readonly supplementaryGroups: boolean
  /** `notify_fifo` and `vrrp_notify_fifo`. */
  readonly fifos: readonly NotifyFifo[]
  /** `fifo_write_vrrp_states_on_reload` */
  readonly fifoStatesOnReload: boolean
  readonly scheduling: Scheduling
  readonly startupScript?: LimitedScript
  readonly shutdownScript?: LimitedScript
}

/** The daemon's own share of the machine; scripts have an ordinary one. */
export interface Scheduling {
  /** `vrrp_rt_priority`: round robin, 1..99; absent: ordinary scheduling. */
  readonly realTime?: number
  /** `vrrp_priority`: -20..19 */
  readonly nice?: number
  /** `vrrp_cpu_affinity`; absent: wherever it was started. */
  readonly processors?: readonly number[]
  /** `vrrp_no_swap` */
  readonly noSwap: boolean
}

/** Where the rules of `no_accept` go. */
export interface FirewallTable {
  /** `nftables NAME`, `vrrpd` by default; must be nobody else's. */
  readonly name: string
  /** `nftables_priority`, -1 by default. */
  readonly priority: number
  /** `nftables_counters` */
  readonly counters: boolean
}

/** What names of interfaces begin with that the daemon chooses. */
export interface VirtualMacNames {
  /** `vmac_prefix`, `vrrp` by default. */
  readonly prefix: string
  /** `vmac_addr_prefix`: on other interfaces than the instance's. */
  readonly elsewhere: string
}

/** What signals have written, and where; absent paths are keepalived's own in /tmp. */
export interface DumpFiles {
  /** `data_use_instance`: names of `.data` files in /tmp hold those of the network namespace and instance. */
  readonly useInstance: boolean
  /** `state_dump_file` */
  readonly data?: string
  readonly stats?: string
  readonly json?: string
  /** `json_version` */
  readonly jsonVersion: 1 | 2
}

/** What `notification_email`, `smtp_*` and `router_id` say about mails. */
export interface Mail {
  readonly recipients: readonly string[]
  readonly from?: string
  readonly server?: { readonly host: string; readonly port: number; readonly span: Span }
  /** 30 s by default. */
  readonly connectTimeout: Duration
  readonly heloName?: string
  /** `no_email_faults` */
  readonly notOnFault: boolean
}
