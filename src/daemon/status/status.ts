/** The engine's state and the kernel's → instances and groups as `vrrpd status` shows them. Pure but for what it is given. */

import { formatCidr, formatIp } from '../../base/address.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import { toMilliseconds, type Instant } from '../../base/time.ts'
import type {
  GroupReport,
  InstanceReport,
  InstanceState,
  MasterReport,
  StatusReport,
  TransitionReport,
} from '../../control/report.ts'
import { routeLine } from '../../config/blocks/virtual-route/route.ts'
import { ruleLine } from '../../config/blocks/virtual-rule/rule.ts'
import type { CheckReport } from '../../scripts/check-events.ts'
import { contributionsNow } from '../../vrrp/conditions.ts'
import type { Engine, RouterRecord } from '../../vrrp/engine.ts'
import { describeFault } from '../../vrrp/election/fault.ts'
import { intervalsOf } from '../../vrrp/election/timers.ts'
import { masterDownInterval, skewTime } from '../../base/intervals.ts'
import type { Assembled } from '../assemble.ts'
import { silentSince, type ObservedMaster, type ObservedMasters } from '../journal/observed-masters.ts'
import { preemptReport } from './preemption.ts'
import type { Presence } from '../../addressing/observed.ts'
import { trackerReports } from './tracker-report.ts'
import type { Moment } from '../../world/subsystem.ts'
import { isoOf } from '../journal/wall-time.ts'

export interface InstanceSources extends Moment {
  readonly engine: Engine
  readonly routers: readonly { readonly assembled: Assembled; readonly record: RouterRecord }[]
  readonly presence: (assembled: Assembled) => Presence
  readonly observedMasters: Pick<ObservedMasters, 'live'>
  readonly checks: ReadonlyMap<string, CheckReport>
  readonly history: (router: string) => readonly TransitionReport[]
  /** Until when an instance that was taken out stays out; undefined: until somebody says so. */
  readonly drainedUntil: (router: string) => Instant | undefined
}

export const reportInstances = (sources: InstanceSources): Pick<StatusReport, 'instances' | 'groups'> => ({
  instances: sources.routers.map(({ assembled, record }) => instanceReport(assembled, record, sources)),
  groups: groupReports(sources.engine),
})

function instanceReport(
  assembled: Assembled,
  record: RouterRecord,
  sources: InstanceSources,
): InstanceReport {
  const { router, state, conditions, counters } = record
  const { facts } = sources.engine
  const contributions = contributionsNow(router, facts)
  const masters = mastersOf(record, sources)
  const intervals = intervalsOf(router, state)
  return {
    name: router.name,
    state: STATE_WORDS[state.kind],
    since: isoOf(record.since, sources),
    because: because(record),
    interface: router.link,
    vrid: router.vrid,
    version: router.version,
    group: record.group ?? null,
    priority: {
      base: router.priority,
      effective: conditions.priority,
      contributions: contributions.map(({ tracker, weight }) => ({ tracker: tracker.name, weight })),
    },
    preempt: preemptReport(record, (at) => isoOf(at, sources)),
    timers: {
      advertIntervalMs: toMilliseconds(router.advertInterval),
      masterIntervalMs: toMilliseconds(intervals.advertInterval),
      masterDownIntervalMs: toMilliseconds(masterDownInterval(intervals, conditions.priority)),
      skewTimeMs: toMilliseconds(skewTime(intervals, conditions.priority)),
    },
    ...masters,
    ...kernelReports(assembled, sources.presence(assembled)),
    trackers: trackerReports(record, sources),
    counters,
    drained: drainedReport(record, sources),
    history: sources.history(router.name),
  }
}

function kernelReports(
  { addresses, instance: { routes, rules, link } }: Assembled,
  presence: Presence,
): Pick<InstanceReport, 'addresses' | 'routes' | 'rules'> {
  return {
    addresses: addresses.map(({ spec }, index) => ({
      address: formatCidr(spec.cidr),
      present: presence.addresses[index] ?? false,
      ...(presence.duplicates[index] === true && { duplicate: true as const }),
    })),
    routes: routes.map((route, index) => ({
      route: routeLine(route, link, UNTRACKED),
      present: presence.routes[index] ?? false,
    })),
    rules: rules.map((rule, index) => ({
      rule: ruleLine(rule, UNTRACKED),
      present: presence.rules[index] ?? false,
    })),
  }
}

/** What is watched is the file's word: ip(8) does not know it. */
const UNTRACKED = { tracking: false }

/** In Fault what keeps it there now; while waiting, for what; otherwise why the state was entered. */
function because({ state, conditions, because: entered }: RouterRecord): string {
  if (state.kind === 'fault') return state.reasons.map(describeFault).join(', ')
  if (state.kind === 'initialize' && conditions.pending.length > 0) {
    return `waiting for the first result of ${conditions.pending.join(', ')}`
  }
  return entered
}

function mastersOf(
  record: RouterRecord,
  sources: InstanceSources,
): Pick<InstanceReport, 'master' | 'rivals'> {
  const live = sources.observedMasters.live(record.router.name, silentSince(record, sources.now))
  const reports = live.map((heard) => masterReport(heard, sources))
  if (record.state.kind === 'master') return { master: null, rivals: reports }
  const [master = null, ...rivals] = reports
  return { master, rivals }
}

const masterReport = (
  { source, priority, since, last }: ObservedMaster,
  sources: InstanceSources,
): MasterReport => ({
  address: formatIp(source),
  priority,
  since: isoOf(since, sources),
  lastHeard: isoOf(last, sources),
})

function drainedReport(
  { router, own, since }: RouterRecord,
  sources: InstanceSources,
): InstanceReport['drained'] {
  if (!own.faults.some(({ kind }) => kind === 'drained')) return null
  const until = sources.drainedUntil(router.name)
  return { since: isoOf(since, sources), until: until === undefined ? null : isoOf(until, sources) }
}

function groupReports({ groups, routers }: Engine): readonly GroupReport[] {
  return [...groups.values()].map(({ name, members }) => {
    const states = new Set<InstanceState>(
      members.flatMap((member) => {
        const record = routers.get(member)
        return record ? [STATE_WORDS[record.state.kind]] : []
      }),
    )
    const [state = null, other] = states
    return { name, members, state: other === undefined ? state : null }
  })
}
