/** Attributes are cut as the netlink package cuts them. */

import fc from 'fast-check'
import { parseAttributes } from 'netlink/dist/structs.js'
import { expect, test } from 'vitest'
import { Attributes, Body, eachAttribute } from '../../src/netlink/attributes.ts'

type Cut = readonly [number, string][] | 'malformed'

function cutBy(walk: (visit: (number: number, value: Uint8Array) => void) => void): Cut {
  const found: [number, string][] = []
  try {
    walk((number, value) => found.push([number, Buffer.from(value).toString('hex')]))
  } catch {
    return 'malformed'
  }
  return found
}

const bothCuts = (bytes: Buffer): { ours: Cut; theirs: Cut } => ({
  ours: cutBy((visit) => {
    eachAttribute(bytes, (number, begin, end) => {
      visit(number, bytes.subarray(begin, end))
    })
  }),
  theirs: cutBy((visit) => {
    parseAttributes(bytes, ({ type, data }) => {
      visit(type, data)
    })
  }),
})

/** Most of them small enough that attributes fit. */
const anyByte = fc.oneof(fc.nat(12), fc.nat(255))

test('of any bytes', () => {
  fc.assert(
    fc.property(fc.array(anyByte, { maxLength: 64 }), (list) => {
      const { ours, theirs } = bothCuts(Buffer.from(list))
      expect(ours).toEqual(theirs)
    }),
    { numRuns: 2000 },
  )
})

test('of real ones, whole or cut off', () => {
  const attribute = fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 9 }))
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 6 }), fc.nat(80), (attributes, length) => {
      const body = new Body(new Uint8Array())
      for (const [number, value] of attributes) body.bytes(number, value)
      const whole = Buffer.from(body.build())
      expect(bothCuts(whole).ours).toEqual(
        attributes.map(([number, value]) => [number & 0x3fff, Buffer.from(value).toString('hex')]),
      )
      const { ours, theirs } = bothCuts(whole.subarray(0, length))
      expect(ours).toEqual(theirs)
    }),
  )
})

test('the last of a number counts, and a nest is read like the whole', () => {
  const nest = new Body(new Uint8Array()).u8(1, 7).u16be(2, 0x1234)
  const bytes = new Body(new Uint8Array()).u8(1, 1).nested(0x8003, nest).u8(1, 2).build()
  const attributes = new Attributes(Buffer.from(bytes))
  expect(attributes.u8(1)).toBe(2)
  expect(attributes.nested(3)?.u8(1)).toBe(7)
  expect(attributes.nested(3)?.u16be(2)).toBe(0x1234)
  expect(attributes.bytes(3)).toHaveLength(16)
})
