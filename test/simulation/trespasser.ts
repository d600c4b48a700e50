/** Somebody on the LANs who listens, speaks up, and knows no password. */

import { isMulticastIp, type IpAddress } from '../../src/base/address.ts'
import { AdvertDispatcher } from '../../src/daemon/adverts/advert-dispatcher.ts'
import { addressOn, buildStranger } from './build.ts'
import type { Host } from './host.ts'
import type { Packet } from './surroundings.ts'

/** No host has so high a number. */
const STRANGER = 200

export class Trespasser {
  private readonly overheard: Packet[] = []

  overhear(packet: Packet): void {
    this.overheard.push(packet)
  }

  forge(host: Host, vrid: number, priority: number): void {
    const spec = host.spec.routers.find((each) => each.vrid === vrid)
    if (spec === undefined) return
    const stranger = buildStranger(spec, host.number)
    const dispatcher = new AdvertDispatcher([stranger])
    for (const { bytes, to } of dispatcher.encode(stranger, addressOn(spec.lan, STRANGER), priority))
      if (isFor(host, spec.lan, to)) host.receive({ lan: spec.lan, vrid, bytes, to, isForged: true })
  }

  /** An advert of that router, so many adverts ago; the oldest, where there are not so many. */
  replay(host: Host, vrid: number, ago: number): void {
    const recorded = this.overheard.filter(
      (packet) => packet.vrid === vrid && isFor(host, packet.lan, packet.to),
    )
    const packet = recorded.at(-ago) ?? recorded[0]
    if (packet) host.receive(packet)
  }
}

const isFor = ({ number }: Host, lan: number, to: IpAddress): boolean =>
  isMulticastIp(to) || to === addressOn(lan, number)
