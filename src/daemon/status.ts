/** The engine's state and the kernel's → the report that `vrrpd status` shows. Pure but for what it is given. */

import { formatCidr, formatIpv4 } from '../base/address.ts'
import { between, toMilliseconds, type Instant } from '../base/time.ts'
import type { DaemonReport, InstanceReport, InstanceState, StatusReport } from '../control/report.ts'
import type { RouterRecord } from '../vrrp/engine.ts'
import { describeFault } from '../vrrp/election/transitions.ts'
import type { StateKind } from '../vrrp/election/state.ts'
import type { Assembled } from './assemble.ts'

export interface StatusSources {
  readonly routers: readonly { readonly assembled: Assembled; readonly record: RouterRecord }[]
  readonly isPresent: (assembled: Assembled, index: number) => boolean
  readonly notices: readonly string[]
  readonly daemon: DaemonReport
  readonly now: Instant
  /** The wall clock's reading of `now`, in milliseconds since the epoch. */
  readonly wallNowMs: number
}

const STATES: Readonly<Record<StateKind, InstanceState>> = {
  initialize: 'INIT',
  backup: 'BACKUP',
  master: 'MASTER',
  fault: 'FAULT',
}

export function statusReport(sources: StatusSources): StatusReport {
  return {
    version: 1,
    instances: sources.routers.map(({ assembled, record }) => instanceReport(assembled, record, sources)),
    notices: sources.notices,
    daemon: sources.daemon,
  }
}

function instanceReport(assembled: Assembled, record: RouterRecord, sources: StatusSources): InstanceReport {
  const { router, state, conditions, since } = record
  const ageMs = toMilliseconds(between(since, sources.now))
  return {
    name: router.name,
    state: STATES[state.kind],
    since: new Date(sources.wallNowMs - ageMs).toISOString(),
    because: because(record),
    interface: router.link,
    vrid: router.vrid,
    priority: { base: router.priority, effective: conditions.priority },
    master: masterOf(record),
    addresses: assembled.addresses.map(({ spec }, index) => ({
      address: formatCidr(spec.cidr),
      present: sources.isPresent(assembled, index),
    })),
  }
}

/** In Fault what keeps it there now; while waiting, for what; otherwise why the state was entered. */
function because({ state, conditions, because: entered }: RouterRecord): string {
  if (state.kind === 'fault') return state.reasons.map(describeFault).join(', ')
  if (state.kind === 'initialize' && conditions.pending.length > 0) {
    return `waiting for the first result of ${conditions.pending.join(', ')}`
  }
  return entered
}

function masterOf({ state }: RouterRecord): InstanceReport['master'] {
  if (state.kind !== 'backup' || state.master === undefined) return null
  return { address: formatIpv4(state.master.address), priority: state.master.priority }
}
