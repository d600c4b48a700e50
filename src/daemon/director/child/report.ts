/**
 * The status of virtual servers: the director, what its checkers know, and what the kernel counts, joined. A judgement
 * of what others keep; it alters nothing. Pure.
 */

import { formatIp } from '../../../base/address.ts'
import type { Result } from '../../../base/result.ts'
import { toMilliseconds, type Instant } from '../../../base/time.ts'
import type { CheckerReport as CheckerKnowledge } from '../../../checkers/checkers.ts'
import { noResultText, reasonText } from '../../../checkers/reason.ts'
import type { CheckerState as Asked, LastAttempt } from '../../../checkers/retry.ts'
import type {
  AttemptReport,
  CheckerReport,
  ConnectionsReport,
  DriftReport,
  LvsSections,
  RealServerReport,
  ServerCounts,
  ServerState,
  SyncDaemonReport,
  VirtualServerReport,
} from '../../../control/lvs-report.ts'
import type { DaemonReport } from '../../../control/report.ts'
import type { IsMeant } from '../../../control/server-name.ts'
import { driftOf, type Drift } from '../../../director/drift.ts'
import { destinationText, serviceText } from '../../../director/keys.ts'
import { phaseOf, type CheckerState, type RealServerState } from '../../../director/real-server.ts'
import type { Block } from '../../../director/setup.ts'
import type { Director } from '../../../director/state.ts'
import { rolesOf } from '../../../director/sync-daemon.ts'
import { isSorry, type VirtualServerState } from '../../../director/virtual-server.ts'
import type { ObservedDestination, ObservedService, SyncDaemon } from '../../../netlink/ipvs/types.ts'
import type { Refusal } from '../../../netlink/types.ts'
import { checkName, checkTarget } from './check-words.ts'

/** The kernel's table with what it counts. */
export type ObservedTable = readonly {
  readonly service: ObservedService
  readonly destinations: readonly ObservedDestination[]
}[]

export interface ReportSources {
  readonly director: Director
  /** By the checker's key; undefined: nobody knows it (yet). */
  readonly checker: (key: string) => CheckerKnowledge | undefined
  readonly table: Result<ObservedTable, Refusal>
  readonly syncDaemons: Result<readonly SyncDaemon[], Refusal>
  readonly about: DaemonReport
  /** Of the wall clock: ISO 8601 in UTC. */
  readonly iso: (at: Instant) => string
}

export interface ReportWish {
  /** Only these: a virtual server with all of its servers, or real servers. */
  readonly subject?: IsMeant
  /** Where there are more real servers than so many, only those that are down are told. */
  readonly mostServers?: number
}

export function lvsSections(sources: ReportSources): LvsSections {
  const context = new Context(sources)
  return {
    virtualServers: sources.director.virtualServers.map((state, position) =>
      virtualServerReport(context, state, position),
    ),
    syncDaemon: syncDaemonReports(sources),
    director: sources.about,
  }
}

/** @returns what was asked for of it; undefined when there is nothing of that name */
export function asWished(
  sections: LvsSections,
  { subject, mostServers }: ReportWish,
): LvsSections | undefined {
  const chosen = sections.virtualServers.flatMap((each) => chosenOf(each, subject))
  if (subject !== undefined && chosen.length === 0) return undefined
  const total = chosen.reduce((sum, { realServers }) => sum + realServers.length, 0)
  const virtualServers = mostServers !== undefined && total > mostServers ? chosen.map(inShort) : chosen
  return { ...sections, virtualServers }
}

function chosenOf(
  virtualServer: VirtualServerReport,
  subject: IsMeant | undefined,
): readonly VirtualServerReport[] {
  const { name, services, realServers } = virtualServer
  if (subject === undefined || [name, ...services].some(subject)) return [virtualServer]
  const own = realServers.filter((each) => subject(each.name))
  return own.length === 0 ? [] : [{ ...virtualServer, realServers: own }]
}

