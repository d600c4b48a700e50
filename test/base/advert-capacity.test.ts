/** Against what keepalived 2.2.7 says (`-t`, 300 addresses, by the MTU of the interface). */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advertCapacity, type AdvertShape } from '../../src/base/advert-capacity.ts'

const plain: AdvertShape = { version: 2, family: 4, signed: false }
const signed: AdvertShape = { ...plain, signed: true }
const version3: AdvertShape = { ...plain, version: 3 }
const overIpv6: AdvertShape = { version: 3, family: 6, signed: false }

describe('as keepalived 2.2.7', () => {
  test.each<readonly [string, AdvertShape, readonly (readonly [number, number])[]]>([
    [
      'without authentication header',
      plain,
      [68, 70, 73, 74, 100, 256, 576, 1049, 1050, 1066, 1069, 1070, 1500, 65_535].map((mtu, index) => [
        mtu,
        [4, 5, 5, 6, 12, 51, 131, 249, 250, 254, 254, 255, 255, 255][index] ?? -1,
      ]),
    ],
    [
      'with one',
      signed,
      [
        [74, 0],
        [77, 0],
        [78, 1],
        [100, 6],
        [256, 45],
        [576, 125],
        [1093, 254],
        [1094, 255],
      ],
    ],
    [
      'version 3',
      version3,
      [
        [68, 6],
        [100, 14],
        [1500, 255],
      ],
    ],
    [
      'over IPv6',
      overIpv6,
      [
        [1280, 76],
        [1500, 89],
        [9000, 255],
      ],
    ],
  ])('%s', (_name, shape, rows) => {
    expect(rows.map(([mtu]) => [mtu, advertCapacity(mtu, shape)])).toEqual(rows)
  })
})

test('where 2.2.7 comes to 255 and sends nothing: none', () => {
  expect([0, 68, 73].map((mtu) => advertCapacity(mtu, signed))).toEqual([0, 0, 0])
})

test('an unknown MTU limits nothing', () => {
  expect(advertCapacity(undefined, signed)).toBe(255)
})

test('never more with an authentication header, nor on a smaller link', () => {
  fc.assert(
    fc.property(fc.nat(70_000), fc.nat(3000), (mtu, less) => {
      expect(advertCapacity(mtu, signed)).toBeLessThanOrEqual(advertCapacity(mtu, plain))
      expect(advertCapacity(mtu - less, plain)).toBeLessThanOrEqual(advertCapacity(mtu, plain))
    }),
  )
})
