/** A host of two interfaces, each with an address of its own, and what owners may want on it. */

import fc from 'fast-check'
import { Applier } from '../../src/addressing/applier.ts'
import { Claims } from '../../src/addressing/claims.ts'
import {
  NOTHING,
  type DesiredAddress,
  type DesiredRoute,
  type DesiredRule,
  type DesiredState,
} from '../../src/addressing/desired.ts'
import { InstalledState, type Owned } from '../../src/addressing/installed-state.ts'
import type { LinkTable } from '../../src/netlink/link-table.ts'
import type { AddressSpec, LinkEvent } from '../../src/netlink/types.ts'
import { linkSettingsOf } from '../../src/simulation/host.ts'
import { MemoryKernel } from '../../src/simulation/kernel/memory-kernel.ts'
import type { LinkSettings } from '../../src/world/world.ts'
import { addressSpec, cidr, ip, routeSpec } from '../netlink/specs.ts'

const OURS = 18
const HOST = ['10.9.0.1/24', 'fd00::1/64'] as const
export const OTHERS = 7

export const address = (text: string, more: Partial<AddressSpec> = {}, link = 'eth0'): DesiredAddress => {
  const { linkIndex, ...spec } = addressSpec(0, text, more)
  return { link, track: linkIndex === 0, spec }
}
export const route = (destination: string, more: Partial<DesiredRoute> = {}): DesiredRoute => ({
  ...routeSpec(destination),
  protocol: OURS,
  metrics: [],
  nexthops: [],
  append: false,
  track: true,
  ...more,
})
export const rule = (preference: number, table: number): DesiredRule => ({
  track: true,
  spec: { family: 4, preference, action: { kind: 'table', table }, not: false, l3mdev: false },
})

/** Something that somebody may want, or the same with other attributes. */
type Wish = Partial<DesiredState>

const via = { gateway: ip('10.9.0.9'), link: 'eth0' }
const wishes: readonly (readonly Wish[])[] = [
  // The first of a network takes its others along.
  [{ addresses: [address('10.7.0.100/24')] }, { addresses: [address('10.7.0.100/24', { label: 'eth0:x' })] }],
  [{ addresses: [address('10.7.0.101/24')] }, { addresses: [address('10.7.0.101/24', { label: 'eth0:y' })] }],
  [{ addresses: [address('10.5.0.100/24')] }, { addresses: [address('10.5.0.100/24', { scope: 253 })] }],
  [{ addresses: [address('10.7.0.102/24')] }],
  [{ addresses: [address('10.9.0.100/24')] }],
  [{ addresses: [address('10.9.0.100/32')] }],
  [{ addresses: [address('10.9.0.100/24', {}, 'eth1')] }],
  [{ addresses: [address('fd07::100/64')] }],
  [{ addresses: [address('10.9.0.100/24', {}, 'eth9')] }],
  [{ routes: [route('10.1.0.0/16', via)] }, { routes: [route('10.1.0.0/16', { ...via, realms: 7 })] }],
  [{ routes: [route('10.1.0.0/16', { ...via, gateway: ip('10.9.0.8') })] }],
  // What needs an address comes and goes with that.
  [
    {
      addresses: [address('10.6.0.100/24')],
      routes: [
        route('10.2.0.0/16', { ...via, source: ip('10.6.0.100') }),
        route('10.3.0.0/16', { ...via, gateway: ip('10.6.0.9') }),
      ],
    },
  ],
  [{ addresses: [address('10.6.0.101/24')] }],
  [{ routes: [route('10.4.0.0/16', { type: 'blackhole' })] }],
  [{ routes: [route('fd81::/64', { gateway: ip('fd00::9'), link: 'eth0' })] }],
  [{ rules: [rule(100, 5)] }],
  [{ rules: [rule(100, 6)] }],
]

/** What some owners want together: of one thing all want the same. */
export const configuration: fc.Arbitrary<readonly Owned[]> = fc
  .tuple(
    fc.tuple(...wishes.map((variants) => fc.constantFrom(...variants))),
    fc.array(fc.uniqueArray(fc.nat(wishes.length - 1), { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
    fc.shuffledSubarray(['A', 'B', 'C', 'D'], { minLength: 4 }),
  )
  .map(([chosen, owners, names]) =>
    owners.map((indexes, at): Owned => {
      const all = indexes.map((index) => ({ ...NOTHING, ...chosen[index] }))
      return {
        router: { name: names[at]! },
        addresses: all.flatMap(({ addresses }) => addresses),
        routes: all.flatMap(({ routes }) => routes),
        rules: all.flatMap(({ rules }) => rules),
      }
    }),
  )

/** A kernel, and a daemon's view of it. */
export class Host {
  readonly memory = new MemoryKernel()
  readonly kernel
  readonly claims = new Claims()
  readonly applier: Applier
  readonly installed: InstalledState
  readonly events: LinkEvent[] = []

  /** @param canPromote whether promote_secondaries can be written */
  constructor(canPromote = true) {
    const { memory } = this
    for (const name of ['eth0', 'eth1'])
      memory.addLink({ name, enabled: true, carrier: true, multicast: true })
    const others = memory.as(OTHERS)
    const linkIndex = memory.linkNamed('eth0')!.index
    for (const text of HOST) others.addAddress({ linkIndex, cidr: cidr(text), scope: 0 })
    this.kernel = memory.open()
    this.kernel.onEvents((events) => this.events.push(...events))
    const settings = linkSettingsOf(memory, new Map())
    const linkSettings: LinkSettings = canPromote ? settings : { read: () => undefined, write: () => false }
    this.applier = new Applier({ kernel: this.kernel, linkSettings })
    this.installed = new InstalledState({ kernel: this.kernel, applier: this.applier, claims: this.claims })
  }

  /** What the kernel has of all that can be wanted, and of the host's own. */
  state(): readonly string[] {
    return stateOf(this.memory.snapshot())
  }

  /** @returns what it has told since the last time */
  drain(): readonly LinkEvent[] {
    this.kernel.drain()
    return this.events.splice(0)
  }
}

/** Whichever is the first of its network. */
function stateOf(table: LinkTable): readonly string[] {
  const addresses = [...table.addresses.values()].flatMap(({ ordered }) => ordered)
  return [
    ...addresses.map(({ secondary, ...each }) => JSON.stringify({ ...each, ...(secondary && {}) })),
    ...[...table.routes.values()]
      .filter(({ protocol }) => protocol === OURS)
      .map((each) => JSON.stringify(each)),
    ...[...table.rules.values()]
      .filter(({ protocol }) => protocol === OURS)
      .map((each) => JSON.stringify(each)),
  ].sort()
}
