/**
 * The director while it runs: what checkers find out, what is read anew and what VRRP says become its events; its
 * effects are performed in their order. What the kernel makes of a step's changes is told to it before anything else.
 */

import type { IpAddress } from '../../../base/address.ts'
import type { Clock } from '../../../base/time.ts'
import type { CheckersListeners } from '../../../checkers/checkers.ts'
import { reasonText } from '../../../checkers/reason.ts'
import type { Step } from '../../../checkers/retry.ts'
import type { Wanted } from '../../../checkers/sharing.ts'
import type { Check, Outcome, TimedCheck } from '../../../checkers/types.ts'
import { logLines } from '../../../checkers/words.ts'
import type { Program } from '../../../director/configuration.ts'
import { driftOf } from '../../../director/drift.ts'
import { createDirector, stepDirector } from '../../../director/engine.ts'
import type { Table } from '../../../director/plan.ts'
import type { Verdict } from '../../../director/real-server.ts'
import { snapshotOf, type Snapshot } from '../../../director/snapshot.ts'
import type {
  Adopted,
  Director,
  DirectorEffect,
  DirectorEvent,
  Happening,
  ScriptKind,
} from '../../../director/state.ts'
import type { IpvsChange, IpvsTable } from '../../../netlink/ipvs/types.ts'
import type { Outcome as KernelOutcome } from '../../../netlink/types.ts'
import type { Log } from '../../log/logging.ts'
import { sayOf } from './assemble-check.ts'
import { LocalAddresses } from './addresses.ts'
import type { AssembledDirector } from './assemble.ts'
import { readTable } from './table.ts'

/** What asks the servers: `Checkers` of src/checkers. */
export interface Asking {
  apply(wanted: ReadonlyMap<string, Wanted>): void
  suspend(scope: string): void
  resume(scope: string): void
  stop(): void
}

export interface RuntimePorts {
  readonly clock: Clock
  readonly table: IpvsTable
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Started, not waited for. */
  readonly run: (kind: ScriptKind, program: Program) => void
  /** A line for the notify FIFOs, without its end. */
  readonly tell: (line: string) => void
  /** The snapshot is another one now. */
  readonly remember: () => void
  readonly happened: (happening: Happening) => void
  /** All addresses of this host, each as often as it is there. */
  readonly addresses: () => readonly IpAddress[]
}

export class DirectorRuntime {
  private readonly ports: RuntimePorts
  private readonly asking: Asking
  private readonly addresses = new LocalAddresses()
  /** By vrrp_instance; those that are not there are not Master. */
  private readonly masters = new Map<string, boolean>()
  private assembled: AssembledDirector
  /** Whose checks are asked. */
  private asked: AssembledDirector | undefined
  private director: Director
  /** The kernel has refused something that is still wanted: the next verdicts try it again. */
  private hasRefusals = false

  /** @param makeAsking is given who listens */
  constructor(
    assembled: AssembledDirector,
    ports: RuntimePorts,
    makeAsking: (listeners: CheckersListeners) => Asking,
  ) {
    this.assembled = assembled
    this.ports = ports
    this.director = createDirector(assembled.configuration)
    this.asking = makeAsking({
      onStep: (...step) => {
        this.onStep(...step)
      },
      onFile: (id, check, outcome) => {
        this.onFile(id, check, outcome)
      },
    })
  }

  get state(): Director {
    return this.director
  }

  get inForce(): AssembledDirector {
    return this.assembled
  }

  /** Undefined: nobody has said. */
  isMaster(instance: string): boolean | undefined {
    return this.masters.get(instance)
  }

  snapshot(): Snapshot {
    return snapshotOf(this.director)
  }

  start(adopted: Adopted | undefined): void {
    const { table } = this.ports
    const timeouts = table.timeouts()
    this.sayNotices()
    const addresses = this.ports.addresses()
    this.watchAddresses(addresses)
    this.dispatch({
      type: 'start',
      table: this.readTable(),
      timeouts: timeouts.ok ? timeouts.value : undefined,
      addresses,
      ...(adopted && { adopted }),
    })
  }

  /** Another configuration is in force. */
  reconfigure(assembled: AssembledDirector): void {
    this.assembled = assembled
    this.sayNotices()
    const addresses = this.ports.addresses()
    const { configuration } = assembled
    this.dispatch({ type: 'reconfigure', configuration, table: this.readTable(), addresses })
    this.watchAddresses(addresses)
    const instance = configuration.globals.syncDaemon?.instance
    if (instance !== undefined) this.dispatch({ type: 'vrrp', master: this.masters.get(instance) ?? false })
  }

  onVrrp(instance: string, master: boolean): void {
    this.masters.set(instance, master)
    if (this.assembled.configuration.globals.syncDaemon?.instance === instance)
      this.dispatch({ type: 'vrrp', master })
  }

  /** The kernel has told of addresses. */
  onAddresses(): void {
    for (const change of this.addresses.update(this.ports.addresses()))
      this.dispatch({ type: 'address', ...change })
  }

  /** What others have done to our services is undone, and said. */
  repair(): void {
    const table = this.readTable()
    if (table === undefined) return
    const drift = driftOf(this.director, table)
    if (drift.length === 0) return
    const [first] = drift
    const where = first === undefined ? '' : ` (${first.service}${drift.length > 1 ? ' and others' : ''})`
    this.ports.log.warn(
      `Others have changed ${drift.length === 1 ? 'a thing' : `${drift.length} things`} of our IPVS services${where}: undone`,
    )
    this.dispatch({ type: 'repair', table })
  }

  /** @param keepTable `-I` */
  stop(keepTable: boolean): void {
    this.asking.stop()
    this.dispatch({ type: 'stop', keepTable })
  }

