/**
 * Keeps the journal: everything the daemon does or is told comes by here on
 * its way and becomes an event that knows its cause. Beside it what the
 * election has no use for and the operator has: who is heard as master.
 */

import { formatIp } from '../../base/address.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import type { Clock, Instant } from '../../base/time.ts'
import type { EventKind } from '../../control/events.ts'
import type { TransitionReport } from '../../control/report.ts'
import { complaintLine, type Complaint } from '../../events/event.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'
import type { EngineEvent, RouterRecord } from '../../vrrp/engine.ts'
import { describeCause } from '../../vrrp/election/cause.ts'
import type { ElectionEvent, Note } from '../../vrrp/election/state.ts'
import { Causes } from './causes.ts'
import { tellEvent, tellNote, type Told } from './recorder-text.ts'
import { ObservedMasters, silentSince, type ObservedMaster, type SilentSince } from './observed-masters.ts'
import { Journal } from './journal.ts'
import { PriorityCauses } from './priority-causes.ts'
import { wallMsOf } from './wall-time.ts'

export interface RecorderPorts {
  readonly clock: Clock
  /** Milliseconds since the epoch. */
  readonly wallMs: () => number
  readonly recordOf: (router: string) => RouterRecord | undefined
  /** In words; empty when there are none. */
  readonly addressesOf: (router: string) => string
  /** What is known of a check's last run, in words; empty when nothing is. */
  readonly checkWords: (script: string) => string
}

export class Recorder {
  readonly journal: Journal = new Journal()
  readonly observedMasters: ObservedMasters = new ObservedMasters()
  private readonly ports: RecorderPorts
  private readonly causes = new Causes()
  /** Told by the link watch already, before the engine's event for it comes. */
  private readonly linksTold = new Map<string, number>()
  /** By instance: its last transition, and what left its addresses without a master. */
  private readonly transitions = new Map<string, number>()
  private readonly vacancies = new Map<string, number>()
  private readonly priorityCauses = new PriorityCauses()
  private readonly histories = new Map<string, readonly TransitionReport[]>()
  private readonly trackers = new Map<string, string>()
  /** What an operator or a signal has asked for: the root of the engine's next event. */
  private asked: number | undefined

  constructor(ports: RecorderPorts) {
    this.ports = ports
  }

  /** What the daemon as a whole does. What the engine does next is its consequence. */
  daemon(kind: EventKind, text: string): void {
    this.asked = this.write({ kind, subject: 'vrrpd', text })
  }

  link(name: string, state: 'up' | 'down' | 'gone'): void {
    const text = state === 'gone' ? `${name} was removed` : `${name} went ${state}`
    this.linksTold.set(name, this.write({ kind: 'link', subject: name, text }))
  }

  /** Nothing that the routers hear of. A link that changes to and fro is told once. */
  linkRenewed(name: string, text: string): void {
    this.write({ kind: 'link', subject: name, text, repeatKey: text })
  }

  /** Before the engine is told of it. */
  begin(event: EngineEvent): void {
    this.causes.begin(undefined)
    this.causes.begin(this.rootOf(event))
  }

  happened(router: string, event: ElectionEvent): void {
    if (event.kind === 'master-down-timer-expired') {
      this.timeout(router)
      return
    }
    const base = this.ports.recordOf(router)?.router.priority ?? 0
    this.causes.suggest(this.priorityCauses.causeOf(router, event, base))
    const id = this.told(router, tellEvent(router, event))
    if (event.kind === 'transition') this.moved(router, event, id)
    this.priorityCauses.note(router, event, id)
  }

  note(router: string, note: Note): void {
    const told = tellNote(router, note, this.ports.addressesOf(router))
    if (told) this.told(router, told)
  }

  /** After a reload: only these routers are there still. */
  retain(routers: ReadonlySet<string>): void {
    this.observedMasters.retain(routers)
    for (const name of this.transitions.keys()) if (!routers.has(name)) this.priorityCauses.forget(name)
    for (const map of [this.transitions, this.vacancies, this.histories]) {
      for (const name of map.keys()) if (!routers.has(name)) map.delete(name)
    }
  }

  /** The instance's last changes of state, the oldest first. */
  history(router: string): readonly TransitionReport[] {
    return this.histories.get(router) ?? []
  }

  /** When a tracker's verdict last changed: ISO 8601; undefined while it has had but one. */
  trackerSince(name: string): string | undefined {
    return this.trackers.get(name)
  }

  /** The id of the instance's last transition. */
  lastTransition(router: string): number | undefined {
    return this.transitions.get(router)
  }

  groupSyncing(group: string, to: string): void {
    const text = `sync group ${group} takes its members to ${to}`
    const cause = this.causes.ofSyncing()
    this.causes.syncing(group, this.write({ kind: 'group', subject: group, text, cause }))
  }

  /** What the kernel refused, or the daemon could not do. */
  complaint(complaint: Complaint): void {
    const { router } = complaint
    const text = complaintLine(complaint)
    if (router !== undefined && this.ports.recordOf(router)) this.of(router, 'refused', text, text)
    else this.write({ kind: 'refused', subject: 'vrrpd', text, repeatKey: text })
  }

  /** How long a master of that router may be silent. */
  silenceAfter(record: RouterRecord): SilentSince {
    return silentSince(record, this.ports.clock.now())
  }

  /** An instant by the wall clock. */
  wallMsOf(at: Instant): number {
    return wallMsOf(at, { now: this.ports.clock.now(), wallNowMs: this.ports.wallMs() })
  }

