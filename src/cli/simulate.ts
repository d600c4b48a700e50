/**
 * `vrrpd simulate [NAME=]FILE…`: what the daemons of these configurations will do, told before it happens. Nothing
 * of this host is examined, and nothing runs on it.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { parseIp, type Cidr } from '../base/address.ts'
import { accepted, rejected, type Result } from '../base/result.ts'
import { milliseconds, plus, type Duration } from '../base/time.ts'
import { unknownName } from '../base/unknown-name.ts'
import type { Diagnostic } from '../config/diagnostics/diagnostics.ts'
import { PROBLEM_WORDS } from '../config/syntax/io.ts'
import { subjectOf } from '../config/analysis/lint/context.ts'
import { clearedNopreempt } from '../config/analysis/lint/election.ts'
import { loadConfiguration, type Loaded } from '../config/load.ts'
import type { Model } from '../config/model.ts'
import { diskIo } from '../config/disk-io.ts'
import { renderDiagnostic } from '../config/diagnostics/render.ts'
import type { SourceMap } from '../config/diagnostics/sources.ts'
import { decodeText } from '../config/syntax/text.ts'
import { inferNetwork } from '../simulation/infer.ts'
import { endAfter, Network, reloadOf, type Reload } from '../simulation/network.ts'
import type { Observed } from '../simulation/report/observed.ts'
import { makeReport, renderSvg, renderTimeline, type SimulationReport } from '../simulation/report/report.ts'
import {
  defaultStory,
  findingTime,
  lastEventAt,
  parseStory,
  settlingTime,
} from '../simulation/story/story.ts'
import type { Cast, StoryEvent } from '../simulation/story/story.ts'
import { EXIT } from './exit-codes.ts'
import { exploreFiles, unexplorable } from './explore.ts'
import type { CommandIo } from './io.ts'
import { interruptible, type Interruptible } from './terminal.ts'
import type { SimulateArguments } from './simulate-command.ts'
import { parseSpan } from './span.ts'

/** Documented in vrrpd(8). */
const ERRORS = 2

/** Why there is no simulation: what to print, and the exit code. */
interface Refusal {
  readonly lines: readonly string[]
  readonly code: number
}

type Step<T> = Result<T, Refusal>

const wrongUsage = (line: string): { readonly ok: false; readonly error: Refusal } =>
  rejected({ lines: [`vrrpd simulate: ${line}`], code: EXIT.usage })

const wrongInput = (lines: readonly string[]): { readonly ok: false; readonly error: Refusal } =>
  rejected({ lines, code: ERRORS })

interface NamedFile {
  readonly name: string
  readonly path: string
}

interface LoadedHost extends NamedFile {
  readonly model: Model
  readonly clearedNopreempt: readonly string[]
}

/** @param interrupted asked for by what takes its time */
export async function simulate(
  args: SimulateArguments,
  io: CommandIo,
  interrupted: () => Interruptible = interruptible,
): Promise<number> {
  const outcome = await run(args, io, interrupted)
  if (outcome.ok) return outcome.value
  for (const line of outcome.error.lines) io.err(`${line}\n`)
  return outcome.error.code
}

