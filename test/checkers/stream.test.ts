import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { after, instant, seconds } from '../../src/base/time.ts'
import { connectFailed, connectTimedOut, tcpConversation } from '../../src/checkers/conversation.ts'
import { SmtpConversation } from '../../src/checkers/smtp.ts'
import { failure, SUCCESS, type Outcome } from '../../src/checkers/types.ts'

const START = instant(1e12)
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('TCP_CHECK', () => {
  test('passes when somebody accepts', () => {
    expect(tcpConversation.connected(START)).toEqual({ done: true, outcome: SUCCESS })
  })

  test.each([
    ['connect', 'ECONNREFUSED', 'failure'],
    ['connect', 'EHOSTUNREACH', 'failure'],
    ['connect', 'ENETUNREACH', 'failure'],
    ['connect', 'ETIMEDOUT', 'failure'],
    ['connect', 'ECONNRESET', 'failure'],
    ['connect', 'EADDRNOTAVAIL', 'no-result'],
    ['connect', 'EPERM', 'no-result'],
    ['bind', 'EADDRNOTAVAIL', 'no-result'],
    ['bind', 'ECONNREFUSED', 'no-result'],
    ['socket', 'EMFILE', 'no-result'],
  ])('%s %s: %s', (call, error, expected) => {
    expect(connectFailed(call, error).kind).toBe(expected)
  })

  test('a connection that does not come about fails', () => {
    expect(connectTimedOut(seconds(3))).toEqual(failure({ kind: 'connect-timeout', timeout: seconds(3) }))
  })
})

/** The server's pieces, each given when nothing more is to be said; what was sent, and the end. */
function talk(pieces: readonly string[], end: 'ended' | 'timedOut' = 'ended'): [string, Outcome] {
  const smtp = new SmtpConversation('me.example', seconds(2))
  let progress = smtp.connected(START)
  let sent = ''
  for (const piece of pieces) {
    if (progress.done) break
    expect(progress.waitUntil).toBe(after(START, seconds(2)))
    progress = smtp.received(bytes(piece), START)
    if (!progress.done && progress.send !== undefined) sent += Buffer.from(progress.send).toString()
  }
  const last = progress.done ? progress : smtp[end]()
  if (!last.done) throw new Error('goes on')
  return [sent, last.outcome]
}

const badAnswer = (stage: 'greeting' | 'HELO', line: string): Outcome =>
  failure({ kind: 'smtp-answer', stage, line })

describe('SMTP_CHECK', () => {
  const both = 'HELO me.example\r\nQUIT\r\n'
  const helo = 'HELO me.example\r\n'

  /** Measured with 2.2.7; a code without a blank is refused there. */
  test.each<readonly [string, string[], string, Outcome]>([
    ['passes', ['220 hi\r\n', '250 me\r\n', '221 bye\r\n'], both, SUCCESS],
    [
      'takes lines that end in a line feed, and any answer to QUIT',
      ['220 x\n', '250 x\n', 'g\n'],
      both,
      SUCCESS,
    ],
    ['takes a code alone', ['220\r\n', '250\r\n', '\r\n'], both, SUCCESS],
    ['refuses a greeting of several lines', ['220-a\r\n220 b\r\n'], '', badAnswer('greeting', '220-a')],
    ['refuses another greeting', ['554 no\r\n'], '', badAnswer('greeting', '554 no')],
    ['refuses another answer to HELO', ['220 a\r\n', '500 x\r\n'], helo, badAnswer('HELO', '500 x')],
    [
      'does not take for an answer what came before it was asked',
      ['220 a\r\n250 ahead\r\n', '221 x\r\n'],
      helo,
      badAnswer('HELO', '221 x'),
    ],
    ['refuses what is no line', ['2200 x\r\n'], '', badAnswer('greeting', '2200 x')],
    [
      'fails when the server goes without an answer to QUIT',
      ['220 a\r\n', '250 x\r\n'],
      both,
      failure({ kind: 'connection-lost', stage: 'QUIT', error: 'ECONNRESET' }),
    ],
    [
      'fails when the server goes at once',
      [],
      '',
      failure({ kind: 'connection-lost', stage: 'greeting', error: 'ECONNRESET' }),
    ],
  ])('%s', (_what, pieces, sent, outcome) => {
    expect(talk(pieces)).toEqual([sent, outcome])
  })

  test('says in which step nothing came', () => {
    expect(talk(['220 a\r\n'], 'timedOut')).toEqual([
      helo,
      failure({ kind: 'read-timeout', stage: 'HELO', timeout: seconds(2) }),
    ])
  })

  test('reads the same however the lines are cut', () => {
    for (const lines of [['220 hi\r\n', '250 me\r\n', '221 bye\r\n'], ['554 no\r\n']])
      expect(talk(lines.flatMap((line) => Array.from(line)))).toEqual(talk(lines))
  })

  test('keeps nothing of a line that never ends', () => {
    const [sent, outcome] = talk(Array<string>(3).fill('2'.repeat(60_000)))
    expect(sent).toBe('')
    expect(outcome).toEqual(badAnswer('greeting', '2'.repeat(1024)))
  })

  test('any bytes come to an end', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 20 }), (pieces) => {
        expect(talk(pieces)[1].kind).toMatch(/^(failure|success)$/)
      }),
    )
  })
})
