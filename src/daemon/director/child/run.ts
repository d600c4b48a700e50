/**
 * The process that serves the virtual servers, from its start to its end: a child of the daemon, or alone (`-C`). What
 * is opened in which order, what ends it, and what is left to who goes on.
 */

import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { accepted, rejected, type Result } from '../../../base/result.ts'
import { between, seconds, toMilliseconds } from '../../../base/time.ts'
import { VERSION } from '../../../base/version.ts'
import { lvsControlPath } from '../../../control/protocol.ts'
import type { ParentIdentity } from '../../../director/record.ts'
import { openIpvsTable } from '../../../netlink/ipvs/table.ts'
import { openKernel, type Kernel } from '../../../netlink/kernel.ts'
import { trackedFiles } from '../../../scripts/tracking/file-content.ts'
import { processTable } from '../../../scripts/tracking/process-table.ts'
import type { ScriptPorts, Timers } from '../../../scripts/types.ts'
import { Alarm, systemClock } from '../../../system/clock.ts'
import { acquirePidFile, type PidFile } from '../../../system/file-lock.ts'
import { loadKernelModule } from '../../../system/kernel-module.ts'
import { enterNetworkNamespace, exitImmediately, nameProcess } from '../../../system/process.ts'
import { giveMemoryBack, preferSizeToSpeed } from '../../../system/memory.ts'
import { measureLoopLag } from '../../../system/loop-lag.ts'
import { openControl } from '../../control/control.ts'
import { judgeVirtualServers, loadFor } from '../../configuration.ts'
import { endAtDefects, EXIT } from '../../exit.ts'
import { dumpPaths, replaceFile } from '../../dumps/files.ts'
import { openFifo, openPrograms, serviceManager } from '../../host-ports.ts'
import { instanceNamingOf, withProcessWide } from '../../instance-naming.ts'
import { openDevLog } from '../../log/log-dev-log.ts'
import { openLog, type Log } from '../../log/logging.ts'
import { ThreadProgram } from '../../reading/ask.ts'
import { bootId, diskRecord } from '../../recovery/disk-record.ts'
import { makeDirectory } from '../../recovery/pid-files.ts'
import { recordPath } from '../../recovery/run-record-file.ts'
import { hasPidDirectory, pidFilePaths, type DaemonSettings } from '../../settings.ts'
import { addressesIn } from './addresses.ts'
import { makeLvsOperator } from './operator-parts.ts'
import { checkData } from './check-data.ts'
import { endOf, type Ending } from './ending.ts'
import { OwnShare } from './own-share.ts'
import { readAgain, readFrom } from './reading.ts'
import { Serving, type Read, type ServedWorld } from './serve.ts'

export type Role = 'child' | 'alone'

const LOG_GRACE_MS = 500
/** `--repair-ipvs`: reading a table of ten thousand servers takes some hundred milliseconds. */
const REPAIR_EVERY = seconds(10)
/** What a start or a reload has needed is garbage by then. */
const SETTLED_AFTER = seconds(1)

/**
 * @param whenReady called once it serves; given when it runs alone in the background
 * @returns never, in fact: the process ends with the exit code as soon as it is known
 */