/** @returns the exit code */
async function run(
  args: SimulateArguments,
  io: CommandIo,
  interrupted: () => Interruptible,
): Promise<Step<number>> {
  const conflict = unexplorable(args)
  if (conflict !== undefined) return wrongUsage(conflict)
  const said = readSaid(args.addresses)
  if (!said.ok) return said
  const asked = readUntil(args.until)
  if (!asked.ok) return asked
  const files = named(args.files)
  const stranger = said.value.find(({ host }) => !files.some(({ name }) => name === host))
  if (stranger)
    return wrongUsage(
      `--address: ${unknownName(
        'host',
        stranger.host,
        files.map(({ name }) => name),
      )}`,
    )
  const hosts = await loadAll(files, io)
  if (!hosts.ok) return hosts
  const network = inferNetwork(
    hosts.value.map(({ name, model }) => ({
      name,
      model,
      said: said.value.filter(({ host }) => host === name),
    })),
    args.lans,
  )
  if (network.problems.length > 0)
    return wrongInput(network.problems.map((text) => `vrrpd simulate: ${text}`))
  const told = await tellStory(args.story, hosts.value, network.lans, io)
  if (!told.ok) return told
  const { story, reloads, settling } = told.value
  if (args.check) {
    io.out(`${hosts.value.length} configurations and a story of ${story.length} events: no errors\n`)
    return accepted(EXIT.allWell)
  }
  const setup = {
    hosts: hosts.value.map(({ name, model, clearedNopreempt: cleared }) => ({
      name,
      model,
      clearedNopreempt: cleared,
      links: network.hosts.find((each) => each.name === name)?.links ?? [],
    })),
    lans: network.lans,
    seed: args.seed,
    reloads,
    turn: () => turn(),
  }
  if (args.explore !== undefined) {
    const settling = settlingOf(hosts.value)
    const draw = async (found: readonly StoryEvent[]): Promise<string | undefined> => {
      const seen = await new Network({ ...setup, until: endAfter(lastEventAt(found), settling) }).run(found)
      return drawInto(args.svg, seen, makeReport(seen))
    }
    return accepted(await exploreFiles(args, args.explore, { setup, settling, draw }, io, interrupted()))
  }
  const until = asked.value ?? endAfter(lastEventAt(story), settling)
  const observed = await new Network({ ...setup, until }).run(story)
  const report = makeReport(observed)
  const undrawn = await drawInto(args.svg, observed, report)
  if (undrawn !== undefined) return wrongInput([`vrrpd simulate: ${undrawn}`])
  io.out(
    args.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : renderTimeline(observed, report, { width: io.width, colour: io.colour }),
  )
  return accepted(EXIT.allWell)
}

/** @returns why the picture could not be written */
async function drawInto(
  path: string | undefined,
  observed: Observed,
  report: SimulationReport,
): Promise<string | undefined> {
  if (path === undefined) return undefined
  return writeFile(path, renderSvg(observed, report)).then(
    () => undefined,
    (error: unknown) => `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`,
  )
}

/** NAME, where it is not given, is that of the file; where several would have one, also that of its folder, or a number. */
function named(files: readonly string[]): readonly NamedFile[] {
  const taken = new Set<string>()
  return files.map((given) => {
    const [, said, path = given] = /^([^=/]+)=(.+)$/.exec(given) ?? [undefined, undefined, given]
    const own = basename(path, extname(path))
    const folder = basename(dirname(resolve(path)))
    const candidates = said === undefined ? [own, folder] : [said]
    const numbered = Array.from({ length: files.length }, (_, index) => `${said ?? own}-${index + 2}`)
    const name = [...candidates, ...numbered].find((each) => each !== '' && !taken.has(each)) ?? given
    taken.add(name)
    return { name, path }
  })
}

interface SaidAddress {
  readonly host: string
  readonly link: string
  readonly cidr: Cidr
}

function readSaid(addresses: readonly string[]): Step<readonly SaidAddress[]> {
  const said: SaidAddress[] = []
  for (const text of addresses) {
    const [, host = '', link = '', address = '', prefix = ''] =
      /^([^:]+):([^=]+)=([^/]+)\/(\d+)$/.exec(text) ?? []
    const parsed = parseIp(address)
    const prefixLength = Number(prefix)
    const longest = typeof parsed === 'number' ? 32 : 128
    if (parsed === undefined || prefixLength > longest)
      return wrongUsage(`--address ${text}: NAME:INTERFACE=ADDRESS/PREFIX is needed, as a:eth0=10.0.0.1/24`)
    said.push({ host, link, cidr: { address: parsed, prefixLength } })
  }
  return accepted(said)
}

function readUntil(text: string | undefined): Step<Duration | undefined> {
  if (text === undefined) return accepted(undefined)
  const ms = parseSpan(text)
  return ms === undefined
    ? wrongUsage(`--until ${text}: a time is needed, as 60s or 5m`)
    : accepted(milliseconds(ms))
}

