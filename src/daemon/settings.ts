/** What the daemon is told from outside its configuration file; the command line's options fit. */

import { resolve } from 'node:path'
import type { LogSettings } from './log/log-destinations.ts'

/** `-P`, `-C`, or neither. */
export type Parts = 'all' | 'vrrp' | 'checkers'

export interface DaemonSettings {
  readonly configFile: string
  /** For `@id` lines; undefined: the host's name up to its first dot. */
  readonly configId: string | undefined
  /** A file that cannot be read ends the daemon even where keepalived would run on without. */
  readonly requireAllFiles: boolean
  /** Log the configuration as it was understood. */
  readonly dumpConfig: boolean
  readonly pidFile: string | undefined
  readonly vrrpPidFile: string | undefined
  readonly checkersPidFile: string | undefined
  readonly namespace: string | undefined
  /** `instance` and `use_pid_dir` of the file: see instance-naming.ts. */
  readonly instance?: string | undefined
  readonly pidDirectory?: boolean
  readonly umask: number | undefined
  readonly parts: Parts
  /** `--all`: there is a child for virtual servers even where the file has none. */
  readonly allParts: boolean
  /** False (`-R`): no process that has ended is started again. */
  readonly respawn: boolean
  /** False: addresses and routes stay when the daemon stops. */
  readonly releaseOnStop: boolean
  /** False (`-I`): the IPVS table stays when the daemon stops. */
  readonly releaseIpvsOnStop: boolean
  /** With nopreempt, a Master that slept too long comes back as Backup: see VirtualRouter. */
  readonly pauseGuard: boolean
  /** What somebody else removes is put back. */
  readonly restoreAddresses: boolean
  /** What others change of our IPVS services is undone. */
  readonly repairIpvs: boolean
  /** Log every address that comes or goes. */
  readonly monitorAddresses: boolean
  readonly log: LogSettings
  readonly control: { readonly path: string; readonly group: string | undefined }
  /** What was accepted on the command line but does nothing: logged once. */
  readonly notices: readonly string[]
}

/**
 * The same with every path from the root, so that the working directory may be another.
 *
 * @param directory where relative paths begin
 */
export function withAbsolutePaths(settings: DaemonSettings, directory = ''): DaemonSettings {
  const { configFile, pidFile, vrrpPidFile, checkersPidFile, log, control } = settings
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(directory, path)
  return {
    ...settings,
    configFile: resolve(directory, configFile),
    pidFile: absolute(pidFile),
    vrrpPidFile: absolute(vrrpPidFile),
    checkersPidFile: absolute(checkersPidFile),
    log: { ...log, file: absolute(log.file) },
    control: { ...control, path: resolve(directory, control.path) },
  }
}

export interface PidFilePaths {
  readonly main: string
  readonly vrrp: string
  readonly checkers: string
}

/**
 * keepalived's paths (measured with 2.2.7, but for the second one without a directory, where it writes
 * /run/vrrp.pid and /run/checkers.pid, and its manual and newer versions say what is here).
 */
export function pidFilePaths(settings: DaemonSettings): PidFilePaths {
  const { namespace, instance } = settings
  const directory = `/run/keepalived${namespace === undefined ? '' : `/${namespace}`}`
  const of = instance === undefined ? '' : `_${instance}`
  const [main, vrrp, checkers] = hasPidDirectory(settings)
    ? [`${directory}/keepalived${of}.pid`, `${directory}/vrrp${of}.pid`, `${directory}/checkers${of}.pid`]
    : ['/run/keepalived.pid', '/run/keepalived_vrrp.pid', '/run/keepalived_checkers.pid']
  return {
    main: settings.pidFile ?? main,
    vrrp: settings.vrrpPidFile ?? vrrp,
    checkers: settings.checkersPidFile ?? checkers,
  }
}

export const hasPidDirectory = ({ namespace, instance, pidDirectory }: DaemonSettings): boolean =>
  namespace !== undefined || instance !== undefined || pidDirectory === true
