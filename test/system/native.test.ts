/** The addon itself: no argument, and no order of calls, may bring the process down. */

import { execFile } from 'node:child_process'
import { closeSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { native } from '../../src/system/native.ts'
import { needs } from '../support/privileges.ts'
import { findProgram } from '../support/tools.ts'

// Processes of their own take their time on a busy machine.
vi.setConfig({ testTimeout: 90_000 })

const addon = native() as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>

/** Never handed out: slot 65535. */
const noHandle = 65_535

const fewBytes = new Uint8Array(4)
const bytes = new Uint8Array(4096)
const numbers = new Float64Array(64)
const callback = (): void => {}

/** What each kind of parameter must not be. */
const wrong = {
  integer: [
    undefined,
    null,
    '1',
    1n,
    {},
    [],
    true,
    Symbol('s'),
    1.5,
    Number.NaN,
    Infinity,
    -Infinity,
    -1,
    2 ** 53,
  ],
  bytes: [
    undefined,
    null,
    'text',
    7,
    {},
    [1, 2],
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    numbers,
  ],
  numbers: [undefined, null, 'text', 7, {}, [1, 2], bytes, new Float32Array(8), new BigInt64Array(8)],
  function: [null, 'text', 7, {}, [], bytes],
  text: [undefined, null, 7, {}, [], bytes, 'a\0b', 'x'.repeat(10_000)],
  boolean: [undefined, null, 0, 1, 'true', {}],
} as const

interface Parameter {
  readonly good: unknown
  readonly bad: readonly unknown[]
}

const integer = (good: number, ...more: number[]): Parameter => ({ good, bad: [...wrong.integer, ...more] })
const handle = integer(noHandle, 2 ** 48)
const optional = (parameter: Parameter): Parameter => ({
  good: parameter.good,
  bad: parameter.bad.filter((value) => value !== undefined && value !== null),
})
const someBytes = (...more: Uint8Array[]): Parameter => ({ good: bytes, bad: [...wrong.bytes, ...more] })
const anAddress: Parameter = { good: fewBytes, bad: [...wrong.bytes, new Uint8Array(129)] }
const someNumbers = (good: Float64Array, ...more: Float64Array[]): Parameter => ({
  good,
  bad: [...wrong.numbers, ...more],
})
const aFunction: Parameter = { good: callback, bad: wrong.function }
const aText = (good: string): Parameter => ({ good, bad: wrong.text })
const aBoolean: Parameter = { good: false, bad: wrong.boolean }
const strings = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Above the kernel's highest id. */
const noThread = integer(2 ** 31 - 1, 0, 2 ** 31)

const parameters: Readonly<Record<string, readonly Parameter[]>> = {
  watch: [handle, optional(aFunction), aBoolean, aBoolean, optional(aBoolean)],
  closeHandle: [handle],
  takeDescriptor: [handle],
  read: [handle, someBytes(new Uint8Array(0))],
  openSocket: [
    integer(65_535, 65_536),
    integer(2, 2048),
    integer(0, 2 ** 31),
    optional(aText('/nonexistent')),
  ],
  bind: [handle, anAddress],
  connect: [handle, anAddress],
  localAddress: [handle, someBytes(new Uint8Array(127))],
  setOption: [
    handle,
    integer(1, 2 ** 31),
    integer(1, 2 ** 31),
    {
      good: 1,
      bad: [...wrong.bytes.filter((value) => value !== 7), 1.5, Number.NaN, 2 ** 31, -(2 ** 31) - 1],
    },
  ],
  getOption: [handle, integer(1, 2 ** 31), integer(1, 2 ** 31), someBytes(new Uint8Array(0))],
  attachFilter: [
    handle,
    {
      good: new Uint8Array(8),
      bad: [...wrong.bytes, new Uint8Array(7), new Uint8Array(9), new Uint8Array(8 * 4097)],
    },
  ],
  send: [
    handle,
    someBytes(fewBytes),
    someNumbers(
      Float64Array.of(0, 5, 5, 0),
      Float64Array.of(0, 1, 1),
      Float64Array.of(0, 4097, 0, 0),
      Float64Array.of(4096, 1, 0, 0),
      Float64Array.of(-1, 1, 0, 0),
      Float64Array.of(0, -1, 0, 0),
      Float64Array.of(0.5, 1, 0, 0),
      Float64Array.of(0, 1, 0, 129),
      Float64Array.of(0, 1, 4090, 7),
      Float64Array.of(Number.NaN, 1, 0, 0),
      Float64Array.of(0, Infinity, 0, 0),
      Float64Array.of(2 ** 64, 2 ** 64, 0, 0),
      // Also when only the last of many is wrong.
      new Float64Array(4 * 100).fill(4097, 396),
    ),
    integer(0, 2 ** 31),
  ],
  receive: [
    handle,
    someBytes(new Uint8Array(0), new Uint8Array(15)),
    integer(16, 0, 4097, 2 ** 25),
    someBytes(new Uint8Array(127)),
    someNumbers(numbers, new Float64Array(5)),
    integer(4, 0, 2 ** 31),
  ],
  now: [],
  openAlarm: [],
  setAlarm: [handle, integer(0)],
  spawn: [
    { good: strings('/nonexistent\0'), bad: [...wrong.bytes, strings('/nonexistent'), new Uint8Array(0)] },
    { good: strings('A=1\0'), bad: [...wrong.bytes, strings('A=1')] },
    optional(
      someNumbers(
        Float64Array.of(1, 1),
        Float64Array.of(1),
        Float64Array.of(1, -1),
        Float64Array.of(1.5, 1),
        Float64Array.of(2 ** 32 - 1, 1),
        Float64Array.of(1, 1, Number.NaN),
        new Float64Array(70_000),
      ),
    ),
    { good: callback, bad: [...wrong.function, undefined] },
  ],
  // Nothing here has this id: it is above the kernel's limit.
  killGroup: [integer(2 ** 31 - 1, 0, 1, 2 ** 31), integer(15, 0, 65)],
  reapOrphans: [],
  lookupUser: [aText('vrrpd-no-such-user')],
  lookupGroup: [aText('vrrpd-no-such-group')],
  lockFile: [integer(2 ** 31 - 1, 2 ** 31)],
  enterNamespace: [aText('/nonexistent')],
  onSignal: [integer(1, 0, 65), aFunction],
  makeFifo: [aText('/nonexistent/fifo'), integer(0o600, 0o1000)],
  exitImmediately: [integer(0, 256)],
  setRealtime: [noThread, integer(50, -1, 100)],
  setNice: [noThread, { good: 0, bad: [...wrong.integer.filter((value) => value !== -1), -21, 20] }],
  setProcessors: [
    noThread,
    optional(
      someNumbers(
        Float64Array.of(0),
        new Float64Array(0),
        Float64Array.of(0, -1),
        Float64Array.of(0, 4096),
        Float64Array.of(0.5),
        Float64Array.of(Number.NaN),
        Float64Array.of(Infinity),
      ),
    ),
  ],
  lockMemory: [],
  unlockMemory: [],
}

/** These would do what they say to the test itself. */
const notCalledRightly = new Set(['exitImmediately', 'reapOrphans'])

const isWrongArgument = (thrown: unknown): boolean =>
  thrown instanceof TypeError || thrown instanceof RangeError

function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

test('the table below names every function', () => {
  expect(Object.keys(addon).sort()).toEqual(Object.keys(parameters).sort())
})

describe.each(Object.entries(parameters))('%s', (name, list) => {
  const call = (args: readonly unknown[]): unknown => addon[name]!(...args)
  const good = list.map((parameter) => parameter.good)

  if (!notCalledRightly.has(name)) {
    test('takes what is right, without an exception', () => {
      expect(thrownBy(() => call(good))).toBeUndefined()
    })
  }

  test('throws at every wrong argument', () => {
    for (const [index, { bad }] of list.entries()) {
      for (const value of bad) {
        const thrown = thrownBy(() => call(good.with(index, value)))
        expect(thrown, `argument ${index}: ${describeValue(value)}`).toSatisfy(isWrongArgument)
        expect(String(thrown)).toContain(`${name}: `)
      }
    }
  })

  test('throws when arguments are missing', () => {
    if (list.length > 0) expect(thrownBy(() => call([]))).toSatisfy(isWrongArgument)
  })

  test('takes a detached buffer as an empty one', () => {
    for (const [index, { good: value }] of list.entries()) {
      if (!ArrayBuffer.isView(value)) continue
      const detached = structuredClone(value)
      structuredClone(detached.buffer, { transfer: [detached.buffer as ArrayBuffer] })
      const thrown = thrownBy(() => call(good.with(index, detached)))
      if (thrown !== undefined) expect(thrown).toSatisfy(isWrongArgument)
    }
  })
})

const describeValue = (value: unknown): string =>
  ArrayBuffer.isView(value) ? `${value.constructor.name}(${value.byteLength} bytes)` : String(value)

test('threads of other processes are left alone', () => {
  for (const thread of [1, process.ppid]) {
    expect(addon['setRealtime']!(thread, 0)).toMatchObject({ errno: 3, call: 'tgkill' })
    expect(addon['setNice']!(thread, 0)).toMatchObject({ errno: 3, call: 'tgkill' })
    expect(addon['setProcessors']!(thread, undefined)).toMatchObject({ errno: 3, call: 'tgkill' })
  }
})

test('a handle that was never given, and one that was closed, give EBADF', () => {
  for (const stale of [noHandle, 12_345 * 65_536]) {
    expect(addon['receive']!(stale, bytes, 16, bytes, numbers, 1)).toMatchObject({
      errno: 9,
      call: 'recvmmsg',
    })
    expect(addon['watch']!(stale, callback, false, false)).toMatchObject({ errno: 9 })
    expect(addon['closeHandle']!(stale)).toBeUndefined()
  }
  const first = addon['openSocket']!(1, 2, 0) as number
  addon['closeHandle']!(first)
  const second = addon['openSocket']!(1, 2, 0) as number
  expect(second).not.toBe(first)
  expect(addon['send']!(first, bytes, Float64Array.of(0, 1, 0, 0), 0)).toMatchObject({ errno: 9 })
  addon['closeHandle']!(first)
  expect(addon['localAddress']!(second, bytes)).toBe(2)
  addon['closeHandle']!(second)
})

test('a descriptor that was taken is the caller’s, and its handle as closed', () => {
  const handle = addon['openSocket']!(1, 2, 0) as number
  expect(addon['watch']!(handle, callback, false, false, true)).toBeUndefined()
  const fd = addon['takeDescriptor']!(handle) as number
  expect(addon['takeDescriptor']!(handle)).toMatchObject({ errno: 9, call: 'take' })
  expect(addon['localAddress']!(handle, bytes)).toMatchObject({ errno: 9 })
  addon['closeHandle']!(handle)
  expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/^socket:/)
  closeSync(fd)
})

