/** What strangers say is nobody's business, and what was said before is not said again. */

import { addressOn, routerName } from '../build.ts'
import type { Host } from '../host.ts'
import type { RouterSpec } from '../scenario.ts'
import type { Observation, Packet } from '../surroundings.ts'
import type { Check } from '../world.ts'

/** Every advert that is believed comes from a peer who knows the password, and carries a number above all before. */
export function authenticity(): Check {
  /** By host and router: the highest number heard or sent since the daemon began. */
  const highest = new Map<string, number>()
  /** The same of a daemon that was killed; its successor knows some of it. */
  const former = new Map<string, number>()
  const forget = (host: Host, knowsSome: boolean, vrids: readonly number[]): void => {
    for (const vrid of vrids) {
      const name = key(host.number, vrid)
      const before = Math.max(highest.get(name) ?? 0, former.get(name) ?? 0)
      former.set(name, knowsSome ? before : 0)
      highest.delete(name)
      ownAlone.delete(name)
    }
  }
  /** Of those, the ones that nobody else has been heard with. */
  const ownAlone = new Set<string>()
  const raise = (key: string, packet: Packet): void => {
    highest.set(key, Math.max(highest.get(key) ?? 0, sequenceOf(packet)))
  }
  const hear = (host: Host, packet: Packet, believed: boolean): string | undefined => {
    const name = key(host.number, packet.vrid)
    const last = highest.get(name) ?? 0
    const above = ownAlone.has(name) && !isFrom(host, packet) ? last - 1 : last
    const text = verdict(packet, believed, above, former.get(name))
    if (believed && isSigned(packet)) {
      raise(name, packet)
      ownAlone.delete(name)
    }
    return text === undefined ? undefined : `host ${host.number} ${routerName(packet.vrid)}: ${text}`
  }
  const look = ({ host, event, before, packet, sent }: Observation): string | undefined => {
    const isFresh = ({ vrid }: RouterSpec): boolean =>
      event.type === 'start' || !before.routers.has(routerName(vrid))
    if (event.type === 'start' || event.type === 'reconfigure') {
      const fresh = host.spec.routers.filter(isFresh).map(({ vrid }) => vrid)
      forget(host, event.type === 'start' && host.hasRecord, fresh)
    }
    const text = packet && hear(host, packet, event.type === 'advert')
    for (const one of sent.filter(isSigned)) {
      raise(key(host.number, one.vrid), one)
      ownAlone.add(key(host.number, one.vrid))
    }
    return text
  }
  return { name: 'authenticity', observe: look }
}

function verdict(packet: Packet, believed: boolean, highest = 0, former = 0): string | undefined {
  if (packet.isForged) return believed ? "believes a stranger's advert" : undefined
  const isNew = !isSigned(packet) || sequenceOf(packet) > highest
  const isDoubtful = isSigned(packet) && sequenceOf(packet) <= former
  if (believed === isNew || (!believed && isDoubtful)) return undefined
  return believed
    ? `believes number ${sequenceOf(packet)} after ${highest}`
    : 'does not believe a good advert'
}

/** By the IP header's source. */
const isFrom = ({ number }: Host, { bytes, lan }: Packet): boolean =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(12) === addressOn(lan, number)

/** IP protocol 51. */
const isSigned = ({ bytes }: Packet): boolean => bytes[9] === 51

/** Behind an IP header without options and half an authentication header. */
const sequenceOf = ({ bytes }: Packet): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(28)

const key = (host: number, vrid: number): string => `${host} ${vrid}`
