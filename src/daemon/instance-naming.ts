/**
 * What tells several daemons on one host apart: the network namespace and
 * `instance`. Names are keepalived's (measured with 2.2.7). Pure.
 */

import type { ProcessWide } from '../config/model.ts'
import { DEFAULT_CONTROL_PATH } from '../control/protocol.ts'
import type { DaemonSettings } from './settings.ts'

export interface InstanceNaming {
  readonly namespace: string | undefined
  readonly instance: string | undefined
  /** `_NAMESPACE_INSTANCE`, as far as there are any. */
  readonly suffix: string
}

export const instanceNamingOf = ({
  namespace,
  instance,
}: Pick<DaemonSettings, 'namespace' | 'instance'>): InstanceNaming => ({
  namespace,
  instance,
  suffix: [namespace, instance].map((name) => (name === undefined ? '' : `_${name}`)).join(''),
})

/** keepalived's names for its processes: what nobody has named otherwise. */
const DEFAULT_IDENTS = { vrrp: 'Keepalived_vrrp', healthcheckers: 'Keepalived_healthcheckers' } as const
const isDefaultIdent = (ident: string): boolean => Object.values<string>(DEFAULT_IDENTS).includes(ident)

/** The settings of the process that serves the virtual servers, from those of its parent, or of the command line. */
export const settingsOfChild = (settings: DaemonSettings): DaemonSettings => {
  const { log } = settings
  const ident = isDefaultIdent(log.ident) ? DEFAULT_IDENTS.healthcheckers : log.ident
  return { ...settings, log: { ...log, ident, process: 'healthcheckers' } }
}

/** What the file says about the process, where the command line says nothing else. */
export function withProcessWide(settings: DaemonSettings, wide: ProcessWide): DaemonSettings {
  const namespace = settings.namespace ?? wide.namespace
  const { instance, pidDirectory } = wide
  const merged = { ...settings, namespace, instance, pidDirectory }
  const { suffix } = instanceNamingOf(merged)
  const { log, control } = settings
  return {
    ...merged,
    log: isDefaultIdent(log.ident) ? { ...log, ident: `${log.ident}${suffix}` } : log,
    control: isNamedByFile(settings, wide) ? { ...control, path: ownSocket(suffix) } : control,
    notices: [...settings.notices, ...overridden(settings, wide)],
  }
}

/** Several daemons cannot share the default socket; with -s alone it is where it always was. */
const isNamedByFile = ({ namespace, control }: DaemonSettings, wide: ProcessWide): boolean =>
  control.path === DEFAULT_CONTROL_PATH &&
  (wide.instance !== undefined || (wide.namespace !== undefined && namespace === undefined))

const ownSocket = (suffix: string): string => DEFAULT_CONTROL_PATH.replace(/\.sock$/, `${suffix}.sock`)

function overridden({ namespace }: DaemonSettings, wide: ProcessWide): readonly string[] {
  if (namespace === undefined || wide.namespace === undefined || namespace === wide.namespace) return []
  return [`Overriding config net_namespace '${wide.namespace}' with command line namespace '${namespace}'`]
}

/** What a reload would have to change and cannot: one line each. */
export function heldFromStart(started: ProcessWide, wanted: ProcessWide): readonly string[] {
  const changed = (
    [
      ['net_namespace', started.namespace !== wanted.namespace],
      ['instance', started.instance !== wanted.instance],
      ['use_pid_dir', started.pidDirectory !== wanted.pidDirectory],
    ] as const
  ).filter(([, differs]) => differs)
  return changed.map(
    ([keyword]) => `${keyword} has changed: that takes a restart, a reload goes on as before`,
  )
}
