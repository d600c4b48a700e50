import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { after, instant, seconds } from '../../src/base/time.ts'
import { parseIpv6 } from '../../src/base/address.ts'
import type { Conversation, Progress } from '../../src/checkers/conversation.ts'
import { GenHash, NO_DATA } from '../../src/checkers/digest.ts'
import {
  HttpConversation,
  longestAnswer,
  MAX_ANSWER_BYTES,
  MAX_SEARCHED_BYTES,
  requestOf,
} from '../../src/checkers/http.ts'
import { MAX_HEADER_BYTES, type Hash } from '../../src/checkers/http-answer.ts'
import { compileRegex } from '../../src/checkers/regex.ts'
import type { Outcome, RegexCheck, UrlCheck } from '../../src/checkers/types.ts'
import { address, urlCheck } from './specs.ts'

const START = instant(1e12)
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

const md5 = (): Hash => {
  const hash = createHash('md5')
  return { update: (data) => void hash.update(data), hex: () => hash.digest('hex') }
}

const conversation = (url: UrlCheck): Conversation => {
  const compiled = url.regex === undefined ? undefined : compileRegex(url.regex)
  if (compiled !== undefined && !compiled.ok) throw new Error(compiled.error)
  const regex = compiled?.value
  const request = { request: bytes('GET /\r\n\r\n'), url, regex, connectTimeout: seconds(2) }
  return new HttpConversation(request, url.digest === undefined ? undefined : md5())
}

/** What an answer in these pieces, and then the end, comes to. */
function judge(url: UrlCheck, pieces: readonly Uint8Array[]): Outcome {
  const talk = conversation(url)
  talk.connected(START)
  for (const piece of pieces) {
    const progress = talk.received(piece, START)
    if (progress.done) return progress.outcome
  }
  return outcomeOf(talk.ended())
}

const outcomeOf = (progress: Progress): Outcome => {
  if (!progress.done) throw new Error('goes on')
  return progress.outcome
}

/** `success`, or the reason's kind. */
const kindOf = (outcome: Outcome): string => (outcome.kind === 'failure' ? outcome.reason.kind : outcome.kind)

describe('the request', () => {
  const target = { address: address('127.0.0.1'), port: 18099 }

  test.each([
    ['1.0', undefined, 'GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:18099\r\n\r\n'],
    [
      '1.0C',
      undefined,
      'GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:18099\r\n\r\n',
    ],
    [
      '1.1',
      'www.example.com',
      'GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: www.example.com\r\n\r\n',
    ],
  ] as const)('of %s', (protocol, host, expected) => {
    expect(Buffer.from(requestOf(protocol, { path: '/x', host }, target)).toString()).toBe(expected)
  })

  test('names an IPv6 address in brackets', () => {
    const request = requestOf('1.0', urlCheck('/'), { address: parseIpv6('2001:db8::1')!, port: 80 })
    expect(Buffer.from(request).toString()).toContain('\r\nHost: [2001:db8::1]:80\r\n')
  })
})

/** Measured with 2.2.7. */
const answers: readonly (readonly [string, string])[] = [
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'success'],
  ['HTTP/1.1 204 No Content\r\n\r\n', 'success'],
  ['HTTP/1.0 299 x\r\n\r\n', 'success'],
  ['HTTP/1.0 300 x\r\n\r\n', 'http-status'],
  ['HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n', 'http-status'],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'http-status'],
  ['HTTP/1.1 200\r\n\r\n', 'http-status'],
  ['HTTP/1.1 200 \r\n\r\n', 'success'],
  ['HTTP/1.1 2000 OK\r\n\r\n', 'http-status'],
  ['HTTP/1.1 20 OK\r\n\r\n', 'http-status'],
  ['HTTP/1.1\r\n\r\n', 'http-status'],
  ['HTTP/1.1 200 OK\n\nhello', 'no-data'],
  ['HTTP/1.1 200 OK\r\nX: y\r\n', 'no-data'],
  ['', 'no-data'],
  ['\r\n\r\n', 'http-status'],
]

