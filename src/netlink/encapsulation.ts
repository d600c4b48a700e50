/** Routes that put what they carry into tunnels (RTA_ENCAP, <linux/lwtunnel.h>). */

import type { Encapsulation } from '../base/routing.ts'
import { Body, u64be, type Attributes } from './attributes.ts'

const LWTUNNEL: Readonly<Record<Encapsulation['kind'], number>> = { ip: 2, ip6: 4 }
const LWTUNNEL_IP = { id: 1, destination: 2, source: 3, ttl: 4, tos: 5 } as const

export const encapsulationType = (encapsulation: Encapsulation | undefined): number | undefined =>
  encapsulation && LWTUNNEL[encapsulation.kind]

export function encodeEncapsulation(encapsulation: Encapsulation | undefined): Uint8Array | undefined {
  if (encapsulation === undefined) return undefined
  const { id, source, destination, ttl, tos } = encapsulation
  return new Body(new Uint8Array())
    .bytes(LWTUNNEL_IP.id, id === undefined ? undefined : u64be(BigInt(id)))
    .ip(LWTUNNEL_IP.destination, destination)
    .ip(LWTUNNEL_IP.source, source)
    .u8(LWTUNNEL_IP.ttl, ttl)
    .u8(LWTUNNEL_IP.tos, tos)
    .build()
}

/** Undefined for a kind that we do not know. */
export function decodeEncapsulation(
  type: number | undefined,
  attributes: Attributes | undefined,
): Encapsulation | undefined {
  const kind = type === LWTUNNEL.ip ? 'ip' : type === LWTUNNEL.ip6 ? 'ip6' : undefined
  if (attributes === undefined || kind === undefined) return undefined
  const id = attributes.bytes(LWTUNNEL_IP.id)?.readBigUInt64BE().toString()
  const source = attributes.ip(LWTUNNEL_IP.source)
  const destination = attributes.ip(LWTUNNEL_IP.destination)
  const ttl = attributes.u8(LWTUNNEL_IP.ttl)
  const tos = attributes.u8(LWTUNNEL_IP.tos)
  return {
    kind,
    ...(id !== undefined && { id }),
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
    ...(ttl !== undefined && { ttl }),
    ...(tos !== undefined && { tos }),
  }
}
