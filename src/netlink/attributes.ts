/** Reading and writing the attributes of a message, by the netlink package's primitives. */

import {
  align,
  AttrStream,
  putU8,
  putU16,
  putU16be,
  putU32,
  readU16,
  readU16be,
  readU32,
  readU8,
} from 'netlink/dist/structs.js'
import { ipToBytes, ipv4FromBytes, ipv6FromBytes, type IpAddress } from '../base/address.ts'

/** <linux/socket.h>; other families' messages are not ours to read. */
export const FAMILY = { unspecified: 0, ipv4: 2, ipv6: 10 } as const

/** The flags NLA_F_NESTED and NLA_F_NET_BYTEORDER share its two bytes with it. */
const NUMBER_MASK = 0x3fff
const HEADER_LENGTH = 4

/**
 * What the package's parseAttributes does, several times as fast: a table can have tens of thousands of attributes.
 *
 * @param visit is told where in the bytes a value begins and ends
 * @throws when the lengths do not add up
 */
export function eachAttribute(
  bytes: Buffer,
  visit: (number: number, begin: number, end: number) => void,
): void {
  for (let at = 0; at < bytes.length;) {
    const begin = at + HEADER_LENGTH
    const length = begin <= bytes.length ? readU16.call(bytes, at) : 0
    const end = at + length
    if (end < begin || end > bytes.length) throw new Error(`an attribute of ${length} bytes`)
    visit(readU16.call(bytes, at + 2) & NUMBER_MASK, begin, end)
    at = align(end)
  }
}

/** A value's place in one number: where it begins, times this, and its length, which two bytes tell. */
const PLACE = 0x10000

/** By attribute number. Those we have no use for stay unread, however they look. */
export class Attributes {
  private readonly whole: Buffer
  /** Places and no pieces: to cut a Buffer costs more than to read from it. */
  private readonly places = new Map<number, number>()

  /** Throws when the attributes' lengths do not add up, as all readers here do; decode.ts catches it. */
  constructor(bytes: Buffer) {
    this.whole = bytes
    eachAttribute(bytes, (number, begin, end) => {
      this.places.set(number, begin * PLACE + (end - begin))
    })
  }

  bytes(number: number): Buffer | undefined {
    const place = this.places.get(number)
    if (place === undefined) return undefined
    const begin = Math.floor(place / PLACE)
    return this.whole.subarray(begin, begin + (place % PLACE))
  }

  u8(number: number): number | undefined {
    const at = this.placeOf(number, 1)
    return at === undefined ? undefined : readU8.call(this.whole, at)
  }

  u16(number: number): number | undefined {
    const at = this.placeOf(number, 2)
    return at === undefined ? undefined : readU16.call(this.whole, at)
  }

  u32(number: number): number | undefined {
    const at = this.placeOf(number, 4)
    return at === undefined ? undefined : readU32.call(this.whole, at)
  }

  /** In the network's order, as ports are; all other numbers are in the host's. */
  u16be(number: number): number | undefined {
    const at = this.placeOf(number, 2)
    return at === undefined ? undefined : readU16be.call(this.whole, at)
  }

  /** Up to the terminating zero, if there is one. */
  text(number: number): string | undefined {
    const bytes = this.bytes(number)
    return bytes && terminated(bytes).toString('utf8')
  }

  ip(number: number): IpAddress | undefined {
    const bytes = this.bytes(number)
    return bytes && ipFromBytes(bytes)
  }

  nested(number: number): Attributes | undefined {
    const bytes = this.bytes(number)
    return bytes && new Attributes(bytes)
  }

  private placeOf(number: number, length: number): number | undefined {
    const place = this.places.get(number)
    if (place === undefined) return undefined
    if (place % PLACE !== length) throw new Error(`a number of ${place % PLACE} bytes and not ${length}`)
    return Math.floor(place / PLACE)
  }
}

function terminated(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

function ipFromBytes(bytes: Buffer): IpAddress {
  if (bytes.length === 4) return ipv4FromBytes(bytes)
  if (bytes.length === 16) return ipv6FromBytes(bytes)
  throw new Error(`an address of ${bytes.length} bytes`)
}

/** An attribute's length is two bytes, its own header of four included. */
const LONGEST_VALUE = 0xffff - 4

/** A message's body in the making: its fixed part, then attributes. An absent value writes nothing. */
export class Body {
  private readonly stream = new AttrStream()
  private fits = true

  constructor(fixedPart: Uint8Array) {
    this.stream.emit(fixedPart)
  }

  bytes(number: number, value: Uint8Array | undefined): this {
    if (value === undefined) return this
    if (value.length > LONGEST_VALUE) this.fits = false
    else this.stream.push(number, value)
    return this
  }

  u8(number: number, value: number | undefined): this {
    return this.bytes(number, value === undefined ? undefined : putU8(value))
  }

  u16(number: number, value: number | undefined): this {
    return this.bytes(number, value === undefined ? undefined : putU16(value))
  }

  u32(number: number, value: number | undefined): this {
    return this.bytes(number, value === undefined ? undefined : putU32(value))
  }

  u16be(number: number, value: number | undefined): this {
    return this.bytes(number, value === undefined ? undefined : putU16be(value))
  }

  /** With a terminating zero. */
  text(number: number, value: string | undefined): this {
    return this.bytes(number, value === undefined ? undefined : Buffer.from(`${value}\0`))
  }

  ip(number: number, value: IpAddress | undefined): this {
    return this.bytes(number, value === undefined ? undefined : ipToBytes(value))
  }

  /** The padding of the last one in it counts, as with the kernel's and libnl's. */
  nested(number: number, body: Body): this {
    this.fits &&= body.fits
    const bytes = body.build()
    return this.bytes(number, Buffer.concat([bytes], align(bytes.length)))
  }

  /** Empty when a value is longer than an attribute can be: see Request. */
  build(): Uint8Array {
    return this.fits ? Buffer.concat(this.stream.bufs) : new Uint8Array()
  }
}

/** Eight bytes in the network's order, which tunnels' ids have. */
export function u64be(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}