export async function runChild(asked: DaemonSettings, role: Role, whenReady?: () => void): Promise<number> {
  nameProcess('vrrpd-lvs')
  preferSizeToSpeed()
  const loaded = await loadFor(asked)
  const settings = withProcessWide(asked, loaded.model.process)
  if (settings.umask !== undefined) process.umask(settings.umask)
  const entered = settings.namespace === undefined ? undefined : enterNetworkNamespace(settings.namespace)
  const log = openLog(settings.log, openDevLog)
  const leave = async (code: number): Promise<number> => {
    await log.close(LOG_GRACE_MS)
    return exitImmediately(code)
  }
  const cannotRun = (text: string): Promise<number> => {
    log.error(text)
    return leave(EXIT.cannotRun)
  }
  endAtDefects(log, leave)
  log.info(`Starting vrrpd v${VERSION} for virtual servers`)
  if (entered?.ok === false)
    return cannotRun(`cannot enter network namespace ${settings.namespace ?? ''}: ${entered.error.text}`)
  const pidPath = pidFilePaths(settings).checkers
  if (hasPidDirectory(settings)) makeDirectory(dirname(pidPath))
  const pidFile = acquirePidFile(pidPath)
  if (!pidFile.ok) {
    if (pidFile.error === 'held')
      return cannotRun(`virtual servers are served already (${pidPath} is locked)`)
    return cannotRun(`cannot use the pid file ${pidPath}: ${pidFile.error.text} (another one: -c)`)
  }
  const programs = openPrograms()
  const fifoMode = settings.umask === undefined ? 0o600 : 0o644
  const judged = judgeVirtualServers(loaded, 'start', log)
  if (!judged.ok) return cannotRun(judged.error)
  const read = await readFrom(judged.value, programs, fifoMode, log)
  const kernel = openKernel({})
  if (!kernel.ok) return cannotRun(`cannot open a socket: ${kernel.error.call}: ${kernel.error.text}`)
  const world = openWorld(read, kernel.value, programs, pidPath)
  if (!world.ok) return cannotRun(world.error)
  const serving = new Serving(read, world.value, log, role === 'child' ? parentIdentity() : undefined)
  const share = new OwnShare(read, role === 'child', log)
  share.use(read)
  const thread = new ThreadProgram()
  const reread = async (): Promise<Result<Read, string>> => {
    const model = await readAgain(thread, settings, serving.current.model, log)
    if (!model.ok) return model
    const again = await readFrom(model.value, programs, fifoMode, log)
    share.use(again)
    programs.timers.after(SETTLED_AFTER, giveMemoryBack)
    return accepted(again)
  }
  // A child's parent is the service.
  const service =
    role === 'child'
      ? undefined
      : serviceManager((text) => {
          log.warn(text)
        })
  const ending = endOf(role, serving, {
    ...{ reread, log, service, timers: programs.timers },
    dump: () => {
      dump(serving, settings, log)
    },
  })
  kernel.value.onEvents(() => {
    serving.runtime.onAddresses()
  })
  const lag = measureLoopLag()
  const operator = makeLvsOperator(serving, world.value, {
    configFile: settings.configFile,
    startedAt: new Date(),
    lag,
  })
  serving.start()
  pidFile.value.write(process.pid)
  const { path, group } = settings.control
  const control = await openControl(
    { path: lvsControlPath(path), group },
    (request) => Promise.resolve(operator.handle(request)),
    log,
  )
  const endRepairs = settings.repairIpvs ? repairAgainAndAgain(serving, programs.timers) : () => undefined
  ending.ready()
  whenReady?.()
  log.info('Virtual servers are served')
  programs.timers.after(SETTLED_AFTER, giveMemoryBack)
  const how = await ending.ended
  service?.stopping()
  endRepairs()
  await control?.close()
  lag.stop()
  await conclude(how, serving, settings, pidFile.value, log)
  return leave(EXIT.ok)
}

async function conclude(
  ending: Ending,
  serving: Serving,
  { releaseIpvsOnStop }: DaemonSettings,
  pidFile: PidFile,
  log: Log,
): Promise<void> {
  if (ending === 'abandoned') {
    serving.abandon()
    log.warn('The daemon has gone: the table stays for who goes on')
  } else await serving.stop(!releaseIpvsOnStop)
  pidFile.remove()
  log.info('Stopped')
}

function openWorld(
  { model }: Read,
  kernel: Kernel,
  programs: ScriptPorts,
  pidPath: string,
): Result<ServedWorld, string> {
  const namespace = model.loadBalancing.globals.ipvsNamespace
  const table = openIpvsTable({
    ...(namespace !== undefined && { namespace }),
    loadModule: () => {
      loadKernelModule('ip_vs')
    },
  })
  if (!table.ok) return rejected(`IPVS: ${table.error.text}`)
  return accepted({
    ...programs,
    wallMs: () => Date.now(),
    createAlarm: (callback) => new Alarm(callback),
    table: table.value,
    addresses: () => addressesIn(kernel.table),
    trackedFiles,
    processTable,
    openFifo,
    record: diskRecord(recordPath(pidPath)),
    bootId: bootId(),
  })
}

/** @returns ends it */
function repairAgainAndAgain({ runtime }: Serving, timers: Timers): () => void {
  let cancel = (): void => undefined
  const wait = (): void => {
    cancel = timers.after(REPAIR_EVERY, () => {
      runtime.repair()
      wait()
    })
  }
  wait()
  return () => {
    cancel()
  }
}

/** What it was asked for is there when it has been written, and nobody waits for it. */
function dump({ runtime, checks, current }: Serving, settings: DaemonSettings, log: Log): void {
  const path = dumpPaths(current.model, instanceNamingOf(settings)).checkData
  const text = checkData({
    director: runtime.state,
    checker: (key) => checks.report(key),
    wallMs: (at) => Date.now() - toMilliseconds(between(at, systemClock.now())),
  })
  const tell = (problem: string | undefined): void => {
    if (problem === undefined) log.info(`Printing checkers data to ${path}`)
    else log.warn(`cannot write ${path}: ${problem}`)
  }
  replaceFile(path, text).then(tell, (error: unknown) => {
    tell(String(error))
  })
}

/** Which process our parent is, also when its number is used again: it and the time of its beginning. */
function parentIdentity(): ParentIdentity {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
    const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return `${process.ppid} ${began}`
  } catch {
    return String(process.ppid)
  }
}
