/**
 * Taking the place of a daemon that ended without a goodbye, and leaving a
 * record for the next one: what it left in the kernel goes, or goes on.
 */

import { noFacts, type Findings } from '../../vrrp/conditions.ts'
import { complainInWords, type Complaint, type DomainEvent } from '../../events/event.ts'
import type { Engine, EngineEvent } from '../../vrrp/engine.ts'
import type { World } from '../../world/world.ts'
import { identityOf } from '../../vrrp/reconfigure.ts'
import type { UsedNumbers } from '../adverts/advert-dispatcher.ts'
import type { Assembled } from '../assemble.ts'
import { leftAs } from '../../addressing/host-addresses.ts'
import { Applier } from '../../addressing/applier.ts'
import { complaintOf, InstalledState } from '../../addressing/installed-state.ts'
import type { Firewall } from '../kernel/firewall.ts'
import type { Log } from '../log/logging.ts'
import { orphaned, resumable, usedNumbers } from './resumption.ts'
import { RunRecordFile } from './run-record-file.ts'
import type { ReadRecord, RunRecord, Wants } from './run-record.ts'
import { removeVirtualMacs, type VirtualMacs, type WantedVirtualMac } from '../kernel/virtual-macs.ts'
import type { DesiredAddress, DesiredState } from '../../addressing/desired.ts'

export interface SuccessionPorts extends Pick<
  World,
  'clock' | 'timers' | 'soon' | 'kernel' | 'linkSettings' | 'record' | 'bootId'
> {
  readonly log: Log
  readonly virtualMacs: VirtualMacs
  readonly firewall: Firewall
  readonly routers: () => readonly Assembled[]
  /** Static items. */
  readonly statics: () => DesiredState
  readonly engine: () => Engine
  readonly usedNumbers: () => readonly UsedNumbers[]
  /** Whether the host had it before us: then it is nothing that we could leave. */
  readonly isHosts: (address: DesiredAddress) => boolean
}

/** Besides the states of routers. */
const RECORDED: readonly EngineEvent['type'][] = ['script', 'file', 'process', 'reconfigure']

export class Succession {
  private readonly ports: SuccessionPorts
  private readonly previous: ReadRecord | undefined
  private readonly resumed: ReadonlySet<string>
  private record: RunRecordFile | undefined

  /** @param previous what the last one has left in the same place */
  constructor(previous: ReadRecord | undefined, ports: SuccessionPorts) {
    this.ports = ports
    this.previous = previous
    this.resumed = resumable(this.previous, ports.routers(), ports.clock.now())
  }

  /** What was last found, where that is a moment ago: nobody goes on as Master while it waits for a script. */
  get findings(): Findings {
    const { previous } = this
    if (previous === undefined || this.resumed.size === 0) return noFacts
    const { scripts, files, processes } = previous
    return { scripts: new Map(scripts), files: new Map(files), processes: new Map(processes) }
  }

  /** Where sequence numbers go on, also where nobody goes on as Master: neighbours remember. */
  get usedNumbers(): readonly UsedNumbers[] {
    return usedNumbers(this.previous, this.ports.clock.now())
  }

  /** Addresses that the earlier run may have set, as HostAddresses wants them. */
  get leftAddresses(): ReadonlySet<string> {
    const addresses = (this.previous?.instances ?? []).flatMap((instance) => instance.addresses)
    return new Set(addresses.map(({ link, spec }) => leftAs(link, spec)))
  }

  /** @returns the routers that go on as Master */
  begin(): ReadonlySet<string> {
    const { kernel, linkSettings, log, firewall } = this.ports
    const warn = (text: string): void => {
      log.warn(text)
    }
    const complain = complainInWords(warn)
    if (this.previous) {
      const orphans = orphaned(this.previous, [...this.ports.routers(), this.ports.statics()])
      withdrawAll(orphans, { kernel, linkSettings }, complain)
      removeVirtualMacs(this.orphanedMacs(this.previous), kernel, complain)
      const tables = this.previous.firewallTables ?? []
      if (tables.length > 0) firewall.removeLeftovers(tables)
    }
    this.record = new RunRecordFile(() => this.makeRecord(), {
      ...this.ports,
      complain: warn,
    })
    this.record.begin()
    for (const name of this.resumed) log.info(`(${name}) was MASTER until this restart, going on as such`)
    return this.resumed
  }

  /** A state, a verdict or the configuration changes: the record is written when the event has been worked off. */
  onEvent(event: DomainEvent): void {
    const isRecorded =
      event.type === 'input'
        ? RECORDED.includes(event.event.type)
        : event.type === 'election' && event.event.kind === 'transition'
    if (isRecorded) this.record?.renew()
  }

  /** After a goodbye. */
  async end(): Promise<void> {
    await this.record?.remove()
  }

  private withoutHosts(addresses: readonly DesiredAddress[]): readonly DesiredAddress[] {
    return addresses.filter((address) => !this.ports.isHosts(address))
  }

  private orphanedMacs({ virtualMacs }: ReadRecord): readonly WantedVirtualMac[] {
    const wanted = new Set(this.ports.routers().flatMap((each) => each.virtualMacs.map(({ name }) => name)))
    return virtualMacs.filter(({ name }) => !wanted.has(name))
  }

  private makeRecord(): RunRecord {
    const { routers, facts } = this.ports.engine()
    const statics = this.ports.statics()
    return {
      version: 2,
      bootId: this.ports.bootId(),
      instances: [
        ...this.ports.routers().map(({ router, addresses, routes, rules }) => ({
          name: router.name,
          identity: identityOf(router),
          isMaster: routers.get(router.name)?.state.kind === 'master',
          addresses: this.withoutHosts(addresses),
          routes,
          rules,
        })),
        {
          ...{ name: 'static items', identity: '', isMaster: false },
          ...statics,
          addresses: this.withoutHosts(statics.addresses),
        },
      ],
      virtualMacs: this.ports.routers().flatMap(({ virtualMacs }) => virtualMacs),
      settings: this.ports.virtualMacs.formerSettings,
      firewallTables: this.ports.firewall.tables(
        this.ports.routers().some(({ instance }) => instance.dropsTraffic),
      ),
      scripts: [...facts.scripts],
      files: [...facts.files],
      processes: [...facts.processes],
      sequences: this.ports.usedNumbers(),
      sequencesAt: this.ports.clock.now(),
    }
  }
}

/** What is gone already is no error. @param complain is told of what the kernel refuses */
export function withdrawAll(
  all: readonly (Wants & { readonly name: string })[],
  world: Pick<World, 'kernel' | 'linkSettings'>,
  complain: (complaint: Complaint) => void,
): void {
  const installed = new InstalledState({ kernel: world.kernel, applier: new Applier(world) })
  for (const { name, ...wants } of all)
    for (const shortfall of installed.withdraw({ router: { name }, ...wants }))
      complain(complaintOf(shortfall))
}
