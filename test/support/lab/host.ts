/** One host of a laboratory: a namespace with its links, a directory and the daemons it runs. */

import { join } from 'node:path'
import { type Duration, seconds } from '../../../src/base/time.ts'
import { run } from '../tools.ts'
import { Capture, inject } from './capture.ts'
import { Daemon, type DaemonOptions } from './daemon.ts'
import { KernelNews } from './kernel-news.ts'
import { AddressMonitor } from './monitor.ts'
import { attach, batch, carrierIs, configureHost, type Attachment, switchOf } from './network.ts'
import { namespaceOf } from './names.ts'
import { type Check, makeCheck, makeRecorder, type Recorder } from './recorder.ts'
import { until, type WallTime, wallNow } from './time.ts'

/** As `ip -j -d addr` gives it; absent fields are not set. */
export interface AddressInfo {
  readonly local: string
  readonly prefixlen: number
  readonly scope: string
  readonly label?: string
  readonly broadcast?: string
  readonly address?: string
  readonly secondary?: boolean
  readonly protocol?: string
}

/** What a kernel has, of any link and in any table. */
export interface KernelParts {
  /** Without prefix lengths. */
  readonly addresses?: readonly string[]
  /** Destinations, as ip(8) writes them. */
  readonly routes?: readonly string[]
  /** By priority. */
  readonly rules?: readonly number[]
}

/** As `ip -j -d route` gives it. */
export type RouteInfo = Readonly<Record<string, unknown>> & { readonly dst: string }

export class Host {
  readonly name: string
  readonly namespace: string
  /** World-readable, so that scripts of other users run from it. */
  readonly directory: string
  readonly attachments: readonly Attachment[]
  readonly daemons: Daemon[] = []
  private readonly lab: string
  private readonly captures: Capture[] = []
  private readonly monitors: AddressMonitor[] = []
  private heard: KernelNews | undefined

  constructor(lab: string, name: string, directory: string, attachments: readonly Attachment[]) {
    this.lab = lab
    this.name = name
    this.namespace = namespaceOf(lab, name)
    this.directory = directory
    this.attachments = attachments
  }

  /** What its kernel tells of changes, from the first time this is asked for. */
  get news(): KernelNews {
    return (this.heard ??= KernelNews.open(this.namespace))
  }

  /** Its own address on a link (the first one when not named). */
  address(link?: string): string {
    return this.attachment(link).cidr.split('/')[0] ?? ''
  }

  /** `fe80::1`; undefined without IPv6. */
  linkLocal(link?: string): string | undefined {
    return this.attachment(link).linkLocal
  }

  mac(link?: string): string {
    return this.attachment(link).mac
  }

  ip(...args: readonly string[]): Promise<string> {
    return run(['ip', '-n', this.namespace, ...args])
  }

  /** Several queries by one process, each answered by a line of JSON. */
  ipBatch(queries: readonly string[]): Promise<string> {
    return run(['ip', '-n', this.namespace, '-j', '-d', '-batch', '-'], queries.join('\n') + '\n')
  }

  exec(argv: readonly string[], input = ''): Promise<string> {
    return run(['ip', 'netns', 'exec', this.namespace, ...argv], input)
  }

  async addresses(link = this.attachment().link): Promise<AddressInfo[]> {
    const text = await this.ip('-j', '-d', 'addr', 'show', 'dev', link)
    const links = JSON.parse(text) as readonly { readonly addr_info?: AddressInfo[] }[]
    return links.flatMap((each) => each.addr_info ?? [])
  }

  async holds(address: string, link?: string): Promise<boolean> {
    return (await this.addresses(link)).some((each) => each.local === address)
  }

  /** Waits until it holds the address; returns when that was first seen. */
  async holdsWithin(address: string, within: Duration, link?: string): Promise<WallTime> {
    await this.until(`hold ${address}`, () => this.holds(address, link), within)
    return wallNow()
  }

  /** Waits until it has every part of that at once: an address is there before the routes and rules that belong to it. */
  async hasWithin(parts: KernelParts, within: Duration): Promise<void> {
    const { addresses = [], routes = [], rules = [] } = parts
    const words = [
      ...addresses,
      ...routes.map((destination) => `a route to ${destination}`),
      ...rules.map((priority) => `rule ${priority}`),
    ]
    const hasAll = async (): Promise<boolean> => {
      const has = await this.kernelParts()
      return (
        addresses.every((address) => has.addresses.includes(address)) &&
        routes.every((destination) => has.routes.includes(destination)) &&
        rules.every((priority) => has.rules.includes(priority))
      )
    }
    await this.until(`have ${words.join(', ')}`, hasAll, within)
  }

  async lacksWithin(address: string, within: Duration, link?: string): Promise<void> {
    await this.until(`give up ${address}`, async () => !(await this.holds(address, link)), within)
  }

