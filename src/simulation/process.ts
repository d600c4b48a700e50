/**
 * One process of vrrpd on a simulated host: the World that the real daemon runs in. While it sleeps nothing of it
 * runs, and when it ends nothing of it ever runs again. An event loop as system/ has it: what has become readable
 * wakes it up, then timers and the alarm have their turn.
 */

import { accepted, rejected } from '../base/result.ts'
import type { IpAddress } from '../base/address.ts'
import { after, between, latest, microseconds, type Duration, type Instant } from '../base/time.ts'
import type { ExitStatus, LaunchHandlers, Launcher, LaunchSpec } from '../scripts/types.ts'
import type { SystemError } from '../system/system-error.ts'
import type { ProcessSeen } from '../scripts/tracking/process-match.ts'
import type { InitialContent, TrackedFileSystem } from '../scripts/tracking/types.ts'
import type { AdvertArrived, AdvertReceiver, AdvertSender } from '../vrrp/socket/advert-socket.ts'
import { asDelivered } from '../vrrp/wire/packet.ts'
import type { Alarm, World } from '../world/world.ts'
import type { MemoryRecord } from './memory-record.ts'
import { Inbox, type Arrived } from './inbox.ts'
import { SleepyTimers } from './sleepy-timers.ts'

/** How late an alarm fires and a packet is read at most. */
export const LONGEST_LAG: Duration = microseconds(1_500)
/** How long a question to the file system takes at most. */
const LONGEST_ANSWER = microseconds(20_000)
/** How long a program runs at least, and how much longer at most. */
const PROGRAM_RUNS: readonly [Duration, Duration] = [microseconds(50_000), microseconds(200_000)]

export const BOOT_ID = 'simulated'

/** How time passes. */
export interface Passage {
  now(): Instant
  plan(at: Instant, action: () => void): void
  /** How late something is, 0..1, reproducibly. */
  lag(): number
}

/** A whole IP packet and where it goes: a group, or one host. */
export interface Packet {
  readonly to: IpAddress
  readonly bytes: Uint8Array
}

/** What becomes of a program; `hangs`: it does not end before it is ended. */
export type ProgramEnd = { readonly code: number } | 'hangs'

/** What of the host the process lives on. */
export interface Machine extends Pick<World, 'linkSettings'> {
  readonly record: MemoryRecord
  openKernel(onReadable: (drain: () => void) => void): World['kernel']
  /** @param link its index, which a rename leaves alone @returns whether it is there and carries the packet */
  send(link: number, packet: Packet): boolean
  /** What a program that is over now has found. */
  endOf(spec: LaunchSpec): ProgramEnd
  processes(): readonly ProcessSeen[]
  /** Undefined: there is no such file. */
  textOf(path: string): string | undefined
  /** `init_file` */
  makeFile(path: string, initial: InitialContent): void
}

interface OpenReceiver<P> {
  readonly link: number
  readonly address: IpAddress
  readonly inbox: Inbox<P>
  callback: (() => void) | undefined
}

interface RunningAlarm {
  readonly callback: () => void
  at: Instant | undefined
}

const refused = (code: string): { readonly ok: false; readonly error: SystemError } =>
  rejected({ errno: 1, code, call: 'sendmsg', text: code })

const ignored = { receive: () => accepted([]), onReadable: () => undefined, close: () => undefined } as const

export class SimulatedProcess<P extends Packet = Packet> {
  readonly world: World
  /** When its socket was full for the first time. */
  lostPacketAt: Instant | undefined
  /** What is being read. */
  reading: P | undefined
  private isAwake = true
  private isAlive = true
  private isWaking = false
  private readonly around: Passage
  private readonly machine: Machine
  private readonly receivers = new Set<OpenReceiver<P>>()
  private readonly alarms = new Set<RunningAlarm>()
  private readonly watchers = new Set<(name: string) => void>()
  private readonly timers: SleepyTimers
  /** Reads what the kernel has told. */
  private drainKernel: (() => void) | undefined
  private lastPid = 1

