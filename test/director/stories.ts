/** Random configurations and what may happen to them, over the model kernel. */

import fc from 'fast-check'
import type { Checker, DirectorConfiguration, VirtualServer } from '../../src/director/configuration.ts'
import { createDirector, stepDirector } from '../../src/director/engine.ts'
import { readSnapshot, snapshotOf } from '../../src/director/snapshot.ts'
import type { Director, DirectorEffect, DirectorEvent } from '../../src/director/state.ts'
import type { WeightSay } from '../../src/director/weights.ts'
import type { IpvsChange } from '../../src/netlink/ipvs/types.ts'
import type { Refusal } from '../../src/netlink/types.ts'
import { at, checker, configuration, ip, program, realServer, sorryServer, virtualServer } from './kit.ts'
import { apply, dump, type ModelKernel } from './model-kernel.ts'

const anyChecker = fc.record({ fingerprint: fc.constantFrom('tcp', 'http', 'misc'), alpha: fc.boolean() })
const anyServer = fc.record({
  address: fc.constantFrom('10.9.0.21', '10.9.0.22', '10.9.0.23', '10.9.0.24'),
  weight: fc.constantFrom(0, 1, 1, 3),
  inhibitOnFailure: fc.boolean(),
  forwarding: fc.constantFrom({ method: 'masquerade' as const }, { method: 'route' as const }),
  checkers: fc.array(anyChecker, { maxLength: 2 }),
})
/** Two of them may be one service. */
const anyBlock = fc.record({
  place: fc.constantFrom('10.8.0.100 80', '10.8.0.100 80', '10.8.0.100 443', 'group'),
  scheduler: fc.constantFrom('rr', 'wrr'),
  quorum: fc.integer({ min: 1, max: 4 }),
  hysteresis: fc.integer({ min: 0, max: 2 }),
  sorry: fc.constantFrom(undefined, undefined, '10.9.0.99', '10.9.0.21'),
  sorryInhibit: fc.boolean(),
  omega: fc.boolean(),
  servers: fc.uniqueArray(anyServer, { selector: ({ address }) => address, minLength: 1, maxLength: 4 }),
})
type AnyBlock = typeof anyBlock extends fc.Arbitrary<infer T> ? T : never

const group: Partial<VirtualServer> = {
  target: {
    kind: 'group',
    name: 'G',
    protocol: 'tcp',
    members: [
      { kind: 'address', address: ip('10.8.0.101'), port: 80 },
      { kind: 'address', address: ip('10.8.0.102'), port: 80 },
      { kind: 'address', address: ip('10.8.0.100'), port: 443 },
    ],
  },
}

function blockOf(
  { place, sorry, sorryInhibit, servers, ...rest }: AnyBlock,
  position: number,
): VirtualServer {
  const isGroup = place === 'group'
  const realServers = servers.map(({ address, checkers, ...change }, server) =>
    realServer(isGroup ? `${address} 80` : address, {
      ...change,
      notifyUp: program('up', address),
      notifyDown: program('down', address),
      checkers: checkers.map(({ fingerprint, alpha }, index): Checker =>
        checker(`${position}/${server}/${index}`, { fingerprint, alpha }),
      ),
    }),
  )
  return virtualServer(isGroup ? '10.8.0.101 80' : place, realServers, {
    ...rest,
    ...(isGroup && group),
    ...(sorry !== undefined && { sorryServer: sorryServer(sorry, { inhibit: sorryInhibit }) }),
  })
}

export const anyConfiguration: fc.Arbitrary<DirectorConfiguration> = fc
  .array(anyBlock, { minLength: 1, maxLength: 3 })
  .map((blocks) => configuration(blocks.map(blockOf)))

const anySay: fc.Arbitrary<WeightSay | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(0, 2, 5).map((weight): WeightSay => ({ kind: 'absolute', weight })),
  fc.constantFrom(-2, 1).map((by): WeightSay => ({ kind: 'relative', by })),
)