  private onStep(id: string, check: TimedCheck, step: Step): void {
    const names = this.assembled.names.get(id)
    if (names === undefined) return
    for (const line of logLines(names, check, step)) this.ports.log.info(line)
    const verdict = verdictOf(check, step)
    if (verdict !== undefined && this.isNews(id, step, verdict))
      this.dispatch({ type: 'verdict', checker: id, ...verdict })
  }

  private onFile(id: string, _check: Check, outcome: Outcome): void {
    if (outcome.kind === 'no-result') return
    const weight = outcome.kind === 'success' ? sayOf(outcome.weight) : 'none'
    const reason = outcome.kind === 'failure' ? { reason: reasonText(outcome.reason) } : {}
    this.dispatch({ type: 'verdict', checker: id, up: outcome.kind === 'success', weight, ...reason })
  }

  /** One that says nothing new is not told: ten thousand of them come within a delay_loop. */
  private isNews(id: string, { change }: Step, { weight }: Verdict): boolean {
    if (change !== undefined || weight !== undefined || this.hasRefusals) return true
    const place = this.director.setup.checkers.get(id)
    const server = place && this.director.virtualServers[place.block]?.servers[place.server]
    return server?.checkers[place?.checker ?? 0]?.hasRun === false
  }

  private dispatch(event: DirectorEvent): void {
    const { director, effects } = stepDirector(this.director, event, this.ports.clock.now())
    this.director = director
    const outcomes = this.perform(effects)
    if (event.type === 'outcomes')
      this.hasRefusals = this.director.services.some(({ refused }) => refused.size > 0)
    for (const each of outcomes) this.dispatch({ type: 'outcomes', ...each })
  }

  /** @returns what the kernel made of it, where the director has to know */
  private perform(
    effects: readonly DirectorEffect[],
  ): readonly Omit<Extract<DirectorEvent, { type: 'outcomes' }>, 'type'>[] {
    const { log, run, tell, remember, happened } = this.ports
    const outcomes: { changes: readonly IpvsChange[]; refusals: readonly KernelOutcome[] }[] = []
    for (const effect of effects) {
      switch (effect.type) {
        case 'ipvs': {
          const { changes } = effect
          const refusals = this.ports.table.change(changes)
          if (this.hasRefusals || refusals.some((refusal) => refusal !== undefined))
            outcomes.push({ changes, refusals })
          break
        }
        case 'run':
          run(effect.script, effect.program)
          break
        case 'fifo':
          tell(effect.line)
          break
        case 'log':
          if (effect.level === 'warning') log.warn(effect.text)
          else log.info(effect.text)
          break
        case 'happened':
          happened(effect.happening)
          break
        case 'snapshot':
          remember()
          break
        case 'remove':
        case 'activate':
        case 'suspend':
          break
      }
    }
    if (effects.some(({ type }) => type === 'remove' || type === 'activate' || type === 'suspend'))
      this.ask(effects)
    return outcomes
  }

  /** Who is asked from now on: by scopes when an address came or went, all anew after a start or a reload. */
  private ask(effects: readonly DirectorEffect[]): void {
    const { checks } = this.assembled
    const scopes = (type: 'activate' | 'suspend'): ReadonlySet<string> => {
      const found = new Set<string>()
      for (const effect of effects) {
        if (effect.type !== type) continue
        for (const each of effect.checkers)
          found.add(checks.get(typeof each === 'string' ? each : each.key)?.scope ?? '')
      }
      return found
    }
    for (const scope of scopes('suspend')) if (scope !== '') this.asking.suspend(scope)
    for (const scope of scopes('activate')) if (scope !== '') this.asking.resume(scope)
    if (this.asked === this.assembled) return
    this.asked = this.assembled
    this.asking.apply(this.wanted())
  }

  /** What is known of each server is what its checkers begin with. */
  private wanted(): ReadonlyMap<string, Wanted> {
    const { setup, virtualServers } = this.director
    const wanted = new Map<string, Wanted>()
    for (const [key, each] of this.assembled.checks) {
      const place = setup.checkers.get(key)
      const server = place && virtualServers[place.block]?.servers[place.server]
      const known = server?.checkers[place?.checker ?? 0]
      // A second server of one address in a block is none.
      if (known !== undefined) wanted.set(key, { ...each, initial: known.up ? 'up' : 'down' })
    }
    return wanted
  }

  private watchAddresses(addresses: readonly IpAddress[]): void {
    this.addresses.watch(new Set(this.director.setup.suspendable.keys()), addresses)
  }

  private sayNotices(): void {
    for (const notice of this.assembled.notices) this.ports.log.warn(notice)
  }

  private readTable(): Table | undefined {
    const table = readTable(this.ports.table)
    if (table.ok) return table.value
    this.ports.log.error(`The IPVS table cannot be read: ${table.error.text}`)
    return undefined
  }
}

/** Undefined: nothing has been decided. */
function verdictOf(check: TimedCheck, { finding, change, state }: Step): Verdict | undefined {
  switch (finding.kind) {
    case 'no-result':
      return undefined
    case 'success':
      // One URL of several is no verdict.
      return change === undefined && finding.verdict === 'down' ? undefined : { up: true, ...weightOf(state) }
    case 'failure':
      if (change === undefined && !finding.isFinal) return undefined
      // However a program failed, what it said before no longer holds: 2.2.7 keeps it after a timeout (issue 2720).
      return {
        up: false,
        reason: reasonText(finding.reason),
        ...(check.kind === 'misc' && check.dynamic && { weight: 'none' as const }),
      }
  }
}

function weightOf({ last }: Step['state']): Pick<Verdict, 'weight'> {
  const outcome = last?.outcome
  return outcome?.kind === 'success' && outcome.weight !== undefined ? { weight: sayOf(outcome.weight) } : {}
}
