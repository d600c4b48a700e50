import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IpAddress } from '../../../src/base/address.ts'
import { instant, microseconds, seconds } from '../../../src/base/time.ts'
import { renderDiagnostic, summaryLine } from '../../../src/config/diagnostics/render.ts'
import {
  lastEventAt,
  parseStory,
  printStory,
  type Story,
  type StoryEvent,
} from '../../../src/simulation/story/story.ts'
import { modelOf } from '../../config/support.ts'
import { cast } from './support.ts'

const known = await cast()

const read = (text: string): Story => parseStory('story', text, known)

const rendered = ({ diagnostics, sources }: Story): string[] =>
  diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sources))

/** What the lines say, their places left out. */
const said = (story: Story): unknown[] => story.events.map((event) => ({ ...event, span: undefined }))

describe('each event', () => {
  test.each<[string, object]>([
    ['at 10s kill a', { at: 10_000_000, type: 'kill', host: 'a' }],
    ['at 1.5s crash b', { at: 1_500_000, type: 'crash', host: 'b' }],
    ['at 250ms start a', { at: 250_000, type: 'start', host: 'a' }],
    ['at 1m30s stop "the third"', { at: 90_000_000, type: 'stop', host: 'the third' }],
    ['at 2m stall a for 5s', { at: 120_000_000, type: 'stall', host: 'a', duration: 5_000_000 }],
    ['at 0s link down eth0 on a', { at: 0, type: 'link', host: 'a', link: 'eth0', up: false }],
    ['at 1s link up eth1 on b', { at: 1_000_000, type: 'link', host: 'b', link: 'eth1', up: true }],
    ['at 1s fail chk_nginx on b', script('fail')],
    ['at 1s pass chk_nginx on b', script('pass')],
    ['at 1s time out chk_nginx on b', script('time out')],
    ['at 1s timeout chk_nginx on b', script('time out')],
    [
      'at 1s partition a "the third"|b',
      { at: 1_000_000, type: 'partition', sides: [['a', 'the third'], ['b']] },
    ],
    [
      'at 1s partition a | b on eth1',
      { at: 1_000_000, type: 'partition', sides: [['a'], ['b']], lan: 'eth1' },
    ],
    [
      'at 1s partition b | "the third" | a on eth0',
      { at: 1_000_000, type: 'partition', sides: [['b'], ['the third'], ['a']], lan: 'eth0' },
    ],
    ['at 1s heal', { at: 1_000_000, type: 'heal' }],
    ['at 1s heal eth0', { at: 1_000_000, type: 'heal', lan: 'eth0' }],
    ['at 1s heal on eth0', { at: 1_000_000, type: 'heal', lan: 'eth0' }],
    ['at 1s lose 20% on eth0', { at: 1_000_000, type: 'lose', percent: 20, lan: 'eth0' }],
    ['at 1s lose 0.5% on eth0', { at: 1_000_000, type: 'lose', percent: 0.5, lan: 'eth0' }],
    [
      'at 1s reload a with "../new files/a.conf"',
      { at: 1_000_000, type: 'reload', host: 'a', file: '../new files/a.conf' },
    ],
    ['at 1s drain VI_1 on a', { at: 1_000_000, type: 'drain', host: 'a', names: ['VI_1'] }],
    [
      'at 1s drain VI_1 G on a for 30s',
      { at: 1_000_000, type: 'drain', host: 'a', names: ['VI_1', 'G'], duration: 30_000_000 },
    ],
    ['at 1s drain all on a', { at: 1_000_000, type: 'drain', host: 'a', names: [] }],
    ['at 1s drain "on" on "the third"', { at: 1_000_000, type: 'drain', host: 'the third', names: ['on'] }],
    ['at 1s resume VI_1 on a', { at: 1_000_000, type: 'resume', host: 'a', names: ['VI_1'] }],
    ['at 1s resume all on a', { at: 1_000_000, type: 'resume', host: 'a', names: [] }],
    ['at 1s remove 10.0.0.9 on a', { at: 1_000_000, type: 'remove', host: 'a', address: 0x0a000009 }],
    ['at 1s remove 10.9.9.1/24 on a', { at: 1_000_000, type: 'remove', host: 'a', address: 0x0a090901 }],
    ['at 1s remove 2001:DB8:0::9 on b', { at: 1_000_000, type: 'remove', host: 'b', address: '2001:db8::9' }],
    ['at 1s file /run/weight 5 on a', file(5)],
    ['at 1s file weight -30 on a', file(-30)],
    ['at 1s process nginx stops on a', process('nginx', false)],
    ['at 1s process /usr/sbin/nginx starts on a', process('nginx', true)],
    ['at 1s process web2 runs on a', process('web2', true)],
  ])('%s', (line, event) => {
    const story = read(line)
    expect(rendered(story)).toEqual([])
    expect(said(story)).toEqual([{ ...event, span: undefined }])
    expect(story.events[0]!.span).toEqual({ file: 'story', start: 0, end: line.length })
  })

  function script(outcome: string): object {
    return { at: 1_000_000, type: 'script', host: 'b', name: 'chk_nginx', outcome }
  }
  function file(number: number): object {
    return { at: 1_000_000, type: 'file', host: 'a', path: '/run/weight', number }
  }
  function process(name: string, runs: boolean): object {
    return { at: 1_000_000, type: 'process', host: 'a', name, runs }
  }
})

