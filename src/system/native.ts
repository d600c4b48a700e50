/**
 * The addon's functions, typed; the only file that loads it. Their contract is
 * in native/system.h: a wrong argument throws, a refused system call gives a
 * Failure in place of the result.
 */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { accepted, rejected, type Result } from '../base/result.ts'
import { errnoCode, type SystemError } from './system-error.ts'

declare const handleBrand: unique symbol

/** A descriptor inside the addon. */
export type Handle = number & { readonly [handleBrand]: true }

export interface Failure {
  readonly errno: number
  readonly call: string
  readonly text: string
}

/** Float64Array fields of one datagram to send: positions in the buffer. */
export const SEND_FIELDS = 4
/** Float64Array fields of one received datagram: length, source length, link, TTL, age (µs), truncated. */
export const RECEIVE_FIELDS = 6
/** sizeof(struct sockaddr_storage) */
export const SOCKET_ADDRESS_BYTES = 128

export interface Native {
  /**
   * `late`: after all others that are ready in the same wake-up; `writable`: until something can be sent, and not until
   * something can be read.
   */
  watch(
    handle: Handle,
    callback: () => void,
    late: boolean,
    keepsAlive: boolean,
    writable?: boolean,
  ): Failure | undefined
  watch(handle: Handle, callback: undefined): Failure | undefined
  closeHandle(handle: Handle): void
  /** The descriptor's number, whose owner is the caller from now on; the handle is as closed. */
  takeDescriptor(handle: Handle): number | Failure
  /** Bytes read; 0 at the end, -1 when there is nothing now. */
  read(handle: Handle, into: Uint8Array): number | Failure

  /** Always CLOEXEC and NONBLOCK. */
  openSocket(domain: number, type: number, protocol: number, namespace?: string): Handle | Failure
  bind(handle: Handle, address: Uint8Array): Failure | undefined
  connect(handle: Handle, address: Uint8Array): Failure | undefined
  localAddress(handle: Handle, into: Uint8Array): number | Failure
  setOption(handle: Handle, level: number, name: number, value: number | Uint8Array): Failure | undefined
  getOption(handle: Handle, level: number, name: number, into: Uint8Array): number | Failure
  /** `program`: struct sock_filter after struct sock_filter. */
  attachFilter(handle: Handle, program: Uint8Array): Failure | undefined
  send(handle: Handle, buffer: Uint8Array, table: Float64Array, flags: number): number | Failure
  receive(
    handle: Handle,
    payloads: Uint8Array,
    slotBytes: number,
    sources: Uint8Array,
    table: Float64Array,
    limit: number,
  ): number | Failure

  /** CLOCK_MONOTONIC in microseconds. */
  now(): number
  openAlarm(): Handle | Failure
  /** 0 disarms. */
  setAlarm(handle: Handle, at: number): Failure | undefined

  /** `argv` and `environment`: strings that each end with a NUL; `identity`: uid, gid, groups …. */
  spawn(
    argv: Uint8Array,
    environment: Uint8Array,
    identity: Float64Array | undefined,
    /** `code` is -1 when a signal ended it, `signal` is 0 when not. */
    onExit: (code: number, signal: number, groupAlive: boolean) => void,
  ): { readonly pid: number; readonly output: Handle } | Failure
  killGroup(pid: number, signal: number): Failure | undefined
  reapOrphans(): number

  /** Any signal by its number, for as long as the process lives. */
  onSignal(number: number, callback: () => void): Failure | undefined

  lookupUser(name: string): UserAccount | undefined | Failure
  lookupGroup(name: string): number | undefined | Failure

  /** `fd` is one of node:fs. */
  lockFile(fd: number): Failure | undefined
  makeFifo(path: string, mode: number): Failure | undefined
  enterNamespace(path: string): Failure | undefined
  exitImmediately(code: number): never

  /** `thread`: an id under /proc/self/task; `priority` 0: ordinary scheduling. */
  setRealtime(thread: number, priority: number): Failure | undefined
  setNice(thread: number, value: number): Failure | undefined
  /** Without numbers: those the process was started with. */
  setProcessors(thread: number, numbers: Float64Array | undefined): Failure | undefined
  /** Bytes. */
  lockMemory(): number | Failure
  unlockMemory(): Failure | undefined
}

export interface UserAccount {
  readonly uid: number
  readonly gid: number
  /** All of the user's groups, his own among them. */
  readonly groups: readonly number[]
}

/** Loads the addon at the first call, so that commands which do not need it run where it is not built. */
export const native: () => Native = once(load)

function load(): Native {
  const require = createRequire(import.meta.url)
  // From src/system/ when run as sources, from dist/ when bundled.
  const candidates = ['../../native/build/vrrpd_system.node', '../native/build/vrrpd_system.node']
  const path = candidates.map((name) => fileURLToPath(new URL(name, import.meta.url))).find(existsSync)
  if (path === undefined) {
    throw new Error(
      'the native addon is not built: run `npm ci` (or `node native/build.mjs`), then try again',
    )
  }
  return require(path) as Native
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** A system call's outcome as a Result. */
export function outcome<T>(returned: T | Failure): Result<T, SystemError> {
  if (!isFailure(returned)) return accepted(returned)
  const { errno, call, text } = returned
  return rejected({ errno, code: errnoCode(errno), call, text })
}

/** For calls that can only be refused because of a bug of ours, or when the machine has no memory left. */
export function mustSucceed<T>(returned: T | Failure): T {
  if (isFailure(returned)) throw new Error(`${returned.call}: ${returned.text}`)
  return returned
}

const isFailure = (returned: unknown): returned is Failure =>
  typeof returned === 'object' && returned !== null && 'errno' in returned
