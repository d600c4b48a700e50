/** Another subsystem beside the virtual routers, in the real daemon over a kernel in memory. */

import { beforeEach, expect, test } from 'vitest'
import { formatCidr } from '../../src/base/address.ts'
import { accepted, rejected, type Result } from '../../src/base/result.ts'
import { after, instant, milliseconds, seconds, type Duration, type Instant } from '../../src/base/time.ts'
import type { Found } from '../../src/control/problem.ts'
import type { Examined } from '../../src/daemon/examined.ts'
import { compose, type DaemonHost } from '../../src/daemon/composition.ts'
import type { LinkEvent } from '../../src/netlink/types.ts'
import { SETTINGS, silentLog } from '../../src/simulation/host.ts'
import { MemoryKernel } from '../../src/simulation/kernel/memory-kernel.ts'
import { MemoryRecord } from '../../src/simulation/memory-record.ts'
import { SimulatedProcess } from '../../src/simulation/process.ts'
import { Schedule } from '../../src/simulation/schedule.ts'
import type { Sections, Subsystem } from '../../src/world/subsystem.ts'
import { cidr } from '../netlink/specs.ts'
import { examinedOf, plan } from './examined.ts'

const file = (priority: number): string => `vrrp_instance V {
  interface eth0
  virtual_router_id 1
  priority ${priority}
  virtual_ipaddress {
    10.0.0.9/24
  }
}`

/** What was asked of it, in order. It counts the first instance's priority. */
class Counter implements Subsystem<Examined, number> {
  readonly name = 'counter'
  readonly asked: string[] = []
  late = seconds(0)
  examine?: (configuration: Examined) => Promise<Result<undefined, string>>
  private count: number

  constructor({ model }: Examined) {
    this.count = priorityOf(model)
  }

  plan({ model }: Examined): Result<number, string> {
    this.asked.push(`plan ${priorityOf(model)}`)
    return priorityOf(model) === 13 ? rejected('13 cannot be counted') : accepted(priorityOf(model))
  }

  start(): void {
    this.asked.push(`start with ${this.count}`)
  }

  apply(plan: number): void {
    this.count = plan
    this.asked.push(`apply ${plan}`)
  }

  onKernel(events: readonly LinkEvent[]): void {
    for (const event of events)
      if (event.type === 'address-added') this.asked.push(`has seen ${formatCidr(event.address.cidr)}`)
  }

  report(): Sections {
    return { groups: [{ name: `counted ${this.count}`, members: [], state: null }] }
  }

  problems({ groups = [] }: Sections): readonly Found[] {
    const text = `there is ${groups.map(({ name }) => name).join()}`
    return [{ code: 'not-served', severity: 'critical', text, advice: null, instance: null }]
  }

  summary(): string {
    return `${this.count} counted`
  }

  overdue(): Duration {
    return this.late
  }

  stop(): Promise<void> {
    this.asked.push('stop')
    return Promise.resolve()
  }
}

const priorityOf = (model: Examined['model']): number => model.instances[0]?.priority ?? 0

let counter: Counter
let parts: DaemonHost
let next: Examined
let told: string[]
let passTime: (duration: Duration) => void

beforeEach(async () => {
  const schedule = new Schedule()
  let now = instant(0)
  const around = {
    now: (): Instant => now,
    plan: (at: Instant, action: () => void): void => {
      schedule.plan(at, action)
    },
    lag: () => 0,
  }
  passTime = (duration) => {
    const until = after(now, duration)
    for (let due = schedule.takeUntil(until); due; due = schedule.takeUntil(until)) {
      now = due.at
      due.action()
    }
    now = until
  }
  const kernel = new MemoryKernel()
  const linkIndex = kernel.addLink({ name: 'eth0', enabled: true, carrier: true, multicast: true })
  kernel.as(7).addAddress({ linkIndex, cidr: cidr('10.0.0.1/24'), scope: 0 })
  const { world } = new SimulatedProcess(around, {
    record: new MemoryRecord(),
    linkSettings: { read: () => undefined, write: () => true },
    openKernel: (onReadable) => kernel.open({ onReadable }),
    send: () => true,
    endOf: () => ({ code: 0 }),
    processes: () => [],
    textOf: () => undefined,
    makeFile: () => undefined,
  })
  told = []
  const log = {
    ...silentLog,
    error: (text: string): void => {
      told.push(text)
    },
  }
  next = await examinedOf(file(100))
  parts = compose(
    {
      ...{ world, log, settings: SETTINGS },
      read: () => Promise.resolve(next),
      plan,
      subsystems: [(_host, examined) => (counter = new Counter(examined))],
    },
    next,
  )
  parts.start()
})

