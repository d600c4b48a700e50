/**
 * Walks the way of a take-over once, with nothing at stake, when the daemon
 * has just started. V8 compiles a function when it is first called, and the
 * first take-over is the one that counts: measured cold, it takes milliseconds
 * longer than ever after. The engine is pure, so that a copy of it can live
 * through anything; the kernel is asked for a link that cannot exist and
 * refuses; nothing reaches the wire, the log or a script.
 */

import { setImmediate as turn } from 'node:timers/promises'
import { isIpv4, isMulticastIp } from '../base/address.ts'
import { after, instant, seconds, type Instant } from '../base/time.ts'
import type { Link } from '../netlink/types.ts'
import { noFacts, type LinkFact } from '../vrrp/conditions.ts'
import { asDelivered } from '../vrrp/wire/packet.ts'
import { createEngine, stepEngine, type Engine, type EngineEvent } from '../vrrp/engine.ts'
import type { World } from '../world/world.ts'
import { AdvertDispatcher } from './adverts/advert-dispatcher.ts'
import { sendBurst } from './kernel/announcer.ts'
import type { Assembled } from './assemble.ts'
import { Applier } from '../addressing/applier.ts'
import { InstalledState } from '../addressing/installed-state.ts'
import { describeNote } from './log/messages.ts'
import { perform, type OutboxPorts } from './outbox.ts'

export interface Stage extends Pick<World, 'kernel' | 'linkSettings' | 'arp'> {
  /** Daemon.ring() */
  readonly ring: () => void
}

/** Larger than any index the kernel gives out. */
const NOWHERE: Link = {
  index: 0x7fff_fffe,
  name: 'rehearsal',
  up: true,
  noArp: false,
  multicast: true,
  loopback: false,
  mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  mtu: 1500,
}

/** Enough for V8 to have compiled all of it, few enough to be over in a few milliseconds each. */
const ROUNDS = 12

/** Resolves when it is over; between rounds the event loop has its turn. */
export async function rehearse(model: Assembled | undefined, stage: Stage): Promise<void> {
  if (!model || model.router.unsupported !== undefined) return
  for (let round = 0; round < ROUNDS; round++) {
    rehearseOnce(onNowhere(model), stage)
    stage.ring()
    await turn()
  }
}

/** The same router, alone, on the link that does not exist. */
function onNowhere(assembled: Assembled): Assembled {
  const { router } = assembled
  return {
    ...assembled,
    router: { ...router, link: NOWHERE.name, priority: 100, requiredLinks: [NOWHERE.name], trackers: [] },
    addresses: assembled.addresses.map((address) => ({ ...address, link: NOWHERE.name })),
    routes: [],
    rules: [],
  }
}

function rehearseOnce(assembled: Assembled, stage: Stage): void {
  const dispatcher = new AdvertDispatcher([assembled])
  const neighbour = new AdvertDispatcher([assembled])
  const ports = rehearsalPorts(assembled, stage, dispatcher, neighbour)
  const start = instant(0)
  const source = assembled.router.sourceAddress ?? assembled.router.addresses[0]
  const fact: LinkFact = {
    ...{ up: true, mtu: NOWHERE.mtu, source: undefined },
    ...(source !== undefined && (isIpv4(source) ? { source } : { linkLocal: source })),
  }
  const facts = { ...noFacts, links: new Map([[NOWHERE.name, fact]]) }
  let engine: Engine = createEngine({ routers: [assembled.router], groups: [], facts }, start)
  const happens = (event: EngineEvent, at: Instant): void => {
    const next = stepEngine(engine, event, at)
    engine = next.engine
    perform(next.effects, () => assembled, ports)
  }
  happens({ type: 'start' }, start)
  const expired = after(start, seconds(1_000))
  happens({ type: 'alarm' }, expired)
  happens({ type: 'alarm' }, after(expired, seconds(600)))
  if (source === undefined) return
  for (const priority of [50, 200]) {
    for (const { to, bytes } of neighbour.encode(assembled, source, priority)) {
      const address = isMulticastIp(to) ? to : source
      const delivered = asDelivered(bytes) ?? { bytes }
      const packet = { link: NOWHERE.name, address, ...delivered, arrivedAt: expired }
      const event = dispatcher.decode(packet, source)
      if (event) happens(event, expired)
    }
  }
  happens({ type: 'link', name: NOWHERE.name, fact: undefined }, expired)
}

function rehearsalPorts(
  assembled: Assembled,
  stage: Stage,
  dispatcher: AdvertDispatcher,
  neighbour: AdvertDispatcher,
): OutboxPorts {
  const silent = (): void => undefined
  const applier = new Applier(stage)
  const installed = new InstalledState({ kernel: stage.kernel, applier, linkByName: () => NOWHERE })
  const announcements = assembled.router.addresses.map((address) => ({ link: NOWHERE, address }))
  return {
    sendAdvert: (_assembled, { source, priority, unadvertised }) => {
      if (source === undefined) return
      // Who does not listen has no sequence number that we would believe (auth_type AH).
      for (const { to, bytes } of dispatcher.encode(assembled, source, priority, unadvertised))
        neighbour.decode(
          { link: NOWHERE.name, address: to, ...(asDelivered(bytes) ?? { bytes }), arrivedAt: instant(0) },
          source,
        )
    },
    install: (each) => {
      installed.install(each)
      installed.addressesOf(each.router.name)
    },
    withdraw: (each) => {
      installed.withdraw(each)
    },
    announce: (_assembled, repeat) => {
      sendBurst({ ...stage, outcome: silent }, announcements, repeat)
    },
    publish: (event) => {
      if (event.type === 'note') describeNote(event.router, event.note)
      if (event.type === 'election') describeNote(event.router, event.event)
    },
  }
}
