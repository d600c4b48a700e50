import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { seconds, type Duration } from '../../../src/base/time.ts'
import { ServiceReports } from '../../../src/daemon/service/service-reports.ts'
import type { ServiceManager } from '../../../src/system/sd-notify.ts'
import { ports } from '../../scripts/tracking/ports.ts'

/** A service manager whose queue can be full. */
class FakeManager implements ServiceManager {
  readonly watchdogInterval: Duration | undefined
  readonly heard: string[] = []
  isFull = false
  isClosed = false

  constructor(watchdogInterval?: Duration) {
    this.watchdogInterval = watchdogInterval
  }

  private hear(text: string): ReturnType<ServiceManager['ready']> {
    if (this.isClosed) throw new Error(`${text}: closed`)
    if (this.isFull) return { ok: false, error: { errno: 11, code: 'EAGAIN', call: 'sendmsg', text: 'full' } }
    this.heard.push(text)
    return { ok: true, value: undefined }
  }

  ready(): ReturnType<ServiceManager['ready']> {
    return this.hear('READY')
  }

  reloading(): ReturnType<ServiceManager['ready']> {
    return this.hear('RELOADING')
  }

  stopping(): ReturnType<ServiceManager['ready']> {
    return this.hear('STOPPING')
  }

  status(text: string): ReturnType<ServiceManager['ready']> {
    return this.hear(text)
  }

  watchdog(): ReturnType<ServiceManager['ready']> {
    return this.hear('WATCHDOG')
  }

  mainPid(pid: number): ReturnType<ServiceManager['ready']> {
    return this.hear(`MAINPID ${String(pid)}`)
  }

  close(): void {
    this.isClosed = true
  }
}

let status: string
let overdue: Duration

function reportTo(manager: FakeManager): ServiceReports {
  const reports = new ServiceReports(manager, {
    timers: ports.timers,
    soon: (callback) => void setImmediate(callback),
    status: () => status,
    overdue: () => overdue,
  })
  reports.ready()
  return reports
}

beforeEach(() => {
  vi.useFakeTimers()
  status = '1 BACKUP'
  overdue = seconds(0)
})
afterEach(() => void vi.useRealTimers())

test('ready, and the status at once', () => {
  const manager = new FakeManager()
  reportTo(manager)
  expect(manager.heard).toEqual(['READY', '1 BACKUP'])
})

test('many changes in one turn are one status, and the same one is not sent again', () => {
  const manager = new FakeManager()
  const reports = reportTo(manager)
  status = '1 MASTER'
  for (let each = 0; each < 100; each += 1) reports.changed()
  vi.runAllTicks()
  expect(manager.heard).toHaveLength(2)
  vi.advanceTimersByTime(0)
  reports.changed()
  vi.advanceTimersByTime(0)
  expect(manager.heard.slice(2)).toEqual(['1 MASTER'])
})

test('what the full queue does not take is sent again, the newest of each kind', () => {
  const manager = new FakeManager()
  const reports = reportTo(manager)
  manager.isFull = true
  reports.reloading()
  status = '2 BACKUP'
  reports.ready()
  status = '3 BACKUP'
  reports.changed()
  vi.advanceTimersByTime(1_000)
  expect(manager.heard).toHaveLength(2)
  manager.isFull = false
  vi.advanceTimersByTime(100)
  expect(manager.heard.slice(2)).toEqual(['READY', '3 BACKUP'])
  expect(vi.getTimerCount(), 'nothing is left to do').toBe(0)
})

test('a sign of life at half the interval', () => {
  const manager = new FakeManager(seconds(10))
  reportTo(manager)
  vi.advanceTimersByTime(4_999)
  expect(manager.heard).not.toContain('WATCHDOG')
  vi.advanceTimersByTime(15_002)
  expect(manager.heard.filter((text) => text === 'WATCHDOG')).toHaveLength(4)
})

test('none while an election is overdue', () => {
  const manager = new FakeManager(seconds(10))
  reportTo(manager)
  overdue = seconds(5)
  vi.advanceTimersByTime(20_000)
  expect(manager.heard).not.toContain('WATCHDOG')
})

test('none where the manager expects none, and none after the end', () => {
  const silent = new FakeManager()
  const ended = new FakeManager(seconds(10))
  reportTo(silent)
  const reports = reportTo(ended)
  reports.stopping()
  reports.changed()
  reports.close()
  vi.advanceTimersByTime(60_000)
  expect(silent.heard).toEqual(['READY', '1 BACKUP'])
  expect(ended.heard).toEqual(['READY', '1 BACKUP', 'STOPPING'])
})
