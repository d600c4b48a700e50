/** What the service manager is told of the daemon as a whole. */

import { expect, test } from 'vitest'
import { accepted } from '../../../src/base/result.ts'
import { milliseconds, seconds, type Duration } from '../../../src/base/time.ts'
import type { RefusedReload } from '../../../src/daemon/status/about.ts'
import { reportTo } from '../../../src/daemon/service/service-reports.ts'
import type { ServiceManager } from '../../../src/system/sd-notify.ts'

const WATCHDOG = seconds(10)

function setUp() {
  const heard: string[] = []
  const hears = (text: string): ReturnType<ServiceManager['ready']> => {
    heard.push(text)
    return accepted(undefined)
  }
  const manager: ServiceManager = {
    watchdogInterval: WATCHDOG,
    ready: () => hears('READY'),
    reloading: () => hears('RELOADING'),
    stopping: () => hears('STOPPING'),
    status: hears,
    watchdog: () => hears('WATCHDOG'),
    mainPid: () => hears('MAINPID'),
    close: () => undefined,
  }
  const due: (() => void)[] = []
  const is: { refused: RefusedReload | undefined; overdue: Duration } = {
    refused: undefined,
    overdue: milliseconds(0),
  }
  const reports = reportTo(manager, {
    timers: {
      after: (_, callback) => {
        due.push(callback)
        return () => undefined
      },
    },
    soon: (callback) => {
      callback()
    },
    subsystems: { summary: () => '2 MASTER', overdue: () => is.overdue },
    refused: () => is.refused,
  })
  const beat = (): void => due.shift()?.()
  return { heard, reports, is, beat }
}

test('a reload that was refused is in the status until one is not', () => {
  const { heard, reports, is } = setUp()
  is.refused = { at: new Date(2026, 10, 30, 9, 5, 7), text: 'line 3' }
  reports.changed()
  is.refused = undefined
  reports.changed()
  expect(heard).toEqual(['2 MASTER; reload refused at 09:05:07, see the log', '2 MASTER'])
})

test('the watchdog is fed as long as nothing is overdue in any subsystem', () => {
  const { heard, reports, is, beat } = setUp()
  reports.ready()
  beat()
  is.overdue = WATCHDOG
  const fed = heard.length
  beat()
  expect(heard.filter((text) => text === 'WATCHDOG').length).toBeGreaterThan(0)
  expect(heard.slice(fed)).toEqual([])
})
