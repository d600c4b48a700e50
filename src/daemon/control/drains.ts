/**
 * Instances that the operator takes out for maintenance. A Master hears nothing
 * of its Backups, so nobody can know beforehand whether one would take over;
 * but one Master_Down_Interval later it is known, and then what nobody has
 * taken over is taken back at once: who has listened for so long need not do so
 * again. That, and the end of a drill, do not depend on the
 * client: its connection may be the first thing that moves with the address.
 */

import { formatIp } from '../../base/address.ts'
import {
  after,
  between,
  milliseconds,
  toMilliseconds,
  type Clock,
  type Duration,
  type Instant,
} from '../../base/time.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import { unknownName } from '../../base/unknown-name.ts'
import type { DrainArguments, Targets } from '../../control/arguments.ts'
import type { ResumeReport } from '../../control/drain.ts'
import { failed, succeeded } from '../../control/protocol.ts'
import type { Answer } from '../../control/stream.ts'
import type { EventList } from '../../events/event-list.ts'
import type { Timers } from '../../scripts/types.ts'
import type { Engine, EngineEvent, RouterRecord } from '../../vrrp/engine.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import { identityOf } from '../../vrrp/reconfigure.ts'
import type { Recorder } from '../journal/recorder.ts'
import { DrainStream } from './drain-stream.ts'

export interface DrainPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly recorder: Pick<Recorder, 'observedMasters' | 'wallMsOf'>
  readonly events: Pick<EventList, 'publish' | 'subscribe'>
  readonly engine: () => Engine
  readonly dispatch: (event: EngineEvent) => void
  readonly warn: (text: string) => void
}

/** One `vrrpd drain` that is not over. */
interface Operation {
  /** By link and VRID: a reload may give them other names. None in here is in another operation. */
  readonly routers: Set<string>
  readonly startedAt: Instant
  readonly stream: DrainStream
  readonly until: Instant | undefined
  /** Names of former Masters that nobody has taken over yet. */
  readonly waiting: Set<string>
  readonly cancels: (() => void)[]
}

/** The lowest priority waits longest. */
const LOWEST = 1

/**
 * A successor's first advert takes a moment; and a process that was stopped meanwhile may find its
 * timers due before it has read its sockets.
 */
const SECOND_LOOK = milliseconds(100)

export class Drains {
  private readonly ports: DrainPorts
  private operations: readonly Operation[] = []

  constructor(ports: DrainPorts) {
    this.ports = ports
  }

  /** Until when an instance stays out; undefined: until somebody says so. */
  until(router: string): Instant | undefined {
    const record = this.ports.engine().routers.get(router)
    if (!record) return undefined
    const identity = identityOf(record.router)
    return this.operations.find(({ routers }) => routers.has(identity))?.until
  }

  drain({ forMs, force, ...targets }: DrainArguments): Answer {
    const records = this.targets(targets)
    if (typeof records === 'string') return failed({ code: 'not-possible', text: records })
    const { clock, recorder, events, dispatch } = this.ports
    const names = records.map(({ router }) => router.name)
    const untaken = new Set(this.operations.flatMap(({ waiting }) => [...waiting]))
    this.forget(records)
    const masters = this.affected(records).filter(
      ({ router, state }) => state.kind === 'master' || untaken.has(router.name),
    )
    const startedAt = clock.now()
    const until = forMs === undefined ? undefined : after(startedAt, milliseconds(forMs))
    const stream = new DrainStream()
    const operation: Operation = {
      routers: new Set(records.map(({ router }) => identityOf(router))),
      startedAt,
      stream,
      until,
      waiting: new Set(masters.map(({ router }) => router.name)),
      cancels: [],
    }
    this.operations = [...this.operations, operation]
    events.publish({ type: 'drain', routers: names })
    dispatch({ type: 'drain', routers: names })
    stream.tell({
      kind: 'drained',
      instances: records.map(({ router, state, own }) => ({
        name: router.name,
        was: STATE_WORDS[state.kind],
        already: own.faults.some(({ kind }) => kind === 'drained'),
      })),
      until: until === undefined ? null : new Date(recorder.wallMsOf(until)).toISOString(),
    })
    this.watch(operation, masters, force === true)
    return stream
  }

  resume(targets: Targets): Answer {
    const records = this.targets(targets)
    if (typeof records === 'string') return failed({ code: 'not-possible', text: records })
    const drained = records.filter(isDrained)
    const report: ResumeReport = {
      resumed: drained.map(({ router }) => router.name),
      notDrained: records.filter((record) => !isDrained(record)).map(({ router }) => router.name),
    }
    this.forget(drained)
    if (drained.length > 0) this.letIn(report.resumed, 'operator')
    return succeeded<'resume'>(report)
  }