const here = dirname(fileURLToPath(import.meta.url))

/** Where possible in an empty network namespace: chance may send something. */
const runAlone = (script: string, ...args: string[]): Promise<string> =>
  runIn(
    process.getuid?.() === 0 && findProgram('unshare') !== undefined ? ['unshare', '-n'] : [],
    script,
    ...args,
  )

function runIn(wrapper: readonly string[], script: string, ...args: string[]): Promise<string> {
  const [program, ...rest] = [...wrapper, process.execPath, join(here, script), ...args]
  return new Promise((resolve) => {
    execFile(program!, rest, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(error === null ? stdout : `${String(error.code)} ${String(error.signal)}\n${stderr}${stdout}`)
    })
  })
}

test.each([
  ['callbacks that throw are uncaught exceptions, and the next ones run', 'throwing'],
  ['callbacks may close, replace and open what is being served', 'reentrant'],
  ['a descriptor closed behind our back gives EBADF', 'closed-behind'],
  ['a worker thread has its own, and its end frees them', 'worker'],
  ['the process ends with descriptors open and nobody waiting', 'idle'],
  ['exitImmediately does not wait for the thread pool', 'stuck-exit'],
])('%s', async (_, scenario) => {
  await expect(runAlone('native-scenarios.mjs', scenario)).resolves.toBe('fine\n')
})

needs('netns')('the first process of a container', () => {
  test('reaps orphans, and its own children’s ends are still told', async () => {
    const container = ['unshare', '--pid', '--fork', '--mount-proc']
    await expect(runIn(container, 'native-scenarios.mjs', 'orphans')).resolves.toBe('fine\n')
  })
})

test('nonsense in any order is survived', async () => {
  await expect(runAlone('native-nonsense.mjs')).resolves.toBe('fine\n')
})
