/**
 * One host of a simulated network: its kernel, what its programs, processes and files say, and the real daemon on
 * it, under a unit that starts it again after a crash.
 */

import { formatIp, type Cidr, type IpAddress } from '../base/address.ts'
import { accepted, type Result } from '../base/result.ts'
import { after, milliseconds, type Duration } from '../base/time.ts'
import type { Command, Model } from '../config/model.ts'
import { ownCore, type Core } from '../daemon/core.ts'
import { removeRecorded } from '../daemon/recovery/remove-recorded.ts'
import { readRecord } from '../daemon/recovery/run-record-file.ts'
import type { Examined } from '../daemon/examined.ts'
import { ownPartOf, planBetween } from '../daemon/reading/own-part.ts'
import type { Log } from '../daemon/log/logging.ts'
import { compose, type DaemonHost, type HostSettings } from '../daemon/composition.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { LaunchSpec, Script } from '../scripts/types.ts'
import type { ProcessSeen } from '../scripts/tracking/process-match.ts'
import { describeCause } from '../vrrp/election/cause.ts'
import type { StateKind } from '../vrrp/election/state.ts'
import type { EngineEffect } from '../vrrp/engine.ts'
import type { LinkSettings } from '../world/world.ts'
import { MemoryKernel } from './kernel/memory-kernel.ts'
import { MemoryRecord } from './memory-record.ts'
import {
  BOOT_ID,
  SimulatedProcess,
  type Machine,
  type Packet,
  type Passage,
  type ProgramEnd,
} from './process.ts'

export interface HostSetup {
  readonly name: string
  readonly model: Model
  /** Instances whose `nopreempt` is taken back (config/analysis/lint/election.ts): whoever judges the outcome wants to know. */
  readonly clearedNopreempt?: readonly string[]
  readonly links: readonly { readonly name: string; readonly addresses: readonly Cidr[] }[]
}

/** What an instance has become, and why. */
export interface Transition {
  readonly instance: string
  readonly from: StateKind
  readonly to: StateKind
  readonly because: string
}

export interface HostPorts extends Passage {
  /** Onto the LAN that a link is on. */
  readonly send: (link: string, packet: Packet) => void
  readonly moved: (transition: Transition) => void
  /** Something else that is worth a line. */
  readonly happened: (text: string) => void
  /** An address has come or gone. */
  readonly addressesChanged: () => void
  /** What is thrown anywhere is a defect. */
  readonly fail: (error: unknown) => void
}

export type ScriptOutcome = 'pass' | 'fail' | 'time out'

/** RestartSec of the unit, and what systemd, `vrrpd cleanup` and the start of a process take (measured, roughly). */
const CLEANED_UP_AFTER: Duration = milliseconds(200)
const STARTED_AGAIN_AFTER: Duration = milliseconds(800)

/** A port that is nobody's: whoever configured the host, and whoever removes addresses by hand. */
const ADMINISTRATOR = 7
/** Looks on. */
const OBSERVER = 8
const GLOBAL_SCOPE = 0

/** Of the command line nothing is said. */
export const SETTINGS: HostSettings = {
  configFile: 'keepalived.conf',
  monitorAddresses: false,
  // Virtual servers are no part of it.
  parts: 'vrrp',
  restoreAddresses: false,
  pauseGuard: false,
  umask: undefined,
  releaseOnStop: true,
}

/** What is said is not what is looked at. */
export const silentLog: Log = {
  detail: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  say: () => undefined,
  reopen: () => undefined,
  linesLost: () => 0,
  close: () => Promise.resolve(),
}

/** What a script of the configuration is called by the launcher: a check by its name, all others alike. */
const CHECK = 'check'
const NOTIFY = 'notify'

interface Running {
  readonly process: SimulatedProcess
  readonly parts: DaemonHost
}

export class SimulatedHost {
  readonly name: string
  private readonly setup: HostSetup
  private readonly ports: HostPorts
  /** Undefined while the host is off. */
  private machine: Kernel | undefined
  private memory: MemoryKernel | undefined
  private readonly settings = new Map<string, string>()
  private readonly downLinks = new Set<string>()
  private readonly outcomes = new Map<string, ScriptOutcome>()
  private readonly stoppedProcesses = new Set<string>()
  private readonly files = new Map<string, string>()
  /** What stands in the file, and what the daemon has read. */
  private file: Model
  private record = new MemoryRecord()
  private running: Running | undefined
  private leaving: SimulatedProcess | undefined
  /** Of a start that systemd has planned. */
  private generation = 0
  private stalledFor = 0

  constructor(setup: HostSetup, ports: HostPorts) {
    this.name = setup.name
    this.setup = setup
    this.ports = ports
    this.file = setup.model
  }

  /** Those that it holds now, whoever set them. */
  holds(address: IpAddress): boolean {
    return this.memory?.findAddress(address) !== undefined
  }

