import { describe, expect, test } from 'vitest'
import { accepted } from '../../../src/base/result.ts'
import { before, seconds } from '../../../src/base/time.ts'
import { ConflictWatch, type HeldAddress } from '../../../src/daemon/kernel/conflict-watch.ts'
import { complaintLine } from '../../../src/events/event.ts'
import type { Datagram } from '../../../src/system/socket.ts'
import type { ArpTap } from '../../../src/vrrp/socket/arp-tap.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { ip } from '../../vrrp/kit.ts'

const OWN = Uint8Array.of(2, 0, 0, 0, 0, 1)
const THEIRS = Uint8Array.of(2, 0, 0, 0, 0xff, 0xfe)

const NOTHING: Datagram = {
  bytes: new Uint8Array(),
  source: new Uint8Array(),
  linkIndex: undefined,
  ttl: undefined,
  age: seconds(0),
  truncated: false,
}

/** ARP without the link's header. */
const arp = (mac: Uint8Array, address: string): Uint8Array =>
  Uint8Array.from([
    0,
    1,
    8,
    0,
    6,
    4,
    0,
    1,
    ...mac,
    ...address.split('.').map(Number),
    ...Array<number>(10).fill(0),
  ])

class World {
  readonly timers = new ManualTimers()
  readonly warnings: string[] = []
  readonly taps: { index: number; addresses: number; closed: boolean }[] = []
  held: HeldAddress[] = []
  private readonly waiting: Uint8Array[] = []
  private readable: (() => void) | undefined
  readonly watch: ConflictWatch = new ConflictWatch({
    clock: this.timers.clock,
    timers: this.timers,
    held: () => this.held,
    isOwnMac: (mac) => mac.every((byte, at) => byte === OWN[at]),
    complain: (complaint) => this.warnings.push(complaintLine(complaint)),
    openTap: (index, addresses) => {
      const tap = { index, addresses: addresses.length, closed: false }
      this.taps.push(tap)
      const arpTap: ArpTap = {
        receive: () => accepted(this.waiting.splice(0).map((bytes) => ({ ...NOTHING, bytes }))),
        onReadable: (callback) => {
          this.readable = callback
        },
        close: () => {
          tap.closed = true
        },
      }
      return accepted(arpTap)
    },
  })

  /** Master since a while. */
  holds(...addresses: string[]): void {
    const since = before(this.timers.clock.now(), seconds(10))
    this.held = addresses.map((text) => ({
      router: 'VI_1',
      since,
      link: { index: 3, name: 'eth0' },
      address: ip(text),
    }))
    this.watch.touch()
    this.timers.advance(seconds(2))
  }

  hears(mac: Uint8Array, address: string): void {
    this.waiting.push(arp(mac, address))
    this.readable?.()
  }
}

const line =
  '(VI_1) 10.9.0.100 on eth0 is also used by 02:00:00:00:ff:fe: another host has our address, or there is a second master'

describe('an address conflict', () => {
  test('is told a moment later, and is a problem until it has been quiet for a while', () => {
    const world = new World()
    world.holds('10.9.0.100', '10.9.0.101')
    world.hears(THEIRS, '10.9.0.100')
    expect(world.warnings).toEqual([])
    world.timers.advance(seconds(1.5))
    expect(world.warnings).toEqual([line])
    expect(world.watch.problems()).toMatchObject([{ code: 'address-conflict', router: 'VI_1' }])
    for (let times = 0; times < 100; times++) world.hears(THEIRS, '10.9.0.100')
    world.timers.advance(seconds(200))
    expect(world.warnings).toHaveLength(1)
    world.timers.advance(seconds(200))
    expect(world.watch.problems()).toEqual([])
  })

  test('is told again when it goes on', () => {
    const world = new World()
    world.holds('10.9.0.100')
    for (let minute = 0; minute < 11; minute++) {
      world.hears(THEIRS, '10.9.0.100')
      world.timers.advance(seconds(60))
    }
    expect(world.warnings).toEqual([line, line, line])
  })

  test('is none when it is our own packet, another address or no longer ours', () => {
    const world = new World()
    world.holds('10.9.0.100')
    world.hears(OWN, '10.9.0.100')
    world.hears(THEIRS, '10.9.0.99')
    world.hears(THEIRS.subarray(0, 3), '10.9.0.100')
    world.hears(THEIRS, '10.9.0.100')
    // The new master's advert was read after its ARP.
    world.held = []
    world.timers.advance(seconds(5))
    expect(world.warnings).toEqual([])
    expect(world.watch.problems()).toEqual([])
  })

  test('is none in the first moment: the old master may not have heard of us', () => {
    const world = new World()
    world.holds('10.9.0.100')
    world.held = world.held.map((each) => ({ ...each, since: world.timers.clock.now() }))
    world.hears(THEIRS, '10.9.0.100')
    world.timers.advance(seconds(5))
    expect(world.warnings).toEqual([])
  })

  test('invented senders fill neither the log nor the memory', () => {
    const world = new World()
    world.holds('10.9.0.100')
    for (let sender = 0; sender < 5000; sender++)
      world.hears(Uint8Array.of(2, 0, 0, 7, sender >> 8, sender & 255), '10.9.0.100')
    world.timers.advance(seconds(5))
    expect(world.warnings.length).toBeLessThanOrEqual(64)
  })
})

describe('the socket', () => {
  test('is one for each link, anew when the addresses change, and closed when there are none', () => {
    const world = new World()
    world.holds('10.9.0.100', '10.9.0.101')
    world.holds('10.9.0.100', '10.9.0.101')
    expect(world.taps).toEqual([{ index: 3, addresses: 2, closed: false }])
    world.holds('10.9.0.100')
    expect(world.taps.map(({ addresses, closed }) => [addresses, closed])).toEqual([
      [2, true],
      [1, false],
    ])
    world.holds()
    expect(world.taps.every(({ closed }) => closed)).toBe(true)
    world.holds('10.9.0.100')
    world.watch.close()
    expect(world.taps.every(({ closed }) => closed)).toBe(true)
    expect(world.timers.pending).toBe(0)
  })
})