  constructor(around: Passage, machine: Machine) {
    this.around = around
    this.machine = machine
    this.timers = new SleepyTimers(around, () => this.runs)
    this.world = this.makeWorld()
  }

  get runs(): boolean {
    return this.isAlive && this.isAwake
  }

  pause(): void {
    this.isAwake = false
  }

  /** Which of its descriptors the kernel names first is anybody's guess. */
  resume(): void {
    this.isAwake = true
    const timersFirst = this.around.lag() < 0.5
    if (timersFirst) {
      this.timers.wake()
      for (const alarm of [...this.alarms]) this.ring(alarm)
    }
    if (this.runs) this.wake()
    if (!timersFirst && this.runs) this.timers.wake()
  }

  end(): void {
    this.isAlive = false
    this.timers.forget()
    this.receivers.clear()
    this.alarms.clear()
    this.watchers.clear()
  }

  /** What has come on the link of that index. */
  arrived(link: number, packet: P): void {
    for (const receiver of this.receivers) {
      if (receiver.link !== link || receiver.address !== packet.to) continue
      if (!receiver.inbox.put(packet, this.around.now())) this.lostPacketAt ??= this.around.now()
    }
    this.wakeSoon()
  }

  fileChanged(name: string): void {
    for (const changed of [...this.watchers]) {
      this.timers.after(microseconds(0), () => {
        if (this.watchers.has(changed)) changed(name)
      })
    }
  }

  /** What another thread finds out: it takes a moment, and is heard when the process is awake. */
  answer<T>(make: () => T): Promise<T> {
    const delay = microseconds(this.around.lag() * LONGEST_ANSWER)
    return new Promise((resolve) => {
      this.timers.after(delay, () => {
        resolve(make())
      })
    })
  }

  private wakeSoon(): void {
    if (this.isWaking || !this.runs) return
    this.isWaking = true
    this.around.plan(this.later(this.around.now()), () => {
      this.isWaking = false
      if (this.runs) this.wake()
    })
  }

  private wake(): void {
    const { drainKernel } = this
    this.drainKernel = undefined
    drainKernel?.()
    for (const { inbox, callback } of [...this.receivers]) if (!inbox.isEmpty && this.runs) callback?.()
    for (const alarm of [...this.alarms]) this.ring(alarm)
  }

  private ring(alarm: RunningAlarm): void {
    if (!this.runs || alarm.at === undefined || alarm.at > this.around.now()) return
    alarm.at = undefined
    alarm.callback()
  }

  private later(at: Instant): Instant {
    return after(at, microseconds(this.around.lag() * LONGEST_LAG))
  }

  private makeWorld(): World {
    const { around, machine, timers } = this
    const clock = { now: () => around.now() }
    return {
      clock,
      wallMs: () => Math.round(around.now() / 1_000),
      createAlarm: (callback) => this.createAlarm(callback),
      timers,
      soon: (callback) => void timers.after(microseconds(0), callback),
      kernel: machine.openKernel((drain) => {
        this.drainKernel = drain
        this.wakeSoon()
      }),
      linkSettings: machine.linkSettings,
      adverts: {
        openSender: ({ link }) => accepted(this.openSender(link.index)),
        openReceiver: ({ link, address }) => accepted(this.openReceiver(link.index, address)),
        openTap: () => accepted(ignored),
      },
      arp: { send: (_index, frames) => accepted(frames.length), close: () => undefined },
      openArpTap: () => accepted(ignored),
      launcher: { launch: (spec, handlers) => this.launch(spec, handlers) },
      nft: undefined,
      processName: () => this.answer(() => undefined),
      trackedFiles: this.files(),
      processTable: () => ({ look: (isWanted) => this.answer(() => machine.processes().filter(isWanted)) }),
      openFifo: () => this.answer(() => rejected('there are none here')),
      record: machine.record.openedBy((make) => this.answer(make)),
      bootId: () => BOOT_ID,
      scheduler: {
        mainThread: 1,
        threads: () => this.answer(() => [1]),
        nice: () => 0,
        setRealTime: () => accepted(undefined),
        setNice: () => accepted(undefined),
        setProcessors: () => accepted(undefined),
        lockMemory: () => accepted(0),
        unlockMemory: () => accepted(0),
      },
      service: undefined,
      measureLag: () => ({ read: () => ({ maxMs: 0 }), stop: () => undefined }),
    }
  }

