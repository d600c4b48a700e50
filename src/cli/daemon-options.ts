/** What the daemon is told on its command line. */

import { DEFAULT_CONTROL_PATH } from '../control/protocol.ts'

export interface DaemonOptions {
  readonly configFile: string
  readonly configId: string | undefined
  /** `-e`: a missing include is an error. */
  readonly requireAllFiles: boolean
  /** `-t`: check and exit; findings to stderr or to `logFile`. */
  readonly configTest: { readonly logFile: string | undefined } | undefined
  readonly dumpConfig: boolean
  /** `-n` */
  readonly foreground: boolean
  /** `-p`, `-r` and `-c`; undefined: keepalived's default, which depends on the namespace. */
  readonly pidFile: string | undefined
  readonly vrrpPidFile: string | undefined
  readonly checkersPidFile: string | undefined
  readonly namespace: string | undefined
  readonly umask: number | undefined
  /** `-P`: virtual routers alone; `-C`: virtual servers alone. */
  readonly parts: 'all' | 'vrrp' | 'checkers'
  /** `--all` */
  readonly allParts: boolean
  /** False with `-R`. */
  readonly respawn: boolean
  /** False with `-V`: addresses and routes stay when the daemon stops. */
  readonly releaseOnStop: boolean
  /** False with `-I`: the IPVS table stays when the daemon stops. */
  readonly releaseIpvsOnStop: boolean
  readonly pauseGuard: boolean
  /** What somebody else removes is put back. */
  readonly restoreAddresses: boolean
  /** What others change of our IPVS services is undone. */
  readonly repairIpvs: boolean
  /** `-a` */
  readonly monitorAddresses: boolean
  readonly log: LogOptions
  readonly control: { readonly path: string; readonly group: string | undefined }
  /** What was accepted but does nothing, or was not understood: to be logged once. */
  readonly notices: readonly string[]
}

export interface LogOptions {
  /** `-l`: to stderr, besides the other destinations. */
  readonly console: boolean
  readonly detail: boolean
  readonly syslog: boolean
  /** As numbered in RFC 5424 section 6.2.1: 1 user, 3 daemon, 16..23 local0..local7. */
  readonly facility: number
  /** The name in syslog. */
  readonly ident: string
  readonly file: string | undefined
  /** Of the console and of log files; syslog always gets text. */
  readonly format: 'text' | 'json'
}

export const FACILITY = { user: 1, daemon: 3, local0: 16 } as const

export const defaultOptions: DaemonOptions = {
  configFile: '/etc/keepalived/keepalived.conf',
  configId: undefined,
  requireAllFiles: false,
  configTest: undefined,
  dumpConfig: false,
  foreground: false,
  pidFile: undefined,
  vrrpPidFile: undefined,
  checkersPidFile: undefined,
  namespace: undefined,
  umask: undefined,
  parts: 'all',
  allParts: false,
  respawn: true,
  releaseOnStop: true,
  releaseIpvsOnStop: true,
  pauseGuard: false,
  restoreAddresses: false,
  repairIpvs: false,
  monitorAddresses: false,
  log: {
    console: false,
    detail: false,
    syslog: true,
    facility: FACILITY.daemon,
    // keepalived's own name for its VRRP process: log filters and alerts keyed by it go on working.
    ident: 'Keepalived_vrrp',
    file: undefined,
    format: 'text',
  },
  control: { path: DEFAULT_CONTROL_PATH, group: undefined },
  notices: [],
}