describe('an answer', () => {
  test.each(answers)('%j: %s', (answer, expected) => {
    expect(kindOf(judge(urlCheck(), [bytes(answer)]))).toBe(expected)
  })

  test.each(['', '\r', '\r\r', '\r\n\r', '\n\r'])(
    'its header ends with the first empty line, after %j, too',
    (before) => {
      const url = urlCheck('/', { digest: '5d41402abc4b2a76b9719d911017c592' })
      const text = `HTTP/1.1 200 OK${before}\r\n\r\nhello`
      for (let at = 0; at <= text.length; at++)
        expect(kindOf(judge(url, [bytes(text.slice(0, at)), bytes(text.slice(at))]))).toBe('success')
    },
  )

  test('says the same in two pieces, split at every byte, and byte by byte', () => {
    const url = urlCheck('/', {
      statuses: [{ first: 100, last: 599 }],
      digest: '5d41402abc4b2a76b9719d911017c592',
    })
    const texts = [
      ...answers.map(([text]) => text),
      'HTTP/1.1 200 OK\r\n\r\r\n\r\nhello',
      '\r\n\r\r\n\r\nhello',
    ]
    for (const text of texts) {
      const whole = judge(url, [bytes(text)])
      for (let at = 0; at <= text.length; at++)
        expect(judge(url, [bytes(text.slice(0, at)), bytes(text.slice(at))])).toEqual(whole)
      expect(
        judge(
          url,
          Array.from(text, (each) => bytes(each)),
        ),
      ).toEqual(whole)
    }
  })

  test('of any bytes, in any pieces, is a judgement and the same', () => {
    const url = urlCheck('/', {
      digest: '0'.repeat(32),
      regex: { pattern: 'a+', options: [], mustNotMatch: false, minOffset: 0, maxOffset: undefined },
    })
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom('HTTP/1.1 200 OK', '\r\n', '\r', '\n', 'a', 'Content-Length: 3', ' '), {
          maxLength: 30,
        })
        .map((parts) => Uint8Array.from(bytes(parts.join('')))),
    )
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 0, max: 200 })), (data, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < data.length).sort((a, b) => a - b), data.length]
        const pieces = places.slice(1).map((end, index) => data.subarray(places[index], end))
        expect(judge(url, pieces)).toEqual(judge(url, [data]))
      }),
    )
  })

  test('other statuses can be expected', () => {
    const url = urlCheck('/', {
      statuses: [
        { first: 301, last: 301 },
        { first: 400, last: 499 },
      ],
    })
    const judged = (status: number): string => kindOf(judge(url, [bytes(`HTTP/1.1 ${status} x\r\n\r\n`)]))
    expect([301, 302, 400, 499, 200].map(judged)).toEqual([
      ...['success', 'http-status', 'success', 'success', 'http-status'],
    ])
  })

  test('whose length is another than announced passes, and it is told', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello'
    expect(judge(urlCheck(), [bytes(text)])).toEqual({
      kind: 'success',
      note: { kind: 'content-length', announced: 500, received: 5 },
    })
  })

  test('has its own reason for a wrong status', () => {
    expect(judge(urlCheck(), [bytes('HTTP/1.1 503 x\r\n\r\n')])).toEqual({
      kind: 'failure',
      reason: { kind: 'http-status', status: 503, expected: [{ first: 200, last: 299 }] },
    })
  })
})

const hello = '5d41402abc4b2a76b9719d911017c592'
const hel = '46356afe55fa3cea9cbe73ad442cad47'
const empty = 'd41d8cd98f00b204e9800998ecf8427e'

/** Printed by genhash 2.2.7 of the same answers. */
const digests: readonly (readonly [string, string | undefined])[] = [
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', hello],
  ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello', hel],
  ['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello', hello],
  ['HTTP/1.1 302 F\r\nLocation: /\r\n\r\n', empty],
  ['HTTP/1.1 200 OK\ncontent: x\n\nhello', undefined],
  ['', undefined],
  ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhello', hello],
  ['garbage\r\n\r\nhello', hello],
  ['HTTP/1.1 200 OK\r\nX: y\r\n', undefined],
]

