/** Looks at every program of a configuration before anything runs: who may run it, and as whom. */

import type { Command, VrrpModel, Notify, NotifyFifo } from '../../config/model.ts'
import { systemFiles } from '../../scripts/file-system.ts'
import type { FifoOwner } from '../../scripts/fifo.ts'
import { runAs, type SecuritySettings } from '../../scripts/identity.ts'
import { resolveScript, securityViolation, type SecurityPorts } from '../../scripts/security.ts'
import type { Script, ScriptPorts } from '../../scripts/types.ts'
import { systemUsers } from '../../scripts/users.ts'

export interface ExaminedScripts {
  readonly scriptOf: (command: Command) => Script
  /** Who owns a FIFO that has to be made; undefined: the daemon's user. */
  readonly ownerOf: (fifo: NotifyFifo) => FifoOwner | undefined
  /** keepalived's sentence about the whole; undefined when all is well. */
  readonly violation: string | undefined
}

/**
 * Asynchronous: file systems and user directories may be slow, and at a reload adverts go on meanwhile.
 *
 * @param others programs that the daemon does not run itself
 */
export async function examineScripts(
  model: VrrpModel,
  programs: ScriptPorts,
  others: readonly Command[] = [],
): Promise<ExaminedScripts> {
  const settings = securitySettings(model)
  const ports: SecurityPorts = {
    files: systemFiles,
    users: systemUsers(programs),
    environment: process.env,
    workingDirectory: process.cwd(),
  }
  // Hundreds of instances usually share a few scripts.
  const examined = new Map<string, Promise<Script>>()
  const scripts = new Map<Command, Script>()
  for (const command of [...commandsOf(model), ...others]) {
    const key = JSON.stringify([command.argv, command.user])
    const script = examined.get(key) ?? resolveScript(command, settings, ports)
    examined.set(key, script)
    scripts.set(command, await script)
  }
  const owners = new Map<NotifyFifo, FifoOwner>()
  for (const fifo of model.global.fifos) {
    const who = await runAs(fifo.owner, settings, ports.users)
    if (who.ok) owners.set(fifo, { uid: who.value.uid, gid: who.value.gid })
  }
  return {
    ownerOf: (fifo) => owners.get(fifo),
    scriptOf: (command) => {
      const script = scripts.get(command)
      if (!script) throw new Error(`script ${command.argv[0]} has not been examined`)
      return script
    },
    violation: securityViolation([...scripts.values()], settings),
  }
}

function securitySettings({ global }: VrrpModel): SecuritySettings {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const { enableScriptSecurity, scriptUser, supplementaryGroups } = global
  return { enableScriptSecurity, scriptUser, supplementaryGroups, own }
}

/** Of the instances, their groups, the checks and the daemon itself. */
function commandsOf({ instances, syncGroups, scripts, global }: VrrpModel): readonly Command[] {
  const notifies = [...instances, ...syncGroups].flatMap(({ notify }) => notifyCommands(notify))
  const own = [
    ...(instances.length > 0 ? global.fifos.map(({ script }) => script) : []),
    global.startupScript?.command,
    global.shutdownScript?.command,
  ]
  return [
    ...scripts.map(({ command }) => command),
    ...notifies,
    ...own.filter((command) => command !== undefined),
  ]
}

const notifyCommands = ({
  master,
  backup,
  fault,
  stop,
  any,
  masterRxLowerPriority,
  deleted,
}: Notify): readonly Command[] =>
  [master, backup, fault, stop, any, masterRxLowerPriority, deleted].filter(
    (command) => command !== undefined && command !== true,
  )
