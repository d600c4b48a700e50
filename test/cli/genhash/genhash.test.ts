/** genhash's command line, and what it shows of an answer: 2.2.7's bytes (measured). */

import { describe, expect, test } from 'vitest'
import { parseIp } from '../../../src/base/address.ts'
import { readArguments, USAGE } from '../../../src/cli/genhash/arguments.ts'
import { verboseText } from '../../../src/cli/genhash/verbose.ts'

const plain = {
  address: parseIp('10.9.0.21'),
  port: 80,
  path: '/x',
  tls: false,
  tellsName: false,
  virtualHost: undefined,
  protocol: '1.0',
  mark: 0,
  timeoutSeconds: 5,
  verbose: false,
}

describe('the command line', () => {
  test.each<{ line: string; gives: object }>([
    { line: '-s 10.9.0.21 -p 80 -u /x', gives: {} },
    { line: '-s10.9.0.21 -p80 -u/x', gives: {} },
    { line: '--server=10.9.0.21 --port 80 --url /x', gives: {} },
    { line: '-SIv -s 10.9.0.21 -p 80 -u /x', gives: { tls: true, tellsName: true, verbose: true } },
    { line: '-s fd00::21 -p 80 -u /x', gives: { address: parseIp('fd00::21') } },
    {
      line: '-s 10.9.0.21 -p 80 -u /x -V a.example -P 1.0c',
      gives: { virtualHost: 'a.example', protocol: '1.0C' },
    },
    {
      line: '-s 10.9.0.21 -p 80 -u /x -m 7 -t 2 -P 1.1',
      gives: { mark: 7, timeoutSeconds: 2, protocol: '1.1' },
    },
  ])('$line', ({ line, gives }) => {
    expect(readArguments(line.split(' '))).toEqual({ ok: true, value: { ...plain, ...gives } })
  })

  test.each<{ line: string; says: string }>([
    { line: '', says: USAGE },
    { line: '-s 10.9.0.21 -p 80', says: USAGE },
    { line: '-s web -p 80 -u /', says: `server should be an IP, not web\n${USAGE}` },
    { line: '-s 10.9.0.21 -p 99999 -u /', says: `invalid port number '99999'\n${USAGE}` },
    { line: '-s 10.9.0.21 -p 80 -u / -t abc', says: `invalid timeout 'abc'\n${USAGE}` },
    { line: '-s 10.9.0.21 -p 80 -u / -P 3', says: `invalid HTTP protocol version '3'\n${USAGE}` },
    { line: '-s 10.9.0.21 -p 80 -u / extra', says: `Unexpected argument(s): extra\n${USAGE}` },
    { line: '-x', says: USAGE },
    { line: '-s', says: USAGE },
    { line: '--nosuch', says: USAGE },
  ])('refused: $line', ({ line, says }) => {
    const read = readArguments(line === '' ? [] : line.split(' '))
    expect(read).toEqual({ ok: false, error: { text: says, exitCode: 1 } })
  })

  test('help is no error', () => {
    expect(readArguments(['-h'])).toEqual({ ok: false, error: { text: USAGE, exitCode: 0 } })
  })
})

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test('an answer is shown as genhash -v shows it', () => {
  expect(
    verboseText({
      path: '/x',
      header: bytes('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n'),
      body: bytes('0123456789abcdef0123'),
      digest: '786662579319343ed12d1f526f47b964',
      tookMicroseconds: 2359,
    }),
  ).toBe(
    `-----------------------[    HTTP Header Buffer    ]-----------------------
0000  48 54 54 50 2f 31 2e 31 - 20 32 30 30 20 4f 4b 0d   HTTP/1.1 200 OK.
0016  0a 43 6f 6e 74 65 6e 74 - 2d 4c 65 6e 67 74 68 3a   .Content-Length:
0032  20 32 30 0d 0a 0d 0a    -                            20....${'         '}
-----------------------[ HTTP Header Ascii Buffer ]-----------------------
HTTP/1.1 200 OK\r
Content-Length: 20\r
\r

-----------------------[        HTML Buffer        ]-----------------------
0000  30 31 32 33 34 35 36 37 - 38 39 61 62 63 64 65 66   0123456789abcdef
0016  30 31 32 33             -                           0123${'            '}

-----------------------[    HTML hash resulting    ]-----------------------
0000  78 66 62 57 93 19 34 3e - d1 2d 1f 52 6f 47 b9 64   xfbW..4>.-.RoG.d
-----------------------[ HTML hash final resulting ]-----------------------
786662579319343ed12d1f526f47b964

Global response time for [/x] = 2359 usecs
`,
  )
})

test('a body that is empty has no buffer', () => {
  const shown = verboseText({
    path: '/',
    header: bytes('HTTP/1.1 200 OK\r\n\r\n'),
    body: bytes(''),
    digest: 'd41d8cd98f00b204e9800998ecf8427e',
    tookMicroseconds: 1,
  })
  expect(shown).toContain('HTTP/1.1 200 OK\r\n\r\n\n\n-----------------------[    HTML hash resulting')
  expect(shown).not.toContain('HTML Buffer')
})
