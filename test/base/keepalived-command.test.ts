/** Which process is keepalived's checkers, by what was measured of 2.2.7: all its processes have one command line. */

import { describe, expect, test } from 'vitest'
import {
  checkersAmong,
  findKeepalivedCheckers,
  isCheckersPidFile,
  isKeepalived,
  namedCheckersPidFile,
  type KeepalivedSeen,
  type ProcReader,
} from '../../src/base/keepalived-command.ts'

/** A keepalived with its children, parent first. */
const family = (
  command: string,
  pids: readonly [number, ...number[]],
  sameNetwork: readonly boolean[] = pids.map(() => true),
): readonly KeepalivedSeen[] =>
  pids.map((pid, index) => ({
    pid,
    parent: index === 0 ? 1 : pids[0],
    words: command.split(' '),
    sameNetwork: sameNetwork[index] ?? true,
  }))

describe('checkersAmong', () => {
  test.each<[string, readonly KeepalivedSeen[], readonly number[], number | undefined]>([
    ['nobody', [], [], undefined],
    ['the checkers alone', family('keepalived -C', [10, 11]), [], 11],
    ['in a cluster', family('/usr/sbin/keepalived -nCl', [10, 11]), [], 11],
    ['by its long option', family('keepalived --check --dont-fork', [10, 11]), [], 11],
    ['VRRP alone', family('keepalived -P', [10, 12]), [12], undefined],
    ['both: the pid file tells them apart', family('keepalived -n', [10, 11, 12]), [11], 11],
    ['both, and a file without virtual servers', family('keepalived -n', [10, 12]), [], undefined],
    ['a pid file of one that has gone', family('keepalived -n', [10, 12]), [999], undefined],
    ['its parent alone, between two children', family('keepalived -C', [10]), [], 10],
    ['its parent is here, it is elsewhere', family('keepalived -C', [10, 11], [true, false]), [], undefined],
    ['its parent is elsewhere, it is here', family('keepalived -C', [10, 11], [false, true]), [], 11],
    [
      'one of two keepaliveds',
      [...family('keepalived -P', [10, 12]), ...family('keepalived -C -p /run/k.pid', [20, 21])],
      [],
      21,
    ],
  ])('%s', (_what, seen, inPidFiles, expected) => {
    expect(checkersAmong(seen, new Set(inPidFiles))).toBe(expected)
    expect(checkersAmong([...seen].reverse(), new Set(inPidFiles))).toBe(expected)
  })
})

test.each([
  ['keepalived', ['keepalived', '-n'], true],
  ['keepalived', ['/usr/sbin/keepalived'], true],
  ['keepalived_ipvs', ['/usr/sbin/keepalived'], true],
  ['vrrpd', ['/usr/bin/node', '/usr/sbin/keepalived', '-n'], false],
  ['keepalived', ['/usr/bin/env', 'node', '/usr/sbin/keepalived'], false],
  ['keepalived', ['/usr/bin/node', '/usr/sbin/keepalived'], false],
  ['bash', ['keepalived'], false],
  ['keepalived', [''], false],
])('isKeepalived(%s, %j)', (name, words, expected) => {
  expect(isKeepalived(name, words)).toBe(expected)
})

test.each([
  ['checkers.pid', true],
  ['keepalived_checkers.pid', true],
  ['checkers_INSTANCE.pid', true],
  ['keepalived-ipvs-checkers.pid', true],
  ['keepalived.pid', false],
  ['vrrp.pid', false],
  ['checkers.pid.old', false],
])('isCheckersPidFile(%s)', (name, expected) => {
  expect(isCheckersPidFile(name)).toBe(expected)
})

test.each([
  [['-c', '/x'], '/x'],
  [['-c/x'], '/x'],
  [['--checkers_pid', '/x'], '/x'],
  [['--checkers_pid=/x'], '/x'],
  [['-n', '-f', '/x'], undefined],
])('namedCheckersPidFile(%j)', (words, expected) => {
  expect(namedCheckersPidFile(['keepalived', ...words])).toBe(expected)
})

describe('findKeepalivedCheckers', () => {
  const reader = (files: Readonly<Record<string, string>>, hidden: readonly number[] = []): ProcReader => ({
    read: (path) => Promise.resolve(files[path]),
    readLink: (path) => Promise.resolve(files[path]),
    list: (path) =>
      Promise.resolve([
        ...new Set(
          Object.keys(files)
            .filter((each) => each.startsWith(`${path}/`))
            .map((each) => each.slice(path.length + 1).split('/')[0] ?? ''),
        ),
      ]),
    isHidden: (pid) => hidden.includes(pid),
  })
  const process = (pid: number, command: string, parent = 1, network = '1'): Record<string, string> => ({
    [`/proc/${pid}/comm`]: 'keepalived\n',
    [`/proc/${pid}/cmdline`]: command.split(' ').join('\0') + '\0',
    [`/proc/${pid}/stat`]: `${pid} (keep) alived) S ${parent} 0 0`,
    [`/proc/${pid}/ns/net`]: `net:[${network}]`,
  })
  const self = { '/proc/self/ns/net': 'net:[1]' }
  const both = {
    ...self,
    ...process(10, 'keepalived'),
    ...process(11, 'keepalived', 10),
    ...process(12, 'keepalived', 10),
  }

  test.each<[string, ProcReader, number | undefined]>([
    ['nothing', reader(self), undefined],
    ['-C', reader({ ...self, ...process(10, 'keepalived -C'), ...process(11, 'keepalived -C', 10) }), 11],
    ['both, by 2.2.7', reader({ ...both, '/run/checkers.pid': '11\n' }), 11],
    ['both, by its manual', reader({ ...both, '/run/keepalived_checkers.pid': '12\n' }), 12],
    ['both, in a namespace', reader({ ...both, '/run/keepalived/blue/checkers.pid': '11\n' }), 11],
    ['both, where -c says', reader({ ...self, ...process(11, 'keepalived -c /x'), '/x': '11\n' }), 11],
    ['both, no virtual servers', reader(both), undefined],
    ['elsewhere', reader({ ...self, ...process(10, 'keepalived -C', 1, '2') }), undefined],
    ['hidden', reader({ ...self, '/run/checkers.pid': '11\n' }, [11]), 11],
    [
      'hidden, of a namespace',
      reader({ ...self, '/run/keepalived/blue/checkers.pid': '11\n' }, [11]),
      undefined,
    ],
    ['gone', reader({ ...self, '/run/checkers.pid': '11\n' }), undefined],
    ['a file of anything', reader({ ...self, '/run/checkers.pid': 'x' }, [0, Number.NaN]), undefined],
  ])('%s', async (_what, host, expected) => {
    expect(await findKeepalivedCheckers(host)).toBe(expected)
  })
})
