/**
 * What a configured command may become: found, looked at, and either runnable
 * as somebody or disabled for a named reason. Compared with keepalived 2.2.7
 * over files and directories of every kind; stricter in one point: a symbolic
 * link that somebody but root could replace is insecure as well, since the
 * path is resolved anew by every run.
 */

import { scriptEnvironment } from './environment.ts'
import { fileToOpen, openingCommand } from './file-check.ts'
import { runAs, type RunAs, type SecuritySettings, type UserChoice } from './identity.ts'
import { walkPath, type Files, type Step } from './path-walk.ts'
import { changeableByOthers, isExecutableByNobody, refusedBy } from './permissions.ts'
import type { DisabledReason, LaunchSpec, Script } from './types.ts'
import type { UserDirectory } from './users.ts'

export interface CommandLine {
  readonly argv: readonly [string, ...string[]]
  readonly user?: UserChoice | undefined
}

export interface SecurityPorts {
  readonly files: Files
  readonly users: UserDirectory
  /** The daemon's own. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Absolute; what a relative path starts from. */
  readonly workingDirectory: string
}

export async function resolveScript(
  command: CommandLine,
  settings: SecuritySettings,
  ports: SecurityPorts,
): Promise<Script> {
  const who = await runAs(command.user, settings, ports.users)
  if (!who.ok) return disabled(who.error.reason, who.error.text)
  const environment = scriptEnvironment(ports.environment)
  const file = fileToOpen(command.argv)
  if (file !== undefined) return opening(file, command, { identity: who.value.identity, environment })
  const found = await findProgram(command.argv[0], environment['PATH'] ?? '', ports)
  if (found === undefined) {
    return disabled('not-found', `Cannot find script ${command.argv[0]} in path`)
  }
  const steps = await walkPath(found.path, ports.files)
  if (!steps.ok) return disabled(...inaccessible(found.path, steps.error))
  const judgement = judge(found.path, steps.value, who.value, settings.enableScriptSecurity)
  if ('reason' in judgement) return { ...judgement, kind: 'disabled', warnings: found.warnings }
  const [, ...args] = command.argv
  return {
    kind: 'runnable',
    spec: { argv: [found.path, ...args], identity: who.value.identity, environment },
    warnings: [...found.warnings, ...judgement.warnings],
    insecure: judgement.unsafe !== undefined,
    ...(judgement.unsafe !== undefined && { unsafe: judgement.unsafe }),
  }
}

const opening = (path: string, { argv }: CommandLine, as: Omit<LaunchSpec, 'argv'>): Script => ({
  kind: 'runnable',
  spec: { argv: openingCommand(path), ...as },
  warnings: argv.length > 1 ? [`'<${path}' only opens the file: what follows is ignored`] : [],
  insecure: false,
  onlyOpens: true,
})

/** What keepalived says about its scripts as a whole; undefined when there is nothing to say. */
export function securityViolation(
  scripts: readonly Script[],
  { enableScriptSecurity }: SecuritySettings,
): string | undefined {
  const runnable = scripts.filter((script) => script.kind === 'runnable' && script.onlyOpens !== true)
  if (enableScriptSecurity || runnable.length === 0) return undefined
  const violation = 'SECURITY VIOLATION - scripts are being executed but script_security not enabled.'
  return runnable.some((script) => script.kind === 'runnable' && script.insecure)
    ? `${violation} There are insecure scripts.`
    : violation
}

type Judgement =
  | { readonly warnings: readonly string[]; readonly unsafe: string | undefined }
  | { readonly reason: DisabledReason; readonly text: string }

/** Only what runs as root can be used by somebody else to become root. */
function judge(path: string, steps: readonly Step[], who: RunAs, strict: boolean): Judgement {
  const file = steps.at(-1)
  if (file?.kind !== 'file') {
    return { reason: 'wrong-file-type', text: `Wrong file type found in script path '${path}'` }
  }
  const ids = `uid:gid ${who.uid}:${who.gid}`
  if (isExecutableByNobody(file)) {
    return { reason: 'not-executable', text: `script '${path}' is not executable for ${ids}` }
  }
  const groups = who.identity.groups
  const hasRootsRights = who.uid === 0 || [who.gid, ...groups].includes(0)
  const changeable = hasRootsRights ? changeableByOthers(steps) : undefined
  const unsafe =
    changeable &&
    `Unsafe permissions found for script '${path}': others than root can change ${changeable.path}`
  if (unsafe !== undefined && strict) return { reason: 'insecure', text: unsafe }
  const refusing = refusedBy(steps, { ...who, groups })
  return {
    unsafe,
    warnings: [
      ...(unsafe === undefined ? [] : [unsafe]),
      ...(refusing === undefined
        ? []
        : [`WARNING - script '${path}' is not executable for ${ids}: no permission on ${refusing.path}`]),
    ],
  }
}

interface Found {
  readonly path: string
  readonly warnings: readonly string[]
}

/** A name without a slash is looked for in PATH, as a shell does. */
async function findProgram(
  name: string,
  searchPath: string,
  { files, workingDirectory }: SecurityPorts,
): Promise<Found | undefined> {
  if (name.includes('/')) return { path: absolute(name, workingDirectory), warnings: [] }
  for (const directory of searchPath.split(':')) {
    const path = `${absolute(directory, workingDirectory)}/${name}`
    if (!(await isProgram(path, files))) continue
    const warning = `WARNING - script \`${name}\` resolved by path search to \`${path}\`. Please specify full path.`
    return { path, warnings: [warning] }
  }
  return undefined
}

/** As it was written otherwise: `..` behind a link means what it means to the kernel. */
const absolute = (path: string, workingDirectory: string): string =>
  path.startsWith('/') ? path : `${workingDirectory}/${path}`

async function isProgram(path: string, files: Files): Promise<boolean> {
  const steps = await walkPath(path, files)
  const file = steps.ok ? steps.value.at(-1) : undefined
  return file?.kind === 'file' && !isExecutableByNobody(file)
}

const disabled = (reason: DisabledReason, text: string): Script => ({
  kind: 'disabled',
  reason,
  text,
  warnings: [],
})

function inaccessible(path: string, code: string): [DisabledReason, string] {
  const reason = code === 'ENOENT' || code === 'ENOTDIR' ? 'not-found' : 'inaccessible'
  return [reason, `Script ${path} cannot be accessed - ${ERROR_WORDS[code] ?? code}`]
}

/** strerror's, which operators know from keepalived's log. */
const ERROR_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EACCES: 'Permission denied',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
}
