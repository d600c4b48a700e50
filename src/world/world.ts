/**
 * All that is outside of the daemon, as the daemon sees it. There are two of them: the host it runs on
 * (daemon/system-world.ts) and the one that tests and simulations make up. Interfaces only: what each door does
 * is said where it is declared, beside the real one.
 */

import type { Clock, Instant } from '../base/time.ts'
import type { Result } from '../base/result.ts'
import type { Kernel } from '../netlink/kernel.ts'
import type { OpenFifo, FifoOptions } from '../scripts/fifo.ts'
import type { Launcher, Timers } from '../scripts/types.ts'
import type { LinkSetting } from '../system/link-sysctl.ts'
import type { Scheduler } from '../system/scheduling.ts'
import type { ServiceManager } from '../system/sd-notify.ts'
import type { SystemError } from '../system/system-error.ts'
import type { ProcessToTrack } from '../scripts/tracking/process-match.ts'
import type { ProcessTable, TrackedFileSystem } from '../scripts/tracking/types.ts'
import type {
  AdvertReceiver,
  AdvertReceiverSpec,
  AdvertSender,
  AdvertSenderSpec,
} from '../vrrp/socket/advert-socket.ts'
import type { AdvertTap } from '../vrrp/socket/advert-tap.ts'
import type { ArpSocket } from '../vrrp/socket/arp-socket.ts'
import type { ArpTap } from '../vrrp/socket/arp-tap.ts'
import type { Ipv4Address } from '../base/address.ts'

export interface World {
  readonly clock: Clock
  /** Milliseconds since 1970, as the host's clock has it: for people to read, nothing is decided by it. */
  readonly wallMs: () => number
  readonly createAlarm: (callback: () => void) => Alarm
  readonly timers: Timers
  /** In the loop's next turn, after the sockets and the alarm have had theirs. */
  readonly soon: (callback: () => void) => void
  readonly kernel: Kernel
  readonly linkSettings: LinkSettings
  readonly adverts: AdvertSockets
  readonly arp: ArpSocket
  /** ARP from that link whose sender has one of these addresses. */
  readonly openArpTap: (linkIndex: number, addresses: readonly Ipv4Address[]) => Result<ArpTap, SystemError>
  readonly launcher: Launcher
  /** Path of nft(8); undefined: there is none. */
  readonly nft: string | undefined
  /** What a process is called; undefined: it has ended. */
  readonly processName: (pid: number) => Promise<string | undefined>
  readonly trackedFiles: TrackedFileSystem
  readonly processTable: (wanted: readonly ProcessToTrack[]) => ProcessTable
  readonly openFifo: (path: string, options: FifoOptions) => Promise<Result<OpenFifo, string>>
  readonly record: RecordFile
  /** /proc/sys/kernel/random/boot_id; `unknown` where the kernel does not say. */
  readonly bootId: () => string
  readonly scheduler: Scheduler
  /** Undefined: nobody manages this process. */
  readonly service: ServiceManager | undefined
  readonly measureLag: () => LoopLag
}

/** One deadline at a time: see system/clock.ts. */
export interface Alarm {
  set(at: Instant | undefined): void
  close(): void
}

/** See system/link-sysctl.ts. */
export interface LinkSettings {
  /** Undefined when there is no such link, or no such setting in this kernel. */
  read(link: string, setting: LinkSetting): string | undefined
  /** @returns whether the kernel took it */
  write(link: string, setting: LinkSetting, value: string): boolean
}

export interface AdvertSockets {
  readonly openSender: (spec: AdvertSenderSpec) => Result<AdvertSender, SystemError>
  readonly openReceiver: (spec: AdvertReceiverSpec) => Result<AdvertReceiver, SystemError>
  readonly openTap: (linkIndex: number) => Result<AdvertTap, SystemError>
}

/** What a daemon leaves to the next one: one small file. Refusals are the system's own words. */
export interface RecordFile {
  readonly path: string
  /** Undefined: there is none that could be read. Does not wait for long: before the start. */
  readNow(): string | undefined
  /** There when this returns. */
  writeNow(text: string): Result<undefined, string>
  /** There as a whole, or as it was. */
  replace(text: string): Promise<Result<undefined, string>>
  /** Its first bytes, in what was last written. */
  overwriteBeginning(text: string): Promise<Result<undefined, string>>
  /** No harm where there is none. */
  remove(): Promise<Result<undefined, string>>
}

export interface LoopLag {
  /** Milliseconds beyond the timer's own resolution: the worst within the last minute, or up to two. */
  read(): { readonly maxMs: number }
  stop(): void
}
