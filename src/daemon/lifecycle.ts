/** The daemon from its start to its end: what is opened in which order, what ends it, and what is put back. */

import { findKeepalivedCheckers } from '../base/keepalived-command.ts'
import { VERSION } from '../base/version.ts'
import type { Loaded } from '../config/load.ts'
import { enterNetworkNamespace, exitImmediately, nameProcess } from '../system/process.ts'
import { procReader } from '../system/proc-reader.ts'
import { loadFor } from './configuration.ts'
import type { MakeSubsystem } from './composition.ts'
import { ownProgram, startNodeChild } from './director/node-child.ts'
import { directorSubsystem } from './director/subsystem.ts'
import { dumpModel } from './dump.ts'
import { endAtDefects, EXIT } from './exit.ts'
import { examine, Rereading, type Examined } from './examined.ts'
import { openDevLog } from './log/log-dev-log.ts'
import { ThreadProgram } from './reading/ask.ts'
import { runLifetimeScript } from './scripts/lifetime-scripts.ts'
import { openLog, type Log } from './log/logging.ts'
import { acquirePidFiles, type PidFiles } from './recovery/pid-files.ts'
import { RunningDaemon } from './running.ts'
import { takeAwayLeft } from './recovery/left-services.ts'
import { recordPath } from './recovery/run-record-file.ts'
import { pidFilePaths, withAbsolutePaths, type DaemonSettings } from './settings.ts'
import { openPrograms } from './host-ports.ts'
import { openSystemWorld } from './system-world.ts'
import { withProcessWide } from './instance-naming.ts'

const LOG_GRACE_MS = 500

/**
 * @param whenReady called once the daemon listens; given when it runs in the background
 * @returns never, in fact: the process ends with the exit code as soon as it is known.
 */
export async function runDaemon(asked: DaemonSettings, whenReady?: () => void): Promise<number> {
  nameProcess('vrrpd')
  // Relative paths among the options, which the child gets as they are, begin here.
  const startedIn = workingDirectory()
  const told = whenReady === undefined ? asked : leaveDirectory(asked)
  // Where it runs and under which name it logs may stand in the file.
  const loaded = await loadFor(told)
  const settings = withProcessWide(told, loaded.model.process)
  if (settings.umask !== undefined) process.umask(settings.umask)
  const entered = settings.namespace === undefined ? undefined : enterNetworkNamespace(settings.namespace)
  const log = openLog(settings.log, openDevLog)
  const leave = async (code: number): Promise<number> => {
    await log.close(LOG_GRACE_MS)
    // A write to a full pipe may still sit in the thread pool; it must not hold us up.
    return exitImmediately(code)
  }
  endAtDefects(log, leave)
  log.info(`Starting vrrpd v${VERSION}`)
  for (const notice of settings.notices) log.info(notice)
  if (entered?.ok === false) {
    log.error(`cannot enter network namespace ${settings.namespace ?? ''}: ${entered.error.text}`)
    return leave(EXIT.cannotRun)
  }
  const pidFiles = acquirePidFiles(settings)
  if (!pidFiles.ok) {
    if (pidFiles.error.kind === 'held') log.info('daemon is already running')
    else log.error(pidFiles.error.text)
    return leave(pidFiles.error.kind === 'held' ? EXIT.ok : EXIT.cannotRun)
  }
  const running = await open(loaded, { settings, log, pidFiles: pidFiles.value, startedIn })
  if (!running) {
    pidFiles.value.remove()
    return leave(EXIT.cannotRun)
  }
  await running.untilStopped(whenReady)
  return leave(EXIT.ok)
}

/** One that has been removed is none. */
function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}

/** As keepalived: no file system stays in use because the daemon was started in it. */
function leaveDirectory(asked: DaemonSettings): DaemonSettings {
  const settings = withAbsolutePaths(asked)
  process.chdir('/')
  return settings
}

interface Opening {
  readonly settings: DaemonSettings
  readonly log: Log
  readonly pidFiles: PidFiles
  readonly startedIn: string
}

/** Undefined: it cannot run; why has been logged. */
async function open(
  loaded: Loaded,
  { settings, log, pidFiles, startedIn }: Opening,
): Promise<RunningDaemon | undefined> {
  const programs = openPrograms()
  const examined = await examine(loaded, settings, programs, log)
  if (!examined) return undefined
  const { startupScript } = examined.model.global
  if (startupScript) {
    const script = examined.scripts.scriptOf(startupScript.command)
    await runLifetimeScript('startup', startupScript, script, { programs, log })
  }
  if (settings.dumpConfig) for (const line of dumpModel(examined.model)) log.info(line)
  const world = openSystemWorld(programs, recordPath(pidFilePaths(settings).main), (text) => {
    log.warn(text)
  })
  if (!world.ok) {
    const { call, text } = world.error
    log.error(`cannot open a socket: ${call}: ${text} (root or CAP_NET_ADMIN and CAP_NET_RAW are needed)`)
    return undefined
  }
  const rereading = new Rereading(settings, programs, new ThreadProgram(), examined)
  const read = (heard: Log): Promise<Examined | undefined> => rereading.read(heard)
  const plan = (from: Examined, to: Examined): ReturnType<typeof rereading.plan> => rereading.plan(from, to)
  if (settings.parts !== 'vrrp' && examined.virtualServers === 0) removeLeft(settings, log)
  const subsystems = settings.parts === 'vrrp' ? [] : [virtualServers(settings, startedIn)]
  return new RunningDaemon({ world: world.value, settings, log, pidFiles, read, plan, subsystems }, examined)
}

/** A file without virtual servers follows one that had some, and its daemon crashed: nobody else takes them away. */
function removeLeft(settings: DaemonSettings, log: Log): void {
  takeAwayLeft(pidFilePaths(settings).checkers, (text) => {
    log.info(text)
  })
}

const virtualServers = (settings: DaemonSettings, startedIn: string): MakeSubsystem =>
  directorSubsystem({
    settings,
    start: startNodeChild(ownProgram(startedIn)),
    findKeepalivedCheckers: () => findKeepalivedCheckers(procReader),
    onDumpWanted: (callback) => process.on('SIGUSR1', callback),
  })
