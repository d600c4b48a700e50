/** What to do when there is no answer, by what can be found out. */

import { expect, test } from 'vitest'
import type { AskingHost, Group, Running } from '../../src/cli/no-answer-diagnosis.ts'
import { adviceFor } from '../../src/cli/failure.ts'
import type { ClientError } from '../../src/control/client.ts'

const PATH = '/run/vrrpd.sock'

interface Situation {
  readonly running?: readonly Running[]
  readonly group?: Group
}

const host = ({ running = [], group }: Situation): AskingHost => ({
  daemons: () => Promise.resolve(running),
  groupOf: () => Promise.resolve(group),
  user: 'alice',
})

const advice = (code: ClientError['code'], situation: Situation = {}): Promise<readonly string[]> =>
  adviceFor({ code, text: 'x' }, PATH, host(situation))

const keepalived: Running = { pid: 812, name: 'keepalived' }

test.each(['absent', 'dead', 'unreachable'] as const)('%s, and nothing runs', async (code) => {
  expect(await advice(code)).toEqual([
    'start it: systemctl start vrrpd',
    'if it has ended by itself: systemctl status vrrpd, or vrrpd check',
  ])
})

test('keepalived runs instead', async () => {
  expect(await advice('absent', { running: [keepalived] })).toEqual([
    'keepalived runs instead (process 812); to change over:',
    '  systemctl disable --now keepalived && systemctl enable --now vrrpd',
  ])
})

test('a vrrpd runs elsewhere, or without its socket', async () => {
  const elsewhere: Running = { pid: 9, name: 'vrrpd', control: '/run/blue.sock' }
  expect(await advice('absent', { running: [keepalived, elsewhere] })).toEqual([
    'process 9 is a vrrpd with another control socket: --control /run/blue.sock',
  ])
  for (const same of [{}, { control: PATH }])
    expect(await advice('dead', { running: [{ pid: 9, name: 'vrrpd', ...same }] })).toEqual([
      'process 9 is a vrrpd without this socket: it has just been started, or its log says why (journalctl -u vrrpd)',
    ])
})

test.each<[string, Group | undefined, readonly string[]]>([
  ['its directory is closed', undefined, ['ask as root']],
  [
    'it admits root only',
    { gid: 0, name: 'root', members: [] },
    [
      'it admits root only: ask as root',
      'to admit a group, give the daemon --control-group=GROUP (DAEMON_ARGS in /etc/default/keepalived) and restart it',
    ],
  ],
  [
    'it admits a group',
    { gid: 990, name: 'ops', members: ['bob'] },
    ['it admits root and the group ops', 'to join: usermod -aG ops alice (as root), then log in again'],
  ],
  [
    'joined, but not in this login',
    { gid: 990, name: 'ops', members: ['bob', 'alice'] },
    ['it admits the group ops, to which alice belongs, but not yet in this login: newgrp ops'],
  ],
])('no permission: %s', async (_what, group, expected) => {
  expect(await advice('forbidden', group && { group })).toEqual(expected)
})

test('what was refused needs no advice; anything else has some', async () => {
  expect(await advice('not-possible')).toEqual([])
  expect(await advice('refused')).toEqual([])
  for (const code of ['other-version', 'not-understood', 'no-answer'] as const)
    expect(await advice(code)).toHaveLength(1)
})