test('it begins with the configuration, hears of the kernel, is told in the status, and ends', async () => {
  passTime(seconds(5))
  expect(counter.asked).toEqual(['start with 100', 'has seen 10.0.0.9/24'])
  const status = await parts.operator.handle({ version: 1, request: 'status', arguments: {} })
  expect(status).toMatchObject({
    result: {
      problems: [{ text: 'there is counted 100' }],
      instances: [{ name: 'V', state: 'MASTER' }],
      groups: [{ name: 'counted 100' }],
    },
  })
  const stopped = parts.stop('SIGTERM')
  expect(counter.asked.at(-1)).toBe('stop')
  for (let second = 0; second < 20; second++) {
    passTime(seconds(1))
    await new Promise(setImmediate)
  }
  await stopped
})

test('a reload is planned by all before anything is touched', async () => {
  next = await examinedOf(file(120))
  await parts.reloader.reload()
  expect(counter.asked.slice(1)).toEqual(['plan 120', 'apply 120'])
  expect(parts.vrrp.engine.routers.get('V')?.router.priority).toBe(120)
})

test('what one of them cannot go with is refused for all, with its reason', async () => {
  next = await examinedOf(file(13))
  await parts.reloader.reload()
  expect(counter.asked.slice(1)).toEqual(['plan 13'])
  expect(parts.vrrp.engine.routers.get('V')?.router.priority).toBe(100)
  expect(parts.reloader.refused?.text).toBe('counter: 13 cannot be counted')
  expect(told).toEqual([
    'counter: 13 cannot be counted',
    'Reload refused: the daemon goes on with the configuration it has',
  ])
})

test('what takes time to find out is known before anything is planned', async () => {
  let answer: (outcome: Result<undefined, string>) => void = () => undefined
  counter.examine = ({ model }) => {
    counter.asked.push(`examine ${priorityOf(model)}`)
    return new Promise((resolve) => {
      answer = resolve
    })
  }
  next = await examinedOf(file(120))
  const reloaded = parts.reloader.reload()
  await new Promise(setImmediate)
  expect(counter.asked.slice(1)).toEqual(['examine 120'])
  answer(accepted(undefined))
  await reloaded
  expect(counter.asked.slice(1)).toEqual(['examine 120', 'plan 120', 'apply 120'])

  next = await examinedOf(file(121))
  const refused = parts.reloader.reload()
  await new Promise(setImmediate)
  answer(rejected('121 is too much'))
  await refused
  expect(counter.asked.slice(4)).toEqual(['examine 121'])
  expect(parts.vrrp.engine.routers.get('V')?.router.priority).toBe(120)
  expect(parts.reloader.refused?.text).toBe('counter: 121 is too much')
})

test('a daemon that stops while something is found out changes nothing any more', async () => {
  let answer: (outcome: Result<undefined, string>) => void = () => undefined
  counter.examine = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  next = await examinedOf(file(120))
  const reloaded = parts.reloader.reload()
  await new Promise(setImmediate)
  parts.reloader.close()
  answer(accepted(undefined))
  await reloaded
  expect(counter.asked.slice(1)).toEqual(['plan 120'])
})

test('what is overdue anywhere is overdue, and each has its words for the service manager', () => {
  passTime(milliseconds(10))
  expect(parts.vrrp.overdue()).toBeLessThanOrEqual(0)
  expect(parts.subsystems.overdue()).toBe(0)
  counter.late = seconds(3)
  expect(parts.subsystems.overdue()).toBe(seconds(3))
  expect(parts.subsystems.summary()).toBe('1 BACKUP; 100 counted')
})
