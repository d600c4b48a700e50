/** IPVS_SVC_ATTR_*: a virtual service. */

import { getU32, putU32 } from 'netlink/dist/structs.js'
import { Body, type Attributes } from '../../attributes.ts'
import type {
  IpFamily,
  IpvsProtocol,
  ObservedService,
  SchedulerFlags,
  Service,
  ServiceKey,
} from '../types.ts'
import { addressBytes, familyNumber, familyOf, readAddress, readFamily } from './address.ts'
import { TOP } from './numbers.ts'
import { readStatistics } from './statistics.ts'

const SVC = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  stats: 10,
  engine: 11,
  stats64: 12,
} as const

/** IP_VS_SVC_F_*. HASHED, 2, is the kernel's own and set in every dump: nobody asks for it. */
const FLAG = { persistent: 1, onePacket: 4, scheduler1: 8, scheduler2: 0x10, scheduler3: 0x20 } as const
/** Behind the flags it says which of them are meant: all. */
const ALL_FLAGS = 0xffffffff

const PROTOCOL: Readonly<Record<IpvsProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 }

export const familyOfKey = (key: ServiceKey): IpFamily =>
  key.kind === 'mark' ? key.family : familyOf(key.address)

/** Which service a request is about. */
export const serviceKeyNest = (key: ServiceKey): Body => {
  const nest = new Body(new Uint8Array()).u16(SVC.family, familyNumber(familyOfKey(key)))
  if (key.kind === 'mark') return nest.u32(SVC.mark, key.mark)
  return nest
    .u16(SVC.protocol, PROTOCOL[key.protocol])
    .bytes(SVC.address, addressBytes(key.address))
    .u16be(SVC.port, key.port)
}

/** What is not said in an edit is reset, as ipvsadm's -E does. */
export const serviceNest = (service: Service): Body =>
  serviceKeyNest(service.key)
    .text(SVC.scheduler, service.scheduler)
    .text(SVC.engine, service.persistence?.engine)
    .bytes(SVC.flags, Buffer.concat([putU32(flagsOf(service)), putU32(ALL_FLAGS)]))
    .u32(SVC.timeout, service.persistence?.timeoutSeconds ?? 0)
    .bytes(SVC.netmask, netmaskBytes(service.netmask, familyOfKey(service.key)))

function flagsOf({ persistence, onePacket, schedulerFlags }: Service): number {
  const { flag1, flag2, flag3 } = schedulerFlags
  return (
    (persistence === undefined ? 0 : FLAG.persistent) |
    (onePacket ? FLAG.onePacket : 0) |
    (flag1 ? FLAG.scheduler1 : 0) |
    (flag2 ? FLAG.scheduler2 : 0) |
    (flag3 ? FLAG.scheduler3 : 0)
  )
}

/** IPv4: the mask itself, in the network's order. IPv6: the prefix length, in the host's. */
function netmaskBytes(netmask: number, family: IpFamily): Uint8Array {
  if (family === 'ipv6') return putU32(netmask)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(netmask)
  return bytes
}

/** Undefined for one without a key that we know: a protocol of its own, say, which the kernel takes from anybody. */
export function readService(message: Attributes): ObservedService | undefined {
  const attributes = message.nested(TOP.service)
  const key = attributes && readServiceKey(attributes)
  if (attributes === undefined || key === undefined) return undefined
  const flags = readFlags(attributes.bytes(SVC.flags))
  return {
    key,
    scheduler: attributes.text(SVC.scheduler) ?? '',
    schedulerFlags: readSchedulerFlags(flags),
    onePacket: (flags & FLAG.onePacket) !== 0,
    persistence:
      (flags & FLAG.persistent) === 0
        ? undefined
        : {
            timeoutSeconds: attributes.u32(SVC.timeout) ?? 0,
            engine: attributes.text(SVC.engine),
          },
    netmask: readNetmask(attributes, familyOfKey(key)),
    statistics: readStatistics(attributes, SVC.stats64, SVC.stats),
  }
}

function readServiceKey(attributes: Attributes): ServiceKey | undefined {
  const family = readFamily(attributes.u16(SVC.family))
  if (family === undefined) return undefined
  const mark = attributes.u32(SVC.mark)
  if (mark !== undefined) return { kind: 'mark', family, mark }
  const protocol = readProtocol(attributes.u16(SVC.protocol))
  const address = readAddress(attributes.bytes(SVC.address), family)
  const port = attributes.u16be(SVC.port)
  if (protocol === undefined || address === undefined || port === undefined) return undefined
  return { kind: 'address', protocol, address, port }
}

function readProtocol(number: number | undefined): IpvsProtocol | undefined {
  const known = ['tcp', 'udp', 'sctp'] as const
  return known.find((protocol) => PROTOCOL[protocol] === number)
}

const readFlags = (bytes: Buffer | undefined): number => (bytes ? getU32(bytes.subarray(0, 4)) : 0)

const readSchedulerFlags = (flags: number): SchedulerFlags => ({
  flag1: (flags & FLAG.scheduler1) !== 0,
  flag2: (flags & FLAG.scheduler2) !== 0,
  flag3: (flags & FLAG.scheduler3) !== 0,
})

function readNetmask(attributes: Attributes, family: IpFamily): number {
  if (family === 'ipv6') return attributes.u32(SVC.netmask) ?? 128
  return attributes.bytes(SVC.netmask)?.readUInt32BE() ?? 0xffffffff
}
