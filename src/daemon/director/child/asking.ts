/** What asks the servers on this host: checkers with their probes, one timer for all of them, and files with numbers. */

import { createHash } from 'node:crypto'
import { Checkers, type CheckerReport, type CheckersListeners } from '../../../checkers/checkers.ts'
import { createTlsContext, Probes, type TlsClient } from '../../../checkers/probe/probes.ts'
import { Schedule } from '../../../checkers/schedule.ts'
import type { Wanted } from '../../../checkers/sharing.ts'
import type { Clock } from '../../../base/time.ts'
import type { TrackFile } from '../../../config/model.ts'
import { scriptEnvironment } from '../../../scripts/environment.ts'
import { TrackedFiles } from '../../../scripts/tracking/tracked-files.ts'
import type { TrackingPorts } from '../../../scripts/tracking/types.ts'
import type { Launcher } from '../../../scripts/types.ts'
import { openConnectedDatagrams } from '../../../system/connected-datagrams.ts'
import { openPingGroupRange } from '../../../system/ping-group-range.ts'
import { openStream } from '../../../system/outbound-stream.ts'
import type { Alarm } from '../../../world/world.ts'
import type { Log } from '../../log/logging.ts'
import { PingGroups, type OpenPingGroups } from './ping-groups.ts'
import type { Asking } from './runtime.ts'

export interface AskingPorts extends TrackingPorts {
  readonly clock: Clock
  readonly launcher: Launcher
  readonly createAlarm: (callback: () => void) => Alarm
  readonly log: Pick<Log, 'error' | 'warn'>
  /** The host's, where nothing is said. */
  readonly openPingGroups?: OpenPingGroups
}

/** What ten thousand checks are known by takes 10 MB as it is, and as much again in the record. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

export class HostChecks implements Asking {
  private readonly checkers: Checkers
  private readonly probes: Probes
  private readonly log: AskingPorts['log']
  private readonly files: TrackedFiles
  private readonly alarm: Alarm
  private readonly pingGroups: PingGroups
  private known: ReadonlyMap<string, TrackFile> = new Map()
  private used: ReadonlySet<string> = new Set()

  constructor(tls: TlsClient | undefined, ports: AskingPorts, listeners: CheckersListeners) {
    const { clock, launcher, log } = ports
    const schedule = new Schedule()
    this.log = log
    this.probes = new Probes({
      clock,
      launcher,
      deadlines: schedule,
      random: Math.random,
      environment: scriptEnvironment(process.env),
      tls: tlsContext(tls, log),
      openDatagrams: openConnectedDatagrams,
      openStream,
    })
    this.pingGroups = new PingGroups(ports.openPingGroups ?? openPingGroupRange, log)
    this.alarm = ports.createAlarm(() => {
      this.checkers.runDue()
    })
    this.checkers = new Checkers(
      {
        clock,
        schedule,
        digest: digestOf,
        // After the phase of the event loop in which sockets are looked at.
        soon: setImmediate,
        random: Math.random,
        setAlarm: (at) => {
          this.alarm.set(at)
        },
        prober: this.probes,
      },
      listeners,
    )
    this.files = new TrackedFiles(ports, {
      onNumber: (name, number) => {
        this.checkers.fileChanged(name, number)
      },
      onNote: (text) => {
        log.warn(text)
      },
    })
  }

  /** Of the configuration; those that a FILE_CHECK uses are read. */
  useFiles(files: readonly TrackFile[]): void {
    this.known = new Map(files.map((file) => [file.name, file]))
  }

  /** Of the configuration's `SSL { … }`, as its files are now. */
  useTls(client: TlsClient | undefined): void {
    this.probes.useTls(tlsContext(client, this.log))
  }

  apply(wanted: ReadonlyMap<string, Wanted>): void {
    this.pingGroups.use([...wanted.values()].some(({ check }) => check.kind === 'ping'))
    this.checkers.apply(wanted)
    const used = [...wanted.values()].flatMap(({ check }) => (check.kind === 'file' ? [check.trackFile] : []))
    this.used = new Set(used)
    this.files.replace(
      [...this.used].map((name) => this.known.get(name)).filter((file) => file !== undefined),
    )
    // What stayed is known, and new checkers want it, too.
    for (const { name, number } of this.files.reports())
      if (number !== undefined) this.checkers.fileChanged(name, number)
  }

  suspend(scope: string): void {
    this.checkers.suspend(scope)
  }

  resume(scope: string): void {
    this.checkers.resume(scope)
  }

  stop(): void {
    this.checkers.stop()
    this.files.stop()
    this.alarm.close()
    this.pingGroups.use(false)
  }

  report(key: string): CheckerReport | undefined {
    return this.checkers.report(key)
  }
}

/** Without a certificate where it cannot be used: servers that ask for one refuse us, and say so. */
function tlsContext(client: TlsClient | undefined, log: Pick<Log, 'error'>): Parameters<Probes['useTls']>[0] {
  const wanted = createTlsContext(client)
  if (wanted.ok) return wanted.value
  log.error(`SSL: the client certificate cannot be used: ${wanted.error}; SSL_GET asks without one`)
  const plain = createTlsContext(undefined)
  if (plain.ok) return plain.value
  throw new Error(`no TLS at all: ${plain.error}`)
}
