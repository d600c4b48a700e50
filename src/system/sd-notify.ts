/**
 * What the service manager is told (sd_notify(3)): one datagram per message to
 * the socket named in NOTIFY_SOCKET. Without one every call does nothing, and
 * the addon is not loaded.
 */

import { accepted, rejected, type Result } from '../base/result.ts'
import { microseconds, type Clock, type Duration } from '../base/time.ts'
import { systemClock } from './clock.ts'
import { AF_UNIX, SOCK_DGRAM } from './constants.ts'
import { unixSocketAddress } from './socket-address.ts'
import { Socket } from './socket.ts'
import type { SystemError } from './system-error.ts'

type Sent = Result<undefined, SystemError>

/** Sending never waits: EAGAIN when the manager's queue is full. */
export interface ServiceManager {
  /** How often watchdog() is expected at the latest; undefined: not at all. */
  readonly watchdogInterval: Duration | undefined
  ready(): Sent
  /** Until the next ready(). */
  reloading(): Sent
  stopping(): Sent
  /** One line for `systemctl status`; line breaks become spaces. */
  status(text: string): Sent
  watchdog(): Sent
  /** Another process than the one that was started is the service. */
  mainPid(pid: number): Sent
  close(): void
}

export interface ServiceEnvironment {
  /** A path, or a name in the abstract namespace with `@` before it. */
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
  /** Whose watchdog it is; absent: this process's. */
  readonly WATCHDOG_PID?: string | undefined
}

export function connectServiceManager(
  environment: ServiceEnvironment,
  clock: Clock = systemClock,
): Result<ServiceManager, SystemError> {
  const sender = openSender(environment.NOTIFY_SOCKET)
  if (!sender.ok) return sender
  const { send, close } = sender.value
  return accepted({
    watchdogInterval: watchdogInterval(environment, process.pid),
    ready: () => send('READY=1'),
    reloading: () => send(`RELOADING=1\nMONOTONIC_USEC=${clock.now()}`),
    stopping: () => send('STOPPING=1'),
    status: (text) => send(`STATUS=${text.replaceAll(/[\r\n]+/g, ' ')}`),
    watchdog: () => send('WATCHDOG=1'),
    mainPid: (pid) => send(`MAINPID=${pid}`),
    close,
  })
}

/** Exported for its tests. */
export function watchdogInterval(environment: ServiceEnvironment, pid: number): Duration | undefined {
  const { WATCHDOG_USEC: period = '', WATCHDOG_PID: owner } = environment
  if (owner !== undefined && owner !== String(pid)) return undefined
  return /^[1-9]\d{0,15}$/.test(period) ? microseconds(Number(period)) : undefined
}

interface Sender {
  readonly send: (message: string) => Sent
  readonly close: () => void
}

const nobody: Sender = { send: () => accepted(undefined), close: () => {} }

function openSender(path: string | undefined): Result<Sender, SystemError> {
  if (path === undefined || path === '') return accepted(nobody)
  const to = /^[/@]/.test(path) ? unixSocketAddress(path) : undefined
  if (to === undefined) return rejected(notAnAddress)
  const opened = Socket.open({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 })
  if (!opened.ok) return opened
  const socket = opened.value
  const encoder = new TextEncoder()
  return accepted({
    send: (message) => {
      const sent = socket.send([{ bytes: encoder.encode(message), to }])
      return sent.ok ? accepted(undefined) : sent
    },
    close: () => {
      socket.close()
    },
  })
}

const notAnAddress: SystemError = {
  errno: 22,
  code: 'EINVAL',
  call: 'NOTIFY_SOCKET',
  text: 'is neither a path nor a name with @ before it',
}
