/**
 * What `vrrpd check` finds out about this machine: interfaces, scripts, users.
 * Without the addon and without netlink, so that it works for everybody and
 * everywhere; what cannot be found out is not judged.
 */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { parseIp, type Cidr } from '../base/address.ts'
import { commandsOf, type HostFacts } from '../config/analysis/host.ts'
import type { Loaded } from '../config/load.ts'
import type { Command } from '../config/model.ts'
import { hasAddress } from '../config/disk-io.ts'
import { systemFiles } from '../scripts/file-system.ts'
import { resolveScript, type SecurityPorts } from '../scripts/security.ts'
import type { Script } from '../scripts/types.ts'
import { findGroup, findGroupsOf, findUser, type UserDirectory } from '../scripts/users.ts'

export interface HostLook extends HostFacts {
  /** Programs that somebody else than root could replace, and what is known about that. */
  readonly insecure: ReadonlyMap<Command, string>
}

/** Names of the interfaces in this network namespace; undefined where there is no /proc. */
export async function hostInterfaces(): Promise<ReadonlySet<string> | undefined> {
  // Not /sys/class/net, which shows the namespace it was mounted in.
  const table = await readFile('/proc/net/dev', 'utf8').catch(() => undefined)
  const names = table?.split('\n').map((line) => /^\s*([^\s:]+):/.exec(line)?.[1])
  return names === undefined ? undefined : new Set(names.filter((name) => name !== undefined))
}

/** Bytes. Only where /sys shows this network namespace, as the hardware address of an interface that is up tells. */
export async function hostMtus(): Promise<ReadonlyMap<string, number>> {
  const known = await Promise.all(
    Object.entries(networkInterfaces()).map(async ([name, addresses]): Promise<[string, number][]> => {
      const mac = (await contents(`/sys/class/net/${name}/address`)).trim()
      const mtu = Number(await contents(`/sys/class/net/${name}/mtu`))
      return mac === addresses?.[0]?.mac && mtu > 0 ? [[name, mtu]] : []
    }),
  )
  return new Map(known.flat())
}

/** Addresses of the interfaces that are up. */
export function hostAddresses(): ReadonlyMap<string, readonly Cidr[]> {
  return new Map(
    Object.entries(networkInterfaces()).map(([name, addresses = []]) => [
      name,
      addresses.map(({ cidr }) => parseCidr(cidr)).filter((cidr) => cidr !== undefined),
    ]),
  )
}

function parseCidr(written: string | null): Cidr | undefined {
  const [address = '', length] = (written ?? '').split('/')
  const parsed = parseIp(address)
  return parsed === undefined ? undefined : { address: parsed, prefixLength: Number(length) }
}

/** Looks at every program of the configuration, as the daemon does before it runs any. */
export async function examinePrograms(
  loaded: Loaded,
): Promise<Pick<HostLook, 'scriptOf' | 'hasUser' | 'canResolve' | 'insecure'>> {
  const { model, incompleteInstances, otherScripts } = loaded
  const { enableScriptSecurity, scriptUser, supplementaryGroups } = model.global
  const all = { ...model, instances: [...model.instances, ...incompleteInstances] }
  const ports: SecurityPorts = {
    files: systemFiles,
    users,
    environment: process.env,
    workingDirectory: process.cwd(),
  }
  // As root, which the daemon runs as.
  const settings = { enableScriptSecurity, scriptUser, supplementaryGroups, own: { uid: 0, gid: 0 } }
  const examined = new Map<string, Promise<Script>>()
  const scripts = new Map<Command, Script>()
  for (const command of [...commandsOf(all), ...otherScripts]) {
    const key = JSON.stringify([command.argv, command.user])
    const script = examined.get(key) ?? resolveScript(command, settings, ports)
    examined.set(key, script)
    scripts.set(command, await script)
  }
  const isScriptUserKnown = scriptUser === undefined || (await users.user(scriptUser.user)) !== undefined
  const isMailServerKnown = await hasAddress(model.global.mail.server?.host)
  return {
    scriptOf: (command) => scripts.get(command),
    hasUser: () => isScriptUserKnown,
    canResolve: () => isMailServerKnown,
    insecure: new Map(
      [...scripts]
        .filter(([, script]) => script.kind === 'runnable' && script.insecure)
        .map(([command, script]) => [command, unsafeOf(script)]),
    ),
  }
}

const unsafeOf = (script: Script): string => (script.kind === 'runnable' ? (script.unsafe ?? '') : '')

/** As scripts/users.ts has it, with getent by Node instead of the addon. */
const users: UserDirectory = {
  localUser: async (name) => findUser(await contents('/etc/passwd'), name),
  user: async (name) =>
    findUser(await contents('/etc/passwd'), name) ?? findUser(await getent('passwd', name), name),
  group: async (name) =>
    findGroup(await contents('/etc/group'), name) ?? findGroup(await getent('group', name), name),
  groupsOf: async (name) =>
    findGroupsOf(await contents('/etc/group'), await getent('initgroups', name), name),
}

const contents = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

const GETENT_PATIENCE_MS = 5_000

/** Empty where there is no such name, or nobody to ask. */
const getent = (database: 'passwd' | 'group' | 'initgroups', name: string): Promise<string> =>
  new Promise((resolve) => {
    // `--`: a name may begin with a dash.
    execFile('getent', ['--', database, name], { timeout: GETENT_PATIENCE_MS }, (_error, stdout) => {
      resolve(stdout)
    })
  })
