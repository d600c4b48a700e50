/** Run by native.test.ts: random calls with random arguments. Surviving them is the test. */

import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'

const addon = createRequire(import.meta.url)('../../native/build/vrrpd_system.node')

const nothing = () => undefined
process.on('uncaughtException', nothing)

const handles = []
/** Most are open; some were closed, and some never existed. */
const handle = fc.nat(200).map((index) => handles[index % Math.max(1, handles.length)] ?? index)

function detached() {
  const bytes = new Uint8Array(64)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(0, 1, 16, 128, 4096, 70_000).map((length) => new Uint8Array(length)),
  fc.constant(new Uint8Array(new SharedArrayBuffer(256))),
  fc.nat(300).map((length) => Buffer.alloc(512).subarray(length)),
  fc.constant(null).map(detached),
)
const numbers = fc.oneof(
  fc.float64Array({ maxLength: 40 }),
  fc.array(fc.oneof(fc.nat(5000), fc.integer()), { maxLength: 64 }).map((list) => Float64Array.from(list)),
  fc.constantFrom(6, 60, 600).map((length) => new Float64Array(length)),
)
const integer = fc.oneof(
  fc.nat(70),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(-1, 0, 65_536, 2 ** 31, 2 ** 48),
)
const anything = fc.anything({ withTypedArray: true, withBigInt: true, withSparseArray: true })
const wait = fc.constantFrom(
  nothing,
  () => {
    throw new Error('from a callback')
  },
  () => {
    for (const each of handles.slice(0, 5)) addon.closeHandle(each)
  },
  () => handles.push(addon.openAlarm()),
)
const program = fc
  .constantFrom('/nonexistent\0', '/bin/true\0', '/bin/echo\0a\0b\0', '\0', '')
  .map((text) => Buffer.from(text))

const calls = {
  watch: [handle, fc.option(wait, { nil: undefined }), fc.boolean(), fc.constant(false), fc.boolean()],
  closeHandle: [handle],
  read: [handle, bytes],
  openSocket: [fc.constantFrom(1, 2, 10, 16, 17, 99), fc.constantFrom(1, 2, 3, 5), fc.nat(260)],
  bind: [handle, bytes],
  connect: [handle, bytes],
  localAddress: [handle, bytes],
  setOption: [handle, fc.nat(300), fc.nat(80), fc.oneof(integer, bytes)],
  getOption: [handle, fc.nat(300), fc.nat(80), bytes],
  attachFilter: [handle, bytes],
  send: [handle, bytes, numbers, integer],
  receive: [handle, bytes, integer, bytes, numbers, integer],
  now: [],
  openAlarm: [],
  setAlarm: [handle, integer],
  spawn: [program, fc.oneof(bytes, program), fc.option(numbers, { nil: undefined }), wait],
  lookupUser: [fc.string()],
  lookupGroup: [fc.string()],
  lockFile: [fc.integer({ min: 1000 })],
  enterNamespace: [fc.string()],
  onSignal: [fc.integer({ min: 65 }), fc.func(fc.boolean())],
  makeFifo: [fc.constant('/nonexistent/fifo'), fc.integer()],
  reapOrphans: [],
  // Threads that are not ours: those are left alone, whatever is asked.
  setRealtime: [fc.integer({ min: 2 ** 30 }), fc.nat(120)],
  setNice: [fc.integer({ min: 2 ** 30 }), fc.integer({ min: -25, max: 25 })],
  setProcessors: [fc.integer({ min: 2 ** 30 }), fc.option(numbers, { nil: undefined })],
  lockMemory: [],
  unlockMemory: [],
  // Only with arguments of the wrong type: what they do is not for a test to suffer.
  killGroup: [],
  takeDescriptor: [],
  exitImmediately: [],
}

const oneCall = fc.oneof(
  ...Object.entries(calls).flatMap(([name, parameters]) => [
    { weight: 6, arbitrary: fc.tuple(fc.constant(name), fc.tuple(...parameters)) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constant(name),
        fc.array(anything, { maxLength: 6 }).map((list) => list.filter((value) => typeof value !== 'number')),
      ),
    },
  ]),
)

/** @returns whether it was refused as the addon promises, or done */
function isFine([name, args]) {
  try {
    const result = addon[name](...args)
    if (typeof result === 'number' && (name === 'openSocket' || name === 'openAlarm')) handles.push(result)
    if (typeof result === 'object' && result?.output !== undefined) handles.push(result.output)
    if (handles.length > 200) for (const each of handles.splice(0, 150)) addon.closeHandle(each)
    return true
  } catch (error) {
    return error instanceof TypeError || error instanceof RangeError
  }
}

for (let round = 0; round < 40; round++) {
  fc.assert(
    fc.property(fc.array(oneCall, { minLength: 20, maxLength: 60 }), (list) => list.every(isFine)),
    { numRuns: 15 },
  )
  globalThis.gc?.()
  await sleep(1)
}
for (const each of handles) addon.closeHandle(each)
console.log('fine')