test('comments, blank lines, tabs, foreign line ends and an editor’s mark mean nothing', () => {
  const story = read('\ufeff# a story\r\n\r\n\tat 1s kill a# now\r\n  at "2s" stop b  \r\n#at 3s kill b')
  expect(rendered(story)).toEqual([])
  expect(story.events.map(({ type, at }) => [type, at])).toEqual([
    ['kill', 1_000_000],
    ['stop', 2_000_000],
  ])
})

test('events come by time, and within one instant as they are written', () => {
  const story = read('at 3s kill a\nat 1s stop b\nat 1000ms kill b\nat 0s start a\nat 1s start b')
  expect(story.events.map(({ type }) => type)).toEqual(['start', 'stop', 'kill', 'start', 'kill'])
})

describe('what is wrong has a place and a way out', () => {
  /** The line, a caret under it, and what is said from the column on. */
  test.each([
    [
      'at 10s kill c',
      '            ^',
      "13: error: there is no host 'c'; hosts are a, b, the third [story-name]",
    ],
    [
      'at 10s kill "the thrid"',
      '            ^^^^^^^^^^^',
      "13: error: there is no host 'the thrid'; did you mean 'the third'? [story-name]",
    ],
    ['at 10 kill a', '   ^^', "4: error: 10 needs a unit: ms, s, m or h; did you mean '10s'? [story-time]"],
    [
      'at 10sec kill a',
      '   ^^^^^',
      "4: error: '10sec' is no time; units are ms, s, m and h; did you mean '10s'? [story-time]",
    ],
    ['at 10 s kill a', '   ^^', "4: error: 10 needs a unit: ms, s, m or h; did you mean '10s'? [story-time]"],
    [
      'at 1.0000001s kill a',
      '   ^^^^^^^^^^',
      "4: error: '1.0000001s' is finer than a microsecond, the shortest time there is here [story-time]",
    ],
    [
      'at 1s2m kill a',
      '   ^^^^',
      "4: error: '1s2m' is no time; times are written 10s, 1.5s, 250ms, 2m, 1m30s [story-time]",
    ],
    [
      'at soon kill a',
      '   ^^^^',
      "4: error: 'soon' is no time; times are written 10s, 1.5s, 250ms, 2m, 1m30s [story-time]",
    ],
    ['at 1001h kill a', '   ^^^^^', "4: error: '1001h' is longer than a story may be: 1000h [story-time]"],
    ['at', '  ^', '3: error: a time is missing: at TIME EVENT [story-syntax]'],
    ['at 1s', '     ^', '6: error: an event is missing: at TIME EVENT [story-syntax]'],
    ['at 1s kill', '          ^', '11: error: a host is missing: at TIME kill HOST [story-syntax]'],
    [
      'at 1s kill a b',
      '             ^',
      '14: error: nothing more is expected here: at TIME kill HOST [story-syntax]',
    ],
    [
      '10s kill a',
      '^^^',
      "1: error: a line begins with 'at' and a time: at 10s kill a; did you mean 'at 10s'? [story-syntax]",
    ],
    ['kill a', '^^^^', "1: error: a line begins with 'at' and a time: at 10s kill a [story-syntax]"],
    ['at 1s kil a', '      ^^^', "7: error: there is no event 'kil'; did you mean 'kill'? [story-syntax]"],
    [
      'at 1s "kill" a',
      '      ^^^^^^',
      "7: error: a word in quotes is a name, and no event; did you mean 'kill'? [story-syntax]",
    ],
    [
      'at 1s stall a',
      '             ^',
      "14: error: 'for' is missing: at TIME stall HOST for TIME [story-syntax]",
    ],
    [
      'at 1s stall a for 0s',
      '                  ^^',
      '19: error: no time at all: it would be over as it begins [story-time]',
    ],
    [
      'at 1s stall a fro 5s',
      '              ^^^',
      "15: error: 'for' is expected here: at TIME stall HOST for TIME [story-syntax]",
    ],
    [
      'at 1s link eth0 down on a',
      '           ^^^^',
      "12: error: 'down' or 'up' is expected here: at TIME link down|up INTERFACE on HOST [story-syntax]",
    ],
    [
      'at 1s link down eth2 on a',
      '                ^^^^',
      "17: error: a has no interface 'eth2'; did you mean 'eth0'? [story-name]",
    ],
    [
      'at 1s link down eth0 on',
      '                       ^',
      '24: error: a host is missing: at TIME link down|up INTERFACE on HOST [story-syntax]',
    ],
    [
      'at 1s link down eth0 at a',
      '                     ^^',
      "22: error: 'on' is expected here: at TIME link down|up INTERFACE on HOST [story-syntax]",
    ],
    [
      'at 1s fail chk_ngin on b',
      '           ^^^^^^^^',
      "12: error: b has no vrrp_script 'chk_ngin'; did you mean 'chk_nginx'? [story-name]",
    ],
    [
      'at 1s fail chk_nginx on "the third"',
      '           ^^^^^^^^^',
      "12: error: the third has no vrrp_script 'chk_nginx'; there is none [story-name]",
    ],
    [
      'at 1s time chk_nginx on b',
      '           ^^^^^^^^^',
      "12: error: 'out' is expected here: at TIME time out SCRIPT on HOST [story-syntax]",
    ],
    [
      'at 1s partition a | b',
      '                ^^^^^',
      '17: error: on which side is the third? every host is on one [story-name]',
    ],
    [
      'at 1s partition a b "the third"',
      '                ^^^^^^^^^^^^^^^',
      "17: error: one side is no partition; sides are separated by '|' [story-syntax]",
    ],
    [
      'at 1s partition a | | b',
      '                    ^',
      '21: error: there is no host on this side [story-syntax]',
    ],
    [
      'at 1s partition a b |',
      '                    ^',
      '21: error: there is no host on this side [story-syntax]',
    ],
    ['at 1s partition | a', '                ^', '17: error: there is no host on this side [story-syntax]'],
    [
      'at 1s partition',
      '               ^',
      '16: error: a host is missing: at TIME partition HOST … | HOST … [on LAN] [story-syntax]',
    ],
    [
      'at 1s partition a | b "the third" on eth1',
      '                      ^^^^^^^^^^^',
      '23: error: the third is not on eth1; hosts there are a, b [story-name]',
    ],
    [
      'at 1s partition a | b a',
      '                      ^',
      '23: error: a is on a side already [story-syntax]',
    ],
    [
      'at 1s partition a | b on eth2',
      '                         ^^^^',
      "26: error: there is no LAN 'eth2'; did you mean 'eth0'? [story-name]",
    ],
    [
      'at 1s heal eth3',
      '           ^^^^',
      "12: error: there is no LAN 'eth3'; did you mean 'eth0'? [story-name]",
    ],
    [
      'at 1s lose 20 on eth0',
      '           ^^',
      "12: error: 20 of what? percentages are written so; did you mean '20%'? [story-syntax]",
    ],
    [
      'at 1s lose 120% on eth0',
      '           ^^^^',
      "12: error: '120%' is no percentage; they go from 0% to 100% [story-syntax]",
    ],
    [
      'at 1s lose 20%',
      '              ^',
      "15: error: 'on' is missing: at TIME lose PERCENT% on LAN [story-syntax]",
    ],
    [
      'at 1s reload a with',
      '                   ^',
      '20: error: a file is missing: at TIME reload HOST with FILE [story-syntax]',
    ],
    ['at 1s reload a with ""', '                    ^^', '21: error: a file needs a name [story-name]'],
    [
      'at 1s drain on a',
      '            ^',
      "13: error: an instance, a sync group or 'all' is missing: at TIME drain INSTANCE …|all on HOST [for TIME] [story-syntax]",
    ],
    [
      'at 1s drain VI1 on a',
      '            ^^^',
      "13: error: a has no instance or sync group 'VI1'; did you mean 'VI_1'? [story-name]",
    ],
    [
      'at 1s drain VI_1 on a for 25h',
      '                          ^^^',
      '27: error: a drain ends after 24h at most, as that of vrrpd drain does [story-time]',
    ],
    [
      'at 1s resume VI_1 on a for 3s',
      '                       ^^^',
      '24: error: nothing more is expected here: at TIME resume INSTANCE …|all on HOST [story-syntax]',
    ],
    [
      'at 1s remove 10.0.0.8 on a',
      '             ^^^^^^^^',
      "14: error: a has no virtual or static address 10.0.0.8; did you mean '10.0.0.9'? [story-name]",
    ],
    [
      'at 1s remove 10.0.0.256 on a',
      '             ^^^^^^^^^^',
      "14: error: '10.0.0.256' is no IP address [invalid-address]",
    ],
    [
      'at 1s remove 10.0.0.9/33 on a',
      '             ^^^^^^^^^^^',
      "14: error: '10.0.0.9/33' is no IP address [invalid-address]",
    ],
    [
      'at 1s file /run/weigth 5 on a',
      '           ^^^^^^^^^^^',
      "12: error: a tracks no file '/run/weigth'; did you mean '/run/weight'? [story-name]",
    ],
    [
      'at 1s file wait 5 on a',
      '           ^^^^',
      "12: error: a tracks no file 'wait'; it tracks weight [story-name]",
    ],
    [
      'at 1s file weight five on a',
      '                  ^^^^',
      "19: error: 'five' is no whole number of at most 31 bits [invalid-number]",
    ],
    [
      'at 1s process httpd stops on a',
      '              ^^^^^',
      "15: error: several blocks watch 'httpd': say which one, web1 or web2 [story-name]",
    ],
    [
      'at 1s process apache stops on a',
      '              ^^^^^^',
      "15: error: a has no vrrp_track_process 'apache'; it has nginx, web1, web2 [story-name]",
    ],
    [
      'at 1s process nginx dies on a',
      '                    ^^^^',
      "21: error: 'stops' or 'starts' or 'runs' is expected here: at TIME process NAME stops|starts on HOST [story-syntax]",
    ],
    [
      'at 1s kill "a',
      '           ^^',
      '12: error: a double quote without a partner on its line [story-syntax]',
    ],
    [
      'at 1s kill a',
      '          ^',
      '11: error: U+00A0 (no-break space) is part of a word here; write an ordinary blank, or put the word into quotes [invisible-character]',
    ],
  ])('%s', (line, caret, message) => {
    const story = read(`# a story\n${line}\nat 1s kill a`)
    const [head, excerpt, under] = rendered(story).join('\n').split('\n')
    expect([head, under]).toEqual([`story:2:${message}`, `    ${caret}`])
    expect(excerpt).toBe(`    ${line.replace('\u00a0', '\ufffd')}`)
    expect(said(story), 'the other lines are read').toEqual(said(read('at 1s kill a')))
  })

  test('one line, one error', () => {
    expect(rendered(read('at x kill c\nat 1s kill c on d'))).toHaveLength(2)
  })
})

