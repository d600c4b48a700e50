/**
 * What the process is told and how it ends. A child hears its parent; SIGTERM alone says little to it, as systemd sends
 * that to all processes of a unit, also when the daemon has crashed: only the daemon's own word is a deliberate end.
 */

import type { Result } from '../../../base/result.ts'
import { seconds } from '../../../base/time.ts'
import type { Timers } from '../../../scripts/types.ts'
import type { ServiceManager } from '../../../system/sd-notify.ts'
import type { Log } from '../../log/logging.ts'
import { readToChild, type ToChild, type ToParent } from '../messages.ts'
import type { Read, Serving } from './serve.ts'

/** `abandoned`: nobody wants us any more, and the table stays. */
export type Ending = 'stop' | 'abandoned'

export interface Listening {
  /** It serves. */
  ready(): void
  readonly ended: Promise<Ending>
}

export interface EndingPorts {
  /** The configuration anew. */
  readonly reread: () => Promise<Result<Read, string>>
  readonly log: Log
  /** Writes keepalived_check.data. */
  readonly dump: () => void
  readonly timers: Timers
  /** Absent: nobody listens, or the daemon speaks for us. */
  readonly service?: Pick<ServiceManager, 'ready' | 'reloading'> | undefined
}

/** From SIGTERM until the parent has said why. */
const PATIENCE = seconds(5)

export function endOf(role: 'child' | 'alone', serving: Serving, ports: EndingPorts): Listening {
  // A client or a log reader that goes away is no reason to end.
  process.on('SIGPIPE', () => undefined)
  process.on('SIGUSR1', ports.dump)
  return role === 'alone' ? listenToSignals(serving, ports) : new ParentsWord(serving, ports)
}

function listenToSignals(serving: Serving, { reread, log, service }: EndingPorts): Listening {
  let work: Promise<void> = Promise.resolve()
  process.on('SIGHUP', () => {
    log.reopen()
    work = work.then(async () => {
      service?.reloading()
      const read = await reread()
      if (read.ok) {
        serving.apply(read.value)
        log.info('Reload complete')
      } else log.error(`Reload refused: ${read.error}; what runs goes on`)
      service?.ready()
    })
    work.catch(endByDefect)
  })
  const ended = new Promise<Ending>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        resolve('stop')
      })
  })
  return { ready: () => void service?.ready(), ended }
}

/** Rejected by a defect of ours only: better to end and be started anew. */
function endByDefect(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}

class ParentsWord implements Listening {
  readonly ended: Promise<Ending>
  private readonly serving: Serving
  private readonly ports: EndingPorts
  private end: (ending: Ending) => void = () => undefined
  private prepared: Read | undefined

  constructor(serving: Serving, ports: EndingPorts) {
    this.serving = serving
    this.ports = ports
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    process.on('message', (message: unknown) => {
      const told = readToChild(message)
      if (told !== undefined) this.hear(told)
    })
    process.on('disconnect', () => {
      this.end('abandoned')
    })
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        ports.timers.after(PATIENCE, () => {
          this.end('abandoned')
        })
      })
    // The daemon says when.
    process.on('SIGHUP', () => undefined)
    // It may have gone before we listened.
    if (!process.connected) this.end('abandoned')
  }

  ready(): void {
    this.tell({ type: 'ready' })
  }

  private hear(told: ToChild): void {
    switch (told.type) {
      case 'prepare':
        this.prepare(told.id).catch(endByDefect)
        break
      case 'apply':
        if (this.prepared !== undefined) this.serving.apply(this.prepared)
        this.prepared = undefined
        this.tell({ type: 'applied', id: told.id })
        break
      case 'vrrp':
        this.serving.runtime.onVrrp(told.instance, told.master)
        break
      case 'reopen-logs':
        this.ports.log.reopen()
        break
      case 'dump':
        this.ports.dump()
        break
      case 'beat':
        this.tell({ type: 'beat', id: told.id })
        break
      case 'stop':
        this.end('stop')
    }
  }

  private async prepare(id: number): Promise<void> {
    const read = await this.ports.reread()
    this.prepared = read.ok ? read.value : undefined
    this.tell({ type: 'prepared', id, ...(!read.ok && { refused: read.error }) })
  }

  /** One that has gone hears nothing, and `disconnect` says so. */
  private tell(message: ToParent): void {
    process.send?.(message, undefined, undefined, () => undefined)
  }
}
