/** The daemon as a whole on a host in memory: what its parts can only be asked together. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { formatCidr } from '../../src/base/address.ts'
import { after, instant, seconds, toSeconds, type Duration, type Instant } from '../../src/base/time.ts'
import type { Model } from '../../src/config/model.ts'
import type { StatusReport } from '../../src/control/report.ts'
import type { Examined } from '../../src/daemon/examined.ts'
import { compose, type DaemonHost } from '../../src/daemon/composition.ts'
import { ownPartOf } from '../../src/daemon/reading/own-part.ts'
import { linkSettingsOf, SETTINGS, silentLog } from '../../src/simulation/host.ts'
import { MemoryKernel } from '../../src/simulation/kernel/memory-kernel.ts'
import { MemoryRecord } from '../../src/simulation/memory-record.ts'
import { SimulatedProcess, type Machine } from '../../src/simulation/process.ts'
import { Schedule } from '../../src/simulation/schedule.ts'
import { modelOf } from '../config/support.ts'
import { ip } from '../vrrp/kit.ts'
import { plan } from './examined.ts'

const instance = (vrid: number, more = ''): string => `
vrrp_instance V${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  virtual_ipaddress {
    10.0.0.${vrid}/24
  }
  ${more}
}`

const weighted = `
track_file weight {
  file /run/weight
}
${instance(51, 'track_file {\n weight weight 1\n }')}`

/** One with an eth0, and whatever daemon runs there. */
class Host {
  private readonly schedule = new Schedule()
  private readonly memory = new MemoryKernel()
  private readonly record = new MemoryRecord()
  private now: Instant = instant(0)
  private model: Model
  private process: SimulatedProcess
  parts: DaemonHost

  constructor(model: Model) {
    this.model = model
    const linkIndex = this.memory.addLink({ name: 'eth0', enabled: true, carrier: true, multicast: true })
    const cidr = { address: ip('10.0.0.1'), prefixLength: 24 }
    this.memory.as(7).addAddress({ linkIndex, cidr, scope: 0 })
    ;({ process: this.process, parts: this.parts } = this.start())
  }

  /** On eth0. */
  get addresses(): readonly string[] {
    const { table } = this.memory.open()
    const index = table.linkByName('eth0')?.index ?? 0
    return table.addressesOf(index).map(({ cidr }) => formatCidr(cidr))
  }

  /** What is in the file from now on. */
  write(model: Model): void {
    this.model = model
  }

  /** SIGKILL, and another one: nobody cleans up in between. */
  startAgain(): void {
    this.process.end()
    ;({ process: this.process, parts: this.parts } = this.start())
  }

  pause(): void {
    this.process.pause()
  }

  async pass(duration: Duration): Promise<void> {
    const until = after(this.now, duration)
    for (let next = this.schedule.takeUntil(until); next; next = this.schedule.takeUntil(until)) {
      this.now = next.at
      next.action()
      await nextTurn()
    }
    this.now = until
  }

  /** What a client is answered, when the daemon has had a second for it. */
  async ask(request: Parameters<DaemonHost['operator']['handle']>[0]): Promise<unknown> {
    const answer = this.parts.operator.handle(request)
    await this.pass(seconds(1))
    return answer
  }

  private start(): { readonly process: SimulatedProcess; readonly parts: DaemonHost } {
    const passage = {
      now: () => this.now,
      plan: (at: Instant, action: () => void) => this.schedule.plan(at, action),
      lag: () => 0.5,
    }
    const process = new SimulatedProcess(passage, this.machine())
    const examined = (): Examined => ({
      ...ownPartOf(this.model),
      scripts: {
        scriptOf: () => {
          throw new Error('there are no scripts here')
        },
        ownerOf: () => undefined,
        violation: undefined,
      },
    })
    const { world } = process
    const read = (): Promise<Examined> => process.answer(examined)
    const parts = compose({ world, settings: SETTINGS, log: silentLog, read, plan }, examined())
    parts.start()
    return { process, parts }
  }

  private machine(): Machine {
    return {
      record: this.record,
      linkSettings: linkSettingsOf(this.memory, new Map()),
      openKernel: (onReadable) => this.memory.open({ onReadable }),
      send: () => true,
      endOf: () => ({ code: 0 }),
      processes: () => [],
      textOf: () => '-30\n',
      makeFile: () => undefined,
    }
  }
}

/** With its only Master. */
async function hostWith(...instances: readonly string[]): Promise<Host> {
  const host = new Host(await modelOf(instances.join('\n')))
  await host.pass(seconds(5))
  return host
}

const status = async (host: Host): Promise<StatusReport> =>
  ((await host.ask({ version: 1, request: 'status', arguments: {} })) as { readonly result: StatusReport })
    .result

test('a reload is in force: what it drops goes, what it brings comes', async () => {
  const host = await hostWith(instance(51), instance(52))
  expect(host.addresses).toEqual(['10.0.0.1/24', '10.0.0.51/24', '10.0.0.52/24'])
  host.write(await modelOf(instance(52) + instance(53)))
  await host.ask({ version: 1, request: 'reload', arguments: { dryRun: false } })
  await host.pass(seconds(5))
  expect(host.addresses).toEqual(['10.0.0.1/24', '10.0.0.52/24', '10.0.0.53/24'])
  expect((await status(host)).instances.map(({ name }) => name)).toEqual(['V52', 'V53'])
})

test('a file that only the new configuration tracks counts', async () => {
  const host = await hostWith(instance(51))
  expect((await status(host)).instances).toMatchObject([{ priority: { effective: 100 } }])
  host.write(await modelOf(weighted))
  await host.ask({ version: 1, request: 'reload', arguments: { dryRun: false } })
  expect((await status(host)).instances).toMatchObject([{ priority: { effective: 70 } }])
})

test('a reload that is only to be looked at changes nothing', async () => {
  const host = await hostWith(instance(51))
  host.write(await modelOf(instance(52)))
  const answer = await host.ask({ version: 1, request: 'reload', arguments: { dryRun: true } })
  expect(answer).toMatchObject({ result: { accepted: true, dryRun: true } })
  await host.pass(seconds(5))
  expect(host.addresses).toEqual(['10.0.0.1/24', '10.0.0.51/24'])
})

test('what a crash leaves of an instance that is in the file no more is gone at once', async () => {
  const host = await hostWith(instance(51), instance(52))
  host.write(await modelOf(instance(52)))
  host.startAgain()
  expect(host.addresses).toEqual(['10.0.0.1/24', '10.0.0.52/24'])
})

test('what is wrong with an instance is a problem of the status', async () => {
  const host = await hostWith(instance(51).replace('eth0', 'eth9'))
  expect((await status(host)).problems).toMatchObject([{ instance: 'V51', code: 'fault' }])
})

test('elections that are due and not held are overdue', async () => {
  const host = await hostWith(instance(51))
  const { subsystems } = host.parts
  // A Master is due within its interval, and late by no more than the alarm.
  expect(toSeconds(subsystems.overdue())).toBeLessThanOrEqual(0)
  host.pause()
  await host.pass(seconds(60))
  expect(toSeconds(subsystems.overdue())).toBeGreaterThan(58)
})