describe('the digest', () => {
  test.each(digests)('that genhash prints of %j is %s', (answer, expected) => {
    for (let at = 0; at <= answer.length; at++) {
      const reader = new GenHash(md5())
      reader.add(bytes(answer.slice(0, at)))
      reader.add(bytes(answer.slice(at)))
      const printed = reader.finish()
      expect(printed).toEqual(
        expected === undefined ? { ok: false, error: NO_DATA } : { ok: true, value: expected },
      )
      expect(reader.length).toBe(answer.length)
    }
  })

  test.each([
    [hello, 'success'],
    [hello.toUpperCase(), 'success'],
    [hel, 'digest'],
  ])('of the configuration %s: %s', (digest, expected) => {
    expect(kindOf(judge(urlCheck('/', { digest }), [bytes('HTTP/1.1 200 OK\r\n\r\nhello')]))).toBe(expected)
  })

  test('comes after the status and before the regex', () => {
    const url = urlCheck('/', { digest: hel, regex: regexCheck('nothing') })
    expect(kindOf(judge(url, [bytes('HTTP/1.1 500 OK\r\n\r\nhello')]))).toBe('http-status')
    expect(kindOf(judge(url, [bytes('HTTP/1.1 200 OK\r\n\r\nhello')]))).toBe('digest')
    expect(kindOf(judge({ ...url, digest: hello }, [bytes('HTTP/1.1 200 OK\r\n\r\nhello')]))).toBe('regex')
  })
})

function regexCheck(pattern: string, changes: Partial<RegexCheck> = {}): RegexCheck {
  return { pattern, options: [], mustNotMatch: false, minOffset: 0, maxOffset: undefined, ...changes }
}

describe('a regex', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\nok and more\n'
  const passes = (regex: RegexCheck): boolean =>
    kindOf(judge(urlCheck('/', { regex }), [bytes(answer)])) === 'success'

  test.each<readonly [RegexCheck, boolean]>([
    [regexCheck('^HTTP'), true],
    [regexCheck('Content'), true],
    [regexCheck('^ok'), false],
    [regexCheck('^ok', { options: ['multiline'] }), true],
    [regexCheck('OK AND'), false],
    [regexCheck('OK AND', { options: ['caseless'] }), true],
    [regexCheck('(?i)OK AND'), true],
    // PCRE's dollar matches before a line feed at the end, JavaScript's does not.
    [regexCheck('more$'), true],
    [regexCheck('more$', { options: ['dollar_endonly'] }), false],
    [regexCheck('more\\z'), false],
    [regexCheck('more\\Z'), true],
    [regexCheck('\\AHTTP'), true],
    [regexCheck('\\Aok'), false],
    [regexCheck('[[:alpha:]]+ [[:digit:]x]{3}'), false],
    [regexCheck('HTTP.[[:digit:].]+ 2[[:digit:]]{2}'), true],
    [regexCheck('[]a]nd'), true],
    [regexCheck('\\Qok and\\E'), true],
    [regexCheck('x.+ok', { options: ['dotall'] }), true],
    [regexCheck('x.+ok'), false],
    [regexCheck('ok', { mustNotMatch: true }), false],
    [regexCheck('nothing', { mustNotMatch: true }), true],
    [regexCheck('HTTP', { minOffset: 1 }), false],
    [regexCheck('ok', { minOffset: 36 }), true],
    [regexCheck('ok', { minOffset: 37 }), false],
    [regexCheck('ok', { maxOffset: 36 }), true],
    [regexCheck('ok', { maxOffset: 35 }), false],
  ])('%j: %s', (regex, expected) => {
    expect(passes(regex)).toBe(expected)
    // Nothing of a search is left over for the next one.
    expect(passes(regex)).toBe(expected)
  })

  test('sees bytes, as PCRE does without utf', () => {
    const url = urlCheck('/', { regex: regexCheck('gr.{2}n') })
    expect(kindOf(judge(url, [Buffer.from('HTTP/1.0 200 OK\r\n\r\ngrün')]))).toBe('success')
    const umlaut = urlCheck('/', { regex: regexCheck('grün') })
    expect(kindOf(judge(umlaut, [Buffer.from('HTTP/1.0 200 OK\r\n\r\ngrün')]))).toBe('success')
  })

  test.each([
    'a++',
    '(?>a)',
    '(?|a)',
    '(?#a)',
    '(?R)',
    '(*UTF)',
    'a\\',
    '\\K',
    '\\p{L}',
    '(',
    '[[:^alpha:]]',
    '(?x)a',
  ])('%s is refused', (pattern) => {
    expect(compileRegex(regexCheck(pattern)).ok).toBe(false)
  })

  test('options that change what is found are refused where they cannot be had', () => {
    expect(compileRegex(regexCheck('a', { options: ['extended'] }))).toEqual({
      ok: false,
      error: 'regex_options extended is not supported',
    })
    expect(compileRegex(regexCheck('a', { options: ['no_start_optimize', 'dotall'] })).ok).toBe(true)
  })

  test('no pattern throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (pattern) => {
        compileRegex(regexCheck(pattern))
      }),
    )
  })
})

