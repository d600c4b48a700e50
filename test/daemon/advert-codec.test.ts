/** One sequence for each router with auth_type AH, whoever speaks (measured with keepalived 2.2.7). */

import { beforeAll, describe, expect, test } from 'vitest'
import { ipv4FromNumber } from '../../src/base/address.ts'
import { instant } from '../../src/base/time.ts'
import { AdvertCodec } from '../../src/daemon/advert-codec.ts'
import { assemble, type Assembled } from '../../src/daemon/assemble.ts'
import type { EngineEvent } from '../../src/vrrp/engine.ts'
import { craftAdvert, craftSigned, type SignedFields } from '../support/lab/craft.ts'
import { instance, modelOf } from './signing-model.ts'

const group = ipv4FromNumber(0xe000_0012)
const source = ipv4FromNumber(0x0a09_0001)
const arrivedAt = instant(0)

let routers: readonly Assembled[]
beforeAll(async () => {
  routers = assemble(
    await modelOf(instance('VI_1', 1, 'AH') + instance('VI_2', 2, 'AH') + instance('VI_3', 3, 'PASS')),
  ).routers
})

class Neighbours {
  private codec = new AdvertCodec(routers, group)

  hear(frame: Buffer): EngineEvent | undefined {
    return this.codec.decode({ link: 'eth0', bytes: frame.subarray(14), arrivedAt })
  }

  /** `advert`, or the reason why not. */
  hearNumber(sequence: number, change: Partial<SignedFields> = {}): string | undefined {
    const fields = { source: '10.9.0.2', vrid: 1, priority: 200, addresses: ['10.9.0.1'], key: 'secret' }
    const event = this.hear(craftSigned({ ...fields, sequence, ...change }))
    return event?.type === 'rejected' ? event.reason : event?.type
  }

  /** The sequence number of the next advert. */
  say(index = 0): number {
    const packet = this.codec.encode(routers[index]!, source, 100)
    return Buffer.from(packet).readUInt32BE(28)
  }

  reload(wanted: readonly Assembled[] = routers): void {
    this.codec = this.codec.reconfigured(wanted, group)
  }

  answerLower(): number {
    this.codec.skipSequence(routers[0]!)
    return this.say()
  }
}

describe('sequence numbers', () => {
  test('begin with 1 and count every advert of one router', () => {
    const on = new Neighbours()
    expect([on.say(), on.say(), on.say(1), on.say()]).toEqual([1, 2, 1, 3])
  })

  test('go on from the highest number heard', () => {
    const on = new Neighbours()
    expect(on.hearNumber(1000)).toBe('advert')
    expect([on.say(), on.say(), on.say(1)]).toEqual([1001, 1002, 1])
  })

  test('leave one out in the answer to a lower master', () => {
    const on = new Neighbours()
    expect(on.hearNumber(500, { priority: 50 })).toBe('advert')
    expect([on.answerLower(), on.say()]).toEqual([502, 503])
  })

  test('are new only above the highest heard or sent', () => {
    const on = new Neighbours()
    on.say()
    expect([1, 2, 2, 10, 9, 10, 11].map((each) => on.hearNumber(each))).toEqual([
      'ah-replay',
      'advert',
      'ah-replay',
      'advert',
      'ah-replay',
      'ah-replay',
      'advert',
    ])
  })

  test('go on over a reload, and begin again for a router that was not in one', () => {
    const on = new Neighbours()
    expect(on.hearNumber(1000)).toBe('advert')
    on.reload()
    expect(on.hearNumber(1000)).toBe('ah-replay')
    expect([on.say(), on.say(1)]).toEqual([1001, 1])
    on.reload(routers.slice(1))
    on.reload()
    expect([on.say(), on.say(1)]).toEqual([1, 2])
  })

  test('are used up by whatever is authentic, and by nothing else', () => {
    const on = new Neighbours()
    expect(on.hearNumber(7, { forged: true })).toBe('ah-icv')
    expect(on.hearNumber(7, { spi: '10.9.0.9' })).toBe('ah-spi')
    expect(on.hearNumber(7, { key: 'Secret' })).toBe('ah-icv')
    expect(on.hearNumber(7, { nextHeader: 17 })).toBe('ah-next-header')
    expect(on.hearNumber(7, { interval: 2 })).toBe('advert-interval')
    expect(on.hearNumber(7)).toBe('ah-replay')
    expect(on.say()).toBe(8)
  })
})

test('a router that this host cannot sign for hears nothing', () => {
  const router = { ...routers[0]!.router, unsupported: 'auth_type AH without MD5 (FIPS mode)' }
  const on = new Neighbours()
  on.reload([{ ...routers[0]!, router }])
  expect(on.hearNumber(1)).toBeUndefined()
})

test('every advert is either signed or not, as its router has it', () => {
  const on = new Neighbours()
  const advert = { source: '10.9.0.2', priority: 200, addresses: ['10.9.0.1'] }
  expect(on.hear(craftAdvert({ ...advert, vrid: 1, authType: 2 }))).toMatchObject({
    type: 'rejected',
    router: 'VI_1',
    reason: 'ah-missing',
  })
  expect(on.hear(craftSigned({ ...advert, vrid: 3, key: 'secret', sequence: 1 }))).toMatchObject({
    type: 'rejected',
    router: 'VI_3',
    reason: 'ah-unexpected',
  })
  expect(on.hear(craftAdvert({ ...advert, vrid: 3, password: 'secret' }))).toMatchObject({ type: 'advert' })
})
