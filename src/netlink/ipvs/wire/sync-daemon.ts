/** IPVS_DAEMON_ATTR_*: the threads that tell another director of connections. */

import { ipToBytes, isIpv4, parseIpv4, type IpAddress } from '../../../base/address.ts'
import { Body, type Attributes } from '../../attributes.ts'
import type { SyncDaemon, SyncDaemonWish } from '../types.ts'
import { readAddress } from './address.ts'
import { TOP } from './numbers.ts'

const DAEMON = {
  state: 1,
  interface: 2,
  syncId: 3,
  maxLength: 4,
  group: 5,
  group6: 6,
  port: 7,
  ttl: 8,
} as const

/** IP_VS_STATE_*. */
const STATE = { master: 1, backup: 2 } as const satisfies Record<SyncDaemon['role'], number>

/** What a kernel before 4.3 uses without telling. */
const UNSAID = { maxLength: 1472, group: parseIpv4('224.0.0.81'), port: 8848, ttl: 1 } as const

export const syncDaemonRoleNest = (role: SyncDaemon['role']): Body =>
  new Body(new Uint8Array()).u32(DAEMON.state, STATE[role])

/** Unlike the ports of services, this one is in the host's order. */
export const syncDaemonNest = (daemon: SyncDaemonWish): Body =>
  syncDaemonRoleNest(daemon.role)
    .text(DAEMON.interface, daemon.interface)
    .u32(DAEMON.syncId, daemon.syncId)
    .u16(DAEMON.maxLength, daemon.maxLength)
    .bytes(DAEMON.group, groupBytes(daemon.group, true))
    .bytes(DAEMON.group6, groupBytes(daemon.group, false))
    .u16(DAEMON.port, daemon.port)
    .u8(DAEMON.ttl, daemon.ttl)

const groupBytes = (group: IpAddress | undefined, ipv4: boolean): Uint8Array | undefined =>
  group !== undefined && isIpv4(group) === ipv4 ? ipToBytes(group) : undefined

export function readSyncDaemon(message: Attributes): SyncDaemon | undefined {
  const attributes = message.nested(TOP.daemon)
  const role = attributes && readRole(attributes.u32(DAEMON.state))
  const group =
    readAddress(attributes?.bytes(DAEMON.group), 'ipv4') ??
    readAddress(attributes?.bytes(DAEMON.group6), 'ipv6') ??
    UNSAID.group
  if (attributes === undefined || role === undefined || group === undefined) return undefined
  return {
    role,
    interface: attributes.text(DAEMON.interface) ?? '',
    syncId: attributes.u32(DAEMON.syncId) ?? 0,
    maxLength: attributes.u16(DAEMON.maxLength) ?? UNSAID.maxLength,
    group,
    port: attributes.u16(DAEMON.port) ?? UNSAID.port,
    ttl: attributes.u8(DAEMON.ttl) ?? UNSAID.ttl,
  }
}

function readRole(state: number | undefined): SyncDaemon['role'] | undefined {
  if (state === STATE.master) return 'master'
  return state === STATE.backup ? 'backup' : undefined
}
