import { describe, expect, test } from 'vitest'
import type { Envelope } from '../../src/netlink/envelope.ts'
import { splitMessages } from '../../src/netlink/envelope.ts'
import { Exchange } from '../../src/netlink/exchange.ts'
import * as captures from './captures.ts'

const first = (bytes: Buffer): Envelope => splitMessages(bytes)[0]!
/** Sequence 7: no such device. */
const refused = first(captures.refused)
/** Sequence 8. */
const acknowledged = first(captures.acknowledged)

const noDevice = { errno: 19, code: 'ENODEV', text: 'ipv4: Device not found' }

describe('answers find their requests', () => {
  test('by sequence number, whatever their order', () => {
    const exchange = new Exchange(2)
    exchange.expect(8, 0)
    exchange.expect(7, 1)
    exchange.take(refused)
    exchange.take(acknowledged)
    expect(exchange.isWaiting).toBe(false)
    expect(exchange.outcomes()).toEqual([undefined, noDevice])
  })

  test('a request that was sent again is settled by whichever answer comes first', () => {
    const exchange = new Exchange(1)
    exchange.expect(7, 0)
    exchange.expect(8, 0)
    exchange.take(acknowledged)
    exchange.take(refused)
    expect(exchange.outcomes()).toEqual([undefined])
  })

  test('without one, a request is refused, and the others are not', () => {
    const exchange = new Exchange(2)
    exchange.expect(7, 0)
    exchange.expect(8, 1)
    exchange.take(acknowledged)
    expect(exchange.unanswered()).toEqual([0])
    expect(exchange.outcomes()).toEqual([
      { errno: 110, code: 'ETIMEDOUT', text: 'no answer from the kernel' },
      undefined,
    ])
  })

  test('what answers no request of ours is passed over', () => {
    const exchange = new Exchange(1)
    exchange.expect(1, 0)
    exchange.take(refused)
    exchange.take({ ...first(captures.addressAdded), seq: 1 })
    expect(exchange.unanswered()).toEqual([0])
  })

  test('without text from the kernel, the errno’s own', () => {
    const exchange = new Exchange(1)
    exchange.expect(7, 0)
    exchange.take({ ...refused, data: refused.data.subarray(0, 20) })
    expect(exchange.outcomes()).toEqual([{ errno: 19, code: 'ENODEV', text: 'No such device' }])
  })
})
