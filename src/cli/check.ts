/** `vrrpd check [FILE]`: everything that can be said about a configuration, without running it. */

import { nearest } from '../base/suggest.ts'
import { codeHelp } from '../config/diagnostics/code-help.ts'
import type { Diagnostic } from '../config/diagnostics/diagnostics.ts'
import type { Loaded } from '../config/load.ts'
import { printModel } from '../config/print.ts'
import { renderDiagnostic } from '../config/diagnostics/render.ts'
import { jsonReport } from '../config/diagnostics/render-json.ts'
import { sarifLog } from '../config/diagnostics/render-sarif.ts'
import { contentsText, tally, tallyText } from '../config/diagnostics/tally.ts'
import { encodeText } from '../config/syntax/text.ts'
import { examine, type Examined, type ExamineOptions } from './check-examine.ts'
import { checkIo, pathOf } from './check-io.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import { wrap } from '../base/layout.ts'

export interface CheckArguments extends ExamineOptions {
  readonly form: 'text' | 'json' | 'sarif'
  /** `--print`: the configuration itself, the findings to stderr. */
  readonly print: boolean
  /** Warnings make the exit code 1. */
  readonly strict: boolean
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
const CHECK_EXIT = { clean: 0, warnings: 1, errors: 2 } as const

export async function check(
  args: CheckArguments,
  io: CommandIo,
  world: CheckWorld = processWorld,
): Promise<number> {
  const examined = await examine(args, checkIo(world.stdin))
  const findings = present(examined, args, io, world)
  if (args.print) {
    io.err(findings)
    writeConfiguration(examined.loaded, io, world)
  } else {
    io.out(findings)
  }
  return exitCode(examined.diagnostics, args.strict)
}

function present(examined: Examined, args: CheckArguments, io: CommandIo, world: CheckWorld): string {
  const { diagnostics, loaded, sources } = examined
  switch (args.form) {
    case 'json':
      return `${JSON.stringify(jsonReport(diagnostics, loaded.model, sources), null, 2)}\n`
    case 'sarif':
      return `${JSON.stringify(sarifLog(diagnostics, sources, world.workingDirectory()), null, 2)}\n`
    case 'text':
      return asText(examined, args, io)
  }
}

/** What is no configuration at all has something wrong in every line. */
const MOST_SHOWN = 1000

function asText(examined: Examined, { colour, file }: CheckArguments, io: CommandIo): string {
  const { diagnostics, sources } = examined
  const options = { colour: colour === 'auto' ? io.colour : colour === 'always', width: io.width }
  const shown = diagnostics.slice(0, MOST_SHOWN)
  const left = diagnostics.length - shown.length
  return [
    ...shown.map((diagnostic) => `${renderDiagnostic(diagnostic, sources, options)}\n`),
    ...(left > 0 ? [`… and ${left} more, which --json has\n`] : []),
    `${summary(examined, file)}\n`,
  ].join('\n')
}

function summary({ compared, diagnostics, loaded, sources }: Examined, file: string): string {
  const counts = tally(diagnostics)
  const routers =
    compared === undefined ? '' : `; ${compared} virtual router${compared === 1 ? '' : 's'} compared`
  if (counts.error + counts.warning > 0) return tallyText(counts, Math.max(1, sources.size)) + routers
  const notes = counts.note === 0 ? '' : ` (${counts.note} note${counts.note === 1 ? '' : 's'})`
  return `${pathOf(file)} is fine: ${contentsText(loaded.model)}${notes}${routers}`
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

/** `--explain CODE` */
export function explain(code: string, io: CommandIo): number {
  const help = new Map<string, string>(Object.entries(codeHelp)).get(code)
  if (help === undefined) {
    const suggestion = nearest(code, Object.keys(codeHelp))
    const meant = suggestion === undefined ? '' : `; did you mean '${suggestion}'?`
    io.err(`vrrpd check: there is no finding '${code}'${meant}\n`)
    return EXIT.usage
  }
  io.out([...wrap(help, io.width), ''].join('\n'))
  return CHECK_EXIT.clean
}