  async routes(table: string | number = 'main'): Promise<RouteInfo[]> {
    // A table without a single route does not exist, says ip(8), and ends with an error.
    const text = await this.ip('-j', '-d', '-4', 'route', 'show', 'table', 'all')
    const routes = text.trim() === '' ? [] : (JSON.parse(text) as RouteInfo[])
    return routes.filter((route) => (route['table'] ?? 'main') === String(table))
  }

  async start(options: DaemonOptions): Promise<Daemon> {
    const directory = join(this.directory, `daemon-${this.daemons.length}`)
    const daemon = await Daemon.start(this.namespace, directory, options)
    this.daemons.push(daemon)
    return daemon
  }

  /** Turns its own end of the cable off or on. */
  async setLink(state: 'up' | 'down', link?: string): Promise<void> {
    await this.ip('link', 'set', this.attachment(link).link, state)
  }

  /** Pulls the cable (the host sees its carrier go) or puts it back. */
  async setCable(state: 'up' | 'down', link?: string): Promise<void> {
    await batch(['-n', switchOf(this.lab)], [`link set ${this.attachment(link).port} ${state}`])
  }

  /** Until the host itself has noticed. */
  carrierGone(link?: string): Promise<void> {
    return carrierIs('gone', this.namespace, this.attachment(link).link)
  }

  /** Takes the network card out: the link is gone, with all its addresses. */
  async removeLink(link?: string): Promise<void> {
    await this.ip('link', 'del', this.attachment(link).link)
  }

  /** Puts it back, as it was when the laboratory was built. */
  async restoreLink(link?: string): Promise<void> {
    await attach(this.lab, [this.attachment(link)])
    await configureHost(this.lab, this.name, [this.attachment(link)])
  }

  /** Cut off from everybody, without anything to see on its own link. */
  async setReachable(reachable: boolean, link?: string): Promise<void> {
    const { port, bridge } = this.attachment(link)
    const command = reachable ? `link set ${port} master ${bridge}` : `link set ${port} nomaster`
    await batch(['-n', switchOf(this.lab)], [command])
  }

  /** Isolated hosts do not reach each other, but all others. */
  async setIsolated(isolated: boolean, link?: string): Promise<void> {
    const state = isolated ? 'on' : 'off'
    const command = `link set ${this.attachment(link).port} type bridge_slave isolated ${state}`
    await batch(['-n', switchOf(this.lab)], [command])
  }

  async capture(link?: string): Promise<Capture> {
    const capture = Capture.start(this.namespace, await this.linkIndex(link))
    this.captures.push(capture)
    return capture
  }

  /** Sends frames as they are (see craft.ts), all in a row. */
  async inject(frames: Uint8Array | readonly Uint8Array[], link?: string): Promise<void> {
    inject(this.namespace, await this.linkIndex(link), ...(frames instanceof Uint8Array ? [frames] : frames))
  }

  async watchAddresses(): Promise<AddressMonitor> {
    const monitor = await AddressMonitor.start(this.namespace)
    this.monitors.push(monitor)
    return monitor
  }

  recorder(name = 'notify'): Promise<Recorder> {
    return makeRecorder(this.directory, name)
  }

  check(name = 'check'): Promise<Check> {
    return makeCheck(this.directory, name)
  }

  /** Ends everything it runs; at once, without giving up addresses in good order. */
  async end(): Promise<void> {
    for (const capture of this.captures) capture.stop()
    for (const monitor of this.monitors) monitor.stop()
    this.heard?.close()
    await Promise.all(this.daemons.map((daemon) => daemon.kill()))
  }

  private async kernelParts(): Promise<Required<KernelParts>> {
    const text = await this.ipBatch(['addr show', 'route show table all', 'rule show'])
    const [links = [], routes = [], rules = []] = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as readonly Readonly<Record<string, unknown>>[])
    return {
      addresses: links
        .flatMap((link) => (link['addr_info'] ?? []) as AddressInfo[])
        .map(({ local }) => local),
      routes: routes.map(({ dst }) => String(dst)),
      rules: rules.map(({ priority }) => Number(priority)),
    }
  }

  /** Looks when something in its kernel has changed, and now and then. */
  private async until(what: string, condition: () => Promise<boolean>, within: Duration): Promise<void> {
    await until(`${this.name} to ${what}`, condition, within, () => this.news.next())
  }

  private async linkIndex(link?: string): Promise<number> {
    const text = await this.ip('-j', 'link', 'show', 'dev', this.attachment(link).link)
    const [found] = JSON.parse(text) as readonly { readonly ifindex: number }[]
    if (found === undefined) throw new Error(`${this.name} has no link ${link ?? ''}`)
    return found.ifindex
  }

  private attachment(link?: string): Attachment {
    const found = this.attachments.find((each) => link === undefined || each.link === link)
    if (found === undefined) throw new Error(`${this.name} has no link ${link ?? 'at all'}`)
    return found
  }
}

/** Time for the processes and the kernel, where the protocol gives the rest of a bound. */
export const promptly: Duration = seconds(5)
