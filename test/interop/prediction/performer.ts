/** The hosts of a laboratory, to which the lines of a story are done. */

import { spawn } from 'node:child_process'
import { copyFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatIp } from '../../../src/base/address.ts'
import { plus, toMilliseconds, toSeconds, type Duration } from '../../../src/base/time.ts'
import { askDaemon } from '../../../src/control/client.ts'
import type { StoryEvent } from '../../../src/simulation/story/story.ts'
import type { Semaphore } from '../../../src/scripts/tracking/semaphore.ts'
import type { Lab } from '../../support/lab.ts'
import { Daemon } from '../../support/lab/daemon.ts'
import { signalQuietly } from '../../support/lab/processes.ts'
import type { Check } from '../../support/lab/recorder.ts'
import { patiently, pause, wallNow, type WallTime } from '../../support/lab/time.ts'
import { findProgram, run } from '../../support/tools.ts'
import type { Place, Tale } from './tale.ts'

/** A process has to begin before the protocol's timers do. */
const startUp: Duration = plus(patiently, patiently)

export class Performer {
  /** A busy machine has made another story of it. */
  wasLate = false
  /** Dead hosts. */
  readonly gone = new Set<string>()
  /** Of daemons that have been asked: when their instances began to listen, in milliseconds. */
  readonly listening: { readonly at: WallTime; readonly by: string }[] = []
  private readonly tale: Tale
  private readonly lab: Lab
  private readonly starts: Semaphore
  private readonly checks = new Map<string, Check>()
  private readonly places = new Map<string, Place>()
  private readonly daemons = new Map<string, Daemon>()
  private readonly configs = new Map<string, string>()
  /** Process ids, by host. */
  private readonly programs = new Map<string, number>()
  private readonly lasting: Promise<void>[] = []

  constructor(tale: Tale, lab: Lab, starts: Semaphore) {
    this.tale = tale
    this.lab = lab
    this.starts = starts
  }

  async prepare(): Promise<void> {
    for (const name of this.tale.hosts) {
      const host = this.lab.host(name)
      const check = await host.check()
      this.checks.set(name, check)
      const program = host.namespace.slice(-12)
      const file = join(host.directory, 'number')
      this.places.set(name, { host: name, check: check.command, file, program })
      const config = this.tale.config(this.place(name))
      this.configs.set(name, config)
      if (!config.includes(program)) continue
      await copyFile(findProgram('sleep')!, join(host.directory, program))
      this.runProgram(name)
    }
  }

  place(host: string): Place {
    return this.places.get(host)!
  }

  /** A line of the story, done. */
  async perform(event: StoryEvent): Promise<void> {
    switch (event.type) {
      case 'start':
        return this.start(event.host)
      case 'stop':
        await this.daemon(event.host).stop()
        return
      case 'kill':
        return this.kill(event.host)
      case 'crash':
        return this.crash(event.host)
      case 'stall': {
        const daemon = this.daemon(event.host)
        daemon.freeze()
        this.lasting.push(pause(event.duration).then(() => daemon.thaw()))
        return
      }
      case 'link':
        return this.lab.host(event.host).setCable(event.up ? 'up' : 'down', event.link)
      case 'script': {
        const check = this.checks.get(event.host)!
        if (event.outcome === 'time out') throw new Error('no check of a laboratory hangs')
        return event.outcome === 'pass' ? check.pass() : check.fail()
      }
      case 'partition':
        if (event.sides.some((side) => side.length > 1)) throw new Error('a laboratory isolates single hosts')
        return this.isolate(event.sides.flat(), true, event.lan)
      case 'heal':
        return this.isolate(this.tale.hosts, false, event.lan)
      case 'reload': {
        const text = this.tale.files?.[event.file]?.(this.place(event.host))
        this.configs.set(event.host, text!)
        await this.daemon(event.host).rewrite(text!)
        this.daemon(event.host).signal('SIGHUP')
        return
      }
      case 'drain':
      case 'resume': {
        const names = event.names.length === 0 ? ['--all'] : event.names
        const control = ['--control', this.daemon(event.host).controlSocket]
        const isTimed = event.type === 'drain' && event.duration !== undefined
        const span = isTimed ? ['--for', `${toSeconds(event.duration)}s`] : []
        const asked = run(['bin/vrrpd', event.type, ...names, ...span, ...control]).then(() => {})
        // A drain tells of all that comes of it, up to its end.
        if (event.type === 'resume') return asked
        asked.catch(() => {})
        this.lasting.push(asked)
        return
      }
      case 'remove': {
        const address = formatIp(event.address)
        const host = this.lab.host(event.host)
        for (const { link } of host.attachments)
          for (const { local, prefixlen } of await host.addresses(link))
            if (local === address) await host.ip('addr', 'del', `${local}/${prefixlen}`, 'dev', link)
        return
      }
      case 'file': {
        // In one step, so that nobody reads half of it.
        await writeFile(`${event.path}.new`, `${event.number}\n`)
        return rename(`${event.path}.new`, event.path)
      }
      case 'process':
        if (event.runs) this.runProgram(event.host)
        else signalQuietly(this.programs.get(event.host)!, 'SIGKILL')
        return
      case 'lose':
        throw new Error('a laboratory loses nothing')
    }
  }

