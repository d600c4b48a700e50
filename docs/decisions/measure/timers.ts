// Record 0005: how late (or early) a 100 ms deadline is met while the heap is busy.
// node --import ./tools/typescript.mjs docs/decisions/measure/timers.ts
import { milliseconds } from '../../../src/base/time.ts'
import { systemClock } from '../../../src/system/clock.ts'
import { SystemTimers } from '../../../src/system/timers.ts'

const rounds = 100
const garbage: unknown[] = []
/** What a busy daemon's heap is like: short-lived objects, some of which live on for a while. */
const churn = setInterval(() => {
  for (let i = 0; i < 20_000; i++) garbage[i % 50_000] = { i, text: `object ${i}` }
}, 5)

const timers = new SystemTimers()
const waits = {
  setTimeout: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
  'timerfd, our addon': (ms: number) =>
    new Promise<void>((resolve) => void timers.after(milliseconds(ms), resolve)),
}
for (const [name, wait] of Object.entries(waits)) {
  const late: number[] = []
  for (let round = 0; round < rounds; round++) {
    const due = systemClock.now() + 100_000
    await wait(100)
    late.push((systemClock.now() - due) / 1000)
  }
  late.sort((a, b) => a - b)
  const [least, median, p99] = [late[0], late[rounds / 2], late[rounds - 1]].map((ms) =>
    (ms ?? NaN).toFixed(2),
  )
  console.log(
    `${name.padEnd(20)} late by: least ${least} ms, median ${median} ms, most of ${rounds} ${p99} ms`,
  )
}
clearInterval(churn)
timers.close()