  /** On which of its links that are up an address of its own is. */
  linkOf(address: IpAddress): string | undefined {
    const found = this.memory?.findAddress(address)
    if (found === undefined) return undefined
    const link = this.machine?.table.linkByIndex(found.linkIndex)
    return link?.up === true ? link.name : undefined
  }

  /** The link that carries what is sent on this one: the base of a virtual MAC interface. */
  carrierOf(link: string): string {
    const table = this.machine?.table
    const base = table?.linkByName(link)?.macvlanOn
    return (base === undefined ? undefined : table?.linkByIndex(base)?.name) ?? link
  }

  /** Whether links of these names carry anything. */
  isUp(link: string): boolean {
    return this.memory?.linkNamed(link)?.up === true
  }

  /** Switches the host on, if it is off, and starts the daemon. */
  start(): void {
    this.generation += 1
    if (this.running) return
    this.leaving?.end()
    this.memory ??= this.boot()
    const { memory } = this
    const process = new SimulatedProcess(this.ports, this.machineOf(memory))
    const read = (): Promise<Examined> => process.answer(() => this.examined())
    const plan = (from: Examined, to: Examined): Promise<Result<readonly string[], never>> =>
      process.answer(() => accepted(planBetween(from, to)))
    const parts = compose(
      { world: process.world, settings: SETTINGS, log: silentLog, read, plan, core: this.observed() },
      this.examined(),
    )
    this.running = { process, parts }
    parts.start()
  }

  /** As `systemctl stop`. */
  stop(): void {
    this.generation += 1
    const { running } = this
    if (!running) return
    running.process.resume()
    this.running = undefined
    this.leaving = running.process
    running.parts
      .stop('SIGTERM')
      .then(() => {
        running.parts.leave()
        running.process.end()
      })
      .catch((error: unknown) => {
        this.ports.fail(error)
      })
  }

  /** The host is gone, with all it had. */
  kill(): void {
    this.generation += 1
    this.end()
    this.machine?.close()
    this.machine = undefined
    this.memory = undefined
    this.record = new MemoryRecord()
    this.settings.clear()
    this.ports.addressesChanged()
  }

  /** The process ends without a goodbye; the unit cleans up and starts it again. */
  crash(): void {
    if (!this.running) return
    this.end()
    const generation = ++this.generation
    const later = (delay: Duration, action: () => void): void => {
      this.ports.plan(after(this.ports.now(), delay), () => {
        if (this.generation === generation) action()
      })
    }
    later(CLEANED_UP_AFTER, () => {
      this.cleanUp()
    })
    later(STARTED_AGAIN_AFTER, () => {
      this.start()
    })
  }

  stall(duration: Duration): void {
    const { running } = this
    if (!running) return
    const stall = ++this.stalledFor
    running.process.pause()
    this.ports.plan(after(this.ports.now(), duration), () => {
      if (this.stalledFor === stall && this.running === running) running.process.resume()
    })
  }

  setLink(link: string, up: boolean): void {
    if (up) this.downLinks.delete(link)
    else this.downLinks.add(link)
    this.memory?.setCarrier(link, up)
  }

  setScript(name: string, outcome: ScriptOutcome): void {
    this.outcomes.set(name, outcome)
  }

  setFile(path: string, number: number): void {
    this.files.set(path, `${number}\n`)
    this.running?.process.fileChanged(path.slice(path.lastIndexOf('/') + 1))
  }

  /** @param name of a vrrp_track_process */
  setProcess(name: string, runs: boolean): void {
    if (runs) this.stoppedProcesses.delete(name)
    else this.stoppedProcesses.add(name)
  }

  /** Another file is there, and the daemon, if it runs, is told to read it. */
  reload(model: Model): void {
    this.file = model
    this.running?.parts.reloader.reload().catch((error: unknown) => {
      this.ports.fail(error)
    })
  }

  /** @param names of instances or groups; empty: all */
  drain(names: readonly string[], duration: Duration | undefined): void {
    const forMs = duration === undefined ? {} : { forMs: Math.round(duration / 1_000) }
    this.ask({ version: 1, request: 'drain', arguments: { names, all: names.length === 0, ...forMs } })
  }

  resume(names: readonly string[]): void {
    this.ask({ version: 1, request: 'resume', arguments: { names, all: names.length === 0 } })
  }

  /** Somebody removes an address. */
  remove(address: IpAddress): void {
    const found = this.memory?.findAddress(address)
    if (found === undefined)
      this.ports.happened(`${formatIp(address)} is not on ${this.name}: nothing removed`)
    else this.memory?.as(ADMINISTRATOR).removeAddress(found)
  }

  receive(link: string, packet: Packet): void {
    const { running } = this
    if (!running || !this.isUp(link)) return
    for (const each of this.machine?.table.links.values() ?? [])
      if (this.carrierOf(each.name) === link) running.process.arrived(each.index, packet)
  }