  async start(name: string): Promise<void> {
    const host = this.lab.host(name)
    if (this.gone.delete(name)) for (const { link } of host.attachments) await host.restoreLink(link)
    await this.starts.pass(async () => {
      const daemon = await host.start({ kind: 'vrrpd', config: this.configs.get(name)! })
      this.daemons.set(name, daemon)
      await daemon.logs('Startup complete', startUp)
    })
  }

  /** A dead host's links carry nothing, and nobody on it notices. */
  private async kill(name: string): Promise<void> {
    const host = this.lab.host(name)
    await this.daemon(name).kill()
    this.gone.add(name)
    for (const { link } of host.attachments) await host.removeLink(link)
  }

  /** As the unit does it: the same command line again, over the record that was left. */
  private async crash(name: string): Promise<void> {
    const host = this.lab.host(name)
    const { directory, configFile } = this.daemon(name)
    const killedAt = await this.daemon(name).kill()
    const files = ['-f', configFile, '-p', `${directory}/daemon.pid`, '-r', `${directory}/vrrp.pid`]
    await host.exec(['env', 'SERVICE_RESULT=signal', resolve('bin/vrrpd'), 'cleanup', '-n', ...files])
    await truncate(`${directory}/log`)
    const options = { kind: 'vrrpd', config: this.configs.get(name)! } as const
    const daemon = await Daemon.start(host.namespace, directory, options)
    host.daemons.push(daemon)
    this.daemons.set(name, daemon)
    await daemon.logs('Startup complete', startUp)
    const { restartWithin } = this.tale
    if (restartWithin !== undefined && wallNow() - killedAt > restartWithin) this.wasLate = true
  }

  private async isolate(hosts: readonly string[], isolated: boolean, lan: string | undefined): Promise<void> {
    for (const name of hosts) {
      const host = this.lab.host(name)
      for (const { link } of host.attachments)
        if (lan === undefined || lan === link) await host.setIsolated(isolated, link)
    }
  }

  private runProgram(host: string): void {
    const path = join(this.lab.host(host).directory, this.place(host).program)
    this.programs.set(host, spawn(path, ['300'], { stdio: 'ignore' }).pid!)
  }

  /** What a daemon that runs knows of its past, before it ends. */
  async askFor(host: string): Promise<void> {
    const daemon = this.daemons.get(host)
    if (daemon?.running !== true) return
    const answer = await askDaemon(daemon.controlSocket, 'status', toMilliseconds(patiently))
    if (!answer.ok) throw new Error(`${host} does not tell its status`)
    for (const { history } of answer.value.instances)
      for (const { at, from, to } of history)
        if (to === 'BACKUP' && from !== 'MASTER')
          this.listening.push({ at: Date.parse(at) * 1_000, by: host })
    this.listening.sort((one, other) => one.at - other.at)
  }

  private daemon(host: string): Daemon {
    return this.daemons.get(host)!
  }

  /** Until what lasts is over: stalls and drains. */
  async settled(): Promise<void> {
    await Promise.all(this.lasting)
  }

  end(): void {
    for (const pid of this.programs.values()) signalQuietly(pid, 'SIGKILL')
  }
}
