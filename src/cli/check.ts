/** `vrrpd check [FILE]`: everything that can be said about a configuration, without running it. */

import { hostname } from 'node:os'
import { arrange } from '../config/arrange.ts'
import { error, type Diagnostic } from '../config/diagnostics.ts'
import { checkAgainstHost } from '../config/host.ts'
import { PROBLEM_WORDS, type ConfigIo, type ReadProblem } from '../config/io.ts'
import { insecureScripts, missingInterfaces, withoutSource } from '../config/lint/host.ts'
import { lint } from '../config/lint/lint.ts'
import { loadConfiguration, type Loaded } from '../config/load.ts'
import { printModel } from '../config/print/print.ts'
import { renderDiagnostic } from '../config/render.ts'
import { jsonReport } from '../config/render-json.ts'
import { sarifLog } from '../config/render-sarif.ts'
import { encodeText } from '../config/text.ts'
import { contentsText, tally, tallyText } from '../config/tally.ts'
import { examinePrograms, hostAddresses, hostInterfaces } from './check-host.ts'
import { checkIo, STDIN } from './check-io.ts'
import type { CommandIo } from './io.ts'

export interface CheckArguments {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly configId: string | undefined
  readonly form: 'text' | 'json' | 'sarif'
  /** `--print`: the configuration itself, the findings to stderr. */
  readonly print: boolean
  /** Warnings make the exit code 1. */
  readonly strict: boolean
  readonly verbose: boolean
  /** `--no-system`: nothing is looked up on this host. */
  readonly system: boolean
  /** `--interfaces`: those that exist, whatever this host has. */
  readonly interfaces: readonly string[] | undefined
  readonly colour: 'auto' | 'always' | 'never'
}

/** What `check` needs besides its terminal. */
export interface CheckWorld {
  readonly stdin: () => AsyncIterable<Uint8Array>
  readonly workingDirectory: () => string
  /** For what is no text; to standard output. */
  readonly writeBytes: (bytes: Uint8Array) => void
}

export const processWorld: CheckWorld = {
  stdin: () => process.stdin,
  workingDirectory: () => process.cwd(),
  writeBytes: (bytes) => void process.stdout.write(bytes),
}

/** Documented in vrrpd(8). */
export const CHECK_EXIT = { clean: 0, warnings: 1, errors: 2 } as const

export async function check(
  args: CheckArguments,
  io: CommandIo,
  world: CheckWorld = processWorld,
): Promise<number> {
  const checked = await examine(args, checkIo(world.stdin))
  const findings = present(checked, args, io, world)
  if (args.print) {
    io.err(findings)
    writeConfiguration(checked.loaded, io, world)
  } else {
    io.out(findings)
  }
  return exitCode(checked.diagnostics, args.strict)
}

interface Checked {
  readonly loaded: Loaded
  /** In the reader's order. */
  readonly diagnostics: readonly Diagnostic[]
}

async function examine(args: CheckArguments, io: ConfigIo): Promise<Checked> {
  const file = args.file === '-' ? STDIN : args.file
  const configId = args.configId ?? hostname().split('.')[0] ?? ''
  const loaded = await loadConfiguration(file, { io, configId })
  const { diagnostics, model, nodes, sources, unreadable } = loaded
  if (unreadable !== undefined) return { loaded, diagnostics: [unreadableFile(file, unreadable)] }
  const all = [
    ...diagnostics,
    ...(await ofSystem(loaded, args)),
    ...lint(model, nodes, { file, verbose: args.verbose }),
  ]
  return { loaded, diagnostics: arrange(all, sources) }
}

const unreadableFile = (file: string, problem: ReadProblem): Diagnostic =>
  error('unreadable-file', { file, start: 0, end: 0 }, `cannot be read: ${PROBLEM_WORDS[problem]}`, {
    fatal: true,
  })

/** What this host, or the one that `--interfaces` describes, makes of the configuration. */
async function ofSystem(
  loaded: Loaded,
  { interfaces, system }: CheckArguments,
): Promise<readonly Diagnostic[]> {
  const { incompleteInstances, model } = loaded
  const given =
    interfaces === undefined
      ? []
      : missingInterfaces(model, incompleteInstances, new Set(interfaces), 'given')
  if (!system) return given
  const programs = await examinePrograms(loaded)
  const insecure = insecureScripts(model.global.enableScriptSecurity ? new Map() : programs.insecure)
  if (interfaces !== undefined) return [...given, ...checkAgainstHost(model, programs, loaded), ...insecure]
  const addresses = hostAddresses()
  const existing = await hostInterfaces()
  const ofLinks =
    existing === undefined
      ? []
      : [
          ...missingInterfaces(model, incompleteInstances, existing, 'looked-at'),
          ...withoutSource(model, existing, addresses),
        ]
  return [...ofLinks, ...checkAgainstHost(model, { ...programs, addresses }, loaded), ...insecure]
}

function present(
  { loaded, diagnostics }: Checked,
  { colour, form, file }: CheckArguments,
  io: CommandIo,
  world: CheckWorld,
): string {
  const { model, sources } = loaded
  if (form === 'json') return `${JSON.stringify(jsonReport(diagnostics, model, sources), null, 2)}\n`
  if (form === 'sarif')
    return `${JSON.stringify(sarifLog(diagnostics, sources, world.workingDirectory()), null, 2)}\n`
  const options = { colour: colour === 'auto' ? io.colour : colour === 'always', width: io.width }
  const shown = diagnostics.slice(0, MOST_SHOWN)
  const left = diagnostics.length - shown.length
  return [
    ...shown.map((diagnostic) => `${renderDiagnostic(diagnostic, sources, options)}\n`),
    ...(left > 0 ? [`… and ${left} more, which --json has`] : []),
    `${summary(diagnostics, loaded, file)}\n`,
  ].join('\n')
}

/** What is no configuration at all has something wrong in every line. */
const MOST_SHOWN = 1000

function summary(diagnostics: readonly Diagnostic[], { model, sources }: Loaded, file: string): string {
  const counts = tally(diagnostics)
  if (counts.error + counts.warning > 0) return tallyText(counts, Math.max(1, sources.size))
  const notes = counts.note === 0 ? '' : ` (${counts.note} note${counts.note === 1 ? '' : 's'})`
  return `${file === '-' ? STDIN : file} is fine: ${contentsText(model)}${notes}`
}

function exitCode(diagnostics: readonly Diagnostic[], strict: boolean): number {
  const { error: errors, warning: warnings } = tally(diagnostics)
  if (errors > 0) return CHECK_EXIT.errors
  return strict && warnings > 0 ? CHECK_EXIT.warnings : CHECK_EXIT.clean
}

/** Names and passwords may be bytes that are no characters. */
function writeConfiguration({ model, unreadable }: Loaded, io: CommandIo, world: CheckWorld): void {
  if (unreadable !== undefined) return
  const printed = printModel(model)
  if (/[\udc80-\udcff]/.test(printed)) world.writeBytes(encodeText(printed))
  else io.out(printed)
}
