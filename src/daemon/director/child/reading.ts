/** The configuration as the child serves it: judged, its programs examined, assembled. */

import { readFile } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../../../base/result.ts'
import { seconds } from '../../../base/time.ts'
import type { TlsClient } from '../../../checkers/probe/probes.ts'
import type { SslFiles } from '../../../config/blocks/virtual-server/load-balancing.ts'
import type { Command, Model, NotifyFifo } from '../../../config/model.ts'
import { trackedFiles } from '../../../scripts/tracking/file-content.ts'
import { leadingNumber } from '../../../scripts/tracking/number.ts'
import type { Script, ScriptPorts, Timers } from '../../../scripts/types.ts'
import { judgeVirtualServers, loadFor } from '../../configuration.ts'
import type { Log } from '../../log/logging.ts'
import { isLargeFile, type ThreadProgram } from '../../reading/ask.ts'
import { unpack } from '../../reading/own-part.ts'
import { examineScripts } from '../../scripts/script-access.ts'
import type { DaemonSettings } from '../../settings.ts'
import { digestOf } from './asking.ts'
import { assembleDirector, commandsOf } from './assemble.ts'
import type { Read } from './serve.ts'

/** With more real servers than this, also in files that are included, a configuration is a large one. */
const LARGE_SERVERS = 150

/**
 * The configuration as the file is now, for a reload. A large one is read in a thread: checks go on meanwhile, and none
 * of them fails because nobody looked at its answer.
 *
 * @param current what is served
 * @returns rejected with one line for people
 */
export async function readAgain(
  thread: ThreadProgram,
  settings: Pick<DaemonSettings, 'configFile' | 'configId'>,
  current: Model,
  log: Log,
): Promise<Result<Model, string>> {
  const { configFile, configId } = settings
  const servers = current.loadBalancing.virtualServers.reduce((sum, each) => sum + each.realServers.length, 0)
  if (servers <= LARGE_SERVERS && !(await isLargeFile(configFile)))
    return judgeVirtualServers(await loadFor(settings), 'reload', log)
  const answer = await thread.ask({ kind: 'serve', settings: { configFile, configId } })
  if (!answer.ok) return rejected(`the configuration cannot be read: ${answer.error}`)
  const { whole, lines, refused } = answer.value
  for (const { level, text } of lines) log[level](text)
  return refused === undefined ? accepted(unpack(whole)) : rejected(refused)
}

export async function readFrom(
  model: Model,
  programs: ScriptPorts,
  fifoMode: number,
  log: Log,
): Promise<Read> {
  const { loadBalancing } = model
  const examined = await examineScripts(model, programs, [
    ...commandsOf(loadBalancing),
    ...model.global.lvsFifos.flatMap(({ script }) => script ?? []),
  ])
  const told = new Set<Script>()
  const scriptOf = (command: Command): Script => {
    const script = examined.scriptOf(command)
    if (told.has(script)) return script
    told.add(script)
    for (const text of script.warnings) log.warn(text)
    if (script.kind === 'disabled') log.warn(script.text)
    return script
  }
  const numbers = await numbersOf(model, programs.timers)
  const assembled = assembleDirector(loadBalancing, { scriptOf, digest: digestOf }, numbers)
  const fifos = model.global.lvsFifos.map((fifo: NotifyFifo) => {
    const script = fifo.script && scriptOf(fifo.script)
    const reader = script?.kind === 'runnable' ? script.spec : undefined
    return { path: fifo.path, mode: fifoMode, owner: examined.ownerOf(fifo), reader }
  })
  return { model, assembled, fifos, tls: await readTls(loadBalancing.ssl, log) }
}

/** Longer than any file system takes that is not stuck; what comes later is a change. */
const PATIENCE = seconds(2)

/** What FILE_CHECKs begin with: without it a server would come in with its configured weight first. */
async function numbersOf(
  { loadBalancing, trackFiles }: Model,
  timers: Timers,
): Promise<ReadonlyMap<string, number>> {
  const checkers = loadBalancing.virtualServers.flatMap(({ realServers }) =>
    realServers.flatMap((server) => server.checkers),
  )
  const names = new Set(checkers.map((checker) => (checker.kind === 'file' ? checker.trackFile : undefined)))
  const numbers = new Map<string, number>()
  const reading = trackFiles
    .filter(({ name, initial }) => names.has(name) && initial?.overwrite !== true)
    .map(async ({ name, path }) => {
      const content = await trackedFiles.readBeginning(path)
      const number = content.kind === 'text' ? leadingNumber(content.text) : undefined
      if (number !== undefined) numbers.set(name, number)
    })
  if (reading.length === 0) return numbers
  let cancel = (): void => undefined
  const late = new Promise<void>((resolve) => {
    cancel = timers.after(PATIENCE, resolve)
  })
  await Promise.race([Promise.all(reading), late])
  cancel()
  return new Map(numbers)
}

/** What cannot be read is said, and left out. */
async function readTls(files: SslFiles | undefined, log: Log): Promise<TlsClient | undefined> {
  if (files === undefined) return undefined
  const contents = async (what: string, path: string | undefined): Promise<Uint8Array | undefined> => {
    if (path === undefined) return undefined
    try {
      return await readFile(path)
    } catch (error) {
      log.error(
        `SSL: cannot read the ${what} ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      )
      return undefined
    }
  }
  return {
    certificate: await contents('certificate', files.certificate),
    key: await contents('key', files.key),
    password: files.password,
  }
}