async function loadAll(files: readonly NamedFile[], io: CommandIo): Promise<Step<readonly LoadedHost[]>> {
  const hosts: LoadedHost[] = []
  const lines: string[] = []
  for (const file of files) {
    const loaded = await loadConfiguration(file.path, { io: diskIo, configId: file.name })
    lines.push(...problemsOf(file, loaded, io))
    const { model, nodes } = loaded
    hosts.push({ ...file, model, clearedNopreempt: clearedNopreempt(subjectOf(model, nodes)) })
  }
  return lines.length > 0 ? wrongInput(lines) : accepted(hosts)
}

function problemsOf({ path }: NamedFile, loaded: Loaded, io: CommandIo): readonly string[] {
  if (loaded.unreadable !== undefined) return [`${path}: ${PROBLEM_WORDS[loaded.unreadable]}`]
  const errors = loaded.ofDaemon.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return rendered(errors, loaded.sources, io)
  return loaded.model.instances.length === 0 ? [`${path}: there is no vrrp_instance in it`] : []
}

const rendered = (
  diagnostics: readonly Diagnostic[],
  sources: SourceMap,
  { colour, width }: CommandIo,
): readonly string[] => diagnostics.map((each) => renderDiagnostic(each, sources, { colour, width }))

interface Told {
  readonly story: readonly StoryEvent[]
  readonly reloads: readonly Reload[]
  readonly settling: Duration
}

async function tellStory(
  path: string | undefined,
  hosts: readonly LoadedHost[],
  lans: readonly string[],
  io: CommandIo,
): Promise<Step<Told>> {
  const settling = settlingTime(hosts.map(({ model }) => model))
  if (path === undefined) {
    const story = defaultStory(
      hosts.map(({ name }) => name),
      settling,
    )
    return accepted({ story, reloads: [], settling })
  }
  const text = await readStory(path)
  if (!text.ok) return text
  // What files a story reads anew is known when it has been read; what they name may be spoken of in it.
  const first = parseStory(path, text.value, { hosts, lans })
  const reloads = await loadReloads(path, first.events, io)
  if (!reloads.ok) return reloads
  const cast: Cast = {
    hosts: hosts.map((host) => ({
      ...host,
      later: reloads.value.filter((each) => each.host === host.name).map(({ model }) => model),
    })),
    lans,
  }
  const { events, diagnostics, sources } = parseStory(path, text.value, cast)
  if (diagnostics.length > 0) return wrongInput(rendered(diagnostics, sources, io))
  const settled = settlingOf([...hosts, ...reloads.value])
  return accepted({ story: events, reloads: reloads.value, settling: settled })
}

/** After an event of a story, until what follows from it is settled. */
function settlingOf(files: readonly { readonly model: Model }[]): Duration {
  const models = files.map(({ model }) => model)
  return plus(findingTime(models), settlingTime(models))
}

const UNREAD: Readonly<Record<string, string>> = {
  ENOENT: PROBLEM_WORDS.missing,
  EACCES: PROBLEM_WORDS['not-permitted'],
  EISDIR: PROBLEM_WORDS['not-a-file'],
}

const readStory = (path: string): Promise<Step<string>> =>
  readFile(path).then(
    (bytes) => accepted(decodeText(bytes)),
    (error: unknown) => {
      const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return wrongInput([`${path}: ${UNREAD[why] ?? why}`])
    },
  )

/** Relative to the working directory, as on the command line. */
async function loadReloads(
  story: string,
  events: readonly StoryEvent[],
  io: CommandIo,
): Promise<Step<readonly Reload[]>> {
  const reloads: Reload[] = []
  const lines: string[] = []
  for (const event of events) {
    if (event.type !== 'reload' || reloadOf(reloads, event) !== undefined) continue
    const loaded = await loadConfiguration(event.file, { io: diskIo, configId: event.host })
    lines.push(...problemsOf({ name: event.host, path: event.file }, loaded, io))
    reloads.push({ host: event.host, file: event.file, model: loaded.model })
  }
  return lines.length > 0 ? wrongInput([...lines, `${story} reloads it`]) : accepted(reloads)
}
