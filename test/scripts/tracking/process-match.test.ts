import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import {
  hasQuorum,
  matches,
  parseCommandLine,
  parseStat,
  type ProcessToTrack,
} from '../../../src/scripts/tracking/process-match.ts'

const wanted = (change: Partial<ProcessToTrack>): ProcessToTrack => ({
  name: 'p',
  program: 'haproxy',
  parameters: [],
  match: 'name',
  quorum: 1,
  terminateDelay: seconds(0),
  forkDelay: seconds(0),
  ...change,
})

const seen = (...argv: string[]) => ({ name: (argv[0] ?? '').split('/').at(-1) ?? '', argv })

test('by name only: exactly, and as far as the kernel keeps names', () => {
  expect(matches(wanted({}), seen('/usr/sbin/haproxy', '-f', 'x'))).toBe(true)
  expect(matches(wanted({}), seen('haproxy2'))).toBe(false)
  expect(matches(wanted({ program: '/usr/sbin/haproxy' }), seen('/usr/sbin/haproxy'))).toBe(false)
  const long = wanted({ program: 'a-very-long-process-name' })
  expect(matches(long, { name: 'a-very-long-pro', argv: undefined })).toBe(true)
})

test.each([
  ['exact', ['-f'], ['-f'], true],
  ['exact', ['-f'], ['-f', 'x'], false],
  ['exact', ['-f', 'x'], ['-f'], false],
  ['exact', [], ['-f'], false],
  ['partial', ['-f'], ['-f', 'x'], true],
  ['partial', ['-f'], ['-fx'], false],
  ['initial', ['-f', '/etc/ha'], ['-f', '/etc/haproxy.cfg', '-D'], true],
  ['initial', ['-f', '/etc/ha'], ['-fx', '/etc/haproxy.cfg'], false],
  ['initial', ['-f', '/etc/ha'], ['-f'], false],
] as const)('%s: %j and %j', (match, parameters, given, expected) => {
  expect(matches(wanted({ match, parameters }), seen('haproxy', ...given))).toBe(expected)
})

test('a quorum has two ends', () => {
  const counts = [0, 1, 2, 3, 4]
  expect(counts.filter((count) => hasQuorum(wanted({ quorum: 2, quorumMax: 3 }), count))).toEqual([2, 3])
  expect(counts.filter((count) => hasQuorum(wanted({ quorum: 0, quorumMax: 0 }), count))).toEqual([0])
})

test('what /proc has', () => {
  expect(parseStat('12 (a) b) S 1 12')).toEqual({ name: 'a) b', runs: true })
  expect(parseStat('12 (sh) Z 1 12')).toEqual({ name: 'sh', runs: false })
  expect(parseStat('')).toBeUndefined()
  expect(parseCommandLine('a\0b c\0\0')).toEqual(['a', 'b c', ''])
  expect(parseCommandLine('')).toEqual([])
})