describe('time and space', () => {
  const data = new Uint8Array(65_536).fill(97)
  const header = bytes('HTTP/1.1 200 OK\r\n\r\n')

  test('connect_timeout is for each read: what drips passes', () => {
    const talk = conversation(urlCheck())
    expect(talk.connected(START)).toMatchObject({ waitUntil: after(START, seconds(2)) })
    talk.received(header, START)
    for (let second = 1; second <= 13; second++) {
      const now = after(START, seconds(second))
      expect(talk.received(bytes('x'), now)).toEqual({ done: false, waitUntil: after(now, seconds(2)) })
    }
    expect(outcomeOf(talk.ended()).kind).toBe('success')
  })

  test('what drips for ever does not', () => {
    const talk = conversation(urlCheck())
    talk.connected(START)
    talk.received(header, START)
    expect(talk.received(bytes('x'), after(START, seconds(59))).done).toBe(false)
    const late = talk.received(bytes('x'), after(START, seconds(60)))
    expect(outcomeOf(late)).toEqual({ kind: 'failure', reason: { kind: 'endless', limit: seconds(60) } })
    expect(longestAnswer(seconds(7))).toBe(seconds(70))
  })

  test('silence is a failure, and so is a reset', () => {
    const timeout = outcomeOf(conversation(urlCheck()).timedOut())
    expect(timeout).toEqual({
      kind: 'failure',
      reason: { kind: 'read-timeout', stage: 'answer', timeout: seconds(2) },
    })
    expect(kindOf(outcomeOf(conversation(urlCheck()).lost('ECONNRESET')))).toBe('connection-lost')
  })

  test.each([
    ['a body', urlCheck(), header, MAX_ANSWER_BYTES],
    ['a body that a regex looks at', urlCheck('/', { regex: regexCheck('a') }), header, MAX_SEARCHED_BYTES],
    ['a header', urlCheck(), bytes('HTTP/1.1 200 OK\r\nX: '), MAX_HEADER_BYTES],
  ])('%s that never ends is given up', (_what, url, beginning, bound) => {
    const talk = conversation(url)
    talk.connected(START)
    talk.received(beginning, START)
    let sent = beginning.length
    let progress: Progress | undefined
    do {
      progress = talk.received(data, START)
      sent += data.length
    } while (!progress.done)
    expect(kindOf(progress.outcome)).toBe('too-long')
    expect(sent).toBeGreaterThan(bound)
    expect(sent).toBeLessThanOrEqual(bound + 2 * data.length)
  })
})
