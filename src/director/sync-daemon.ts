/**
 * lvs_sync_daemon: with a vrrp_instance the kernel's thread has its role, master or backup; without one both run. What
 * an earlier daemon has left is stopped first, and it is no matter if there was nothing (measured, 2.2.7).
 */

import type { IpvsChange, SyncDaemon } from '../netlink/ipvs/types.ts'
import type { SyncDaemonDefinition } from './configuration.ts'

type Role = SyncDaemon['role']

/** @param master whether the instance is Master */
export const rolesOf = ({ instance }: SyncDaemonDefinition, master: boolean): readonly Role[] =>
  instance === undefined ? ['master', 'backup'] : [master ? 'master' : 'backup']

export const startSync = (definition: SyncDaemonDefinition, master: boolean): readonly IpvsChange[] =>
  rolesOf(definition, master).map((role) => ({
    type: 'start-sync-daemon',
    daemon: { ...definition.daemon, role },
  }))

export const stopSync = (roles: readonly Role[] = ['master', 'backup']): readonly IpvsChange[] =>
  roles.map((role) => ({ type: 'stop-sync-daemon', role }))

/** From one role to the other. */
export function turnSync(
  definition: SyncDaemonDefinition | undefined,
  master: boolean,
): readonly IpvsChange[] {
  if (definition?.instance === undefined) return []
  return [...stopSync(rolesOf(definition, !master)), ...startSync(definition, master)]
}

/** What a reload changes; nothing where both say the same. */
export function exchangeSync(
  before: SyncDaemonDefinition | undefined,
  after: SyncDaemonDefinition | undefined,
  master: boolean,
): readonly IpvsChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [...(before ? stopSync(rolesOf(before, master)) : []), ...(after ? startSync(after, master) : [])]
}
