/**
 * `no_accept`: while a router is Master, packets to and from its addresses are
 * dropped. By nft(8), started as any program and never waited for; one at a
 * time, and whatever was wanted meanwhile is the next one's work.
 */

import type { IpAddress } from '../../base/address.ts'
import { seconds } from '../../base/time.ts'
import type { FirewallTable } from '../../config/model.ts'
import { startProgram, type Ended, type RunPorts } from '../../scripts/process.ts'
import type { Assembled } from '../assemble.ts'
import { firewallScript, removalScript } from './firewall-rules.ts'

export interface FirewallPorts extends RunPorts {
  /** Path of nft(8); undefined: there is none. */
  readonly nft: string | undefined
  readonly complain: (text: string) => void
}

const LONGEST_RUN = seconds(5)

export class Firewall {
  private readonly ports: FirewallPorts
  private table: FirewallTable
  /** Of an earlier run or configuration, perhaps still there. */
  private stale: ReadonlySet<string> = new Set()
  private readonly blocked = new Map<string, readonly IpAddress[]>()
  /** What nft was last told, unless it failed. */
  private applied: string | undefined
  private running = false
  private saidMissing = false
  private readonly whenIdle: (() => void)[] = []

  constructor(ports: FirewallPorts, table: FirewallTable) {
    this.ports = ports
    this.table = table
  }

  /** Tables that may be there; with `isAboutToBeUsed`, also the one that routers will ask for. */
  tables(isAboutToBeUsed: boolean): readonly string[] {
    const isUsed = isAboutToBeUsed || this.running || this.blocked.size > 0
    return [...new Set([...(isUsed ? [this.table.name] : []), ...this.stale])]
  }

  /** Those of a daemon that crashed: what its record names, and our own. */
  removeLeftovers(recorded: readonly string[] = []): void {
    this.stale = new Set([...this.stale, ...recorded])
    if (this.ports.nft !== undefined) this.apply()
  }

  /** Another configuration. */
  use(table: FirewallTable): void {
    const { name } = this.table
    if (name !== table.name && this.tables(false).includes(name)) this.stale = new Set([...this.stale, name])
    this.table = table
    if (this.blocked.size > 0) this.apply()
  }

  /** The router is Master: its packets are dropped, if it asks for that. */
  follow({ router, instance, addresses }: Pick<Assembled, 'router' | 'instance' | 'addresses'>): void {
    if (!instance.dropsTraffic) {
      this.release(router.name)
      return
    }
    this.blocked.set(
      router.name,
      addresses.map(({ spec }) => spec.cidr.address),
    )
    this.apply()
  }

  /** Its packets pass. */
  release(router: string): void {
    if (this.blocked.delete(router)) this.apply()
  }

  /** Resolves when nft has done what was wanted, or has failed. */
  async settled(): Promise<void> {
    if (!this.running) return
    await new Promise<void>((resolve) => {
      this.whenIdle.push(resolve)
    })
  }

  private apply(): void {
    if (this.running) return
    const own = firewallScript(this.table, [...this.blocked.values()].flat())
    const { stale } = this
    if (own === this.applied && stale.size === 0) return
    const { nft } = this.ports
    if (nft === undefined) {
      this.sayMissing()
      return
    }
    this.applied = own
    this.running = true
    const script = [...[...stale].map(removalScript), own].join('\n')
    const spec = { argv: [nft, script] as const, identity: undefined, environment: {} }
    const started = startProgram(this.ports, spec, LONGEST_RUN, (ended) => {
      this.ended(ended, stale)
    })
    if (!started.ok) this.ended(undefined, stale)
  }

  private ended(how: Ended | undefined, removed: ReadonlySet<string>): void {
    this.running = false
    if (how?.status.kind === 'exited' && how.status.code === 0) {
      this.stale = new Set([...this.stale].filter((name) => !removed.has(name)))
      this.apply()
    } else {
      this.applied = undefined
      this.ports.complain(
        `no_accept: nft failed, packets may pass: ${how?.output ?? 'it could not be started'}`,
      )
    }
    if (this.isRunning()) return
    for (const resolve of this.whenIdle.splice(0)) resolve()
  }

  /** A question of its own, because apply() changes the answer. */
  private isRunning(): boolean {
    return this.running
  }

  private sayMissing(): void {
    if (this.saidMissing) return
    this.saidMissing = true
    this.ports.complain('no_accept: there is no nft(8) on this host, so nothing is dropped')
  }
}
