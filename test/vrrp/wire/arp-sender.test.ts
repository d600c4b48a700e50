import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIpv4 } from '../../../src/base/address.ts'
import { decodeArpSender } from '../../../src/vrrp/wire/arp-sender.ts'

/** RFC 826: Ethernet and IPv4, a reply of 10.9.0.7 to 10.9.0.1. */
const PAYLOAD = [
  ...[0, 1, 8, 0, 6, 4, 0, 2],
  ...[2, 0, 0, 0, 0, 7, 10, 9, 0, 7],
  ...[2, 0, 0, 0, 0, 1, 10, 9, 0, 1],
] as const

describe('who says that an address is theirs', () => {
  test('is the sender, with the hardware address beside it', () => {
    expect(decodeArpSender(Uint8Array.from(PAYLOAD))).toEqual({
      mac: Uint8Array.of(2, 0, 0, 0, 0, 7),
      address: parseIpv4('10.9.0.7'),
    })
  })

  test("whatever the link put behind it as Ethernet's padding", () => {
    const padded = Uint8Array.from([...PAYLOAD, ...new Uint8Array(18)])
    expect(decodeArpSender(padded)).toEqual(decodeArpSender(Uint8Array.from(PAYLOAD)))
  })

  test('is nobody where it is cut short', () => {
    for (let length = 0; length < PAYLOAD.length; length++)
      expect(decodeArpSender(Uint8Array.from(PAYLOAD.slice(0, length)))).toBeUndefined()
  })

  test('is nobody in another kind of network, or with addresses of another length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const altered = Uint8Array.from(PAYLOAD.map((byte, each) => (each === at ? byte ^ difference : byte)))
        expect(decodeArpSender(altered)).toBeUndefined()
      }),
    )
  })
})