  private rootOf(event: EngineEvent): number | undefined {
    switch (event.type) {
      case 'link':
        return this.linkRoot(event.name, event.fact)
      case 'script':
      case 'process':
        return this.trackerRoot(event)
      case 'file':
        return this.changed(event.name, `file ${event.name} holds ${event.number}`)
      case 'advert':
        return this.hear(event)
      case 'alarm':
      case 'rejected':
      case 'address-lost':
        return undefined
      case 'start':
      case 'stop':
      case 'drain':
      case 'resume':
      case 'dismiss':
      case 'reconfigure':
        return this.asked
    }
  }

  private linkRoot(name: string, fact: LinkFact | undefined): number {
    const told = this.linksTold.get(name)
    this.linksTold.delete(name)
    if (told !== undefined) return told
    const text =
      fact?.source === undefined
        ? `${name} has no IPv4 address to send from`
        : `${name} sends from ${formatIp(fact.source)} now`
    return this.write({ kind: 'link', subject: name, text })
  }

  private trackerRoot({ type: kind, name, verdict }: VerdictEvent): number | undefined {
    if (verdict === 'pending') return undefined
    const words = kind === 'script' ? this.ports.checkWords(name) : ''
    return this.changed(name, `${kind} ${name} ${VERDICT_WORDS[verdict]}${words === '' ? '' : ` (${words})`}`)
  }

  private changed(tracker: string, text: string): number {
    this.trackers.set(tracker, new Date(this.ports.wallMs()).toISOString())
    return this.write({ kind: 'tracker', subject: tracker, text })
  }

  private hear({ router: name, advert }: EngineEvent & { type: 'advert' }): number | undefined {
    const record = this.ports.recordOf(name)
    if (!record) return undefined
    const change = this.observedMasters.hear(name, advert, this.silenceAfter(record))
    const source = formatIp(advert.source)
    // A Master's rival is told by the election's own notes.
    if (change === undefined || (record.state.kind === 'master' && change !== 'left')) return undefined
    if (change === 'left') {
      const id = this.of(name, 'master-left', `${source} leaves ${name} (priority 0)`, `left ${source}`)
      this.vacancies.set(name, id)
      return id
    }
    const what = change === 'new' ? 'is MASTER of' : 'changed its priority for'
    const text = `${source} ${what} ${name}, priority ${advert.priority}`
    this.causes.begin(this.vacancies.get(name))
    this.vacancies.delete(name)
    const crowd = this.observedMasters.live(name, this.silenceAfter(record)).length > FEW_MASTERS
    return this.of(name, 'master-heard', text, crowd ? 'heard' : `heard ${change} ${source}`)
  }

  private moved(router: string, { from, to, cause }: Transition, id: number): void {
    const at = new Date(this.ports.wallMs()).toISOString()
    const step = { at, from: STATE_WORDS[from], to: STATE_WORDS[to], because: describeCause(cause) }
    this.histories.set(router, [...this.history(router), step].slice(-KEPT_TRANSITIONS))
    this.transitions.set(router, id)
    if (from === 'master') this.vacancies.set(router, id)
    if (to === 'master') this.vacancies.delete(router)
  }

  private timeout(router: string): void {
    const heard = this.observedMasters.latest(router)
    const lesser = this.priorityCauses.lesserMaster(router)
    const isThere = lesser !== undefined && heard !== undefined && this.isHeardStill(router, heard)
    // A member that its sync group holds back runs out again and again.
    this.causes.begin(isThere ? lesser : this.vacancies.get(router))
    const text = isThere
      ? `${router} has let ${formatIp(heard.source)} go on for a Master_Down_Interval`
      : heard?.left === true
        ? `nobody took over ${router} from ${formatIp(heard.source)}`
        : heard
          ? `${router} has heard nothing from ${formatIp(heard.source)} for a Master_Down_Interval`
          : `${router} has heard no master for a Master_Down_Interval`
    this.of(router, 'timeout', text, 'timeout')
  }

  private isHeardStill(router: string, { left, last, interval }: ObservedMaster): boolean {
    const record = this.ports.recordOf(router)
    return record !== undefined && !left && last >= this.silenceAfter(record)(interval)
  }

  private told(router: string, { kind, text, repeatKey }: Told): number {
    return this.of(router, kind, text, repeatKey)
  }

  /** Something that happened to one instance; it repeats itself only while the instance stays in its state. */
  private of(instance: string, kind: EventKind, text: string, repeatKey?: string): number {
    const group = this.ports.recordOf(instance)?.group
    const cause = this.causes.of(instance, group, kind)
    const epoch = this.transitions.get(instance) ?? 0
    const key = repeatKey === undefined ? undefined : `${instance} ${epoch} ${repeatKey}`
    const id = this.write({ kind, instance, subject: instance, text, cause, repeatKey: key })
    this.causes.happened(instance, kind, id)
    return id
  }

  private write(event: Parameters<Journal['append']>[0]): number {
    return this.journal.append(event, this.ports.wallMs())
  }
}

type VerdictEvent = EngineEvent & { readonly type: 'script' | 'process' }

type Transition = Extract<ElectionEvent, { readonly kind: 'transition' }>

const KEPT_TRANSITIONS = 8

/** More are a storm, or somebody who invents them. */
const FEW_MASTERS = 3

const VERDICT_WORDS = {
  up: 'succeeds',
  down: 'fails',
  disabled: 'is disabled',
  pending: 'has no result',
} as const
