/** The dumps that signals ask for: keepalived's numbers, paths and shapes, which existing exporters use. */

import { onSignal } from '../../system/process.ts'
import type { Counters } from '../../vrrp/counters.ts'
import type { Log } from '../log/logging.ts'
import { dumpData, dumpParentData } from './data.ts'
import { dumpJson } from './json.ts'
import { dumpPaths, replaceFile, type DumpPaths } from './files.ts'
import { countedSince, type DumpSource } from './source.ts'
import { dumpStats } from './stats.ts'

/** `--signum=JSON` and `--signum=STATS_CLEAR`: SIGRTMIN + 2 and SIGRTMAX - 1 as keepalived counts them. */
const JSON_SIGNAL = 36
const STATS_CLEAR_SIGNAL = 63

export interface DumpPorts {
  readonly source: (countersOf: (name: string, now: Counters) => Counters) => DumpSource
  readonly log: Pick<Log, 'info' | 'warn'>
}

export class Dumps {
  private readonly ports: DumpPorts
  /** What had been counted when the statistics were cleared. */
  private cleared: ReadonlyMap<string, Counters> = new Map()
  /** One after the other. */
  private work: Promise<void> = Promise.resolve()

  constructor(ports: DumpPorts) {
    this.ports = ports
    process.on('SIGUSR1', () => {
      this.write('data', [
        ['data', dumpData],
        ['parentData', dumpParentData],
      ])
    })
    process.on('SIGUSR2', () => {
      this.write('stats', [['stats', dumpStats]])
    })
    this.onSignal(JSON_SIGNAL, () => {
      this.write('as json', [['json', dumpJson]])
    })
    this.onSignal(STATS_CLEAR_SIGNAL, () => {
      this.write('stats', [['stats', dumpStats]])
      this.clear()
    })
  }

  /** Of a number that Node has no name for. */
  private onSignal(number: number, callback: () => void): void {
    const listening = onSignal(number, callback)
    if (!listening.ok) this.ports.log.warn(`cannot listen for signal ${number}: ${listening.error.text}`)
  }

  private source(): DumpSource {
    return this.ports.source((name, now) => countedSince(this.cleared.get(name), now))
  }

  private write(
    what: string,
    files: readonly (readonly [keyof DumpPaths, (source: DumpSource) => string])[],
  ): void {
    this.ports.log.info(`Printing VRRP ${what} for process(${process.pid}) on signal`)
    // What is true now, however long the file takes.
    const source = this.source()
    const paths = dumpPaths(source.model, source.instanceNaming)
    const texts = files.map(([which, make]) => [paths[which], make(source)] as const)
    this.work = this.work.then(async () => {
      for (const [path, text] of texts) {
        const problem = await replaceFile(path, text)
        if (problem !== undefined) this.ports.log.warn(`Cannot write ${path}: ${problem}`)
      }
    })
  }

  private clear(): void {
    const all = this.ports.source((_name, now) => now)
    this.cleared = new Map(all.routers.map(({ assembled, counters }) => [assembled.router.name, counters]))
  }
}
