import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeLine,
  failed,
  lvsControlPath,
  parseRequest,
  parseResponse,
  type ProtocolErrorCode,
} from '../../src/control/protocol.ts'

describe('parseRequest', () => {
  test('a request, whatever else it carries', () => {
    const expected = { ok: true, value: { version: 1, request: 'status', arguments: {} } }
    expect(parseRequest('{"version":1,"request":"status"}')).toEqual(expected)
    expect(parseRequest(' {"request":"status","verbose":true,"version":1}\r')).toEqual(expected)
  })

  test('arguments, without what is unknown', () => {
    const line = '{"version":1,"request":"events","arguments":{"instance":"VI_1","last":5,"colour":"red"}}'
    expect(parseRequest(line)).toEqual({
      ok: true,
      value: { version: 1, request: 'events', arguments: { instance: 'VI_1', last: 5 } },
    })
  })

  test.each<[string, ProtocolErrorCode]>([
    ['', 'not-json'],
    ['GET / HTTP/1.1', 'not-json'],
    ['null', 'not-json'],
    ['[]', 'not-json'],
    ['"status"', 'not-json'],
    ['{"version":1,"request":"status"', 'not-json'],
    ['{}', 'not-a-request'],
    ['{"version":"1","request":"status"}', 'not-a-request'],
    ['{"version":1,"request":7}', 'not-a-request'],
    ['{"version":2,"request":"status"}', 'unsupported-version'],
    ['{"version":1,"request":"explode"}', 'unknown-request'],
    ['{"version":1,"request":"toString"}', 'unknown-request'],
    ['{"version":1,"request":"__proto__"}', 'unknown-request'],
    ['{"version":1,"request":"events","arguments":[]}', 'bad-arguments'],
    ['{"version":1,"request":"events","arguments":{"instance":7}}', 'bad-arguments'],
    ['{"version":1,"request":"follow","arguments":{"last":-1}}', 'bad-arguments'],
    ['{"version":1,"request":"follow","arguments":{"last":0.5}}', 'bad-arguments'],
    ['{"version":1,"request":"follow","arguments":{"last":"5"}}', 'bad-arguments'],
    ['{"version":1,"request":"why"}', 'bad-arguments'],
    ['{"version":1,"request":"drain"}', 'bad-arguments'],
    ['{"version":1,"request":"drain","arguments":{"names":[7]}}', 'bad-arguments'],
    ['{"version":1,"request":"drain","arguments":{"names":["a"],"all":true}}', 'bad-arguments'],
    ['{"version":1,"request":"drain","arguments":{"all":true,"forMs":0}}', 'bad-arguments'],
    ['{"version":1,"request":"drain","arguments":{"all":true,"forMs":86400001}}', 'bad-arguments'],
    ['{"version":1,"request":"drain","arguments":{"all":true,"force":"yes"}}', 'bad-arguments'],
    ['{"version":1,"request":"resume","arguments":{"all":"yes"}}', 'bad-arguments'],
    ['{"version":1,"request":"lvs-status","arguments":{"subject":7}}', 'bad-arguments'],
    ['{"version":1,"request":"lvs-watch","arguments":{"mostServers":-1}}', 'bad-arguments'],
    ['{"version":1,"request":"lvs-events","arguments":{"subject":{}}}', 'bad-arguments'],
    ['{"version":1,"request":"lvs-follow","arguments":{"last":1.5}}', 'bad-arguments'],
    ['{"version":1,"request":"lvs-why"}', 'bad-arguments'],
  ])('%s', (line, code) => {
    expect(parseRequest(line)).toMatchObject({ ok: false, error: { code } })
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(typeof parseRequest(line).ok).toBe('boolean')
        expect(() => parseResponse(line)).not.toThrow()
      }),
    )
  })
})

test.each([
  ['/run/vrrpd.sock', '/run/vrrpd-lvs.sock'],
  ['/tmp/a', '/tmp/a-lvs'],
  ['/tmp/a.sock/b', '/tmp/a.sock/b-lvs'],
])('beside %s virtual servers are asked for at %s', (path, lvs) => {
  expect(lvsControlPath(path)).toBe(lvs)
})

describe('parseResponse', () => {
  test('an error comes back as it was sent', () => {
    const response = failed({ code: 'internal', text: 'line\nbreak' })
    const line = encodeLine(response)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(parseResponse(line)).toEqual(response)
  })

  test.each([
    '',
    'null',
    '{"version":2,"ok":true,"result":{}}',
    '{"version":1,"ok":true}',
    '{"version":1,"ok":true,"result":[]}',
    '{"version":1,"ok":false}',
    '{"version":1,"ok":false,"error":{"code":"internal"}}',
    '{"version":1,"ok":1,"result":{}}',
  ])('%s is none', (line) => {
    expect(parseResponse(line)).toBeUndefined()
  })
})
