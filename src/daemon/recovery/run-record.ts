/**
 * What a daemon that ends without a goodbye (kill -9, a crash, the OOM killer)
 * leaves behind for the next one and for `vrrpd cleanup`: what it may have
 * installed, who was Master, and when it was last alive. The file's first line
 * is that time alone, so that renewing it costs one small write. Pure.
 */

import { instant, type Instant } from '../../base/time.ts'
import type { Verdict } from '../../vrrp/election/state.ts'
import type { UsedNumbers } from '../adverts/advert-dispatcher.ts'
import type { FormerSetting, WantedVirtualMac } from '../kernel/virtual-macs.ts'
import type { DesiredRoute, DesiredState } from '../../addressing/desired.ts'
import { inKernelWords, type NamedRoute } from '../../addressing/link-binding.ts'

/** The kernel state of one instance. */
export type Wants = DesiredState

export interface RecordedInstance extends Wants {
  readonly name: string
  /** See identityOf: what makes it the same one in another configuration. */
  readonly identity: string
  readonly isMaster: boolean
}

export interface RunRecord {
  readonly version: 2
  /** Another boot has other links and none of our addresses; /proc/sys/kernel/random/boot_id. */
  readonly bootId: string
  readonly instances: readonly RecordedInstance[]
  readonly virtualMacs: readonly WantedVirtualMac[]
  /** Of the interfaces they stand on, before they were changed. */
  readonly settings: readonly FormerSetting[]
  /** Tables of `no_accept`, in `ip` and `ip6`; absent in records of earlier versions. */
  readonly firewallTables?: readonly string[]
  readonly scripts: readonly (readonly [name: string, verdict: Verdict])[]
  readonly files: readonly (readonly [name: string, number: number])[]
  readonly processes: readonly (readonly [name: string, verdict: Verdict])[]
  /** The last sequence numbers of routers with auth_type AH, and when they were that. */
  readonly sequences: readonly UsedNumbers[]
  readonly sequencesAt: Instant
}

export interface ReadRecord extends RunRecord {
  readonly aliveAt: Instant
}

/** As many digits as the largest safe integer has, so that every time is as long as any other. */
const TIME_DIGITS = 16

export const encodeTime = (now: Instant): string => `${String(now).padStart(TIME_DIGITS, '0')}\n`

export function encodeRecord(record: RunRecord, now: Instant): string {
  const instances = record.instances.map((each) => ({ ...each, routes: each.routes.map(writtenRoute) }))
  const written: WrittenRecord = { ...record, instances }
  return `${encodeTime(now)}${JSON.stringify(written)}\n`
}

/** Undefined for anything that no vrrpd of this version has written during this boot. */
export function decodeRecord(text: string, bootId: string): ReadRecord | undefined {
  const end = text.indexOf('\n')
  if (end !== TIME_DIGITS || !/^\d+$/.test(text.slice(0, end))) return undefined
  const record = parse(text.slice(end))
  if (record?.version !== 2 || record.bootId !== bootId) return undefined
  const instances = record.instances.map((each) => ({ ...each, routes: each.routes.map(readRoute) }))
  return { ...record, instances, aliveAt: instant(Number(text.slice(0, end))) }
}

/** As version 2 has it. */
type WrittenRecord = Omit<RunRecord, 'instances'> & { readonly instances: readonly WrittenInstance[] }
type WrittenInstance = Omit<RecordedInstance, 'routes'> & { readonly routes: readonly WrittenRoute[] }

interface WrittenRoute {
  readonly link?: NamedRoute['link']
  readonly track: boolean
  readonly nexthops: NamedRoute['nexthops']
  readonly spec: NamedRoute['spec']
}

/** Earlier releases compare routes as text, so that the order of these matters. */
function writtenRoute(route: DesiredRoute): WrittenRoute {
  const { link, nexthops, spec } = inKernelWords(route)
  return { link, track: route.track, nexthops, spec }
}

function readRoute({ link, track, nexthops, spec }: WrittenRoute): DesiredRoute {
  const { append = false, metrics = [], expiresSeconds, ...same } = spec
  return {
    ...same,
    ...{ append, metrics, nexthops, track },
    ...(link !== undefined && { link }),
    ...(expiresSeconds !== undefined && { expires: expiresSeconds }),
  }
}

/** The file is root's own; the version vouches for its shape. */
function parse(json: string): WrittenRecord | undefined {
  try {
    return JSON.parse(json) as WrittenRecord | undefined
  } catch {
    return undefined
  }
}
