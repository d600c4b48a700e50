/** The words of a transcript's `router` line. */

import { seconds, type Duration } from '../../src/base/time.ts'
import type { GarpPlan, VirtualRouter } from '../../src/vrrp/election/state.ts'
import { at, ip } from './kit.ts'

type Reader = (next: () => string, router: VirtualRouter) => Partial<VirtualRouter>

const readSeconds = (next: () => string): Duration => seconds(Number(next()))

const garp =
  (read: (next: () => string) => Partial<GarpPlan>): Reader =>
  (next, router) => ({ garp: { ...router.garp, ...read(next) } })

const WORDS: Readonly<Record<string, Reader>> = {
  vrid: (next) => ({ vrid: Number(next()) }),
  priority: (next) => ({ priority: Number(next()) }),
  state: (next) => ({ initialState: next() === 'MASTER' ? 'MASTER' : 'BACKUP' }),
  version: (next) => ({ version: next() === '3' ? 3 : 2 }),
  interval: (next) => ({ advertInterval: readSeconds(next) }),
  nopreempt: () => ({ preempt: false }),
  'preempt-delay': (next) => ({ preemptDelay: readSeconds(next) }),
  'down-timer-adverts': (next) => ({ downTimerAdverts: Number(next()) }),
  source: (next) => ({ sourceAddress: ip(next()) }),
  'lower-prio-no-advert': () => ({ lowerPrioNoAdvert: true }),
  'higher-prio-send-advert': () => ({ higherPrioSendAdvert: true }),
  'skip-check-adv-addr': () => ({ skipCheckAdvAddr: true }),
  'garp-delay': garp((next) => ({ delay: readSeconds(next) })),
  'garp-refresh': garp((next) => ({ refresh: readSeconds(next) })),
  'garp-lower-delay': garp((next) => ({ lowerPrioDelay: readSeconds(next) })),
  'garp-lower-repeat': garp((next) => ({ lowerPrioRepeat: Number(next()) })),
  'garp-elsewhere': garp((next) => ({ elsewhere: readSeconds(next) })),
  'deaf-until': (next) => ({ deafUntil: at(Number(next())) }),
  /** Before `requires` and `dont-track-primary`. */
  link: (next) => {
    const link = next()
    return { link, requiredLinks: [link] }
  },
  requires: (next, { requiredLinks }) => ({ requiredLinks: [...requiredLinks, next()] }),
  'dont-track-primary': (_next, { link, requiredLinks }) => ({
    requiredLinks: requiredLinks.filter((name) => name !== link),
  }),
}

export function readRouter(router: VirtualRouter, words: readonly string[]): VirtualRouter {
  const rest = words.values()
  const next = (): string => rest.next().value ?? ''
  let read = router
  for (let word = next(); word !== ''; word = next()) {
    const reader = WORDS[word]
    if (reader === undefined) throw new Error(`no such property: ${word}`)
    read = { ...read, ...reader(next, read) }
  }
  return read
}
