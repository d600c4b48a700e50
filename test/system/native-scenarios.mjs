/** Run by native.test.ts, each in a process of its own: `fine` is the only good output. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, open, readdirSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const addon = createRequire(import.meta.url)('../../native/build/vrrpd_system.node')

const AF_UNIX = 1
const SOCK_DGRAM = 2
const nothing = () => undefined

async function until(condition) {
  while (!condition()) await sleep(5)
}

function pastAlarm(callback, { keepsAlive = true, late = false } = {}) {
  const handle = addon.openAlarm()
  assert.equal(addon.setAlarm(handle, 1), undefined)
  assert.equal(addon.watch(handle, callback, late, keepsAlive), undefined)
  return handle
}

function openSockets() {
  const found = new Map()
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      if (target.startsWith('socket:')) found.set(Number(fd), target)
    } catch {
      // The directory's own, closed by now.
    }
  }
  return found
}

const strings = (...list) => Buffer.from(list.map((text) => `${text}\0`).join(''))

const scenarios = {
  async throwing() {
    const caught = []
    process.on('uncaughtException', (error) => caught.push(error.message))
    const order = []
    const handles = [1, 2, 3].map((number) => {
      const handle = pastAlarm(() => {
        order.push(number)
        addon.closeHandle(handles[number - 1])
        process.nextTick(() => order.push(`tick ${number}`))
        if (number < 3) throw new Error(`thrown by ${number}`)
      })
      return handle
    })
    addon.spawn(strings('/bin/true'), strings(), undefined, () => {
      throw new Error('thrown at exit')
    })
    await until(() => order.length === 6 && caught.length === 3)
    assert.deepEqual(caught, ['thrown by 1', 'thrown by 2', 'thrown at exit'])
    assert.deepEqual(
      order.filter((entry) => typeof entry === 'number'),
      [1, 2, 3],
    )
  },

  async reentrant() {
    let served = 0
    const handles = []
    // Each closes all others, opens many new ones (the table grows), and replaces itself.
    for (let number = 0; number < 100; number++) {
      handles[number] = pastAlarm(() => {
        served++
        for (const handle of handles) if (handle !== handles[number]) addon.closeHandle(handle)
        for (let more = 0; more < 300; more++) handles.push(pastAlarm(() => served++))
        addon.watch(handles[number], () => served++, true, true)
        addon.closeHandle(handles[number])
      })
    }
    await until(() => served > 1000)
    for (const handle of handles) addon.closeHandle(handle)
  },

  async 'closed-behind'() {
    const before = new Set(openSockets().values())
    const [unwatched, watched, waitedFor] = [1, 2, 3].map(() => addon.openSocket(AF_UNIX, SOCK_DGRAM, 0))
    addon.watch(watched, () => assert.fail('nothing can be ready'), false, false)
    const sockets = [...openSockets()].filter(([, target]) => !before.has(target)).map(([fd]) => fd)
    assert.equal(sockets.length, 3)
    for (const fd of sockets) closeSync(fd)
    assert.equal(addon.watch(waitedFor, nothing, false, false).errno, 9)
    await sleep(20)
    for (const handle of [unwatched, watched, waitedFor]) {
      assert.equal(
        addon.receive(handle, new Uint8Array(64), 64, new Uint8Array(128), new Float64Array(6), 1).errno,
        9,
      )
      addon.watch(handle, undefined)
      addon.closeHandle(handle)
    }
  },

  /** Run as the first process of a pid namespace. */
  async orphans() {
    assert.equal(process.pid, 1)
    const zombies = () =>
      readdirSync('/proc')
        .filter((name) => Number(name) > 1)
        .filter((pid) => readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z 1 '))
    const exits = []
    const note = (code) => exits.push(code)
    // Two orphans that have ended, behind and before a child of ours that has ended as well.
    addon.spawn(strings('/bin/sh', '-c', '(sleep 0.1) & (sleep 0.1) & exit 3'), strings(), undefined, note)
    await until(() => exits.length === 1 && zombies().length === 2)
    addon.spawn(strings('/bin/sh', '-c', 'exit 4'), strings(), undefined, note)
    while (zombies().length < 3);
    assert.equal(addon.reapOrphans(), 2)
    assert.deepEqual(exits, [3])
    await until(() => exits.length === 2)
    assert.deepEqual(exits, [3, 4])
    assert.deepEqual(zombies(), [])
    assert.equal(addon.reapOrphans(), 0)
  },

  /** `exitImmediately` with the thread pool stuck, where process.exit would wait for it. */
  'stuck-exit'() {
    const fifo = `/tmp/vrrpd-stuck-${process.pid}`
    execFileSync('mkfifo', [fifo])
    for (let thread = 0; thread < 8; thread++) open(fifo, 'w', nothing)
    setTimeout(() => {
      rmSync(fifo)
      writeSync(1, 'fine\n')
      addon.exitImmediately(0)
    }, 50)
    return new Promise(nothing)
  },

  async worker() {
    for (let round = 0; round < 5; round++) {
      const before = readdirSync('/proc/self/fd').length
      const ended = await new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), {
          workerData: round % 2 === 0 ? 'ends' : 'is ended',
        })
        worker.on('message', () => (round % 2 === 0 ? undefined : void worker.terminate()))
        worker.on('error', reject)
        worker.on('exit', resolve)
      })
      assert.equal(ended, round % 2 === 0 ? 0 : 1)
      assert.ok(readdirSync('/proc/self/fd').length <= before)
    }
    // This thread's own are unharmed.
    await new Promise((resolve) => {
      const handle = pastAlarm(() => {
        addon.closeHandle(handle)
        resolve()
      })
    })
  },

  async idle() {
    pastAlarm(nothing, { keepsAlive: false })
    const handle = addon.openAlarm()
    addon.watch(handle, nothing, false, false)
    addon.openSocket(AF_UNIX, SOCK_DGRAM, 0)
    const { output } = addon.spawn(strings('/bin/sleep', '0.1'), strings(), undefined, nothing)
    addon.watch(output, nothing, false, false)
  },
}

/** What a worker leaves open when it ends or is ended: a running program, waits that were due and that are not. */
function leaveOpen() {
  addon.spawn(strings('/bin/sleep', '60'), strings(), undefined, nothing)
  addon.openSocket(AF_UNIX, SOCK_DGRAM, 0)
  const handle = addon.openAlarm()
  addon.watch(handle, nothing, false, true)
  pastAlarm(nothing)
}

if (isMainThread) {
  await scenarios[process.argv[2]]()
  console.log('fine')
} else {
  const { parentPort } = await import('node:worker_threads')
  leaveOpen()
  parentPort.postMessage('open')
  if (workerData === 'ends') process.exit(0)
}
