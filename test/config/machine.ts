/** `-t` in process, on a machine of which the test says what is there. */

import { parseIp } from '../../src/base/address.ts'
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.ts'
import { configTestExitCode } from '../../src/config/diagnostics/exit-code.ts'
import { checkAgainstHost, commandsOf } from '../../src/config/analysis/host.ts'
import type { ConfigIo } from '../../src/config/syntax/io.ts'
import { loadConfiguration, type Loaded } from '../../src/config/load.ts'
import type { Command } from '../../src/config/model.ts'
import type { UserChoice } from '../../src/scripts/identity.ts'
import { resolveScript } from '../../src/scripts/security.ts'
import type { Script } from '../../src/scripts/types.ts'
import { directory, fakeFiles, file, type FileTable } from '../scripts/fake-files.ts'

export interface Machine {
  readonly interfaces: ReadonlySet<string>
  /** Absolute paths of programs, all of them root's. */
  readonly programs: readonly string[]
  readonly mtus?: ReadonlyMap<string, number>
}

export interface Tested {
  readonly exitCode: number
  readonly diagnostics: readonly Diagnostic[]
  readonly loaded: Loaded
}

export async function testOn(machine: Machine, path: string, io: ConfigIo): Promise<Tested> {
  const loaded = await loadConfiguration(path, { io, configId: 'node1' })
  const instances = [...loaded.model.instances, ...loaded.incompleteInstances]
  const model = { ...loaded.model, instances }
  const scripts = await examine([...commandsOf(model), ...loaded.otherScripts], machine, loaded)
  const { interfaces, mtus } = machine
  const facts = {
    interfaces,
    ...(mtus && { mtus }),
    scriptOf: (one: Command) => scripts.get(one),
    hasUser: isRoot,
    canResolve: isKnownHost,
  }
  const ofHost = checkAgainstHost(loaded.model, facts, loaded)
  const diagnostics = [...loaded.diagnostics, ...ofHost]
  return { exitCode: configTestExitCode(diagnostics, loaded.unreadable), diagnostics, loaded }
}

/** There is no name server. */
const isKnownHost = (name: string): boolean =>
  name === 'localhost' || /^\d+$/.test(name) || parseIp(name) !== undefined

async function examine(
  commands: readonly Command[],
  { programs }: Machine,
  { model: { global } }: Loaded,
): Promise<ReadonlyMap<Command, Script>> {
  const settings = {
    enableScriptSecurity: global.enableScriptSecurity,
    scriptUser: global.scriptUser as UserChoice | undefined,
    own: { uid: 0, gid: 0 },
  }
  const files = fakeFiles(tableOf(programs))
  const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
  const ports = { files, users: rootOnly, environment, workingDirectory: '/' }
  const examined = new Map<Command, Script>()
  for (const command of commands) examined.set(command, await resolveScript(command, settings, ports))
  return examined
}

const root = { uid: 0, gid: 0 }
const isRoot = (name: string): boolean => name === 'root'
const rootOnly = {
  user: (name: string) => Promise.resolve(isRoot(name) ? root : undefined),
  localUser: (name: string) => Promise.resolve(isRoot(name) ? root : undefined),
  group: (name: string) => Promise.resolve(isRoot(name) ? 0 : undefined),
  groupsOf: () => Promise.resolve([]),
}

function tableOf(programs: readonly string[]): FileTable {
  const table: Record<string, ReturnType<typeof file>> = {}
  for (const path of programs) {
    const parts = path.split('/')
    for (let depth = 2; depth < parts.length; depth++) table[parts.slice(0, depth).join('/')] = directory()
    table[path] = file()
  }
  return table
}