test('names of a file that is reloaded may be spoken of', async () => {
  const [a, ...others] = known.hosts
  const later = [await modelOf('vrrp_script other {\n script /bin/true\n}\n')]
  const text = 'at 1s fail other on a'
  expect(parseStory('story', text, known).diagnostics).toHaveLength(1)
  const hosts = [{ ...a!, later }, ...others]
  expect(parseStory('story', text, { ...known, hosts }).diagnostics).toEqual([])
})

test('the interfaces of a host are those it is said to have', () => {
  const [a, ...others] = known.hosts
  const hosts = [{ ...a!, links: ['eth7'] }, ...others]
  const story = parseStory('story', 'at 1s link down eth7 on a\nat 1s link up eth0 on a', { ...known, hosts })
  expect(story.events).toHaveLength(1)
  expect(rendered(story)).toEqual([expect.stringContaining("story:2:15: error: a has no interface 'eth0'")])
})

test('a story is over when its last event is', () => {
  expect(lastEventAt([])).toBe(0)
  expect(lastEventAt(read('at 5s stall a for 10s\nat 12s kill b').events)).toBe(seconds(15))
  expect(lastEventAt(read('at 5s drain all on a\nat 12s kill b').events)).toBe(seconds(12))
})

describe('properties', () => {
  const name = fc.constantFrom('a', 'b', 'the third')
  const words = fc.constantFrom(
    ...['at', 'on', 'for', 'all', 'with', 'out', 'up', 'down', '|', '"', '#', '\n', '\r', '\u00a0', '\ufeff'],
    ...[
      '1s',
      '0s',
      '1.5s',
      '1m30s',
      '5',
      '20%',
      '10.0.0.9',
      '10.0.0.9/24',
      '/run/weight',
      'weight',
      'constructor',
    ],
    ...['kill', 'stall', 'link', 'fail', 'time', 'timeout', 'partition', 'heal', 'lose', 'reload', 'drain'],
    ...[
      'resume',
      'remove',
      'file',
      'process',
      'stops',
      'eth0',
      'VI_1',
      'G',
      'nginx',
      'chk_nginx',
      '"the third"',
    ],
  )
  const line = fc
    .array(fc.oneof({ weight: 8, arbitrary: words }, fc.string()))
    .map((all) => `at 1s ${all.join(' ')}`)
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line).map((lines) => lines.join('\n')),
  )

  test('any text is read, and what is said of it lies within', () => {
    fc.assert(
      fc.property(text, (written) => {
        const { events, diagnostics, sources } = read(written)
        for (const { span } of [...events, ...diagnostics]) {
          expect(span.file).toBe('story')
          expect(span.start).toBeGreaterThanOrEqual(0)
          expect(span.end).toBeGreaterThanOrEqual(span.start)
          expect(span.end).toBeLessThanOrEqual(written.length)
          expect(written.slice(span.start, span.end)).not.toContain('\n')
        }
        for (const diagnostic of diagnostics) expect(summaryLine(diagnostic, sources)).not.toContain('\n')
        for (const { span } of events) expect(written.slice(span.start, span.end)).toMatch(/^at\b/)
        expect(sources.get('story')?.text).toBe(written)
        const lines = written.replace(/^\ufeff/, '').split('\n')
        const filled = lines.filter((each) => /^[\t-\r ]*[^#\t-\r ]/.test(each))
        expect(events.length + diagnostics.length, 'no line is lost').toBe(filled.length)
      }),
      { numRuns: 500 },
    )
  })

  const time = fc.oneof(
    fc.integer({ min: 0, max: 3_600_000_000_000 }),
    fc.integer({ min: 0, max: 3_600_000 }).map((value) => value * 1_000),
  )
  const at = time.map(instant)
  const duration = fc.integer({ min: 1, max: 86_400_000_000 }).map(microseconds)
  const host = fc.constantFrom('a', 'b')
  const file = fc.string({ minLength: 1 }).filter((each) => !/["\n]/.test(each))
  const routers = fc.uniqueArray(fc.constantFrom('VI_1', 'VI_2', 'G'))
  const lan = fc.constantFrom<{ lan?: string }>({}, { lan: 'eth0' })
  const sides = fc
    .tuple(fc.shuffledSubarray(['a', 'b', 'the third'], { minLength: 3 }), fc.constantFrom(1, 2))
    .map(([[first, second, third], size]) =>
      size === 1 ? [[first!], [second!], [third!]] : [[first!, second!], [third!]],
    )
  const outcome = fc.constantFrom('pass' as const, 'fail' as const, 'time out' as const)
  const address = fc.constantFrom(...everyAddress())
  const type = <const T extends string>(...types: readonly [T, ...T[]]) => fc.constantFrom(...types)
  const happening = fc.oneof(
    fc.record({ type: type('kill', 'crash', 'start', 'stop'), host: name }),
    fc.record({ type: type('stall'), host: name, duration }),
    fc.record({ type: type('link'), host, link: fc.constantFrom('eth0', 'eth1'), up: fc.boolean() }),
    fc.record({ type: type('script'), host, name: fc.constant('chk_nginx'), outcome }),
    fc.tuple(fc.record({ type: type('partition'), sides }), lan).map(([one, on]) => ({ ...one, ...on })),
    lan.map((on) => ({ type: 'heal' as const, ...on })),
    fc.record({
      type: type('lose'),
      percent: fc.integer({ min: 0, max: 100_000 }).map((value) => value / 1_000),
      lan: fc.constantFrom('eth0', 'eth1'),
    }),
    fc.record({ type: type('reload'), host: name, file }),
    fc.record({ type: type('drain'), host, names: routers, duration }),
    fc.record({ type: type('drain', 'resume'), host, names: routers }),
    fc.record({ type: type('drain'), host: fc.constant('the third'), names: fc.constant(['on']) }),
    fc.record({ type: type('remove'), host, address }),
    fc.record({
      type: type('file'),
      host,
      path: fc.constant('/run/weight'),
      number: fc.integer({ min: -(2 ** 31) + 1 }).filter((value) => !Object.is(value, -0)),
    }),
    fc.record({
      type: type('process'),
      host,
      name: fc.constantFrom('nginx', 'web1', 'web2'),
      runs: fc.boolean(),
    }),
  )

  function everyAddress(): IpAddress[] {
    const { instances } = known.hosts[0]!.model
    return instances
      .flatMap((one) => [...one.addresses, ...one.excludedAddresses])
      .map(({ cidr }) => cidr.address)
  }

  test('a story that is printed is read as the same', () => {
    const nowhere = { file: '', start: 0, end: 0 }
    fc.assert(
      fc.property(fc.array(fc.tuple(at, happening)), (all) => {
        const events = all
          .map(([when, what]): StoryEvent => ({ at: when, span: nowhere, ...what }))
          .sort((one, other) => one.at - other.at)
        const story = read(printStory(events))
        expect(rendered(story)).toEqual([])
        expect(said(story)).toEqual(events.map((event) => ({ ...event, span: undefined })))
      }),
    )
  })
})
