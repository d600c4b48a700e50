/**
 * Looking up users and groups: /etc/passwd and /etc/group first, then
 * `getent`, which asks the directory services that the system knows of. A
 * directory service may take its time; nobody waits for it but the scripts.
 */

import { readFile } from 'node:fs/promises'
import { seconds } from '../base/time.ts'
import type { RunPorts } from './process.ts'

export interface UserIds {
  readonly uid: number
  readonly gid: number
}

/** By name only: keepalived takes no numbers either. */
export interface UserDirectory {
  user(name: string): Promise<UserIds | undefined>
  /** Only /etc/passwd is asked, so that a default that is seldom there costs nothing. */
  localUser(name: string): Promise<UserIds | undefined>
  /** A group's id. */
  group(name: string): Promise<number | undefined>
  /** Ids of the groups in which the user is a member; his own is not among them, unless he is listed there, too. */
  groupsOf(user: string): Promise<readonly number[]>
}

const GETENT_PATIENCE = seconds(5)
const GETENT_ENVIRONMENT = { PATH: '/usr/bin:/bin' }

export function systemUsers(ports: RunPorts): UserDirectory {
  const localUser = async (name: string): Promise<UserIds | undefined> =>
    findUser(await contents('/etc/passwd'), name)
  return {
    localUser,
    user: async (name) => (await localUser(name)) ?? findUser(await getent(ports, 'passwd', name), name),
    group: async (name) =>
      findGroup(await contents('/etc/group'), name) ?? findGroup(await getent(ports, 'group', name), name),
    groupsOf: async (user) =>
      findGroupsOf(await contents('/etc/group'), await getent(ports, 'initgroups', user), user),
  }
}

/** @param passwd lines as passwd(5) has them. */
export function findUser(passwd: string, name: string): UserIds | undefined {
  const [, , uid = '', gid = ''] = fieldsOf(passwd, name)
  return isId(uid) && isId(gid) ? { uid: Number(uid), gid: Number(gid) } : undefined
}

/** @param group lines as group(5) has them. */
export function findGroup(group: string, name: string): number | undefined {
  const [, , gid = ''] = fieldsOf(group, name)
  return isId(gid) ? Number(gid) : undefined
}

/**
 * @param group lines as group(5) has them: `name:password:id:member,member`
 * @param initgroups what `getent initgroups USER` says: the user, then ids
 */
export function findGroupsOf(group: string, initgroups: string, user: string): readonly number[] {
  const local = group.split('\n').flatMap((line) => {
    const [, , gid = '', members = ''] = line.split(':')
    return members.split(',').includes(user) ? [gid] : []
  })
  const [name, ...others] = initgroups.trim().split(/\s+/)
  return [...new Set([...local, ...(name === user ? others : [])].filter(isId).map(Number))]
}

/** The fields of the line that begins with the name; none when there is no such line. */
const fieldsOf = (database: string, name: string): readonly string[] =>
  database
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':') ?? []

const isId = (text: string): boolean => /^\d{1,10}$/.test(text)

/** An unreadable database knows nobody. */
const contents = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

/** Without getent there is nobody to ask. Its first chunk has what matters: only a group's members may be many. */
function getent(ports: RunPorts, database: 'passwd' | 'group' | 'initgroups', name: string): Promise<string> {
  const argv = ['/usr/bin/getent', database, name] as const
  return new Promise((resolve) => {
    let answer: string | undefined
    let giveUp = (): void => {}
    const launched = ports.launcher.launch(
      { argv, identity: undefined, environment: GETENT_ENVIRONMENT },
      {
        onOutput: (chunk) => (answer ??= new TextDecoder().decode(chunk)),
        onExit: () => {
          giveUp()
          resolve(answer ?? '')
        },
      },
    )
    if (launched.ok) giveUp = ports.timers.after(GETENT_PATIENCE, () => launched.value.killGroup('SIGKILL'))
    else resolve('')
  })
}
