/** What an engine might observe, and what none should: any names, any order, times beyond the end. */

import fc from 'fast-check'
import type { Observed, ObservedEvent, State } from '../../../src/simulation/report/observed.ts'

/** Those that mean something to XML, to a terminal or to nobody. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'VI_1', 'eth0'),
  fc.constantFrom(
    '<&">',
    "'",
    ']]>',
    '<!--',
    '&amp;',
    '\u001b[31m',
    'a\nb',
    '\u0000',
    '\ud800',
    '\ufffe',
    '…',
    '',
    ' ',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer({ min: 100, max: 400 }).map((length) => 'x'.repeat(length)),
)

const UNTIL_MICROSECONDS = 60_000_000
const time = (most = UNTIL_MICROSECONDS): fc.Arbitrary<number> =>
  fc
    .oneof(fc.integer({ min: 0, max: most }), fc.constantFrom(0, 1, 3_609_375, most))
    .map((each) => each / 1_000_000)

const state = fc.constantFrom<State>('INIT', 'BACKUP', 'MASTER', 'FAULT', 'STOP')

function eventOf(hosts: readonly string[]): fc.Arbitrary<ObservedEvent> {
  const host = fc.constantFrom(...hosts)
  const nobody = fc.constant(null)
  return fc.oneof(
    fc.record({ time: time(), host, instance: name, from: state, to: state, because: name }),
    fc.record({
      time: time(),
      host: fc.option(host),
      instance: nobody,
      from: nobody,
      to: nobody,
      because: name,
    }),
  )
}

/** For each host its own, one after the other. */
const heldBy = (host: string): fc.Arbitrary<Observed['addresses'][number]['held']> =>
  fc.array(time(UNTIL_MICROSECONDS * 1.2), { maxLength: 7 }).map((moments) => {
    const sorted = moments.toSorted((a, b) => a - b)
    return sorted.flatMap((from, at) => (at % 2 === 0 ? [{ host, from, to: sorted[at + 1] ?? null }] : []))
  })

function addressOf(hosts: readonly string[]): fc.Arbitrary<Observed['addresses'][number]> {
  return fc.record({
    address: fc.oneof(fc.constantFrom('10.0.0.9/24', '2001:db8::9/64'), name),
    instances: fc.array(name, { maxLength: 3 }),
    held: fc.tuple(...hosts.map(heldBy)).map((all) => all.flat().toSorted((a, b) => a.from - b.from)),
    wantedFrom: time(UNTIL_MICROSECONDS * 1.2),
    masterDownInterval: fc.constantFrom(3.609375, 0.5, 30),
  })
}

export const anything: fc.Arbitrary<Observed> = fc
  .uniqueArray(name, { minLength: 1, maxLength: 4 })
  .chain((hosts) =>
    fc.record({
      hosts: fc.constant(hosts),
      until: time(),
      events: fc
        .array(eventOf(hosts), { maxLength: 20 })
        .map((events) => events.toSorted((a, b) => a.time - b.time)),
      addresses: fc.array(addressOf(hosts), { maxLength: 4 }),
    }),
  )
