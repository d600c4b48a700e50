/** Virtual routers and facts for tests, with what keepalived has where nothing is said. */

import { ipv4FromNumber, parseIpv4, type Ipv4Address } from '../../src/base/address.ts'
import { instant, seconds, type Instant } from '../../src/base/time.ts'
import type { Facts, LinkFact } from '../../src/vrrp/conditions.ts'
import type { Advert, Tracker, VirtualRouter } from '../../src/vrrp/election/state.ts'

export const ip = (text: string): Ipv4Address => {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

/** Seconds since the test's beginning. */
export const at = (second: number): Instant => instant(Math.round(second * 1_000_000))

/** A router of VRID n has 10.9.0.(100 + n). */
const FIRST_VIRTUAL = ip('10.9.0.100')
export const virtualAddress = (vrid: number): Ipv4Address => ipv4FromNumber(FIRST_VIRTUAL + vrid)

export function makeRouter(change: Partial<VirtualRouter> = {}): VirtualRouter {
  const { vrid = 1, link = 'eth0' } = change
  return {
    name: `V${vrid}`,
    link,
    vrid,
    version: 2,
    family: 4,
    priority: 100,
    advertInterval: seconds(1),
    preempt: true,
    preemptDelay: seconds(0),
    downTimerAdverts: 3,
    addresses: [virtualAddress(vrid)],
    garp: {
      repeat: 5,
      delay: seconds(5),
      refresh: seconds(0),
      refreshRepeat: 1,
      lowerPrioDelay: seconds(5),
      lowerPrioRepeat: 5,
    },
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    skipCheckAdvAddr: false,
    sourceAddress: undefined,
    requiredLinks: [link],
    trackers: [],
    ...change,
  }
}

export const makeTracker = (change: Partial<Tracker> = {}): Tracker => ({
  kind: 'script',
  name: 'chk',
  weight: 0,
  reverse: false,
  ...change,
})

export const goodLink: LinkFact = { up: true, source: ip('10.9.0.1') }

export const makeFacts = (change: Partial<Facts> = {}): Facts => ({
  links: new Map([['eth0', goodLink]]),
  scripts: new Map(),
  files: new Map(),
  processes: new Map(),
  ...change,
})

/** From 10.9.0.2, with the addresses of VRID 1. */
export const makeAdvert = (change: Partial<Advert> = {}): Advert => ({
  source: ip('10.9.0.2'),
  priority: 100,
  addresses: [virtualAddress(1)],
  arrivedAt: at(0),
  ...change,
})
