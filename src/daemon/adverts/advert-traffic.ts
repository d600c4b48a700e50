/** Adverts between the sockets and the engine: packets come out as events and go in as values. */

import { ipFamily, type IpAddress, type IpFamily } from '../../base/address.ts'
import type { Link } from '../../netlink/types.ts'
import type { LinkFact } from '../../vrrp/conditions.ts'
import type { EngineEvent, RouterRecord } from '../../vrrp/engine.ts'
import type { AdvertDispatcher, UsedNumbers } from './advert-dispatcher.ts'
import { AdvertLinks } from './advert-links.ts'
import type { Assembled } from '../assemble.ts'
import type { DaemonPorts } from '../daemon-ports.ts'
import type { AdvertToSend } from '../outbox.ts'
import type { DroppedAdvertsProblem, DroppedAdvertsWatch } from './dropped-adverts-watch.ts'
import { listeningAddresses } from './transport.ts'
import { watchDroppedAdverts } from './watched-links.ts'

export interface AdvertTrafficPorts extends Pick<
  DaemonPorts,
  'clock' | 'timers' | 'kernel' | 'adverts' | 'core' | 'complain'
> {
  readonly records: () => Iterable<RouterRecord>
  readonly routerNamed: (name: string) => Assembled
  /** This host's own address on that link. */
  readonly sourceOn: (link: string, family: IpFamily) => IpAddress | undefined
  readonly onEvent: (event: EngineEvent) => void
}

export class AdvertTraffic {
  private readonly links: AdvertLinks
  private readonly droppedAdverts: DroppedAdvertsWatch
  private routers: readonly Assembled[]
  private dispatcher: AdvertDispatcher

  constructor(routers: readonly Assembled[], used: readonly UsedNumbers[], ports: AdvertTrafficPorts) {
    this.routers = routers
    this.dispatcher = ports.core.createDispatcher(routers, used)
    this.links = new AdvertLinks({
      clock: ports.clock,
      timers: ports.timers,
      adverts: ports.adverts,
      complain: ports.complain,
      onPacket: (packet) => {
        this.droppedAdverts.heard(packet)
        const event = this.dispatcher.decode(packet, ports.sourceOn(packet.link, ipFamily(packet.address)))
        if (event) ports.onEvent(event)
      },
    })
    this.droppedAdverts = watchDroppedAdverts(ports, () => ({
      routers: ports.records(),
      listeningAt: (link) => this.links.listeningAt(link),
      linkOf: (router) => ports.routerNamed(router).advertLink,
    }))
  }

  /** Neighbours whom a firewall keeps from us. */
  get problems(): readonly DroppedAdvertsProblem[] {
    return this.droppedAdverts.problems()
  }

  /** Of authentication headers: see AdvertDispatcher. */
  get usedNumbers(): readonly UsedNumbers[] {
    return this.dispatcher.used
  }

  /** @param links those that are still of use */
  use(routers: readonly Assembled[], links: ReadonlySet<string>): void {
    this.routers = routers
    this.dispatcher = this.dispatcher.reconfigured(routers)
    this.links.retain(links)
  }

  /** @param link undefined: it is not there */
  follow(name: string, link: Link | undefined, fact: LinkFact | undefined): void {
    this.links.follow(name, link, listeningAddresses(this.routers, name, fact))
  }

  send(assembled: Assembled, { source, priority, copies, unadvertised }: AdvertToSend): void {
    if (source === undefined) return
    for (let copy = 0; copy < copies; copy += 1)
      this.links.send(assembled.advertLink, this.dispatcher.encode(assembled, source, priority, unadvertised))
  }

  skipSequence(assembled: Assembled): void {
    this.dispatcher.skipSequence(assembled)
  }

  /** Reads all that has arrived. */
  drain(): void {
    this.links.drain()
  }

  /** Whether all that should be heard can be. */
  review(): void {
    this.droppedAdverts.review()
  }

  close(): void {
    this.droppedAdverts.close()
    this.links.closeAll()
  }
}
