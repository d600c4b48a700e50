import { afterEach, describe, expect, test } from 'vitest'
import { after, instant, microseconds, milliseconds, type Instant } from '../../src/base/time.ts'
import { Alarm, systemClock } from '../../src/system/clock.ts'
import { SystemTimers } from '../../src/system/timers.ts'
import { Socket } from '../../src/system/socket.ts'
import { AF_UNIX, SOCK_DGRAM } from '../../src/system/constants.ts'
import { unixSocketAddress } from '../../src/system/socket-address.ts'

const closing: { close(): void }[] = []
afterEach(() => {
  for (const resource of closing.splice(0)) resource.close()
})

function openAlarm(callback: () => void): Alarm {
  const alarm = new Alarm(callback)
  closing.push(alarm)
  return alarm
}

const until = (time: Instant): Promise<void> =>
  new Promise((resolve) => {
    openAlarm(resolve).set(time)
  })

const pause = (ms: number): Promise<void> => until(after(systemClock.now(), milliseconds(ms)))

describe('systemClock', () => {
  test('counts as process.hrtime does, in whole microseconds', () => {
    const before = process.hrtime.bigint() / 1000n
    const now = systemClock.now()
    const behind = process.hrtime.bigint() / 1000n
    expect(Number.isInteger(now)).toBe(true)
    expect(BigInt(now)).toBeGreaterThanOrEqual(before)
    expect(BigInt(now)).toBeLessThanOrEqual(behind)
  })
})

describe('Alarm', () => {
  test('never fires before its deadline', async () => {
    const early: number[] = []
    await new Promise<void>((resolve) => {
      let rounds = 300
      let deadline = after(systemClock.now(), microseconds(10))
      const alarm = openAlarm(() => {
        const now = systemClock.now()
        if (now < deadline) early.push(deadline - now)
        if (--rounds === 0) {
          resolve()
          return
        }
        deadline = after(now, microseconds(rounds * 7))
        alarm.set(deadline)
      })
      alarm.set(deadline)
    })
    expect(early).toEqual([])
  })

  test('fires once for a deadline that is past, and not within set()', async () => {
    let fired = 0
    const alarm = openAlarm(() => fired++)
    alarm.set(instant(0))
    expect(fired).toBe(0)
    await pause(5)
    expect(fired).toBe(1)
  })

  test('undefined disarms it, a later deadline replaces an earlier one', async () => {
    const fired: string[] = []
    const disarmed = openAlarm(() => fired.push('disarmed'))
    disarmed.set(after(systemClock.now(), milliseconds(1)))
    disarmed.set(undefined)
    const deadline = after(systemClock.now(), milliseconds(10))
    await new Promise<void>((resolve) => {
      const moved = openAlarm(() => {
        fired.push(systemClock.now() >= deadline ? 'moved' : 'too early')
        resolve()
      })
      moved.set(after(systemClock.now(), milliseconds(1)))
      moved.set(deadline)
    })
    expect(fired).toEqual(['moved'])
  })

  test('one that is due but moved by another callback of the same wake-up does not fire', async () => {
    const fired: string[] = []
    const past = instant(1)
    const first = openAlarm(() => {
      fired.push('first')
      second.set(after(systemClock.now(), milliseconds(1_000)))
    })
    const second = openAlarm(() => {
      fired.push('second')
      first.set(after(systemClock.now(), milliseconds(1_000)))
    })
    first.set(past)
    second.set(past)
    await pause(10)
    expect(fired).toHaveLength(1)
  })

  test('readable sockets are served first, whatever became ready first', async () => {
    const order: string[] = []
    const path = `@vrrpd-test-clock-${process.pid}`
    const opened = Socket.open({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 })
    if (!opened.ok) throw new Error(opened.error.text)
    const socket = opened.value
    closing.push(socket)
    const address = unixSocketAddress(path)!
    expect(socket.bind(address)).toMatchObject({ ok: true })
    const alarms = Array.from({ length: 70 }, () => openAlarm(() => order.push('alarm')))
    for (const alarm of alarms) alarm.set(instant(1))
    socket.onReadable(() => {
      order.push('socket')
      socket.receive()
    })
    expect(socket.send([{ bytes: Uint8Array.of(1), to: address }])).toEqual({ ok: true, value: 1 })
    await pause(10)
    expect(order).toEqual(['socket', ...alarms.map(() => 'alarm')])
  })

  test('is silent after close, also when closed or set again', async () => {
    let fired = 0
    const alarm = openAlarm(() => fired++)
    alarm.set(instant(1))
    alarm.close()
    alarm.close()
    alarm.set(instant(1))
    await pause(5)
    expect(fired).toBe(0)
  })
})

describe('SystemTimers', () => {
  function openTimers(): SystemTimers {
    const timers = new SystemTimers()
    closing.push(timers)
    return timers
  }

  test('fires in the order of deadlines, equal ones in the order they were set, none early', async () => {
    const timers = openTimers()
    const delays = Array.from({ length: 200 }, (_, index) => ((index * 7919) % 20) * 500)
    const fired: { delay: number; index: number; early: boolean }[] = []
    await new Promise<void>((resolve) => {
      for (const [index, delay] of delays.entries()) {
        const deadline = after(systemClock.now(), microseconds(delay))
        timers.after(microseconds(delay), () => {
          fired.push({ delay, index, early: systemClock.now() < deadline })
          if (fired.length === delays.length) resolve()
        })
      }
    })
    expect(fired.filter(({ early }) => early)).toEqual([])
    for (const delay of new Set(delays)) {
      const same = fired.filter((entry) => entry.delay === delay).map(({ index }) => index)
      expect(same).toEqual([...same].sort((a, b) => a - b))
    }
  })

  test('a cancelled one does not fire, and cancelling twice or late does nothing', async () => {
    const timers = openTimers()
    const fired: string[] = []
    const cancel = timers.after(milliseconds(1), () => fired.push('cancelled'))
    cancel()
    cancel()
    const late = timers.after(milliseconds(1), () => fired.push('kept'))
    await pause(10)
    late()
    expect(fired).toEqual(['kept'])
  })

  test('a callback may set and cancel others', async () => {
    const timers = openTimers()
    const fired: string[] = []
    await new Promise<void>((resolve) => {
      timers.after(milliseconds(1), () => {
        fired.push('first')
        cancelSecond()
        timers.after(microseconds(-5), () => fired.push('set by the first'))
        timers.after(milliseconds(5), resolve)
      })
      const cancelSecond = timers.after(milliseconds(2), () => fired.push('second'))
    })
    expect(fired).toEqual(['first', 'set by the first'])
  })

  test('closed by a callback, the rest is silent', async () => {
    const timers = openTimers()
    const fired: number[] = []
    timers.after(milliseconds(1), () => {
      fired.push(1)
      timers.close()
    })
    timers.after(milliseconds(1), () => fired.push(2))
    await pause(10)
    expect(fired).toEqual([1])
  })
})