  private ask(request: Parameters<DaemonHost['operator']['handle']>[0]): void {
    this.running?.parts.operator.handle(request).catch((error: unknown) => {
      this.ports.fail(error)
    })
  }

  private end(): void {
    this.running?.process.end()
    this.leaving?.end()
    this.running = undefined
    this.leaving = undefined
  }

  private boot(): MemoryKernel {
    const memory = new MemoryKernel()
    const administrator = memory.as(ADMINISTRATOR)
    for (const { name, addresses } of this.setup.links) {
      const linkIndex = memory.addLink({
        name,
        enabled: true,
        carrier: !this.downLinks.has(name),
        multicast: true,
      })
      for (const cidr of addresses) administrator.addAddress({ linkIndex, cidr, scope: GLOBAL_SCOPE })
    }
    this.machine = memory.open({
      portId: OBSERVER,
      onReadable: (drain) => {
        drain()
        this.ports.addressesChanged()
      },
    })
    return memory
  }

  private machineOf(memory: MemoryKernel): Machine {
    return {
      record: this.record,
      linkSettings: linkSettingsOf(memory, this.settings),
      openKernel: (onReadable) => memory.open({ onReadable }),
      send: (index, packet) => {
        const link = this.machine?.table.linkByIndex(index)?.name ?? ''
        const isUp = this.isUp(link)
        if (isUp) this.ports.send(this.carrierOf(link), packet)
        return isUp
      },
      endOf: (spec) => this.endOf(spec),
      processes: () => this.processes(),
      textOf: (path) => this.files.get(path),
      makeFile: (path, { value, overwrite }) => {
        if (overwrite || !this.files.has(path)) this.files.set(path, `${value}\n`)
      },
    }
  }

  private endOf({ argv: [kind, name = ''] }: LaunchSpec): ProgramEnd {
    if (kind !== CHECK) return { code: 0 }
    switch (this.outcomes.get(name) ?? 'pass') {
      case 'pass':
        return { code: 0 }
      case 'fail':
        return { code: 1 }
      case 'time out':
        return 'hangs'
    }
  }

  /** As many of each as are asked for. */
  private processes(): readonly ProcessSeen[] {
    return this.file.trackProcesses.flatMap(({ name, program, parameters, quorum }) =>
      this.stoppedProcesses.has(name)
        ? []
        : Array.from({ length: quorum }, () => ({
            name: program.slice(program.lastIndexOf('/') + 1).slice(0, 15),
            argv: [program, ...parameters],
          })),
    )
  }

  private examined(): Examined {
    const model = this.file
    const names = new Map<Command, string>(model.scripts.map(({ name, command }) => [command, name]))
    const scriptOf = (command: Command): Script => {
      const name = names.get(command)
      const argv = name === undefined ? ([NOTIFY] as const) : ([CHECK, name] as const)
      const spec = { argv, identity: undefined, environment: {} }
      return { kind: 'runnable', spec, warnings: [], insecure: false }
    }
    return { ...ownPartOf(model), scripts: { scriptOf, ownerOf: () => undefined, violation: undefined } }
  }

  /** `vrrpd cleanup`, which the unit runs when the daemon has ended. */
  private cleanUp(): void {
    const { memory } = this
    if (memory === undefined) return
    const record = readRecord(this.record, BOOT_ID)
    if (record === undefined) return
    const kernel = memory.open()
    removeRecorded(record, { kernel, linkSettings: linkSettingsOf(memory, this.settings) }, () => undefined)
    kernel.close()
  }

  /** What the daemon decides with, and what of that others hear. */
  private observed(): Core {
    return {
      ...ownCore,
      stepEngine: (engine, event, now) => {
        const stepped = ownCore.stepEngine(engine, event, now)
        for (const effect of stepped.effects) this.tell(effect)
        return stepped
      },
    }
  }

  private tell(effect: EngineEffect): void {
    if (effect.type !== 'router' || effect.effect.type !== 'event') return
    const { event } = effect.effect
    if (event.kind === 'transition') {
      const { from, to, cause } = event
      this.ports.moved({ instance: effect.router, from, to, because: describeCause(cause) })
    }
    if (event.kind === 'address-lost')
      this.ports.happened(`${effect.router}: somebody else removed ${event.address}`)
  }
}

/**
 * The settings of a host's links. Only promote_secondaries means something to its kernel.
 *
 * @param values what has been written, by link and setting; kept by the caller
 */
export function linkSettingsOf(memory: MemoryKernel, values: Map<string, string>): LinkSettings {
  const key = (link: string, setting: string): string => `${link} ${setting}`
  return {
    read: (link, setting) =>
      link !== 'all' && memory.linkNamed(link) === undefined
        ? undefined
        : (values.get(key(link, setting)) ?? '0'),
    write: (link, setting, value) => {
      if (memory.linkNamed(link) === undefined) return false
      values.set(key(link, setting), value)
      if (setting === 'ipv4/promote_secondaries') memory.setPromoteSecondaries(link, value === '1')
      return true
    },
  }
}
