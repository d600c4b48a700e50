/**
 * `vrrpd -t`: reads the configuration as the daemon would, with this host's
 * interfaces and scripts, says everything that is wrong with it in one run,
 * and ends with keepalived's exit code. Nothing is opened that runs.
 */

import { appendFileSync } from 'node:fs'
import { accepted, rejected, type Result } from '../base/result.ts'
import { configTestExitCode } from '../config/diagnostics/exit-code.ts'
import { checkAgainstHost, type HostFacts } from '../config/analysis/host.ts'
import { PROBLEM_WORDS } from '../config/syntax/io.ts'
import type { Loaded } from '../config/load.ts'
import type { Model } from '../config/model.ts'
import { hasAddress } from '../config/disk-io.ts'
import { renderDiagnostic } from '../config/diagnostics/render.ts'
import { openKernel } from '../netlink/kernel.ts'
import { systemClock } from '../system/clock.ts'
import { enterNetworkNamespace } from '../system/process.ts'
import { systemUsers, type UserDirectory } from '../scripts/users.ts'
import { createLauncher } from '../system/spawn.ts'
import { fromNodeError } from '../system/system-error.ts'
import { SystemTimers } from '../system/timers.ts'
import { loadFor } from './configuration.ts'
import { examineScripts } from './scripts/script-access.ts'
import type { DaemonSettings } from './settings.ts'
import { withProcessWide } from './instance-naming.ts'

const CANNOT_RUN = 2
/** keepalived's, when it cannot open the log file (measured, 2.2.7). */
const CANNOT_LOG = 1

/** @param logFile where the findings go; stderr when undefined */
export async function testConfiguration(
  settings: DaemonSettings,
  logFile: string | undefined,
): Promise<number> {
  const output = outputTo(logFile)
  if (!output.ok) {
    process.stderr.write(`${output.error}\n`)
    return CANNOT_LOG
  }
  const say = output.value
  const loaded = await loadFor(settings)
  const { namespace } = withProcessWide(settings, loaded.model.process)
  const entered = namespace === undefined ? undefined : enterNetworkNamespace(namespace)
  if (entered?.ok === false) {
    say(`cannot enter network namespace ${namespace ?? ''}: ${entered.error.text}`)
    return CANNOT_RUN
  }
  const ofHost = checkAgainstHost(loaded.model, await hostFacts(loaded), loaded)
  const diagnostics = [...loaded.diagnostics, ...ofHost]
  for (const diagnostic of diagnostics) {
    say(renderDiagnostic(diagnostic, loaded.sources, { colour: logFile === undefined && mayColour() }))
  }
  if (loaded.unreadable !== undefined) {
    say(`cannot read ${settings.configFile}: ${PROBLEM_WORDS[loaded.unreadable]}`)
  }
  return configTestExitCode(diagnostics, loaded.unreadable)
}

/** What cannot be found out is not judged. */
async function hostFacts({ model, otherScripts, incompleteInstances }: Loaded): Promise<HostFacts> {
  const ports = { launcher: createLauncher(), timers: new SystemTimers(), clock: systemClock }
  // Instances that cannot be run are judged like the others.
  const all = { ...model, instances: [...model.instances, ...incompleteInstances] }
  const scripts = await examineScripts(all, ports, otherScripts)
  const users = await knownUsers(model, systemUsers(ports))
  const hasUser = (name: string): boolean => users.has(name)
  const isMailServerKnown = await hasAddress(model.global.mail.server?.host)
  const canResolve = (): boolean => isMailServerKnown
  const kernel = openKernel({})
  if (!kernel.ok) return { scriptOf: scripts.scriptOf, hasUser, canResolve }
  const { table } = kernel.value
  const links = [...table.links.values()]
  kernel.value.close()
  return {
    scriptOf: scripts.scriptOf,
    hasUser,
    canResolve,
    interfaces: new Set(links.map(({ name }) => name)),
    withoutMulticast: new Set(links.filter(({ multicast }) => !multicast).map(({ name }) => name)),
    mtus: new Map(links.map(({ name, mtu }) => [name, mtu])),
    addresses: new Map(
      links.map(({ name, index }) => [name, table.addressesOf(index).map(({ cidr }) => cidr)]),
    ),
  }
}

/** Those that the configuration names and the system knows. */
async function knownUsers({ global }: Model, users: UserDirectory): Promise<ReadonlySet<string>> {
  const name = global.scriptUser?.user
  const isKnown = name !== undefined && (await users.user(name)) !== undefined
  return new Set(isKnown ? [name] : [])
}

/** Whether a file can be written is known before anything is said; what it has no room for goes to stderr. */
function outputTo(logFile: string | undefined): Result<(text: string) => void, string> {
  const toTerminal = (text: string): void => void process.stderr.write(`${text}\n`)
  if (logFile === undefined) return accepted(toTerminal)
  const refused = append(logFile, '')
  if (refused !== undefined) return rejected(`cannot write findings to ${logFile}: ${refused}`)
  return accepted((text) => {
    if (append(logFile, `${text}\n`) !== undefined) toTerminal(text)
  })
}

/** @returns why it could not be done */
function append(path: string, text: string): string | undefined {
  try {
    appendFileSync(path, text)
    return undefined
  } catch (error) {
    return fromNodeError('write', error).text
  }
}

/** https://no-color.org */
const mayColour = (): boolean => process.stderr.isTTY && (process.env['NO_COLOR'] ?? '') === ''
