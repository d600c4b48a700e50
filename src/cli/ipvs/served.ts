/** Services that vrrpd serves on this host, and what to know of an edit of one of them. Pure. */

import type { ProcReader } from '../../base/keepalived-command.ts'
import { isSameNetwork } from '../../base/network-namespace.ts'
import type { IpvsChange, ServiceKey } from '../../netlink/ipvs/types.ts'

/** A vrrpd that serves virtual servers in this network namespace. */
export interface Served {
  readonly pid: number
  /** It puts back what others change (`--repair-ipvs`). */
  readonly repairs: boolean
  /** By name. */
  readonly services: ReadonlySet<string>
  readonly nameOf: (key: ServiceKey) => string
}

/** What only who keeps such records knows of them. */
export interface RecordWords {
  /** The services that a record says it has asked for; undefined: it is none. */
  readonly servicesIn: (record: string) => ReadonlySet<string> | undefined
  readonly nameOf: (key: ServiceKey) => string
}

/** What that process calls itself (daemon/director/child/run.ts). */
const CHILD_NAME = 'vrrpd-lvs'

/** @returns undefined: there is none, or it cannot be looked at */
export async function findServed(host: ProcReader, words: RecordWords): Promise<Served | undefined> {
  const own = await host.readLink('/proc/self/ns/net')
  for (const pid of await host.list('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    if ((await host.read(`/proc/${pid}/comm`))?.trim() !== CHILD_NAME) continue
    if (!isSameNetwork(own, await host.readLink(`/proc/${pid}/ns/net`))) continue
    const services = await recordOf(host, pid, words)
    if (services === undefined) continue
    const options = ((await host.read(`/proc/${pid}/cmdline`)) ?? '').split('\0')
    const { nameOf } = words
    return { pid: Number(pid), repairs: options.includes('--repair-ipvs'), services, nameOf }
  }
  return undefined
}

/** It holds its pid file open as long as it runs; the record lies beside it. */
async function recordOf(
  host: ProcReader,
  pid: string,
  words: RecordWords,
): Promise<Served['services'] | undefined> {
  for (const fd of await host.list(`/proc/${pid}/fd`)) {
    const path = await host.readLink(`/proc/${pid}/fd/${fd}`)
    if (path?.endsWith('.pid') !== true) continue
    const text = await host.read(`${path}.state`)
    const services = text === undefined ? undefined : words.servicesIn(text)
    if (services !== undefined) return services
  }
  return undefined
}

/** Nothing of what is nobody's, nor of counters, timeouts and sync daemons. */
export function remarksOnServed(
  change: IpvsChange,
  { pid, repairs, services, nameOf }: Served,
): readonly string[] {
  const consequence = repairs
    ? 'it puts back within 10 seconds what is changed by hand (--repair-ipvs)'
    : 'this is not in its configuration, and shown as drift by "vrrpd status"'
  if (change.type === 'flush')
    return services.size === 0
      ? []
      : [`vrrpd (process ${pid}) serves ${services.size} services of this table: ${consequence}`]
  const key = 'service' in change ? change.service.key : 'key' in change ? change.key : undefined
  if (key === undefined || change.type === 'zero-service' || !services.has(nameOf(key))) return []
  return [`vrrpd (process ${pid}) serves ${nameOf(key)}: ${consequence}`]
}
