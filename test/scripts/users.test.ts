import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { findGroup, findGroupsOf, findUser, systemUsers } from '../../src/scripts/users.ts'
import { exits, fakeWorld, hangs, refused, type Behaviour } from './fake-launcher.ts'

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'keepalived_script2:x:7:8::/:/bin/sh',
  'keepalived_script:x:998:997::/:/usr/sbin/nologin',
  'broken:x:abc:1::/:',
  'short:x',
].join('\n')

test('a line of passwd or group', () => {
  expect(findUser(passwd, 'keepalived_script')).toEqual({ uid: 998, gid: 997 })
  expect(findUser(passwd, 'root')).toEqual({ uid: 0, gid: 0 })
  for (const name of ['nobody', 'broken', 'short', '', 'keepalived', '0', '.*']) {
    expect(findUser(passwd, name)).toBeUndefined()
  }
  expect(findGroup('adm:x:4:syslog,op\nhaproxy:x:115:', 'haproxy')).toBe(115)
  expect(findGroup('adm:x:4:syslog,op', 'op')).toBeUndefined()
})

test('the groups of a user, local ones and those that getent knows', () => {
  const group = 'root:x:0:\nadm:x:4:op,web\nweb:x:33:\nssl:x:103:web\nbad:x:abc:web\nlonger:x:5:webmaster'
  expect(findGroupsOf(group, '', 'web')).toEqual([4, 103])
  expect(findGroupsOf(group, 'web                   103 70001 70002\n', 'web')).toEqual([
    4, 103, 70001, 70002,
  ])
  expect(findGroupsOf(group, 'op  70001', 'web')).toEqual([4, 103])
  expect(findGroupsOf(group, '', 'nobody')).toEqual([])
})

describe('the system’s users', () => {
  const asked = (behaviour: Behaviour) => {
    const world = fakeWorld(() => behaviour)
    return { ...world, users: systemUsers(world.ports) }
  }
  /** The files are read for real, so that timers move only after that. */
  const settled = async <T>(
    answer: Promise<T>,
    world: ReturnType<typeof asked>,
    span = seconds(10),
  ): Promise<T> => {
    while (world.launcher.programs.length === 0) await setImmediate()
    world.timers.advance(span)
    return answer
  }

  test('local ones are found without asking anybody', async () => {
    const { users, launcher } = asked(hangs)
    expect(await users.user('root')).toEqual({ uid: 0, gid: 0 })
    expect(await users.group('root')).toBe(0)
    expect(await users.localUser('nobody-of-that-name')).toBeUndefined()
    expect(launcher.programs).toEqual([])
  })

  test('others by getent', async () => {
    const world = asked({ ...exits(0), prints: 'directory:*:70001:70002:A user:/home/directory:/bin/sh\n' })
    expect(await settled(world.users.user('directory'), world)).toEqual({ uid: 70001, gid: 70002 })
    expect(world.launcher.programs[0]?.argv).toEqual(['/usr/bin/getent', 'passwd', 'directory'])
  })

  test('groups of both kinds', async () => {
    const world = asked({ ...exits(0), prints: 'directory 70003 70004\n' })
    expect(await settled(world.users.groupsOf('directory'), world)).toEqual([70003, 70004])
    expect(world.launcher.programs[0]?.argv).toEqual(['/usr/bin/getent', 'initgroups', 'directory'])
  })

  test('a group with more members than anybody would read', async () => {
    const members = Array.from({ length: 5000 }, (_, index) => `member${index}`).join(',')
    const world = asked({ ...exits(0), prints: `directory:*:70002:${members}\n` })
    expect(await settled(world.users.group('directory'), world)).toBe(70002)
  })

  test('nobody when it knows none, hangs, or is not there', async () => {
    const silent = asked(exits(2))
    expect(await settled(silent.users.user('directory'), silent)).toBeUndefined()
    const hanging = asked(hangs)
    expect(await settled(hanging.users.user('directory'), hanging)).toBeUndefined()
    expect(hanging.launcher.alive).toEqual([])
    expect(await asked(refused).users.user('directory')).toBeUndefined()
  })
})
