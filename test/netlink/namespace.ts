/** A namespace with a pair of links, eth0 and eth1, that are connected to each other; and what its kernel says. */

import { execFileSync } from 'node:child_process'
import { isIpv4 } from '../../src/base/address.ts'
import type { LinkTable } from '../../src/netlink/link-table.ts'
import { takeSnapshot } from '../../src/netlink/snapshot.ts'
import { Transport } from '../../src/netlink/transport.ts'
import { newLabName, namespaceOf } from '../support/lab/names.ts'
import { batch } from '../support/lab/network.ts'
import { findProgram, run, runAnyway } from '../support/tools.ts'

/** As `ip -j -d addr` gives it; absent fields are not set. */
export interface AddressInfo {
  readonly family: 'inet' | 'inet6'
  readonly local: string
  readonly prefixlen: number
  readonly scope: string
  readonly label?: string
  readonly broadcast?: string
  readonly address?: string
  readonly secondary?: boolean
  readonly nodad?: boolean
  readonly tentative?: boolean
  readonly preferred_life_time: number
  readonly valid_life_time: number
}

export type RouteInfo = Readonly<Record<string, unknown>>

export class Namespace {
  readonly name: string

  private constructor(name: string) {
    this.name = name
  }

  /** eth0 has 10.9.0.1/24; IPv6 is left to the test. */
  static async create(): Promise<Namespace> {
    const namespace = new Namespace(namespaceOf(newLabName(), 'kernel'))
    await batch([], [`netns add ${namespace.name}`])
    await namespace.sysctl('net/ipv6/conf/default/disable_ipv6', 1)
    await namespace.batch([
      'link set lo up',
      'link add eth0 address 02:00:00:00:00:01 type veth peer name eth1 address 02:00:00:00:00:02',
      'link set eth0 up',
      'link set eth1 up',
      'addr add 10.9.0.1/24 dev eth0',
    ])
    return namespace
  }

  async destroy(): Promise<void> {
    await batch([], [`netns del ${this.name}`])
  }

  ip(...args: readonly string[]): Promise<string> {
    return run(['ip', '-n', this.name, ...args])
  }

  /** Many `ip` commands in one process. */
  batch(commands: readonly string[]): Promise<void> {
    return batch(['-n', this.name], commands)
  }

  /** The same, while this process waits and hears nothing of it. */
  batchUnheard(commands: readonly string[]): void {
    const input = commands.map((command) => `${command}\n`).join('')
    execFileSync(findProgram('ip') ?? 'ip', ['-n', this.name, '-batch', '-'], { input })
  }

  /** The same, where some of them may fail. */
  async tryBatch(commands: readonly string[]): Promise<void> {
    const text = commands.map((command) => `${command}\n`).join('')
    await runAnyway(['ip', '-n', this.name, '-force', '-batch', '-'], text)
  }

  async sysctl(path: string, value: number): Promise<void> {
    await run(['ip', 'netns', 'exec', this.name, 'sh', '-c', `echo ${value} >/proc/sys/${path}`])
  }

  async addresses(link = 'eth0'): Promise<AddressInfo[]> {
    const text = await this.ip('-j', '-d', 'addr', 'show', 'dev', link)
    return (JSON.parse(text) as { addr_info?: AddressInfo[] }[]).flatMap((each) => each.addr_info ?? [])
  }

  async address(local: string, link = 'eth0'): Promise<AddressInfo | undefined> {
    return (await this.addresses(link)).find((each) => each.local === local)
  }

  /** Of all tables, in the kernel's order. */
  async routes(family: '-4' | '-6' = '-4'): Promise<RouteInfo[]> {
    const text = await this.ip('-j', '-d', family, 'route', 'show', 'table', 'all')
    return text.trim() === '' ? [] : (JSON.parse(text) as RouteInfo[])
  }

  async routesTo(destination: string, family: '-4' | '-6' = '-4'): Promise<RouteInfo[]> {
    return (await this.routes(family)).filter(({ dst }) => dst === destination)
  }
}

/** The table as the kernel dumps it now, keepalived's routes included. */
export function askKernel(namespace: Namespace): LinkTable {
  const transport = Transport.open({ namespace: namespace.name })
  if (!transport.ok) throw new Error(transport.error.text)
  const snapshot = takeSnapshot(transport.value, new Set([18]))
  transport.value.close()
  if (!snapshot.ok) throw new Error(snapshot.error.text)
  return snapshot.value
}

/** What is to be equal in two tables: of IPv4 addresses the order too. */
export const contents = (table: LinkTable): unknown => ({
  links: new Map(table.links),
  addresses: [...table.links.keys()].map((index) =>
    table.addressesOf(index).filter(({ cidr }) => isIpv4(cidr.address)),
  ),
  routes: new Map(table.routes),
})