/** `which` chooses among the checkers that there are. */
export type Turn =
  | {
      readonly type: 'verdict'
      readonly which: number
      readonly up: boolean
      readonly weight?: WeightSay | 'none'
    }
  | { readonly type: 'weight'; readonly which: number; readonly say: WeightSay | undefined }
  | { readonly type: 'reload'; readonly configuration: DirectorConfiguration | undefined }
  | { readonly type: 'respawn' | 'restart' }

const anyVerdict = fc.oneof(
  fc.record({ type: fc.constant('verdict' as const), which: fc.nat({ max: 20 }), up: fc.boolean() }),
  fc
    .record({ which: fc.nat({ max: 20 }), up: fc.boolean(), say: anySay })
    .map(({ say, ...rest }) => ({ type: 'verdict' as const, ...rest, weight: say ?? ('none' as const) })),
  fc.record({ type: fc.constant('weight' as const), which: fc.nat({ max: 20 }), say: anySay }),
)

export const anyTurn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 12, arbitrary: anyVerdict },
  { weight: 1, arbitrary: anyConfiguration.map((each): Turn => ({ type: 'reload', configuration: each })) },
  { weight: 1, arbitrary: fc.constant<Turn>({ type: 'reload', configuration: undefined }) },
  { weight: 1, arbitrary: fc.constantFrom<Turn>({ type: 'respawn' }, { type: 'restart' }) },
)

export interface Witness {
  /** After each single change of the kernel. */
  readonly moments: ModelKernel[]
  readonly effects: DirectorEffect[]
}

/** One director with its kernel. */
export class World {
  director: Director
  kernel: ModelKernel
  private file: DirectorConfiguration
  private clock = 0
  /** Whether the kernel refuses a change, besides what it refuses by itself. */
  refuses: (change: IpvsChange) => boolean = () => false

  constructor(file: DirectorConfiguration, kernel: ModelKernel) {
    this.file = file
    this.kernel = kernel
    this.director = createDirector(file)
  }

  start(adopted?: Extract<DirectorEvent, { type: 'start' }>['adopted']): Witness {
    const timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 }
    return this.step({
      type: 'start',
      table: dump(this.kernel),
      timeouts,
      addresses: [],
      ...(adopted && { adopted }),
    })
  }

  take(turn: Turn): Witness {
    switch (turn.type) {
      case 'verdict':
      case 'weight': {
        const keys = [...this.director.setup.checkers.keys()]
        const key = keys[turn.which % Math.max(1, keys.length)] ?? 'none'
        return this.step(
          turn.type === 'weight'
            ? { type: 'weight', checker: key, say: turn.say }
            : {
                type: 'verdict',
                checker: key,
                up: turn.up,
                ...(turn.weight !== undefined && { weight: turn.weight }),
              },
        )
      }
      case 'reload':
        this.file = turn.configuration ?? this.file
        return this.step({
          type: 'reconfigure',
          configuration: this.file,
          table: dump(this.kernel),
          addresses: [],
        })
      case 'respawn':
      case 'restart': {
        const snapshot = readSnapshot(JSON.parse(JSON.stringify(snapshotOf(this.director))) as unknown)
        if (snapshot === undefined) throw new Error('a snapshot that cannot be read')
        this.director = createDirector(this.file)
        return this.start({ snapshot, from: turn.type })
      }
    }
  }

  step(event: DirectorEvent): Witness {
    this.clock += 1
    const { director, effects } = stepDirector(this.director, event, at(this.clock))
    this.director = director
    const witness: Witness = { moments: [this.kernel], effects: [...effects] }
    for (const effect of effects) {
      if (effect.type !== 'ipvs') continue
      const refusals = effect.changes.map((change) => this.perform(change, witness))
      const more = this.step({ type: 'outcomes', changes: effect.changes, refusals })
      witness.moments.push(...more.moments)
      witness.effects.push(...more.effects)
    }
    return witness
  }

  private perform(change: IpvsChange, { moments }: Witness): Refusal | undefined {
    if (this.refuses(change)) return { errno: 12, code: 'ENOMEM', text: 'Cannot allocate memory' }
    const { kernel, refusals } = apply(this.kernel, [change])
    this.kernel = kernel
    moments.push(kernel)
    return refusals[0]
  }
}
