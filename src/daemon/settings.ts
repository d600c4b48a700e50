/** What the daemon is told from outside its configuration file; the command line's options fit. */

import { resolve } from 'node:path'
import type { LogSettings } from './log/log-destinations.ts'

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
  readonly namespace: string | undefined
  /** `instance` and `use_pid_dir` of the file: see instance-naming.ts. */
  readonly instance?: string | undefined
  readonly pidDirectory?: boolean
  readonly umask: number | undefined
  /** False: addresses and routes stay when the daemon stops. */
  readonly releaseOnStop: boolean
  /** With nopreempt, a Master that slept too long comes back as Backup: see VirtualRouter. */
  readonly pauseGuard: boolean
  /** What somebody else removes is put back. */
  readonly restoreAddresses: boolean
  /** Log every address that comes or goes. */
  readonly monitorAddresses: boolean
  readonly log: LogSettings
  readonly control: { readonly path: string; readonly group: string | undefined }
  /** What was accepted on the command line but does nothing: logged once. */
  readonly notices: readonly string[]
}

/** The same with every path from the root, so that the working directory may be another. */
export function withAbsolutePaths(settings: DaemonSettings): DaemonSettings {
  const { configFile, pidFile, vrrpPidFile, log, control } = settings
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(path)
  return {
    ...settings,
    configFile: resolve(configFile),
    pidFile: absolute(pidFile),
    vrrpPidFile: absolute(vrrpPidFile),
    log: { ...log, file: absolute(log.file) },
    control: { ...control, path: resolve(control.path) },
  }
}

export interface PidFilePaths {
  readonly main: string
  readonly vrrp: string
}

/**
 * keepalived's paths (measured with 2.2.7, but for the second one without a directory, where it writes
 * /run/vrrp.pid and its manual and newer versions say what is here).
 */
export function pidFilePaths(settings: DaemonSettings): PidFilePaths {
  const { namespace, instance } = settings
  const directory = `/run/keepalived${namespace === undefined ? '' : `/${namespace}`}`
  const of = instance === undefined ? '' : `_${instance}`
  const [main, vrrp] = hasPidDirectory(settings)
    ? [`${directory}/keepalived${of}.pid`, `${directory}/vrrp${of}.pid`]
    : ['/run/keepalived.pid', '/run/keepalived_vrrp.pid']
  return { main: settings.pidFile ?? main, vrrp: settings.vrrpPidFile ?? vrrp }
}

export const hasPidDirectory = ({ namespace, instance, pidDirectory }: DaemonSettings): boolean =>
  namespace !== undefined || instance !== undefined || pidDirectory === true
