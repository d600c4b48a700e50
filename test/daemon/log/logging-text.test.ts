import { describe, expect, test } from 'vitest'
import { consoleLine, syslogFrame, processLogFile } from '../../../src/daemon/log/log-text.ts'

const noon = new Date(2026, 10, 21, 10, 3, 9)
const from = { facility: 3, ident: 'Keepalived_vrrp', pid: 8093 }

describe('consoleLine', () => {
  test('is keepalived’s', () => {
    expect(consoleLine(noon, '(VI_1) Entering MASTER STATE')).toBe(
      'Sat Nov 21 10:03:09 2026: (VI_1) Entering MASTER STATE\n',
    )
  })

  test('a day of one digit stands in two columns', () => {
    expect(consoleLine(new Date(2026, 0, 4, 0, 0, 0), 'x')).toBe('Sun Jan  4 00:00:00 2026: x\n')
  })

  test('holds one line, whatever the text holds', () => {
    const line = consoleLine(noon, 'a\nSat Nov 21 10:03:09 2026: forged\r\u001b[2J\u2028\tb\u0000')
    expect(line).toBe(
      'Sat Nov 21 10:03:09 2026: a\\x0aSat Nov 21 10:03:09 2026: forged\\x0d\\x1b[2J\\u2028\tb\\x00\n',
    )
  })

  test('is bounded', () => {
    expect(consoleLine(noon, 'x'.repeat(100_000)).length).toBeLessThan(8_300)
  })
})

describe('syslogFrame', () => {
  test.each([
    { level: 'detail', facility: 3, priority: '<30>' },
    { level: 'info', facility: 3, priority: '<30>' },
    { level: 'warn', facility: 3, priority: '<28>' },
    { level: 'error', facility: 3, priority: '<27>' },
    { level: 'info', facility: 1, priority: '<14>' },
    { level: 'info', facility: 19, priority: '<158>' },
  ] as const)('$level of facility $facility', ({ level, facility, priority }) => {
    expect(syslogFrame(noon, level, 'text', { ...from, facility })).toBe(
      `${priority}Nov 21 10:03:09 Keepalived_vrrp[8093]: text`,
    )
  })
})

describe('processLogFile', () => {
  test.each([
    ['/var/log/keepalived.log', '/var/log/keepalived_vrrp.log'],
    ['/var/log/a.b.log', '/var/log/a.b_vrrp.log'],
    ['/var/log.d/keepalived', '/var/log.d/keepalived_vrrp'],
    ['keepalived.log', 'keepalived_vrrp.log'],
    ['./keepalived.log', 'keepalived_vrrp.log'],
  ])('%s', (file, expected) => {
    expect(processLogFile(file)).toBe(expected)
  })
})