const inShort = (virtualServer: VirtualServerReport): VirtualServerReport => ({
  ...virtualServer,
  realServers: virtualServer.realServers.filter(({ state }) => state === 'down'),
})

/** What is looked up for each server, made once. */
class Context {
  readonly sources: ReportSources
  private readonly services: ReadonlyMap<string, ReadonlyMap<string, ObservedDestination>> | undefined
  private readonly drift: ReadonlyMap<string, readonly DriftReport[]>

  constructor(sources: ReportSources) {
    this.sources = sources
    const { table, director } = sources
    this.services = table.ok ? indexOf(table.value) : undefined
    const drift = new Map<string, DriftReport[]>()
    for (const each of table.ok ? driftOf(director, table.value).map(driftReport) : [])
      drift.set(each.service, [...(drift.get(each.service) ?? []), each])
    this.drift = drift
  }

  isPresent({ services }: Block): boolean | null {
    const { services: present } = this
    return present === undefined ? null : services.every(({ key }) => present.has(serviceText(key)))
  }

  driftOf({ services }: Block): readonly DriftReport[] {
    return services.flatMap(({ key }) => this.drift.get(serviceText(key)) ?? [])
  }

  /** What the kernel has for one server of a block, in the order of the block's services. */
  destinationsOf(block: number, member: number): readonly ObservedDestination[] {
    const { setup } = this.sources.director
    const places = setup.places[block]?.[member] ?? []
    return places
      .map(({ service, destination }) => {
        const united = setup.services[service]
        return this.services?.get(united?.text ?? '')?.get(united?.destinations[destination]?.text ?? '')
      })
      .filter((found) => found !== undefined)
  }
}

const indexOf = (table: ObservedTable): ReadonlyMap<string, ReadonlyMap<string, ObservedDestination>> =>
  new Map(
    table.map(({ service, destinations }) => [
      serviceText(service.key),
      new Map(destinations.map((each) => [destinationText(each.key), each])),
    ]),
  )

const driftReport = (drift: Drift): DriftReport => ({
  kind: drift.kind,
  service: drift.service,
  destination: 'destination' in drift ? drift.destination : null,
  asked: 'asked' in drift ? drift.asked : null,
  actual: 'actual' in drift ? drift.actual : null,
})

function virtualServerReport(
  context: Context,
  state: VirtualServerState,
  position: number,
): VirtualServerReport {
  const { block, quorum, since, sum, active } = state
  const { target, scheduler } = block.definition
  const persistence = block.services[0]?.persistence
  return {
    name: block.name,
    address: target.kind === 'address' ? formatIp(target.address) : null,
    port: target.kind === 'address' ? target.port : null,
    protocol: target.kind === 'mark' ? null : target.protocol,
    fwmark: target.kind === 'mark' ? target.mark : null,
    group: target.kind === 'group' ? target.name : null,
    services: block.services.map(({ key }) => serviceText(key)),
    scheduler,
    persistence: persistence
      ? { timeoutSeconds: persistence.timeoutSeconds, engine: persistence.engine ?? null }
      : null,
    quorum: {
      need: block.rule.quorum,
      hysteresis: block.rule.hysteresis,
      sum,
      state: quorum,
      since: context.sources.iso(since),
    },
    sorry: block.sorry ? { server: block.sorry.name, active: isSorry(state) } : null,
    suspended: !active,
    kernel: { present: context.isPresent(block), drift: context.driftOf(block) },
    counts: countsOf(state),
    realServers: state.servers.map((server, member) =>
      realServerReport(context, state, server, { block: position, member }),
    ),
  }
}

const NONE: ServerCounts = { unchecked: 0, up: 0, down: 0, suspended: 0 }

function countsOf(state: VirtualServerState): ServerCounts {
  const counts = { ...NONE }
  for (const server of state.servers) counts[serverStateOf(state, server)] += 1
  return counts
}

/** ha_suspend rests checkers; a server without any has nothing to rest. */
export const serverStateOf = ({ active }: VirtualServerState, server: RealServerState): ServerState =>
  !active && server.checkers.length > 0 ? 'suspended' : phaseOf(server)

