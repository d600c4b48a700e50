/** Every program of the configuration, looked at as the daemon does before it runs any. */

import { accepted, rejected } from '../../base/result.ts'
import type { Command, Model, Notify } from '../../config/model.ts'
import { systemFiles } from '../../scripts/file-system.ts'
import { resolveScript, type SecurityPorts } from '../../scripts/security.ts'
import { findGroup, findGroupsOf, findUser, type UserDirectory } from '../../scripts/users.ts'
import type { Known, ScriptFacts } from '../facts.ts'
import type { Host } from './host.ts'

export async function collectScripts(
  host: Host,
  model: Model | undefined,
  root: boolean,
): Promise<Known<readonly ScriptFacts[]>> {
  if (!model) return rejected('there is no configuration that names any')
  const { enableScriptSecurity, scriptUser, supplementaryGroups } = model.global
  // The daemon runs as root, whoever asks.
  const settings = { enableScriptSecurity, scriptUser, supplementaryGroups, own: { uid: 0, gid: 0 } }
  const ports: SecurityPorts = {
    files: systemFiles,
    users: usersOf(host),
    environment: { PATH: DAEMON_PATH },
    workingDirectory: '/',
  }
  const scripts = await Promise.all(
    commandsOf(model).map(async ({ use, isCheck, command }): Promise<ScriptFacts> => {
      const script = await resolveScript(command, settings, ports)
      const [program] = command.argv
      if (script.kind === 'disabled') {
        const hidden = script.reason === 'inaccessible' && !root
        return {
          use,
          isCheck,
          program,
          disabled: { reason: script.reason, text: script.text },
          warnings: [],
          hidden,
        }
      }
      const missing = await missingInterpreter(host, script.spec.argv[0])
      const common = { use, isCheck, program, warnings: script.warnings, hidden: false }
      return missing === undefined ? common : { ...common, missingInterpreter: missing }
    }),
  )
  return accepted(scripts)
}

/** systemd's, which the unit does not change. */
const DAEMON_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A command of the configuration: what for, in its words. */
interface Use extends Pick<ScriptFacts, 'use'> {
  readonly isCheck: boolean
  readonly command: Command
}

function commandsOf({ scripts, instances, syncGroups, global }: Model): readonly Use[] {
  const own = [
    ...global.fifos.map(({ keyword, script }) => [`${keyword}_script`, script] as const),
    ['startup_script', global.startupScript?.command] as const,
    ['shutdown_script', global.shutdownScript?.command] as const,
  ]
  return [
    ...own.flatMap(([use, command]) => (command === undefined ? [] : [{ use, isCheck: false, command }])),
    ...scripts.map(({ name, command }) => ({ use: `vrrp_script ${name}`, isCheck: true, command })),
    ...[...instances, ...syncGroups].flatMap(({ name, notify }) => notifiesOf(name, notify)),
  ]
}

const KEYWORDS: Readonly<Record<Exclude<keyof Notify, 'priorityChanges'>, string>> = {
  master: 'notify_master',
  backup: 'notify_backup',
  fault: 'notify_fault',
  stop: 'notify_stop',
  any: 'notify',
  masterRxLowerPriority: 'notify_master_rx_lower_pri',
  deleted: 'notify_deleted',
}

const notifiesOf = (name: string, notify: Notify): readonly Use[] =>
  (Object.keys(KEYWORDS) as (keyof typeof KEYWORDS)[]).flatMap((key) => {
    const command = notify[key]
    return command !== undefined && command !== true
      ? [{ use: `${KEYWORDS[key]} of ${name}`, isCheck: false, command }]
      : []
  })

/** What follows `#!`, when it does not exist. */
async function missingInterpreter(host: Host, program: string): Promise<string | undefined> {
  const text = await host.read(program)
  const interpreter = /^#!\s*(\/\S+)/.exec(text?.slice(0, 256) ?? '')?.[1]
  if (interpreter === undefined) return undefined
  const found = await systemFiles.examine(interpreter)
  return !found.ok && found.error === 'ENOENT' ? interpreter : undefined
}

/** As scripts/users.ts has it, with getent by Node instead of the addon. */
function usersOf(host: Host): UserDirectory {
  const file = async (path: string): Promise<string> => (await host.read(path)) ?? ''
  const getent = async (database: string, name: string): Promise<string> => {
    const found = await host.run('getent', ['--', database, name])
    return found.ok ? found.value : ''
  }
  return {
    localUser: async (name) => findUser(await file('/etc/passwd'), name),
    user: async (name) =>
      findUser(await file('/etc/passwd'), name) ?? findUser(await getent('passwd', name), name),
    group: async (name) =>
      findGroup(await file('/etc/group'), name) ?? findGroup(await getent('group', name), name),
    groupsOf: async (name) => findGroupsOf(await file('/etc/group'), await getent('initgroups', name), name),
  }
}