  private createAlarm(callback: () => void): Alarm {
    const alarm: RunningAlarm = { callback, at: undefined }
    this.alarms.add(alarm)
    return {
      set: (at) => {
        if (alarm.at === at) return
        alarm.at = at
        if (at === undefined) return
        this.around.plan(this.later(latest(at, this.around.now())), () => {
          // A later one has been set meanwhile: that has a plan of its own.
          if (alarm.at === at && this.alarms.has(alarm)) this.ring(alarm)
        })
      },
      close: () => {
        alarm.at = undefined
        this.alarms.delete(alarm)
      },
    }
  }

  private openSender(link: number): AdvertSender {
    return {
      send: (packets, to) => {
        const carried = packets.map((bytes) => this.machine.send(link, { to, bytes }))
        return carried.every(Boolean) ? accepted(packets.length) : refused('ENETDOWN')
      },
      close: () => undefined,
    }
  }

  /** One packet at a time, so that it is known what an event comes from. */
  private openReceiver(link: number, address: IpAddress): AdvertReceiver {
    const receiver: OpenReceiver<P> = { link, address, inbox: new Inbox<P>(), callback: undefined }
    this.receivers.add(receiver)
    return {
      receive: () => {
        const next = receiver.inbox.take()
        this.reading = next?.packet
        return accepted(next === undefined ? [] : this.arrivedOf(next))
      },
      onReadable: (callback) => {
        receiver.callback = callback
      },
      close: () => void this.receivers.delete(receiver),
    }
  }

  private arrivedOf({ packet: { bytes }, arrivedAt }: Arrived<P>): readonly AdvertArrived[] {
    const delivered = asDelivered(bytes)
    return delivered === undefined ? [] : [{ ...delivered, age: between(arrivedAt, this.around.now()) }]
  }

  /** What a program finds is so when it ends; that it has ended is heard when the process is awake. */
  private launch(spec: LaunchSpec, handlers: LaunchHandlers): ReturnType<Launcher['launch']> {
    const [least, more] = PROGRAM_RUNS
    const end = after(this.around.now(), microseconds(least + this.around.lag() * more))
    let isOver = false
    const exits = (status: ExitStatus): void => {
      if (isOver) return
      isOver = true
      this.timers.after(microseconds(0), () => {
        handlers.onExit(status)
      })
    }
    this.around.plan(end, () => {
      const how = isOver ? 'hangs' : this.machine.endOf(spec)
      if (how !== 'hangs') exits({ kind: 'exited', code: how.code })
    })
    const signalled = { SIGTERM: 15, SIGKILL: 9 } as const
    this.lastPid += 1
    return accepted({
      pid: this.lastPid,
      killGroup: (signal) => {
        exits({ kind: 'signalled', signal: signalled[signal] })
      },
    })
  }

  private files(): TrackedFileSystem {
    const { machine } = this
    return {
      readBeginning: (path) =>
        this.answer(() => {
          const text = machine.textOf(path)
          return text === undefined ? { kind: 'missing' } : { kind: 'text', text }
        }),
      writeInitial: (path, initial) =>
        this.answer(() => {
          machine.makeFile(path, initial)
          return undefined
        }),
      directoryIdentity: (path) => this.answer(() => path),
      watchDirectory: (_path, changed) => {
        this.watchers.add(changed)
        return () => void this.watchers.delete(changed)
      },
    }
  }
}