  private watch(operation: Operation, masters: readonly RouterRecord[], force: boolean): void {
    const { events, timers } = this.ports
    const { cancels, until, startedAt } = operation
    if (masters.length > 0) {
      cancels.push(events.subscribe(() => this.lookForSuccessors(operation)))
      const wait = Math.max(...masters.map(({ router }) => masterDownInterval(router, LOWEST))) as Duration
      const judge = (): void => this.judge(operation, force)
      cancels.push(timers.after(wait, () => cancels.push(timers.after(SECOND_LOOK, judge))))
    } else if (until === undefined) operation.stream.finish()
    if (until !== undefined) {
      cancels.push(timers.after(between(startedAt, until), () => this.endByItself(operation)))
    }
  }

  private lookForSuccessors(operation: Operation): void {
    const { waiting, startedAt, stream, until } = operation
    for (const name of waiting) {
      const [successor] = this.ports.recorder.observedMasters.live(name, () => startedAt)
      if (!successor) continue
      waiting.delete(name)
      stream.tell({
        kind: 'taken-over',
        instance: name,
        by: formatIp(successor.source),
        priority: successor.priority,
        afterMs: toMilliseconds(between(startedAt, successor.last)),
      })
    }
    if (waiting.size === 0 && until === undefined) stream.finish()
  }

  /** Any backup would have been heard by now. */
  private judge(operation: Operation, force: boolean): void {
    if (operation.waiting.size === 0) return
    if (!force) {
      this.endByItself(operation)
      return
    }
    this.tellUntaken(operation, false)
    if (operation.until === undefined) operation.stream.finish()
  }

  private tellUntaken({ waiting, startedAt, stream }: Operation, resumed: boolean): void {
    const names = [...waiting]
    if (names.length === 0) return
    waiting.clear()
    const afterMs = toMilliseconds(between(startedAt, this.ports.clock.now()))
    const consequence = resumed ? 'let in again' : 'left out all the same'
    this.ports.warn(
      `nobody has taken over ${names.join(', ')} within ${(afterMs / 1000).toFixed(1)} s: ${consequence}`,
    )
    stream.tell({ kind: 'not-taken-over', instances: names, afterMs, resumed })
  }

  private endByItself(operation: Operation): void {
    const records = this.recordsOf(operation)
    const names = records.filter(isDrained).map(({ router }) => router.name)
    const unserved = new Set(operation.waiting)
    this.tellUntaken(operation, true)
    operation.stream.tell({ kind: 'resumed', instances: names })
    this.forgetOperation(operation)
    if (names.length > 0) this.letIn(names, 'daemon', unserved)
  }

  /** @param unserved former Masters that have listened for a Master_Down_Interval and heard nobody */
  private letIn(
    names: readonly string[],
    by: 'operator' | 'daemon',
    unserved: ReadonlySet<string> = new Set(),
  ): void {
    this.ports.events.publish({ type: 'resume', routers: names, by })
    this.ports.dispatch({ type: 'resume', routers: names, unserved })
  }

  private recordsOf({ routers }: Operation): readonly RouterRecord[] {
    const all = [...this.ports.engine().routers.values()]
    return all.filter(({ router }) => routers.has(identityOf(router)))
  }

  /** Somebody has decided anew about these; what the same command said of others stands. */
  private forget(records: readonly RouterRecord[]): void {
    const identities = records.map(({ router }) => identityOf(router))
    for (const operation of this.operations) {
      const before = operation.routers.size
      for (const identity of identities) operation.routers.delete(identity)
      if (operation.routers.size === before) continue
      if (operation.routers.size === 0) this.forgetOperation(operation)
      else this.retainWaiting(operation)
    }
  }

  /** Only for the Masters that went because of routers that it is about still. */
  private retainWaiting(operation: Operation): void {
    const { waiting } = operation
    const concerned = new Set(this.affected(this.recordsOf(operation)).map(({ router }) => router.name))
    for (const name of waiting) if (!concerned.has(name)) waiting.delete(name)
    this.lookForSuccessors(operation)
  }

  private forgetOperation(operation: Operation): void {
    for (const cancel of operation.cancels) cancel()
    this.operations = this.operations.filter((each) => each !== operation)
    operation.stream.finish()
  }

  /** The instances and everything that their sync groups take along. */
  private affected(records: readonly RouterRecord[]): readonly RouterRecord[] {
    const groups = new Set(records.flatMap(({ group }) => (group === undefined ? [] : [group])))
    return [...this.ports.engine().routers.values()].filter(
      (record) => records.includes(record) || (record.group !== undefined && groups.has(record.group)),
    )
  }

  /** Names of instances or of sync groups; a text: what is wrong with them. */
  private targets({ names, all }: Targets): readonly RouterRecord[] | string {
    const { routers, groups } = this.ports.engine()
    const records = [...routers.values()]
    if (all) return records
    const wanted = new Set<string>()
    for (const name of names) {
      const members = groups.get(name)?.members ?? []
      if (!routers.has(name) && members.length === 0) {
        const known = [...routers.keys(), ...groups.keys()]
        return unknownName('vrrp_instance or vrrp_sync_group', name, known)
      }
      for (const each of routers.has(name) ? [name] : members) wanted.add(each)
    }
    return records.filter(({ router }) => wanted.has(router.name))
  }
}

const isDrained = ({ own }: RouterRecord): boolean => own.faults.some(({ kind }) => kind === 'drained')