function realServerReport(
  context: Context,
  virtualServer: VirtualServerState,
  state: RealServerState,
  place: { readonly block: number; readonly member: number },
): RealServerReport {
  const { iso } = context.sources
  const { server, up, since, reason, weight, checkers } = state
  const destinations = context.destinationsOf(place.block, place.member)
  return {
    name: server.name,
    address: formatIp(server.definition.address),
    port: Number(/\d+$/.exec(server.identity)?.[0] ?? 0),
    state: serverStateOf(virtualServer, state),
    up,
    since: iso(since),
    reason: reason ?? null,
    weight: {
      configured: server.definition.weight,
      effective: weight,
      kernel: destinations[0]?.weight ?? null,
    },
    connections: destinations.length === 0 ? null : connectionsOf(destinations),
    checkers: checkers.flatMap((checker) => checkerReport(context.sources, checker)),
  }
}

const connectionsOf = (destinations: readonly ObservedDestination[]): ConnectionsReport => ({
  active: sumOf(destinations, ({ activeConnections }) => activeConnections),
  inactive: sumOf(destinations, ({ inactiveConnections }) => inactiveConnections),
  persistent: sumOf(destinations, ({ persistentConnections }) => persistentConnections),
})

const sumOf = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((sum, each) => sum + of(each), 0)

function checkerReport(
  { checker: knowledgeOf, iso }: ReportSources,
  { checker, hasRun }: CheckerState,
): readonly CheckerReport[] {
  const known = knowledgeOf(checker.key)
  if (known === undefined) return []
  const { check, verdict, state, sharedBy } = known
  const { activity, last, counts } = state ?? {}
  return [
    {
      kind: checkName(check),
      target: checkTarget(check),
      state: activity?.kind === 'suspended' ? 'suspended' : hasRun ? verdict : 'unchecked',
      retry: {
        failures: state ? failuresOf(state) : 0,
        of: check.kind === 'file' ? 0 : check.timing.retry,
      },
      running: activity?.kind === 'running',
      last: last ? attemptReport(last, iso) : null,
      nextAt: activity?.kind === 'waiting' ? iso(activity.until) : null,
      counts: counts ?? { successes: 0, failures: 0, noResults: 0 },
      sharedBy,
    },
  ]
}

/** Before the first answer the retries are only spent because keepalived makes none. */
const failuresOf = ({ failures, counts }: Asked): number => (counts.failures === 0 ? 0 : failures)

function attemptReport({ at, took, outcome }: LastAttempt, iso: ReportSources['iso']): AttemptReport {
  const tookMs = toMilliseconds(took)
  switch (outcome.kind) {
    case 'success':
      return { at: iso(at), tookMs, ok: true, reason: null }
    case 'failure':
      return { at: iso(at), tookMs, ok: false, reason: reasonText(outcome.reason) }
    case 'no-result':
      return { at: iso(at), tookMs, ok: null, reason: noResultText(outcome.reason) }
  }
}

/** What is wanted, in its order, then what others have started. */
function syncDaemonReports({ director, syncDaemons }: ReportSources): readonly SyncDaemonReport[] {
  const definition = director.setup.globals.syncDaemon
  const wanted = definition ? rolesOf(definition, director.master) : []
  const running = syncDaemons.ok ? syncDaemons.value : []
  const ours = wanted.map((role): SyncDaemonReport => {
    const found = running.find((each) => each.role === role)
    return {
      role,
      interface: definition?.daemon.interface ?? '',
      syncId: definition?.daemon.syncId ?? 0,
      wanted: true,
      running: syncDaemons.ok ? found !== undefined : null,
      instance: definition?.instance ?? null,
    }
  })
  const others = running
    .filter(({ role }) => !wanted.includes(role))
    .map(({ role, interface: link, syncId }) => ({
      ...{ role, interface: link, syncId, wanted: false, running: true, instance: null },
    }))
  return [...ours, ...others]
}
