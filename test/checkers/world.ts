/** Probes and checkers on this host's loopback, by real time. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { rejected } from '../../src/base/result.ts'
import { after, instant, seconds, type Clock, type Instant } from '../../src/base/time.ts'
import { createTlsContext, Probes, type ProbeWorld } from '../../src/checkers/probe/probes.ts'
import { Schedule } from '../../src/checkers/schedule.ts'
import { openConnectedDatagrams } from '../../src/system/connected-datagrams.ts'
import { openStream } from '../../src/system/outbound-stream.ts'
import type { Outcome, TimedCheck } from '../../src/checkers/types.ts'

export const realClock: Clock = { now: () => instant(performance.now() * 1000) }

/** A schedule that a timer of Node's runs; `changed` after something was added. */
class TimedSchedule extends Schedule {
  #timer: NodeJS.Timeout | undefined

  override add(at: Instant, due: (now: Instant) => void): ReturnType<Schedule['add']> {
    const deadline = super.add(at, due)
    this.#arm()
    return deadline
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    clearTimeout(this.#timer)
    if (this.next === undefined) return
    const delay = Math.max(0, Math.ceil((this.next - realClock.now()) / 1000))
    this.#timer = setTimeout(() => {
      this.run(realClock.now())
      this.#arm()
    }, delay)
  }
}

export interface ProbeLab {
  readonly probes: Probes
  readonly schedule: Schedule
  /** What one attempt comes to. */
  ask(check: TimedCheck, url?: number): Promise<Outcome>
  /** The same of a server that is silent from `reached` on: its time is up then, however long it was to be. */
  askInVain(check: TimedCheck, reached: Promise<void>): Promise<Outcome>
}

export function probeLab(changes: Partial<ProbeWorld> = {}): ProbeLab {
  const schedule = new TimedSchedule()
  onTestFinished(() => schedule.stop())
  const context = createTlsContext(undefined)
  if (!context.ok) throw new Error(context.error)
  const probes = new Probes({
    clock: realClock,
    deadlines: schedule,
    random: Math.random,
    launcher: { launch: () => rejected({ text: 'no programs here' }) },
    environment: {},
    tls: context.value,
    openDatagrams: openConnectedDatagrams,
    openStream,
    ...changes,
  })
  const ask = (check: TimedCheck, url = 0): Promise<Outcome> =>
    new Promise((resolve) => void probes.start(check, url, resolve))
  return {
    probes,
    schedule,
    ask,
    askInVain: async (check, reached) => {
      const outcome = ask(check)
      await reached
      // What the kernel has for us by now is read in the next turns of the event loop.
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      schedule.run(after(realClock.now(), seconds(3600)))
      return outcome
    },
  }
}

/** A server that does this to each connection; its port. */
export async function serve(answer: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    answer(socket)
  })
  return listen(server, () => {
    for (const socket of open) socket.destroy()
  })
}

export async function listen(server: Server, beforeClose = (): void => {}): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    beforeClose()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
