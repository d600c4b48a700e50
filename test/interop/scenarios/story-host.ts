/** A host of a story: what runs on it, what it calls, and how it is told what to do. */

import { seconds } from '../../../src/base/time.ts'
import type { Semaphore } from '../../../src/scripts/tracking/semaphore.ts'
import type { Host } from '../../support/lab.ts'
import type { Daemon, DaemonKind } from '../../support/lab/daemon.ts'
import { notifyLines, type Check, type Recorder } from '../../support/lab/recorder.ts'
import { sometime, VIP } from './figures.ts'

export interface DaemonHost {
  /** Lines that record every call of a notify script. */
  readonly notify: string
  /** A check script that passes until the story says otherwise. */
  readonly check: string
  /** Of the host, for files. */
  readonly directory: string
}

export interface StoryHost {
  readonly host: Host
  readonly recorder: Recorder
  readonly check: Check
  /** Starts this host's daemon with the scenario's configuration for it; from then on its timers run. */
  start(): Promise<Daemon>
  daemon(): Daemon
  /** Waits until it holds the address, on the first link unless named. */
  gains(address?: string, link?: string): Promise<void>
  loses(address?: string, link?: string): Promise<void>
  /** Starts it after a crash, which has left the address: it loses it and, being the best, gains it again. */
  returns(): Promise<void>
}

/** A process has to begin before the protocol's timers do. How long that takes is the machine's business. */
const startUp = seconds(60)

/** @param starts lets few daemons start at a time */
export async function storyHost(
  host: Host,
  kind: DaemonKind,
  configOf: (parts: DaemonHost) => string,
  starts: Semaphore,
): Promise<StoryHost> {
  const [recorder, check] = await Promise.all([host.recorder(), host.check()])
  const { directory } = host
  const config = configOf({ notify: notifyLines(recorder), check: check.command, directory })
  let running: Daemon | undefined
  const startNow = async (): Promise<Daemon> => {
    running = await host.start({ kind, config })
    await running.logs('Startup complete', startUp)
    return running
  }
  const start = (): Promise<Daemon> => starts.pass(startNow)
  return {
    host,
    recorder,
    check,
    start,
    returns: async () => {
      const daemon = await start()
      await daemon.logs('Entering MASTER STATE', sometime)
      await host.holdsWithin(VIP, sometime)
    },
    daemon: () => {
      if (running === undefined) throw new Error(`${host.name}'s daemon has not been started`)
      return running
    },
    gains: async (address = VIP, link) => {
      await host.holdsWithin(address, sometime, link)
    },
    loses: (address = VIP, link) => host.lacksWithin(address, sometime, link),
  }
}
